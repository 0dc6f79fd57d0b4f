"""BentoML, one service per network."""

from benchmarks.asking import plain_scores, upload
from benchmarks.contender import Contender, Group
from benchmarks.program import Program

CONTENDERS = (
    Contender(
        "bentoml-services",
        Group.PEER,
        "BentoML, a service per network, batches",
        Program(
            name="bentoml-services",
            command=(
                "-m",
                "bentoml",
                "serve",
                "benchmarks.servers.peer_bentoml:Front",
                "-p",
                "{port}",
            ),
            packages=(),
            ready="/readyz",
            ask=upload("/scores", "image"),
            understand=plain_scores,
            variables={"BENTOML_DO_NOT_TRACK": "True"},
        ),
    ),
)
