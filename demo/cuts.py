"""Cuts to train on: small windows around things and anywhere, with what is in them.

A window of a tenth of a frame costs a tenth of the frame, and holds as much to learn: this is what
makes training on two CPU cores a matter of minutes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from demo.things import TARGET
from demo.world import Example, Pixels

MOSTLY = 0.6
"""A thing is in a cut when at least this share of its box is ..."""
FILLS = 0.2
"""... or when it fills at least this share of the cut."""
AROUND_TARGET = 0.36
"""Share of cuts that lie around a target."""
AROUND_OTHER = 0.4
"""Share of cuts that lie around any other thing; the rest lie anywhere."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A thing in a cut: its box in the cut's pixels may reach beyond it."""

    kind: str
    colour: str
    box: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Cut:
    """One window: pixels uint8 (h, w, 3), the land it is of, and the things in it."""

    pixels: Pixels
    land: str
    things: tuple[Placed, ...]

    def flipped(self, *, across: bool, down: bool) -> Cut:
        """Return the cut mirrored."""
        height, width = self.pixels.shape[:2]
        pixels = self.pixels[:: -1 if down else 1, :: -1 if across else 1]
        return Cut(
            pixels,
            self.land,
            tuple(_mirrored(thing, width * across, height * down) for thing in self.things),
        )


class Cutter:
    """Cuts windows from frames held in memory.

    Args:
        examples: What is on the frames.
        pixels: uint8 (n, h, w, 3), in their order.
        seed: Of where is cut.
    """

    def __init__(self, examples: list[Example], pixels: Pixels, *, seed: int) -> None:
        self._examples = examples
        self._pixels = pixels
        self._rng = np.random.default_rng(seed)
        height, width = pixels.shape[1:3]
        scale = np.array([width, height, width, height], np.float32)
        self._things = [
            tuple(
                Placed(
                    t.kind,
                    t.colour,
                    np.array([t.left, t.top, t.right, t.bottom], np.float32) * scale,
                )
                for t in example.things
            )
            for example in examples
        ]
        places = [
            (frame, slot, thing.kind)
            for frame, things in enumerate(self._things)
            for slot, thing in enumerate(things)
        ]
        self._targets = [(frame, slot) for frame, slot, kind in places if kind == TARGET]
        self._others = [(frame, slot) for frame, slot, kind in places if kind != TARGET]
        self._positive = [frame for frame, example in enumerate(examples) if example.is_positive]
        self._negative = [
            frame for frame, example in enumerate(examples) if not example.is_positive
        ]

    def cuts(self, count: int, side: int) -> list[Cut]:
        """Return square cuts, mirrored at random: many around targets and their look-alikes."""
        return [self._flip(self._cut(side)) for _ in range(count)]

    def frames(self, count: int) -> list[Cut]:
        """Return whole frames, mirrored at random, half of them with a target."""
        return [
            self._flip(self._whole(self._positive if index % 2 else self._negative))
            for index in range(count)
        ]

    def _whole(self, among: list[int]) -> Cut:
        frame = among[self._rng.integers(len(among))]
        return Cut(self._pixels[frame], self._examples[frame].land, self._things[frame])

    def _cut(self, side: int) -> Cut:
        height, width = self._pixels.shape[1:3]
        frame, middle = self._aim()
        corner = middle - side / 2 + self._rng.uniform(-0.38, 0.38, 2) * side
        left, top = (int(place) for place in np.clip(corner, 0, (width - side, height - side)))
        shift = np.array([left, top, left, top], np.float32)
        moved = (
            Placed(thing.kind, thing.colour, thing.box - shift) for thing in self._things[frame]
        )
        pixels = self._pixels[frame, top : top + side, left : left + side]
        return Cut(
            pixels,
            self._examples[frame].land,
            tuple(thing for thing in moved if _inside(thing.box, side)),
        )

    def _aim(self) -> tuple[int, npt.NDArray[np.float64]]:
        """Return a frame and where in it to cut."""
        chance = self._rng.random()
        among = self._targets if chance < AROUND_TARGET else self._others
        if chance < AROUND_TARGET + AROUND_OTHER and among:
            frame, slot = among[self._rng.integers(len(among))]
            box = self._things[frame][slot].box
            return frame, np.array([box[0] + box[2], box[1] + box[3]]) / 2
        height, width = self._pixels.shape[1:3]
        anywhere = self._rng.uniform((0, 0), (width, height))
        return int(self._rng.integers(len(self._examples))), anywhere

    def _flip(self, cut: Cut) -> Cut:
        return cut.flipped(across=bool(self._rng.integers(2)), down=bool(self._rng.integers(2)))


def _inside(box: npt.NDArray[np.float32], side: int) -> bool:
    width, height = np.maximum(np.minimum(box[2:], side) - np.maximum(box[:2], 0), 0)
    whole = (box[2] - box[0]) * (box[3] - box[1])
    return bool(width * height >= min(MOSTLY * whole, FILLS * side**2))


def _mirrored(thing: Placed, width: int, height: int) -> Placed:
    """Return the thing mirrored in a width and a height; 0 leaves that axis alone."""
    left, top, right, bottom = thing.box
    if width:
        left, right = width - right, width - left
    if height:
        top, bottom = height - bottom, height - top
    return Placed(thing.kind, thing.colour, np.array([left, top, right, bottom], np.float32))
