"""What a user would write first: torch, a full decode per network, every network always."""

from benchmarks.asking import plain_scores, upload
from benchmarks.contender import Contender, Group
from benchmarks.environments import TORCH
from benchmarks.program import Program

BENTO = ("-m", "bentoml", "serve", "benchmarks.servers.user_bentoml:UserService", "-p", "{port}")
UVICORN = ("-m", "uvicorn", "benchmarks.servers.user_fastapi:app", "--port", "{port}")

CONTENDERS = (
    Contender(
        "user-fastapi",
        Group.USER,
        "FastAPI, torch, a decode per network",
        Program(
            name="user-fastapi",
            command=UVICORN,
            packages=(
                "fastapi==0.165.0",
                "uvicorn[standard]==0.54.0",
                "python-multipart",
                *TORCH,
            ),
            ready="/ready",
            ask=upload("/scores", "image"),
            understand=plain_scores,
        ),
    ),
    Contender(
        "user-bentoml",
        Group.USER,
        "BentoML, torch, a decode per network",
        Program(
            name="user-bentoml",
            command=BENTO,
            packages=(),
            ready="/readyz",
            ask=upload("/scores", "image"),
            understand=plain_scores,
            variables={"BENTOML_DO_NOT_TRACK": "True"},
        ),
    ),
)
