"""torch to ONNX, once per model; the only modules of this room that may import torch."""
