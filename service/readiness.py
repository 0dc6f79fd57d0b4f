"""Whether traffic should come here: models are loaded, and nobody asked us to end."""

import asyncio
import signal
from dataclasses import dataclass
from types import FrameType

import structlog
from structlog.typing import FilteringBoundLogger

from service.desk import Desk
from service.watchdog import leave_note

log: FilteringBoundLogger = structlog.get_logger()


@dataclass(slots=True)
class Readiness:
    """What `/readyz` answers from.

    Args:
        desk: Who judges; None until the models are loaded.
        draining: Whether the worker was told to end.
    """

    desk: Desk | None = None
    draining: bool = False


def drain_on_sigterm(readiness: Readiness, *, seconds: float) -> None:
    """On SIGTERM turn unready first, and let the server close only some seconds later.

    The server by itself would close its socket at once, and a load balancer that has not asked
    `/readyz` since would run into a closed door. A second SIGTERM ends the wait.

    Args:
        readiness: Turned unready.
        seconds: From the signal until the server's own answer to it.
    """
    loop = asyncio.get_running_loop()
    server = signal.getsignal(signal.SIGTERM)

    def drain(number: int, frame: FrameType | None) -> None:
        if not callable(server):
            raise SystemExit(128 + number)
        if readiness.draining:
            server(number, frame)
            return
        readiness.draining = True
        leave_note("told_to_end")
        log.info("draining", seconds=seconds)
        loop.call_soon_threadsafe(loop.call_later, seconds, server, number, None)

    signal.signal(signal.SIGTERM, drain)
