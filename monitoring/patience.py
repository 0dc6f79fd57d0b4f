"""Waiting for a call, but not for ever."""

from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from threading import BoundedSemaphore, Lock, Thread
from typing import Generic, TypeVar

T = TypeVar("T")

THREADS = 16
"""Calls of one voter at once; so many may hang before it is given up without a wait."""


class Patience(Generic[T]):
    """Makes calls on threads of its own, so that one that hangs can be left behind.

    A thread cannot be stopped from outside. One whose call is late is abandoned until the call
    returns by itself; when all of them are late, further calls fail at once. The threads are
    daemons, because a hung model must not keep the process from ending.

    Args:
        name: Of the threads, for whoever looks at a process that hangs.
        threads: How many there may be; they are started when needed.
    """

    def __init__(self, name: str, *, threads: int = THREADS) -> None:
        self._name = name
        self._threads = threads
        self._free = BoundedSemaphore(threads)
        self._calls: SimpleQueue[tuple[Callable[[], T], Future[T]]] = SimpleQueue()
        self._lock = Lock()
        self._idle = 0
        self._late: set[Future[T]] = set()

    def call(self, work: Callable[[], T], *, seconds: float) -> T:
        """Return what `work` returns.

        Args:
            work: Must not raise: what it raises ends its thread.
            seconds: How long to wait, for a free thread and for the call together.

        Raises:
            TimeoutError: It did not return in time, or too many earlier calls never did.
        """
        with self._lock:
            if len(self._late) == self._threads:
                raise TimeoutError(f"{self._threads} earlier calls still hang")
        if seconds <= 0 or not self._free.acquire(timeout=seconds):
            raise TimeoutError
        answer: Future[T] = Future()
        self._start_if_needed()
        self._calls.put((work, answer))
        try:
            return answer.result(timeout=seconds)
        except TimeoutError:
            self._abandon(answer)
            raise

    def _start_if_needed(self) -> None:
        with self._lock:
            if self._idle:
                self._idle -= 1
                return
        Thread(target=self._serve, name=f"voter-{self._name}", daemon=True).start()

    def _abandon(self, answer: Future[T]) -> None:
        with self._lock:
            if not answer.done():
                self._late.add(answer)

    def _serve(self) -> None:
        while True:
            work, answer = self._calls.get()
            result = work()
            with self._lock:  # one step, so that no caller calls it late after it came
                answer.set_result(result)
                self._late.discard(answer)
                self._idle += 1
            self._free.release()
