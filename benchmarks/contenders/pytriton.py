"""PyTriton."""

import json

from benchmarks.asking import columns
from benchmarks.contender import Contender, Group
from benchmarks.environments import RUNTIME, SYSTEM_PYTHON
from benchmarks.load import Call
from benchmarks.program import Program

LENGTH_BYTES = 4
"""Before each element of a binary tensor of bytes stands its length, little-endian."""


def _ask(data: bytes) -> Call:
    """Post the picture as Triton's binary tensor: JSON, then the bytes."""
    element = len(data).to_bytes(LENGTH_BYTES, "little") + data
    picture = {
        "name": "image",
        "shape": [1, 1],
        "datatype": "BYTES",
        "parameters": {"binary_data_size": len(element)},
    }
    head = json.dumps({"inputs": [picture]}).encode()
    headers = {
        "Content-Type": "application/octet-stream",
        "Inference-Header-Content-Length": str(len(head)),
    }
    return Call("/v2/models/scores/infer", head + element, headers)


CONTENDERS = (
    Contender(
        "pytriton",
        Group.PEER,
        "PyTriton, one model, dynamic batches",
        Program(
            name="pytriton",
            command=("-m", "benchmarks.servers.pytriton_server"),
            packages=("nvidia-pytriton==0.7.0", *RUNTIME),
            ready="/v2/models/scores/ready",
            ask=_ask,
            understand=columns,
            base=SYSTEM_PYTHON,
        ),
    ),
)
