"""Numbers as a reader of the page meets them."""

from math import floor

THIN = "\u202f"
"""A narrow space that does not break: between a number and its unit."""

MINUTE, HOUR = 60.0, 3600.0


def percent(share: float) -> str:
    """Return a share such as `30.8 %`; below 1 % with two decimals."""
    hundredths = share * 100
    digits = 0 if hundredths in (0, 100) else 2 if hundredths < 1 else 1
    return f"{hundredths:.{digits}f}{THIN}%"


def rough_percent(share: float) -> str:
    """Return a share as a headline says it: `31 %`, but `4.2 %`."""
    hundredths = round(share * 100)
    return f"{hundredths}{THIN}%" if 10 <= hundredths < 100 else percent(share)


def exact_percent(share: float) -> str:
    """Return a promise as it was asked for, such as `99.95 %`."""
    return f"{share * 100:.6g}{THIN}%"


def confidence_percent(confidence: float) -> str:
    """Return a confidence such as `95 %`, or `99.17 %` where several rules share delta."""
    return f"{confidence * 100:.2f}".rstrip("0").rstrip(".") + f"{THIN}%"


def rounded_down(bound: float, *, digits: int) -> float:
    """Return a guaranteed recall that is never rounded up."""
    scale = 10.0**digits
    return floor(round(bound * scale, 6)) / scale


def bound_percent(bound: float) -> str:
    """Return a guaranteed recall with two decimals, never rounded up."""
    return f"{rounded_down(bound, digits=4) * 100:.2f}{THIN}%"


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
