"""Memory that was freed goes back to the system."""

import ctypes
import os

M_ARENA_MAX = -8
"""Of `malloc.h`."""
SAID_BY_THE_USER = "MALLOC_ARENA_MAX"


def keep_few_arenas(most: int) -> None:
    """Let threads share so many places to allocate from, where the C library knows how to.

    glibc gives nearly every thread one of its own, eight for each core, and what lies free in one
    is of no use to the others. Sessions are opened on one thread and used on others, so a service
    that loads gate after gate under load came to more than twice the memory that it needs.

    Args:
        most: As many as threads work at once; whoever set `MALLOC_ARENA_MAX` knows better.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None and SAID_BY_THE_USER not in os.environ:
        mallopt(M_ARENA_MAX, most)


def give_back_memory() -> None:
    """Give freed memory back, where the C library knows how to: it keeps it for the next use."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
