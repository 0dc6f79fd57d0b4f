"""Which ensemble decides when none is named: the demo gate that comes with Skysift."""

from importlib.resources import files
from pathlib import Path

DEFAULT_ENSEMBLE = Path(str(files("configs") / "demo.yaml"))
