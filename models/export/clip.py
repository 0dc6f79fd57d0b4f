"""Any open_clip model to a prepared bundle that needs neither torch nor open_clip."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from tokenizers import Tokenizer

from models.cards import OPSET, ClipCard
from models.clip_bundle import (
    CARD_FILE,
    EMBEDDING,
    IMAGE_FILE,
    TEXT_FILE,
    TOKENIZER_FILE,
    ClipBundle,
    embed_prompts,
    token_ids,
)
from models.export.onnx_file import EXAMPLE_BATCH, Calls, write_onnx
from models.export.self_check import drawn_pictures, worst_difference
from models.export.tokenizer import PROBES, clip_tokenizer, fit_to_context
from models.export.weights_digest import digest_of
from models.preprocess import Picture, Recipe, prepare
from models.runtime import Runtime
from models.settings import ModelSettings
from models.weights import sha256_of, written_whole

if TYPE_CHECKING:
    import open_clip
    from open_clip.tokenizer import SimpleTokenizer


def export_clip(
    model: "open_clip.CLIP",
    tokenizer: "SimpleTokenizer | Tokenizer",
    folder: Path,
    *,
    name: str,
    source: str,
    recipe: Recipe,
    source_sha256: str | None = None,
    pictures: Sequence[Picture] = (),
) -> dict[str, float]:
    """Write the model as a bundle that replaces `folder`, once it agrees with torch.

    Args:
        model: On the CPU, in float32; it is put into eval mode.
        tokenizer: open_clip's own, or one of the tokenizers library that adds the start and
            end tokens; prompts are cut and padded to the model's context length.
        folder: Of the bundle.
        name: Of the architecture.
        source: Where the weights come from, in words.
        recipe: How pictures become the model's input.
        source_sha256: Of the file the weights came from; default: of the weights in memory.
        pictures: To compare torch and ONNX on; default: drawn ones.

    Returns:
        The largest difference between torch and ONNX, by output.

    Raises:
        WeightsError: torch and ONNX, or the two tokenizers, do not agree. `folder` is as it was.
    """
    model.eval()
    with written_whole(folder) as draft:
        _write_towers(model, draft, recipe)
        _tokenizer_for(model, tokenizer).save(str(draft / TOKENIZER_FILE))
        card = ClipCard(
            model=name,
            source=source,
            source_sha256=source_sha256 or digest_of(model),
            opset=OPSET,
            precision="fp32",
            image=recipe,
            context_length=model.context_length,
            logit_scale=model.logit_scale.detach().exp().item(),
            embed_dim=_embed_dim(model),
            files={path.name: sha256_of(path) for path in sorted(draft.iterdir())},
        )
        card.save(draft / CARD_FILE)
        return check_towers(model, ClipBundle(draft, card), pictures or drawn_pictures())


def check_towers(
    model: "open_clip.CLIP", bundle: ClipBundle, pictures: Sequence[Picture]
) -> dict[str, float]:
    """Return the largest difference between torch and ONNX, by tower.

    Raises:
        WeightsError: A tower of the bundle is no copy of the model's.
    """
    runtime = Runtime(ModelSettings(provider="cpu"))
    images = prepare(pictures, bundle.recipe)
    tokenizer = bundle.open_tokenizer()
    with torch.no_grad():
        image_rows = model.encode_image(torch.from_numpy(images)).numpy()
        tokens = torch.from_numpy(token_ids(tokenizer, list(PROBES)))
        text_rows = model.encode_text(tokens).numpy()
    return {
        "image": worst_difference(
            image_rows,
            bundle.open_image_tower(runtime).run(images)[0],
            what="image embeddings",
            path=bundle.folder / IMAGE_FILE,
        ),
        "text": worst_difference(
            text_rows,
            embed_prompts(bundle.open_text_tower(runtime), tokenizer, list(PROBES)),
            what="text embeddings",
            path=bundle.folder / TEXT_FILE,
        ),
    }


def _write_towers(model: "open_clip.CLIP", folder: Path, recipe: Recipe) -> None:
    write_onnx(
        Calls(model, "encode_image"),
        torch.zeros(EXAMPLE_BATCH, *recipe.shape),
        folder / IMAGE_FILE,
        input_name="image",
        output_names=[EMBEDDING],
    )
    write_onnx(
        Calls(model, "encode_text"),
        torch.zeros(EXAMPLE_BATCH, model.context_length, dtype=torch.int64),
        folder / TEXT_FILE,
        input_name="tokens",
        output_names=[EMBEDDING],
    )


def _tokenizer_for(model: "open_clip.CLIP", tokenizer: "SimpleTokenizer | Tokenizer") -> Tokenizer:
    ours = tokenizer if isinstance(tokenizer, Tokenizer) else clip_tokenizer(tokenizer)
    ours = Tokenizer.from_str(ours.to_str())  # a copy: the caller's keeps its own padding
    fit_to_context(ours, model.context_length)
    return ours


def _embed_dim(model: "open_clip.CLIP") -> int:
    with torch.no_grad():
        tokens = torch.zeros(1, model.context_length, dtype=torch.int64)
        return int(model.encode_text(tokens).shape[-1])
