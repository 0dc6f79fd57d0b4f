"""Tiny prepared models that see colours, in the format the exporters write; no torch needed."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from onnx import TensorProto
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from models.cards import OPSET, ClipCard, ResNetCard
from models.clip_bundle import CARD_FILE, IMAGE_FILE, TEXT_FILE, TOKENIZER_FILE
from models.converted_file import card_path
from models.frames import Frame
from models.preprocess import Recipe
from models.weights import sha256_of
from tests.models.networks import Array, network, written

SIDE = 8
CONTEXT = 6
RECIPE = Recipe(size=SIDE, mean=0.5, std=0.5)
COLOURS = {"red": (230, 20, 20), "green": (20, 230, 20), "blue": (20, 20, 230)}
# As the recipe makes them: a colour is a direction in the space of channels.
WORDS = {
    "[PAD]": (0.0, 0.0, 0.0),
    "[START]": (0.0, 0.0, 0.0),
    "[END]": (0.0, 0.0, 0.0),
    "[UNK]": (0.1, 0.1, 0.1),
    "red": (1.0, -1.0, -1.0),
    "green": (-1.0, 1.0, -1.0),
    "blue": (-1.0, -1.0, 1.0),
    "grey": (-0.6, -0.5, -0.4),
}
NO_WEIGHTS = "0" * 64


def plain(colour: str, *, height: int = 12, width: int = 16) -> Frame:
    """A frame of one colour."""
    return Frame.of_pixels(np.full((height, width, 3), COLOURS[colour], dtype=np.uint8))


def tiny_clip(folder: Path, *, logit_scale: float = 10.0) -> Path:
    """A CLIP whose embeddings are mean colours and whose prompts are words for colours."""
    folder.mkdir(parents=True, exist_ok=True)
    _see_mean_colour(folder / IMAGE_FILE, output="embedding")
    _read_colours(folder / TEXT_FILE)
    _tokenizer().save(str(folder / TOKENIZER_FILE))
    ClipCard(
        model="tiny",
        source="by hand",
        source_sha256=NO_WEIGHTS,
        opset=OPSET,
        precision="fp32",
        image=RECIPE,
        context_length=CONTEXT,
        logit_scale=logit_scale,
        embed_dim=3,
        files={name: sha256_of(folder / name) for name in (IMAGE_FILE, TEXT_FILE, TOKENIZER_FILE)},
    ).save(folder / CARD_FILE)
    return folder


def tiny_resnet(path: Path, *, gain: float = 4.0) -> Path:
    """A classifier of mean colours; its features are the mean colour."""
    read_out = np.asarray(gain * np.eye(3), dtype=np.float32)
    _see_mean_colour(path, output="features", read_out=read_out)
    ResNetCard(
        source="by hand",
        source_sha256=NO_WEIGHTS,
        opset=OPSET,
        precision="fp32",
        image=RECIPE,
        labels=tuple(COLOURS),
        features_dim=3,
        files={path.name: sha256_of(path)},
    ).save(card_path(path))
    return path


def _see_mean_colour(path: Path, *, output: str, read_out: Array | None = None) -> None:
    nodes = [("ReduceMean", "image sides", "means"), ("Flatten", "means", output)]
    constants: dict[str, Array] = {"sides": np.array([2, 3], dtype=np.int64)}
    gives: dict[str, Sequence[int | str]] = {output: ["n", 3]}
    if read_out is not None:
        nodes.append(("MatMul", f"{output} read_out", "logits"))
        constants["read_out"] = read_out
        gives["logits"] = ["n", len(read_out)]
    takes: tuple[str, list[int | str]] = ("image", ["n", 3, SIDE, SIDE])
    written(network(nodes, constants, takes=takes, gives=gives), path)


def _read_colours(path: Path) -> None:
    tiny = network(
        [
            ("Gather", "table tokens", "words"),
            ("ReduceMean", "words place", "mean"),
            ("Flatten", "mean", "embedding"),
        ],
        {
            "table": np.array(list(WORDS.values()), dtype=np.float32),
            "place": np.array([1], dtype=np.int64),
        },
        takes=("tokens", ["n", CONTEXT]),
        gives={"embedding": ["n", 3]},
        kind_in=TensorProto.INT64,
    )
    written(tiny, path)


def _tokenizer() -> Tokenizer:
    ids = {word: index for index, word in enumerate(WORDS)}
    tokenizer = Tokenizer(models.WordLevel(ids, unk_token="[UNK]"))  # noqa: S106 - a word, no password
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[START] $A [END]", special_tokens=[("[START]", 1), ("[END]", 2)]
    )
    tokenizer.enable_truncation(CONTEXT)
    tokenizer.enable_padding(length=CONTEXT, pad_id=0, pad_token="[PAD]")  # noqa: S106
    return tokenizer
