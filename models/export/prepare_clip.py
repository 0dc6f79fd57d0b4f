"""CLIP as open_clip knows it: built, given its weights, exported."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

import open_clip
import torch
from open_clip.pretrained import download_pretrained, get_pretrained_cfg
from open_clip.transform import PreprocessCfg

from ensembles.errors import WeightsError
from ensembles.mistakes import near_miss
from models.export.clip import export_clip
from models.export.state_dict import load_strictly, read_state_dict
from models.export.weights_file import weights_file
from models.preprocess import Recipe
from models.pretrained import Differences, Wanted
from models.settings import ModelSettings
from models.weight_source import RandomWeights, Tag
from models.weights import sha256_of

Described = Mapping[str, Any]


def prepare_clip(wanted: Wanted, settings: ModelSettings) -> Differences:
    """Export the CLIP to its place in the cache.

    Raises:
        WeightsError: open_clip does not know it, its weights are missing or unfit, its tokenizer
            cannot be carried over, or the export is no copy.
    """
    _refuse_foreign(wanted.architecture)
    tag = _described_tag(wanted)
    path = weights_file(
        wanted,
        settings,
        lambda folder: Path(download_pretrained(dict(tag), cache_dir=str(folder))),
        known_as=f"the weights {tag.get('hf_hub') or tag.get('url') or ''}".strip(" /"),
    )
    model = _built(wanted, tag)
    if path:
        load_strictly(model, read_state_dict(path), path=path)
    return export_clip(
        model,
        open_clip.get_tokenizer(wanted.architecture),
        wanted.place(settings.home),
        name=wanted.architecture,
        source=str(wanted.source),
        recipe=recipe_of(model.visual.preprocess_cfg),
        source_sha256=sha256_of(path) if path else None,
    )


def recipe_of(preprocessing: Described) -> Recipe:
    """Return the recipe for what open_clip says of a model's pictures."""
    return Recipe(
        size=preprocessing["size"],
        resize=preprocessing["resize_mode"],
        interpolation=preprocessing["interpolation"],
        fill=preprocessing["fill_color"],
        mean=preprocessing["mean"],
        std=preprocessing["std"],
    )


def _refuse_foreign(architecture: str) -> None:
    config = open_clip.get_model_config(architecture)
    if config is None:
        known = open_clip.list_models()
        raise WeightsError(
            f"open_clip knows no model {architecture!r}{near_miss(architecture, known)}"
        )
    if config["text_cfg"].keys() & {"hf_tokenizer_name", "hf_model_name"}:
        raise WeightsError(
            f"{architecture} does not use CLIP's own tokenizer, and no other can be exported yet; "
            "choose a model such as ViT-B-32 or ViT-L-14"
        )


def _described_tag(wanted: Wanted) -> Described:
    """Return what open_clip knows of the tag; nothing for weights that have none."""
    if not isinstance(wanted.source, Tag):
        return {}
    described: Described = get_pretrained_cfg(wanted.architecture, wanted.source.name)
    if not described:
        known = open_clip.list_pretrained_tags_by_model(wanted.architecture)
        raise WeightsError(
            f"open_clip has no weights {wanted.source} of {wanted.architecture}"
            f"{near_miss(wanted.source.name, known)}; known are {', '.join(known) or 'none'}"
        )
    return described


def _built(wanted: Wanted, tag: Described) -> "open_clip.CLIP":
    """Return the model with random weights and the tag's preprocessing and activation."""
    seed = wanted.source.seed if isinstance(wanted.source, RandomWeights) else 0
    preprocessing = {
        field.name: tag[field.name] for field in fields(PreprocessCfg) if field.name in tag
    }
    with torch.random.fork_rng(devices=[]), _without_warnings():
        torch.manual_seed(seed)
        return open_clip.create_model(
            wanted.architecture,
            pretrained_text=False,
            # open_clip only warns when a tag was trained with the other activation.
            force_quick_gelu=bool(tag.get("quick_gelu", False)),
            force_preprocess_cfg=preprocessing,
        )


@contextmanager
def _without_warnings() -> Iterator[None]:
    """Keep open_clip from warning on the root logger that it loaded no weights: we do that."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(before)
