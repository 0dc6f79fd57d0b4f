"""Numbers as a reader of the page meets them."""

from math import floor

THIN = "\u202f"
"""A narrow space that does not break: between a number and its unit."""

MINUTE, HOUR = 60.0, 3600.0


def percent(share: float) -> str:
    """Return a share such as `30.8 %`; whole numbers without a decimal."""
    return f"{_short(share * 100, digits=1)}{THIN}%"


def exact_percent(share: float) -> str:
    """Return a promise as it was asked for, such as `99.95 %`."""
    return f"{share * 100:.6g}{THIN}%"


def bound_percent(bound: float) -> str:
    """Return a guaranteed recall with two decimals, never rounded up."""
    return f"{floor(bound * 1e4) / 100:.2f}{THIN}%"


def count(number: int) -> str:
    """Return a whole number with its thousands set apart."""
    return f"{number:,}".replace(",", THIN) if number >= 10_000 else str(number)


def duration(seconds: float) -> str:
    """Return a time in the unit people would use."""
    if seconds < MINUTE:
        return f"{_short(seconds, digits=0)}{THIN}s"
    if seconds < HOUR:
        return f"{_short(seconds / MINUTE, digits=0)}{THIN}min"
    return f"{_short(seconds / HOUR, digits=1)}{THIN}h"


def _short(value: float, *, digits: int) -> str:
    text = f"{value:.{digits}f}"
    return text.removesuffix(".0")
