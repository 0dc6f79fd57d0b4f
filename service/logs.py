"""Log lines: JSON for machines, readable on a terminal; always on stderr."""

import logging
import sys
from typing import Literal

import structlog
from structlog.typing import Processor

from service.keys import KEY, PREFIX
from service.log_lines import Lines

# Neither shows local variables: among them are pixels.
ON_A_TERMINAL: tuple[Processor, ...] = (
    structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
)
FOR_MACHINES: tuple[Processor, ...] = (
    structlog.processors.ExceptionRenderer(
        structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    ),
    structlog.processors.JSONRenderer(),
)


def hide_keys(logger: object, method: str, line: object) -> str:  # noqa: ARG001 - structlog's signature
    """Return a finished line without the API key that a client put where none belongs.

    In a path, a name or a request id, all of which the log repeats.
    """
    return KEY.sub(f"{PREFIX}***", str(line))


def configure_logs(style: Literal["auto", "json", "console"]) -> None:
    """Set up structlog for this process.

    Args:
        style: auto: console on a terminal, JSON lines elsewhere.
    """
    console = style == "console" or (style == "auto" and sys.stderr.isatty())
    last = ON_A_TERMINAL if console else FOR_MACHINES
    lines = Lines(sys.stderr)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *last,
            hide_keys,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: lines,
        cache_logger_on_first_use=True,
    )
