"""Hikers and deer from above, in many variants."""

from __future__ import annotations

import numpy as np

from demo.colours import Colour, chance, painted, pick, shade
from demo.conditions import Season
from demo.sprites import Pen, ring

SKIN: tuple[Colour, ...] = ((224, 178, 146), (190, 138, 104), (126, 84, 58))
HAIR: tuple[Colour, ...] = (
    (52, 38, 28),
    (110, 78, 44),
    (176, 148, 96),
    (40, 40, 42),
    (150, 40, 40),
    (222, 222, 220),
)


def draw_hiker(pen: Pen, rng: np.random.Generator, season: Season) -> str:
    """Draw a walker from above: legs in stride, shoulders, arms, head, often a pack or poles."""
    del season
    word, jacket = painted(
        rng,
        (
            "red",
            "orange",
            "yellow",
            "blue",
            "green",
            "white",
            "black",
            "purple",
            "turquoise",
            "grey",
        ),
    )
    trousers = pick(rng, ((58, 60, 72), (92, 80, 62), (44, 44, 48), (70, 84, 116)))
    stride, size = float(rng.uniform(0.1, 0.5)), float(rng.uniform(1.05, 1.35))
    pen.stroke((-0.05, -0.13 * size), (stride * size, -0.15 * size), 0.2 * size, trousers)
    pen.stroke(
        (0.05, 0.13 * size), (-stride * size, 0.15 * size), 0.2 * size, shade(trousers, 0.85)
    )
    for side in (-1, 1):
        swing = side * float(rng.uniform(-0.1, 0.4))
        hand = (swing * size, side * 0.46 * size)
        pen.stroke((0.0, side * 0.3 * size), hand, 0.16 * size, shade(jacket, 0.9))
        if chance(rng, 0.3):
            pen.stroke(hand, (hand[0] + 0.45, hand[1] + side * 0.08), 0.05, (196, 196, 200))
    pen.mound(ring((0.0, 0.0), (0.24 * size, 0.38 * size)), jacket)
    if chance(rng, 0.7):
        pack = painted(
            rng, ("red", "orange", "blue", "green", "black", "brown", "grey", "turquoise")
        )[1]
        pen.mound(ring((-0.26 * size, 0.0), (0.2 * size, 0.26 * size), corners=8), pack)
    pen.ellipse((0.06 * size, 0.0), (0.15 * size, 0.13 * size), pick(rng, HAIR))
    pen.ellipse((0.16 * size, 0.0), (0.07 * size, 0.08 * size), pick(rng, SKIN))
    return word


def draw_deer(pen: Pen, rng: np.random.Generator, season: Season) -> str:
    """Draw a deer: long brown body, neck and head, legs, perhaps antlers or a pale rump."""
    coat = pick(
        rng,
        ((118, 92, 72), (104, 88, 74))
        if season == "winter"
        else ((146, 94, 54), (128, 84, 50), (160, 112, 70)),
    )
    size = float(rng.uniform(0.85, 1.15))
    bend = float(rng.uniform(-0.4, 0.4))
    for along in (-0.45, 0.4):
        for side in (-1, 1):
            pen.stroke(
                (along * size, side * 0.1),
                ((along + float(rng.uniform(-0.12, 0.2))) * size, side * 0.3 * size),
                0.09,
                shade(coat, 0.7),
            )
    pen.mound(ring((0.0, 0.0), (0.66 * size, 0.25 * size)), coat)
    pen.ellipse(
        (-0.6 * size, 0.0),
        (0.13 * size, 0.15 * size),
        (214, 200, 176) if chance(rng, 0.6) else coat,
    )
    head = (1.08 * size, bend * size)
    pen.stroke((0.5 * size, 0.0), head, 0.2 * size, shade(coat, 0.95))
    pen.ellipse(head, (0.2 * size, 0.1 * size), shade(coat, 1.05), lean=bend)
    for side in (-1, 1):
        tip = (head[0] - 0.02, head[1] + side * (0.4 if chance(rng, 0.4) else 0.18) * size)
        pen.stroke((head[0] - 0.1, head[1]), tip, 0.06, (196, 176, 140))
    return ""
