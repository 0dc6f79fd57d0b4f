"""Full-size networks with random weights whose last layers were set so that scores spread.

A picture costs a network of random weights what it costs a trained one. Its scores, as they come,
are all alike; so batch normalisation is given the statistics of the pictures, the features are
centred, and the last layer is scaled: about half of the pictures score above 0.5, and scores show
whether two programs run the same network on the same pixels.

Needs torch, torchvision and open_clip; runs once, and what it writes is kept.
"""

import json
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import open_clip
import torch
from PIL import Image
from safetensors.torch import save_file
from torchvision.models import (
    MobileNet_V3_Small_Weights,
    ResNet50_Weights,
    mobilenet_v3_small,
    resnet50,
)

from benchmarks.setting.files import (
    CLIP_MODEL,
    LABELS,
    LOGIT_SPREAD,
    PROMPTS,
    SPECIALIST_SIDES,
    NetworkFiles,
)
from benchmarks.setting.pictures import Picture
from models.export.onnx_file import EXAMPLE_BATCH, write_onnx

SEED = 20
CLASS_TOKEN = 0
"""Of the image tower's tokens, the one whose features are projected."""


def write_networks(files: NetworkFiles, some: Sequence[Picture]) -> None:
    """Write the three networks' weights, and the specialist as ONNX.

    Args:
        files: Where they go.
        some: Pictures on which scores are to spread.
    """
    small = [_scaled_down(picture) for picture in some]
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(SEED)
        _write_clip(files, small)
        _write_resnet50(files, small)
        _write_specialist(files, small)


def _write_clip(files: NetworkFiles, pictures: Sequence[Image.Image]) -> None:
    """Move the image embeddings so that their mean is 0; choose the scale of the cosines."""
    model, _, transform = open_clip.create_model_and_transforms(CLIP_MODEL)
    model.eval()
    batch = torch.stack([transform(picture) for picture in pictures])
    features: list[torch.Tensor] = []
    hook = model.visual.ln_post.register_forward_hook(lambda *call: features.append(call[2]))
    model.encode_image(batch)
    hook.remove()
    model.visual.ln_post.bias -= features[0][:, CLASS_TOKEN].mean(dim=0)
    tokens = open_clip.get_tokenizer(CLIP_MODEL)(list(PROMPTS))
    positive, negative = model.encode_text(tokens, normalize=True)
    cosines = model.encode_image(batch, normalize=True) @ (positive - negative)
    files.clip_scale.write_text(json.dumps(float(LOGIT_SPREAD / cosines.std())))
    _save(model, files.clip)


def _write_resnet50(files: NetworkFiles, pictures: Sequence[Image.Image]) -> None:
    model = resnet50(num_classes=len(LABELS))
    transform = ResNet50_Weights.IMAGENET1K_V1.transforms()
    batch = torch.stack([transform(picture) for picture in pictures])
    _learn_statistics(model, batch)
    _spread(model, model.fc, batch)
    _save(model, files.resnet50)
    files.labels.write_text("\n".join(LABELS) + "\n")


def _write_specialist(files: NetworkFiles, pictures: Sequence[Image.Image]) -> None:
    model = mobilenet_v3_small(num_classes=1)
    transform = MobileNet_V3_Small_Weights.IMAGENET1K_V1.transforms()
    batch = torch.stack([transform(picture) for picture in pictures])
    _learn_statistics(model, batch)
    _spread(model, model.classifier[-1], batch)
    _save(model, files.specialist)
    example = torch.zeros(EXAMPLE_BATCH, 3, *SPECIALIST_SIDES)
    write_onnx(model, example, files.specialist_onnx, input_name="image", output_names=["logit"])


def _learn_statistics(model: torch.nn.Module, batch: torch.Tensor) -> None:
    """Give batch normalisation the statistics of these pictures."""
    for part in model.modules():
        if isinstance(part, torch.nn.BatchNorm2d):
            part.momentum = 1.0
    model.train()
    model(batch)
    model.eval()


def _spread(model: torch.nn.Module, last: torch.nn.Linear, batch: torch.Tensor) -> None:
    """Let the last logit be the direction in which the features differ most, scaled."""
    features: list[torch.Tensor] = []
    hook = last.register_forward_pre_hook(lambda *call: features.append(call[1][0]))
    model(batch)
    hook.remove()
    centred = features[0] - features[0].mean(dim=0)
    direction = torch.linalg.svd(centred, full_matrices=False).Vh[0]
    direction *= LOGIT_SPREAD / (centred @ direction).std()
    last.weight[:], last.bias[:] = 0, 0
    last.weight[-1] = direction
    last.bias[-1] = -features[0].mean(dim=0) @ direction


def _save(model: torch.nn.Module, path: Path) -> None:
    tensors = {name: tensor.contiguous() for name, tensor in model.state_dict().items()}
    save_file(tensors, path)


def _scaled_down(picture: Picture) -> Image.Image:
    with Image.open(BytesIO(picture.data)) as opened:
        opened.draft("RGB", (512, 512))
        return opened.convert("RGB")
