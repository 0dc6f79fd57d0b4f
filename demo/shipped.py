"""Where the demo's shipped files are."""

from pathlib import Path

WEIGHTS = Path(__file__).with_name("weights")
"""`specialist.onnx`, `resnet50.onnx` with `resnet50.json`, and the CLIP bundle `clip/`."""
CONFIG = Path(__file__).parents[1] / "configs" / "demo.yaml"
"""The demo gate, the default ensemble."""
