"""Threads share places to allocate from, unless somebody said otherwise."""

import os
import platform
import subprocess
import sys

import pytest

from service.serve import ROOT

THREADS = 8
ALLOCATE_AND_LIST = f"""
import ctypes
from threading import Barrier, Thread
from service.memory import keep_few_arenas

libc = ctypes.CDLL(None)
libc.malloc.restype = libc.fopen.restype = ctypes.c_void_p
keep_few_arenas(2)
together = Barrier({THREADS})

def allocate():
    together.wait()
    libc.malloc(ctypes.c_size_t(5000))
    together.wait()

threads = [Thread(target=allocate) for _ in range({THREADS})]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
out = ctypes.c_void_p(libc.fopen(b"/dev/stdout", b"w"))
libc.malloc_info(0, out)
libc.fflush(out)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library")
@pytest.mark.parametrize(("said", "most"), [(None, 2), ("4", 4)])
def test_threads_share_as_many_arenas_as_are_allowed(said: str | None, most: int) -> None:
    variables = {name: value for name, value in os.environ.items() if name != "MALLOC_ARENA_MAX"}
    if said:
        variables["MALLOC_ARENA_MAX"] = said

    listed = subprocess.run(
        [sys.executable, "-c", ALLOCATE_AND_LIST],
        cwd=ROOT,
        env=variables,
        check=True,
        capture_output=True,
        text=True,
    ).stdout

    assert listed.count("<heap nr=") == most
