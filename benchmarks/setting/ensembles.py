"""Ensemble files of the benchmark's three networks."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from benchmarks.setting.files import CLIP_MODEL, PROMPTS, SPECIALIST_SIDES, NetworkFiles

EVEN = {"specialist": 0.5, "clip": 0.5, "resnet50": 0.5}

TEXT = """\
name: {name}
target: anything
voters:
  - name: specialist
    kind: onnx
    threshold: {specialist_threshold}{floor}
    options:
      weights: {specialist}
      output: sigmoid
      input: {{size: 256, resize: shortest, crop: {sides}, mean: {mean}, std: {std}}}
  - name: clip
    kind: clip
    threshold: {clip_threshold}
    options:
      model: {model}
      pretrained: {clip}
      positive: ["{positive}"]
      negative: ["{negative}"]
      templates: ["{{}}"]
      logit_scale: {scale}{precision}
  - name: resnet50
    kind: resnet50
    threshold: {resnet50_threshold}
    options: {{weights: {resnet50}, labels: {labels}, positive: {{target: 1.0}}{inline_precision}}}
vote: {vote}
full_ballots: 0
"""
IMAGENET_MEAN, IMAGENET_STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]


@dataclass(frozen=True, slots=True)
class Gate:
    """Which ensemble is wanted of the three networks.

    Args:
        name: Of the ensemble and its file.
        vote: The rule.
        precision: Of CLIP and ResNet50; the specialist is the faster in float32.
        thresholds: By voter.
        floor: Score of the specialist below which a frame is surely nothing.
    """

    name: str
    vote: str = "or"
    precision: str = "fp32"
    thresholds: Mapping[str, float] = field(default_factory=lambda: EVEN)
    floor: float | None = None


def ensemble_text(gate: Gate, files: NetworkFiles) -> str:
    """Return the ensemble file."""
    other = gate.precision != "fp32"
    return TEXT.format(
        name=gate.name,
        vote=gate.vote,
        specialist_threshold=gate.thresholds["specialist"],
        clip_threshold=gate.thresholds["clip"],
        resnet50_threshold=gate.thresholds["resnet50"],
        floor="" if gate.floor is None else f"\n    floor: {gate.floor}",
        specialist=files.specialist_onnx,
        sides=list(SPECIALIST_SIDES),
        mean=IMAGENET_MEAN,
        std=IMAGENET_STD,
        model=CLIP_MODEL,
        clip=files.clip,
        positive=PROMPTS[0],
        negative=PROMPTS[1],
        scale=json.loads(files.clip_scale.read_text()),
        resnet50=files.resnet50,
        labels=files.labels,
        precision=f"\n      precision: {gate.precision}" if other else "",
        inline_precision=f", precision: {gate.precision}" if other else "",
    )
