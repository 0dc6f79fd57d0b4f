"""MLServer."""

from base64 import b64encode

from benchmarks.asking import as_json, columns
from benchmarks.contender import Contender, Group
from benchmarks.environments import RUNTIME
from benchmarks.load import Call
from benchmarks.program import Program


def _ask(data: bytes) -> Call:
    picture = {
        "name": "image",
        "shape": [1, 1],
        "datatype": "BYTES",
        "parameters": {"content_type": "base64"},
        "data": [b64encode(data).decode()],
    }
    return as_json("/v2/models/scores/infer", {"inputs": [picture]})


CONTENDERS = (
    Contender(
        "mlserver",
        Group.PEER,
        "MLServer, one runtime, adaptive batches",
        Program(
            name="mlserver",
            command=("-m", "benchmarks.servers.mlserver_runtime"),
            packages=("mlserver==1.7.1", *RUNTIME),
            ready="/v2/health/ready",
            ask=_ask,
            understand=columns,
        ),
    ),
)
