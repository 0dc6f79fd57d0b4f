"""What this CPU can do that decides how a network is best converted for it."""

from pathlib import Path

CPUINFO = Path("/proc/cpuinfo")


def has_vnni(cpuinfo: Path = CPUINFO) -> bool:
    """Return whether the CPU multiplies bytes in one step; False where nothing says so."""
    try:
        return "vnni" in cpuinfo.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
