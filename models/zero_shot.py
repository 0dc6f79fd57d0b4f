"""The zero-shot head: from embeddings of pictures and prompts to one score per picture."""

from collections.abc import Callable, Sequence

import numpy as np

from ensembles.voter import Floats
from models.vectors import softmax, unit_rows

PLACEHOLDER = "{}"


def zero_shot_scores(
    images: Floats, positive: Floats, negative: Floats, *, logit_scale: float
) -> Floats:
    """Return the share of the softmax over all prompts that the positive ones hold.

    Radford et al. 2021, "Learning Transferable Visual Models From Natural Language
    Supervision", section 3.1: logits are cosine similarities times the model's logit scale.

    Args:
        images: Rows of length 1, shape (n, d).
        positive: Rows of length 1, shape (p, d): prompts that describe the target.
        negative: Rows of length 1, shape (q, d): prompts that describe everything else.
        logit_scale: The reciprocal of the softmax temperature; 100 in OpenAI's models.

    Returns:
        float32, shape (n,), in [0, 1].
    """
    cosines = images @ np.concatenate([positive, negative]).T
    shares = softmax(np.float32(logit_scale) * cosines)
    mass = shares[:, : len(positive)].sum(axis=1, dtype=np.float32)
    return np.asarray(np.minimum(mass, 1), dtype=np.float32)


def prompt_rows(
    embed: Callable[[list[str]], Floats], prompts: Sequence[str], templates: Sequence[str]
) -> Floats:
    """Return one row of length 1 per prompt: the mean of what its templates say, shape (p, d).

    Args:
        embed: From texts to rows (n, d) of any length.
        prompts: Put where a template has `{}`.
        templates: At least one.
    """
    texts = [template.replace(PLACEHOLDER, prompt) for prompt in prompts for template in templates]
    rows = unit_rows(embed(texts))
    return unit_rows(rows.reshape(len(prompts), len(templates), -1).mean(axis=1))
