"""The three networks as a user's first service runs them: torch, a full decode for each."""

import json
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import open_clip
import torch
from PIL import Image
from safetensors.torch import load_file
from torchvision.models import (
    MobileNet_V3_Small_Weights,
    ResNet50_Weights,
    mobilenet_v3_small,
    resnet50,
)

from benchmarks.servers.handed import networks_file


class ThreeTorchNetworks:
    """CLIP, ResNet50 and MobileNetV3, one after the other."""

    def __init__(self) -> None:
        described = json.loads(Path(networks_file()).read_text(encoding="utf-8"))["torch"]
        self._clip = Clip(described["clip"], described["clip_scale"])
        self._resnet50 = resnet50(num_classes=2)
        self._resnet50.load_state_dict(load_file(described["resnet50"]["state"]))
        self._resnet50.eval()
        self._resnet50_view = ResNet50_Weights.IMAGENET1K_V1.transforms()
        self._specialist = mobilenet_v3_small(num_classes=1)
        self._specialist.load_state_dict(load_file(described["specialist"]["state"]))
        self._specialist.eval()
        self._specialist_view = MobileNet_V3_Small_Weights.IMAGENET1K_V1.transforms()

    @torch.inference_mode()
    def scores(self, body: bytes) -> dict[str, float]:
        """Return the scores by network."""
        logits = self._resnet50(self._resnet50_view(decoded(body))[None])
        logit = self._specialist(self._specialist_view(decoded(body))[None])
        return {
            "specialist": float(logit.sigmoid()),
            "clip": self._clip.score(decoded(body)),
            "resnet50": float(logits.softmax(dim=1)[0, 1]),
        }


class Clip:
    """Zero-shot CLIP with its prompts embedded."""

    def __init__(self, described: Mapping[str, Any], scale: float) -> None:
        self._model, _, self._view = open_clip.create_model_and_transforms(
            described["model"], pretrained=described["state"]
        )
        self._model.eval()
        tokens = open_clip.get_tokenizer(described["model"])(described["prompts"])
        with torch.inference_mode():
            self._texts = self._model.encode_text(tokens, normalize=True)
        self._scale = scale

    def score(self, picture: Image.Image) -> float:
        """Return the share of the softmax that the first prompt holds."""
        row = self._model.encode_image(self._view(picture)[None], normalize=True)
        return float((self._scale * row @ self._texts.T).softmax(dim=1)[0, 0])


def decoded(body: bytes) -> Image.Image:
    """Return the picture in RGB."""
    return Image.open(BytesIO(body)).convert("RGB")
