"""What the benchmark's networks are called, and where they lie."""

from dataclasses import dataclass
from pathlib import Path

CLIP_MODEL = "ViT-B-32"
PROMPTS = ("an empty field", "a hiker")
"""What CLIP is asked for, and against. To random weights the words mean nothing; in this order its
scores rise and fall with those of the other two, as the scores of trained voters do."""
LABELS = ("other", "target")
"""Classes of the ResNet50."""
SPECIALIST_SIDES = (224, 224)
LOGIT_SPREAD = 2.0
"""Standard deviation of the logits over the pictures: most scores lie between 0.1 and 0.9."""


@dataclass(frozen=True, slots=True)
class NetworkFiles:
    """Where the weights lie."""

    folder: Path

    @property
    def clip(self) -> Path:
        """Both towers of CLIP ViT-B/32."""
        return self.folder / "clip.safetensors"

    @property
    def clip_scale(self) -> Path:
        """The factor of the cosines."""
        return self.folder / "clip_scale.json"

    @property
    def resnet50(self) -> Path:
        """ResNet50 with two classes."""
        return self.folder / "resnet50.safetensors"

    @property
    def labels(self) -> Path:
        """Names of the classes of the ResNet50."""
        return self.folder / "labels.txt"

    @property
    def specialist(self) -> Path:
        """MobileNetV3-small with one logit, for torch."""
        return self.folder / "specialist.safetensors"

    @property
    def specialist_onnx(self) -> Path:
        """The same, for ONNX Runtime."""
        return self.folder / "specialist.onnx"

    @property
    def whole(self) -> bool:
        """Whether everything is there."""
        wanted = (self.clip, self.clip_scale, self.resnet50, self.labels)
        return all(path.exists() for path in (*wanted, self.specialist, self.specialist_onnx))
