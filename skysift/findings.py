"""What a check of this machine found, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"
    """Works, but not as well as it could, or not everything."""
    FAIL = "fail"
    """Skysift cannot decide on pictures until this is mended."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of `skysift doctor`.

    Args:
        subject: What was looked at.
        status: How bad it is.
        found: What was found, with its value.
        remedy: What to do; empty when nothing needs doing.
    """

    subject: str
    status: Status
    found: str
    remedy: str = ""


def ok(subject: str, found: str) -> Finding:
    """Return a finding that needs nothing."""
    return Finding(subject, Status.OK, found)


def warn(subject: str, found: str, remedy: str) -> Finding:
    """Return a finding that somebody should know."""
    return Finding(subject, Status.WARN, found, remedy)


def fail(subject: str, found: str, remedy: str) -> Finding:
    """Return a finding that must be mended."""
    return Finding(subject, Status.FAIL, found, remedy)
