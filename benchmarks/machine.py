"""What a benchmark ran on, for its JSON."""

import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from batch.version import installed_version

PACKAGES = ("numpy", "pillow", "onnxruntime", "bentoml", "torch", "torchvision", "open_clip_torch")
GIB = 2**30


def machine() -> Mapping[str, object]:
    """Return processor, cores, memory, and the versions of what matters."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(memory / GIB, 1),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "skysift": installed_version(),
        **{package: _version(package) for package in PACKAGES},
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
