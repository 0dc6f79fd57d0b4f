"""Which Skysift decided."""

from importlib.metadata import PackageNotFoundError, version


def installed_version() -> str:
    """Return the installed version, or `unknown` in a source tree that is not installed."""
    try:
        return version("skysift")
    except PackageNotFoundError:
        return "unknown"
