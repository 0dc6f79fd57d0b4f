"""Waiting for a call, but not for ever."""

from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from threading import BoundedSemaphore, Lock, Thread
from typing import Generic, TypeVar
from weakref import finalize

T = TypeVar("T")

THREADS = 16
"""Calls of one voter at once; so many may hang before it is given up without a wait."""


class Patience(Generic[T]):
    """Makes calls on threads of its own, so that one that hangs can be left behind.

    A thread cannot be stopped from outside. One whose call is late is abandoned until the call
    returns by itself; when all of them are late, further calls fail at once. The threads are
    daemons, because a hung model must not keep the process from ending. They end when nobody
    holds the object any more, so that a gate that was replaced leaves nothing behind.

    Args:
        name: Of the threads, for whoever looks at a process that hangs.
        threads: How many there may be; they are started when needed.
    """

    def __init__(self, name: str, *, threads: int = THREADS) -> None:
        self._name = name
        self._threads = threads
        self._free = BoundedSemaphore(threads)
        self._calls: _Calls[T] = _Calls(self._free)
        finalize(self, self._calls.end, threads).atexit = False

    def call(self, work: Callable[[], T], *, seconds: float) -> T:
        """Return what `work` returns.

        Args:
            work: Must not raise: what it raises ends its thread.
            seconds: How long to wait, for a free thread and for the call together.

        Raises:
            TimeoutError: It did not return in time, or too many earlier calls never did.
        """
        if self._calls.late == self._threads:
            raise TimeoutError(f"{self._threads} earlier calls still hang")
        if seconds <= 0 or not self._free.acquire(timeout=seconds):
            raise TimeoutError
        if not self._calls.take_idle():
            Thread(target=self._calls.serve, name=f"voter-{self._name}", daemon=True).start()
        answer = self._calls.put(work)
        try:
            return answer.result(timeout=seconds)
        except TimeoutError:
            self._calls.abandon(answer)
            raise


class _Calls(Generic[T]):
    """What the threads know: not the `Patience` itself, which would then never go away."""

    def __init__(self, free: BoundedSemaphore) -> None:
        self._free = free
        self._waiting: SimpleQueue[tuple[Callable[[], T], Future[T]] | None] = SimpleQueue()
        self._lock = Lock()
        self._idle = 0
        self._late: set[Future[T]] = set()

    @property
    def late(self) -> int:
        """How many calls are late and have not returned since."""
        with self._lock:
            return len(self._late)

    def take_idle(self) -> bool:
        """Return whether a thread waits for the next call; it is then spoken for."""
        with self._lock:
            self._idle -= (waits := self._idle > 0)
            return waits

    def put(self, work: Callable[[], T]) -> Future[T]:
        """Hand a call to whichever thread is free, and return where its answer will be."""
        answer: Future[T] = Future()
        self._waiting.put((work, answer))
        return answer

    def abandon(self, answer: Future[T]) -> None:
        """Take note that nobody waits for the answer any more."""
        with self._lock:
            if not answer.done():
                self._late.add(answer)

    def end(self, threads: int) -> None:
        """Let so many threads end, each when it is free; takes no lock, as finalizers may not."""
        for _ in range(threads):
            self._waiting.put(None)

    def serve(self) -> None:
        """Make calls until told to end."""
        while True:
            call = self._waiting.get()
            if call is None:
                return
            self._make(*call)
            # A thread that waits must hold neither pictures nor the model that saw them last.
            del call

    def _make(self, work: Callable[[], T], answer: Future[T]) -> None:
        result = work()
        with self._lock:  # one step, so that no caller calls it late after it came
            answer.set_result(result)
            self._late.discard(answer)
            self._idle += 1
        self._free.release()
