import os
import subprocess
import sys

from benchmarks.processes import cpu_seconds, peak_megabytes, tree

BUSY = """
import sys
from time import process_time
while process_time() < 0.2: pass
print(flush=True)
sys.stdin.read()
"""


def test_children_count() -> None:
    before = cpu_seconds(os.getpid())
    with subprocess.Popen(
        [sys.executable, "-c", BUSY], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()

        assert child.pid in [one.pid for one in tree(os.getpid())]
        assert cpu_seconds(os.getpid()) - before >= 0.1
        assert peak_megabytes(os.getpid()) > peak_megabytes(child.pid) > 1


def test_children_that_ended_still_count() -> None:
    before = cpu_seconds(os.getpid())

    subprocess.run([sys.executable, "-c", BUSY], stdin=subprocess.DEVNULL, check=True)

    assert cpu_seconds(os.getpid()) - before >= 0.1
