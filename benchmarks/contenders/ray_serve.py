"""Ray Serve."""

from benchmarks.asking import plain_scores, raw
from benchmarks.contender import Contender, Group
from benchmarks.environments import RUNTIME
from benchmarks.program import Program

CONTENDERS = (
    Contender(
        "ray-serve",
        Group.PEER,
        "Ray Serve, one deployment, batches",
        Program(
            name="ray",
            command=("-m", "benchmarks.servers.ray_server"),
            packages=("ray[serve]==2.60.0", *RUNTIME),
            ready="/",
            ask=raw("/"),
            understand=plain_scores,
            variables={
                "RAY_USAGE_STATS_ENABLED": "0",
                "RAY_SERVE_PROXY_READY_CHECK_TIMEOUT_S": "60",
                "RAY_SERVE_PROXY_HEALTH_CHECK_TIMEOUT_S": "60",
            },
            tries=3,  # other parts wait 15 s for each other, which busy cores may not allow
        ),
    ),
)
