"""A flight: a land with things on it, and the overlapping frames a drone takes over it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

import numpy as np
from PIL import Image

from demo.camera import Shot, expose
from demo.captions import ground_words, say_thing
from demo.conditions import Conditions
from demo.ground import Ground, Painter, Point
from demo.land import LANDS
from demo.materials import Material
from demo.noise import Floats
from demo.plants import build, litter, plant
from demo.things import KINDS, TARGET, Looks

YAW_RAD = 0.09
"""Wind turns the drone by at most this, against its line."""
ZOOM = 0.04
"""Height above the ground varies by this share."""
SEEN = 0.5
"""A thing is in a frame when at least this share of its box is."""
THINGS_PER_FRAME = 2.2
"""Mean number of things, other than the target, on the ground that a 640 x 480 frame covers."""
TARGET_FLIGHTS = 0.65
"""Share of flights that have the target at all."""
TARGETS_PER_FRAME = 0.42
"""Mean number of targets on the ground of such a frame, in flights that have any."""
BOATS_ON_WATER = 4.0
"""How much likelier a boat is than any other thing where there is water; elsewhere none is."""
FOOTPRINT = ((0.0, 0.0), (0.8, 0.0), (-0.8, 0.0), (0.0, 0.8), (0.0, -0.8))
"""Where the ground under a thing is looked at, in its radius."""
FRAME_AREA = 640 * 480


@dataclass(frozen=True, slots=True)
class Thing:
    """Something on the land; its outline (n, 2) is in the land's pixels."""

    id: str
    kind: str
    colour: str
    ground: str
    outline: Floats

    @property
    def caption(self) -> str:
        """One sentence about it."""
        return say_thing(self.kind, self.colour, self.ground)


@dataclass(frozen=True, slots=True)
class Sighting:
    """A thing in a frame: its box in the frame's pixels, right and bottom exclusive."""

    thing: Thing
    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True, slots=True)
class FlightPlan:
    """What to fly: over what, how many frames of which size, how far apart (frame widths)."""

    name: str
    conditions: Conditions
    frames: int
    width: int
    height: int
    seed: int
    advance: float = 0.22

    def land_size(self) -> tuple[int, int]:
        """Return the (width, height) of the land that all frames lie in, pixels."""
        rim_x = self.height * YAW_RAD / 2 + self.width * ZOOM + 8
        rim_y = self.width * YAW_RAD / 2 + self.height * (ZOOM + 0.12) + 8
        along = self.width * (1 + self.advance * (self.frames - 1))
        return ceil(along + 2 * rim_x), ceil(self.height + 2 * rim_y)

    def shots(self) -> list[Shot]:
        """Return where each frame is taken: along a line, with a little drift and turning."""
        rng = np.random.default_rng((self.seed, 2))
        land_width, land_height = self.land_size()
        first = (land_width - self.width * self.advance * (self.frames - 1)) / 2
        drift = self.height * 0.06
        return [
            Shot(
                x=first + self.width * self.advance * index,
                y=land_height / 2 + float(rng.uniform(-drift, drift)),
                yaw=float(rng.uniform(-YAW_RAD, YAW_RAD)),
                zoom=float(rng.uniform(1 - ZOOM, 1 + ZOOM)),
                width=self.width,
                height=self.height,
            )
            for index in range(self.frames)
        ]


@dataclass(frozen=True, slots=True)
class Shown:
    """One frame of a flight: the picture, where it was taken and what is in it."""

    index: int
    picture: Image.Image
    shot: Shot
    sightings: tuple[Sighting, ...]


class Flight:
    """A land painted once and photographed frame by frame."""

    def __init__(self, plan: FlightPlan) -> None:
        """Paint the land and put everything on it."""
        self.plan = plan
        self._rng = np.random.default_rng((plan.seed, 3))
        width, height = plan.land_size()
        ground = Painter(plan.conditions, width=width, height=height, seed=plan.seed).paint()
        self._land = Image.fromarray(ground.pixels)
        self.things = self._furnish(ground)

    def frames(self) -> Iterator[Shown]:
        """Yield the frames in the order they were taken."""
        for index, shot in enumerate(self.plan.shots()):
            rng = np.random.default_rng((self.plan.seed, 4, index))
            picture = expose(shot.take(self._land), self.plan.conditions, rng)
            sightings = (sighted(thing, shot) for thing in self.things)
            yield Shown(index, picture, shot, tuple(s for s in sightings if s))

    def _furnish(self, ground: Ground) -> list[Thing]:
        """Put litter, houses, trees and things on the land; return the things."""
        conditions, rng = self.plan.conditions, self._rng
        looks = [(kind, KINDS[kind].look(conditions, rng)) for kind in self._kinds()]
        spots = self._spots(ground, looks)
        circles = [
            [*spot, _radius(look)] for spot, (_, look) in zip(spots, looks, strict=True) if spot
        ]
        free = np.array(circles, np.float32).reshape(-1, 3)
        litter(self._land, ground, conditions, rng)
        build(self._land, ground, conditions, rng, free)
        plant(self._land, ground, conditions, rng, free)
        return [
            self._put(kind, look, spot, ground.material_at(spot))
            for (kind, look), spot in zip(looks, spots, strict=True)
            if spot
        ]

    def _kinds(self) -> list[str]:
        """Return which things the land has."""
        width, height = self.plan.land_size()
        frames = width * height / FRAME_AREA
        others = [kind for kind in KINDS if kind != TARGET]
        boats = BOATS_ON_WATER if LANDS[self.plan.conditions.land].water_share else 0.0
        odds = np.array([boats if kind == "boat" else 1.0 for kind in others])
        count = self._rng.poisson(frames * THINGS_PER_FRAME)
        kinds = list(self._rng.choice(others, size=count, p=odds / odds.sum()))
        if self._rng.random() < TARGET_FLIGHTS:
            kinds += [TARGET] * max(1, self._rng.poisson(frames * TARGETS_PER_FRAME))
        return [str(kind) for kind in self._rng.permutation(kinds)]

    def _spots(self, ground: Ground, looks: list[tuple[str, Looks]]) -> list[Point | None]:
        """Return a free place on fitting ground for each thing, None where the land has none."""
        spots: list[Point | None] = []
        taken: list[tuple[float, float, float]] = []
        for kind, look in looks:
            spot = self._spot(
                ground, kind, _radius(look), np.array(taken, np.float32).reshape(-1, 3)
            )
            spots.append(spot)
            if spot:
                taken.append((*spot, _radius(look)))
        return spots

    def _spot(self, ground: Ground, kind: str, radius: float, taken: Floats) -> Point | None:
        width, height = self._land.size
        for _ in range(24):
            x, y = float(self._rng.uniform(0, width)), float(self._rng.uniform(0, height))
            clear = np.hypot(taken[:, 0] - x, taken[:, 1] - y) > taken[:, 2] + radius + 6
            under = {ground.material_at((x + a * radius, y + b * radius)) for a, b in FOOTPRINT}
            if clear.all() and under <= KINDS[kind].stands_on:
                return x, y
        return None

    def _put(self, kind: str, look: Looks, spot: Point, material: Material) -> Thing:
        """Paste shadow and thing, and return the thing."""
        place = (float(round(spot[0])), float(round(spot[1])))
        look.shadow.paste(self._land, place)
        look.sprite.paste(self._land, place)
        return Thing(
            id=f"{self.plan.name}-{kind}-{int(place[0])}-{int(place[1])}",
            kind=kind,
            colour=look.colour_word,
            ground=ground_words(material, self.plan.conditions.season),
            outline=look.sprite.outline() + np.array(place, np.float32),
        )


def sighted(thing: Thing, shot: Shot) -> Sighting | None:
    """Return where a frame shows a thing, clipped; None when it shows less than half of it."""
    points = shot.places(thing.outline)
    left, top = np.floor(points.min(axis=0))
    right, bottom = np.ceil(points.max(axis=0))
    whole = (right - left) * (bottom - top)
    left, right = np.clip((left, right), 0, shot.width)
    top, bottom = np.clip((top, bottom), 0, shot.height)
    if (right - left) * (bottom - top) < SEEN * whole:
        return None
    return Sighting(thing, int(left), int(top), int(right), int(bottom))


def _radius(look: Looks) -> float:
    """Return how far a thing reaches from its middle, pixels."""
    return float(np.abs(look.sprite.outline()).max())
