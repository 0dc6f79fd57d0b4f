"""For each kind of voter: options of one that is small, whole, and made here.

A new kind joins the conformance suite by a line in `MAKERS`.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from onnx import TensorProto
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from models.cards import OPSET, ClipCard, ResNetCard
from models.clip_bundle import CARD_FILE, IMAGE_FILE, TEXT_FILE, TOKENIZER_FILE
from models.clip_zero_shot import ClipOptions
from models.converted_file import card_path
from models.onnx_classifier import OnnxOptions
from models.options import ModelOptions
from models.preprocess import Recipe
from models.resnet50 import ResNet50Options
from models.weights import sha256_of
from tests.models.networks import classifier, network, weights, written

SIDE, DIMENSIONS, CONTEXT = 8, 6, 5
WORDS = ("[PAD]", "[UNK]", "car", "field", "a", "empty")
NO_SOURCE = "0" * 64
RECIPE = Recipe(size=(SIDE, SIDE), resize="shortest", interpolation="bicubic", mean=(0.5,) * 3)


def onnx(folder: Path) -> OnnxOptions:
    path = classifier(folder / "tiny.onnx", side=SIDE)
    return OnnxOptions.model_validate(
        {
            "weights": str(path),
            "labels": ["field", "road", "car"],
            "positive": ["car", "road"],
            "input": {"size": SIDE},
            "output_name": "scores",
            "embedding_name": "features",
        }
    )


def clip(folder: Path) -> ClipOptions:
    _image_tower(folder / IMAGE_FILE)
    _text_tower(folder / TEXT_FILE)
    _tokenizer().save(str(folder / TOKENIZER_FILE))
    card = ClipCard(
        source="made in a test",
        source_sha256=NO_SOURCE,
        opset=OPSET,
        precision="fp32",
        image=RECIPE,
        files={name: sha256_of(folder / name) for name in (IMAGE_FILE, TEXT_FILE, TOKENIZER_FILE)},
        model="tiny",
        context_length=CONTEXT,
        logit_scale=10.0,
        embed_dim=DIMENSIONS,
    )
    card.save(folder / CARD_FILE)
    return ClipOptions.model_validate(
        {
            "model": "tiny",
            "pretrained": str(folder),
            "positive": ["a car"],
            "negative": ["a field", "empty"],
        }
    )


def resnet50(folder: Path) -> ResNet50Options:
    model = network(
        [
            ("Flatten", "image", "flat"),
            ("MatMul", "flat project", "features"),
            ("MatMul", "features read_out", "logits"),
        ],
        {"project": weights(3 * SIDE * SIDE, 5) / SIDE, "read_out": weights(5, 4, seed=1)},
        takes=("image", ["n", 3, SIDE, SIDE]),
        gives={"logits": ["n", 4], "features": ["n", 5]},
    )
    path = written(model, folder / "tiny.onnx")
    card = ResNetCard(
        source="made in a test",
        source_sha256=NO_SOURCE,
        opset=OPSET,
        precision="fp32",
        image=RECIPE,
        files={path.name: sha256_of(path)},
        labels=("field", "road", "car", "van"),
        features_dim=5,
    )
    card.save(card_path(path))
    return ResNet50Options.model_validate(
        {"weights": str(path), "positive": {"car": 1.0, "van": 0.5}, "embeddings": True}
    )


def _image_tower(path: Path) -> None:
    model = network(
        [("Flatten", "image", "flat"), ("MatMul", "flat project", "embedding")],
        {"project": weights(3 * SIDE * SIDE, DIMENSIONS)},
        takes=("image", ["n", 3, SIDE, SIDE]),
        gives={"embedding": ["n", DIMENSIONS]},
    )
    written(model, path)


def _text_tower(path: Path) -> None:
    model = network(
        [
            ("Gather", "table tokens", "words"),
            ("ReduceSum", "words axis", "summed"),
            ("Squeeze", "summed axis", "embedding"),
        ],
        {"table": weights(len(WORDS), DIMENSIONS, seed=2), "axis": np.array([1])},
        takes=("tokens", ["n", CONTEXT]),
        gives={"embedding": ["n", DIMENSIONS]},
        kind_in=TensorProto.INT64,
    )
    written(model, path)


def _tokenizer() -> Tokenizer:
    words = {word: index for index, word in enumerate(WORDS)}
    tokenizer = Tokenizer(WordLevel(words, unk_token="[UNK]"))  # noqa: S106 - a word, no secret
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.enable_truncation(CONTEXT)
    tokenizer.enable_padding(length=CONTEXT, pad_id=0, pad_token="[PAD]")  # noqa: S106
    return tokenizer


MAKERS: dict[str, Callable[[Path], ModelOptions]] = {
    "onnx": onnx,
    "clip": clip,
    "resnet50": resnet50,
}
