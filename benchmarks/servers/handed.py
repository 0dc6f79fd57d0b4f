"""What the benchmark hands to every program, in its environment."""

import os


def networks_file() -> str:
    """Return the path of `networks.json`."""
    return os.environ["BENCH_NETWORKS"]


def port() -> int:
    """Return the port that the program is to listen on."""
    return int(os.environ["BENCH_PORT"])
