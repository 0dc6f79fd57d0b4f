"""Colours: named paints for what people make, shades and small variations."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

Colour = tuple[int, int, int]

PAINTS: dict[str, Colour] = {
    "red": (190, 36, 34),
    "orange": (224, 112, 30),
    "yellow": (222, 190, 46),
    "blue": (44, 84, 170),
    "green": (52, 112, 66),
    "white": (226, 226, 222),
    "black": (38, 38, 42),
    "purple": (116, 58, 132),
    "brown": (112, 84, 58),
    "grey": (134, 136, 140),
    "turquoise": (44, 150, 156),
}
"""Colours by the word that captions use."""


def painted(rng: np.random.Generator, words: tuple[str, ...]) -> tuple[str, Colour]:
    """Return one of the words and its paint, a little varied."""
    word = words[int(rng.integers(len(words)))]
    return word, vary(rng, PAINTS[word], 12)


def pick(rng: np.random.Generator, colours: tuple[Colour, ...]) -> Colour:
    """Return one of the colours, a little varied."""
    return vary(rng, colours[int(rng.integers(len(colours)))], 8)


def vary(rng: np.random.Generator, colour: Colour, by: float = 14.0) -> Colour:
    """Return a colour near the given one; `by` is a standard deviation in levels."""
    changes = rng.normal(0, by, 3)
    return _levels(level + change for level, change in zip(colour, changes, strict=True))


def shade(colour: Colour, light: float) -> Colour:
    """Return the colour `light` times as bright."""
    return _levels(level * light for level in colour)


def chance(rng: np.random.Generator, share: float) -> bool:
    """Return True in that share of the calls."""
    return bool(rng.random() < share)


def _levels(levels: Iterable[float]) -> Colour:
    red, green, blue = (min(255, max(0, round(level))) for level in levels)
    return red, green, blue
