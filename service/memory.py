"""Memory of models that went goes back to the system."""

import ctypes


def give_back_memory() -> None:
    """Give freed memory back, where the C library knows how to.

    glibc keeps what a thread freed for that thread's arena, and sessions are opened, used and
    freed on many threads: without this, a service that loads gate after gate grows for ever.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
