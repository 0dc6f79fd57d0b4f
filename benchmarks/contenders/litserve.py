"""LitServe."""

from base64 import b64encode

from benchmarks.asking import as_json, plain_scores
from benchmarks.contender import Contender, Group
from benchmarks.environments import RUNTIME
from benchmarks.program import Program

CONTENDERS = (
    Contender(
        "litserve",
        Group.PEER,
        "LitServe, one API, batches",
        Program(
            name="litserve",
            command=("-m", "benchmarks.servers.litserve_server"),
            packages=("litserve==0.2.19", *RUNTIME),
            ready="/health",
            ask=lambda data: as_json("/predict", {"image": b64encode(data).decode()}),
            understand=plain_scores,
        ),
    ),
)
