"""The three networks of the GPU benchmark, in torch and as ONNX files, float32 and float16."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import open_clip
import torch
import torchvision

from models.export.fp16 import write_fp16
from models.export.onnx_file import EXAMPLE_BATCH, Calls, write_onnx
from models.export.self_check import drawn_pictures
from models.preprocess import Recipe, prepare

RECIPE = Recipe(size=224, mean=0.45, std=0.226)
"""All three look at 224 x 224; weights are random, which costs the same."""

CLIP = "ViT-B-32"


@dataclass(frozen=True, slots=True)
class Subject:
    """One network.

    Args:
        name: For the table.
        module: In torch, float32, on the CPU.
        onnx: The files, by precision.
    """

    name: str
    module: torch.nn.Module
    onnx: Mapping[str, Path]


def subjects(folder: Path) -> list[Subject]:
    """Return the networks, exported into the folder."""
    torch.manual_seed(0)
    modules = {
        "clip_vit_b_32": Calls(open_clip.create_model(CLIP), "encode_image"),
        "resnet50": torchvision.models.resnet50(),
        "mobilenet_v3_small": torchvision.models.mobilenet_v3_small(),
    }
    return [subject(name, module, folder) for name, module in modules.items()]


def subject(name: str, module: torch.nn.Module, folder: Path) -> Subject:
    """Return one network, exported into the folder in both precisions."""
    full, half = folder / f"{name}.onnx", folder / f"{name}.fp16.onnx"
    example = torch.zeros(EXAMPLE_BATCH, *RECIPE.shape)
    write_onnx(module, example, full, input_name="image", output_names=["out"])
    write_fp16(full, half, prepare(drawn_pictures(), RECIPE))
    return Subject(name, module.eval(), {"fp32": full, "fp16": half})


def batch_of(size: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Return a prepared batch, float32, shape (size, 3, 224, 224)."""
    rows = np.random.default_rng(0).normal(size=(size, *RECIPE.shape))
    return rows.astype(np.float32)
