"""The CLIP: an open_clip model of the demo's own config, trained on pictures and wordings."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import open_clip
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

from demo.captions import Mention, Wording, say_frame
from demo.colours import PAINTS
from demo.conditions import CLIMATES
from demo.cuts import Cut, Cutter
from demo.learning import MEAN, STD, Changes, Stage, as_tensor, run_stages
from demo.things import KINDS
from demo.world import Example, read_pixels
from models.export.clip import export_clip
from models.export.tokenizer import fit_to_context
from models.preprocess import Recipe

CONFIG = Path(__file__).with_name("clip_tiny.json")
RECIPE = Recipe(size=(288, 384), mean=(MEAN,) * 3, std=(STD,) * 3)
CORPUS = 20_000
"""Wordings that the tokenizer is trained on."""
STAGES = (
    Stage(steps=2400, batch=112, side=56, rate=2e-3),
    Stage(steps=400, batch=56, side=112, rate=1.5e-3),
    Stage(steps=360, batch=24, side=None, rate=8e-4),
)
SMOKE_STAGES = (
    Stage(steps=2, batch=4, side=96, rate=1e-3),
    Stage(steps=1, batch=2, side=None, rate=1e-3),
)
CHANGES = Changes(light=0.15, colour=0.04)
PAD, START, END = "<pad>", "<start>", "<end>"


def train_clip(
    examples: list[Example],
    folder: Path,
    *,
    seed: int,
    stages: tuple[Stage, ...] = STAGES,
    report: Callable[[str], None],
) -> open_clip.CLIP:
    """Train on drawn frames and export the bundle to `folder`."""
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    rng = np.random.default_rng(seed)
    config = json.loads(CONFIG.read_text(encoding="utf-8"))
    tokenizer = train_tokenizer(seed=seed, vocabulary=config["text_cfg"]["vocab_size"])
    fit_to_context(tokenizer, config["text_cfg"]["context_length"])
    model = open_clip.CLIP(**config)
    cutter = Cutter(examples, read_pixels(examples, RECIPE), seed=seed)

    def loss_of(cuts: list[Cut]) -> torch.Tensor:
        wordings = [say_frame(mentions(cut), cut.land, rng) for cut in cuts]
        encoded = tokenizer.encode_batch([wording.text for wording in wordings])
        images = model.encode_image(as_tensor(cuts, CHANGES, generator), normalize=True)
        texts = torch.tensor([encoding.ids for encoding in encoded])
        words = model.encode_text(texts, normalize=True)
        return contrast(images @ words.T * model.logit_scale.exp(), fits(cuts, wordings))

    run_stages(model, stages, cutter, loss_of, report)
    export_clip(
        model,
        tokenizer,
        folder,
        name="skysift-demo",
        source=f"skysift demo train, seed {seed}",
        recipe=RECIPE,
    )
    return model


def contrast(logits: torch.Tensor, fit: torch.Tensor) -> torch.Tensor:
    """Return CLIP's loss (arXiv 2103.00020) of n pictures and n wordings.

    In a small world a wording is often true of other pictures too. All that fit share the target,
    as in supervised contrastive learning (arXiv 2004.11362).

    Args:
        logits: (n, n), pictures by wordings.
        fit: float32 (n, n), 1 where the wording is true of the picture, else 0.
    """
    shares = [
        logits.log_softmax(dim=axis) * fit / fit.sum(dim=axis, keepdim=True) for axis in (0, 1)
    ]
    return -sum(share.sum() for share in shares) / (2 * len(logits))


def fits(cuts: list[Cut], wordings: list[Wording]) -> torch.Tensor:
    """Return which wordings are true of which pictures, float32 (n, n)."""
    kinds = [frozenset(thing.kind for thing in cut.things) for cut in cuts]
    return torch.tensor(
        [
            [float(wording.is_true_of(held, cut.land)) for wording in wordings]
            for cut, held in zip(cuts, kinds, strict=True)
        ]
    )


def mentions(cut: Cut) -> list[Mention]:
    """Return what a wording may say of a cut."""
    return [Mention(thing.kind, thing.colour) for thing in cut.things]


def corpus(count: int, *, seed: int) -> list[str]:
    """Return wordings of made-up scenes, as the training reads them."""
    rng = np.random.default_rng(seed)
    lands = sorted({land for climate in CLIMATES.values() for land, _ in climate.places})
    kinds, colours = list(KINDS), list(PAINTS)
    return [
        say_frame(
            [
                Mention(kinds[rng.integers(len(kinds))], colours[rng.integers(len(colours))])
                for _ in range(rng.integers(0, 4))
            ],
            lands[rng.integers(len(lands))],
            rng,
        ).text
        for _ in range(count)
    ]


def train_tokenizer(*, seed: int, vocabulary: int) -> Tokenizer:
    """Return a byte-level BPE tokenizer; its end token has the highest id, as open_clip wants."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary - 2,
        special_tokens=[PAD],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(corpus(CORPUS, seed=seed), trainer)
    tokenizer.add_special_tokens([START, END])
    start, end = (tokenizer.token_to_id(token) for token in (START, END))
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{START} $A {END}", special_tokens=[(START, start), (END, end)]
    )
    tokenizer.enable_padding(pad_id=0, pad_token=PAD)
    return tokenizer
