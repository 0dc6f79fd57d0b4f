"""What voters log while a command runs: to stderr, so that results stay alone on stdout."""

import sys

import structlog


def log_to_stderr() -> None:
    """Set up structlog for this process."""
    renderer = structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(),
        # The pretty one prints every local variable, which for a voter means arrays of pixels.
        exception_formatter=structlog.dev.plain_traceback,
    )
    structlog.configure(
        processors=[structlog.processors.add_log_level, renderer],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
