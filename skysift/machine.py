"""What `skysift doctor` looks at outside the models: Python, packages, folders, port, memory."""

import os
import platform
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from batch.version import installed_version
from service.listening import trouble_at
from skysift.findings import Finding, fail, ok, warn

OLDEST_PYTHON = (3, 11)
CORE_PACKAGES = (
    "bentoml",
    "numpy",
    "scipy",
    "pillow",
    "pydantic",
    "pydantic-settings",
    "pyyaml",
    "prometheus-client",
    "structlog",
    "tokenizers",
    "typer",
    "rich",
    "sqlalchemy",
    "jinja2",
    "markupsafe",
    "psutil",
    "python-multipart",
    "opentelemetry-api",
    "starlette",
    "defusedxml",
)
GIB = 2**30
ENOUGH_MEMORY_GIB = 2
"""Three full-size models and the pictures in flight fill about this much."""

CGROUP_MEMORY_LIMIT = Path("/sys/fs/cgroup/memory.max")


def look_at_machine(*, home: Path, port: int) -> Iterator[Finding]:
    """Yield what was found on this machine.

    Args:
        home: Folder of prepared models.
        port: Where the service is to listen.
    """
    yield ok("skysift", installed_version())
    yield python_finding(sys.version_info[:2], platform.python_version())
    yield packages_finding(CORE_PACKAGES)
    yield memory_finding(_memory_bytes(), len(os.sched_getaffinity(0)))
    yield home_finding(home)
    yield port_finding(port)


def python_finding(found: tuple[int, int], text: str) -> Finding:
    """Judge the version of Python."""
    if found < OLDEST_PYTHON:
        oldest = ".".join(map(str, OLDEST_PYTHON))
        return fail("python", text, f"use Python {oldest} or later")
    return ok("python", text)


def packages_finding(packages: Sequence[str]) -> Finding:
    """Say which version of each package is installed, or which is not."""
    found = {package: _version(package) for package in packages}
    if missing := [package for package, version_ in found.items() if version_ is None]:
        return fail("packages", f"not installed: {', '.join(missing)}", "pip install skysift[cpu]")
    return ok("packages", ", ".join(f"{name} {version_}" for name, version_ in found.items()))


def memory_finding(memory_bytes: int, cores: int) -> Finding:
    """Judge how much memory this process may use, with its cores beside it."""
    found = f"{memory_bytes / GIB:.1f} GiB of memory, {cores} cores"
    if memory_bytes < ENOUGH_MEMORY_GIB * GIB:
        return warn("memory", found, f"large pictures and models need {ENOUGH_MEMORY_GIB} GiB")
    return ok("memory", found)


def home_finding(home: Path) -> Finding:
    """Say whether models can be prepared into `home`, which need not exist yet."""
    nearest = next(folder for folder in (home, *home.parents) if folder.exists())
    if nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK):
        return ok("home", f"{home} can be written")
    return warn("home", f"{home} cannot be written", "set SKYSIFT_HOME to a folder of yours")


def port_finding(port: int) -> Finding:
    """Say whether a service could listen on the port."""
    if trouble := trouble_at("127.0.0.1", port):
        return warn("port", f"{port}: {trouble}", "skysift serve --port with another number")
    return ok("port", f"{port} is free")


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _memory_bytes() -> int:
    installed = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        return min(installed, int(CGROUP_MEMORY_LIMIT.read_text(encoding="ascii")))
    except (OSError, ValueError):  # no cgroup, or its limit is the word `max`
        return installed
