"""Networks of other numbers than float32: converted by Skysift on the benchmark's pictures."""

import subprocess
import sys
from pathlib import Path

from benchmarks.contender import UnavailableError
from benchmarks.setting.setting import ROOT, Setting
from ensembles.errors import WeightsError
from models.ensemble import load_ensemble

LAST_CHARACTERS = 400
PLAIN = "fp32"


def converted(ensemble_file: Path, setting: Setting, precision: str) -> None:
    """Convert the networks of an ensemble file where that was not done before.

    Raises:
        UnavailableError: This version of Skysift cannot, or the conversion failed.
    """
    if precision == PLAIN:
        return
    try:
        load_ensemble(ensemble_file, setting.models)
    except WeightsError:
        _convert(ensemble_file, setting.pictures[0].path.parent)


def _convert(ensemble_file: Path, pictures: Path) -> None:
    command = [sys.executable, "-m", "skysift", "models", "quantize"]
    done = subprocess.run(
        [*command, str(ensemble_file), str(pictures)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip()[-LAST_CHARACTERS:]
        raise UnavailableError(f"skysift models quantize: {said}")
    print(done.stdout)
