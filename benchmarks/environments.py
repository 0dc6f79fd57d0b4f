"""An environment of its own for each peer: they want other versions of the same packages.

They are kept beside the benchmark's other files, and made again when the packages change. Nothing
is installed into the environment that Skysift runs in.
"""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.contender import UnavailableError

RUNTIME = ("onnxruntime", "pillow", "numpy")
"""What every program needs that runs the three networks."""
TORCH = ("torch", "torchvision", "open_clip_torch", "safetensors", "pillow")
"""What a user's own service needs."""
INSTALL_SECONDS = 1800
LAST_CHARACTERS = 400
SYSTEM_PYTHON = Path("/usr/bin/python3.11")
"""PyTriton's server looks for a libpython where a distribution puts it."""


def python_of(
    folder: Path, name: str, packages: Sequence[str], *, base: Path | None = None
) -> Path:
    """Return the Python of an environment that holds the packages.

    Args:
        folder: Where environments are kept.
        name: Of this one.
        packages: Requirements, as pip takes them.
        base: The Python it is made with; default: ours.

    Raises:
        UnavailableError: They cannot be installed; with the end of what the installer said.
    """
    home, wanted = folder / name, "\n".join(packages)
    python, receipt = home / "bin" / "python", home / "installed.txt"
    if receipt.exists() and receipt.read_text() == wanted:
        return python
    shutil.rmtree(home, ignore_errors=True)
    _run([str(base or sys.executable), "-m", "venv", "--without-pip", str(home)])
    _run([*_installer(python), *packages])
    receipt.write_text(wanted)
    return python


def _installer(python: Path) -> list[str]:
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    if uv:
        return [uv, "pip", "install", "--quiet", "--python", str(python)]
    return [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet"]


def _run(command: Sequence[str]) -> None:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=INSTALL_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UnavailableError(f"cannot be installed: {error}") from error
    if done.returncode:
        said = (done.stderr or done.stdout).strip()[-LAST_CHARACTERS:]
        raise UnavailableError(f"cannot be installed: {said}")
