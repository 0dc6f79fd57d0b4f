"""Words for what a frame shows: a sentence for each thing, many wordings for a whole frame.

The wordings below are all that the CLIP of the demo ever reads. The prompts in `configs/demo.yaml`
are built from the same words but from none of these phrases; a test holds them apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from demo.conditions import Season
from demo.land import LANDS
from demo.materials import Material

TARGET_NOUNS = (
    "a hiker",
    "a walker",
    "a person",
    "a man",
    "a woman",
    "somebody",
    "one person",
    "a hiker on foot",
)
NOUNS: dict[str, tuple[str, ...]] = {
    "hiker": TARGET_NOUNS,
    "car": ("a car", "a vehicle", "a parked car"),
    "boat": ("a boat", "a rowing boat", "a small boat"),
    "tent": ("a tent", "a camping tent", "a pitched tent"),
    "deer": ("a deer", "a wild animal", "a grazing deer"),
    "rock": ("a rock", "a boulder", "a big stone"),
    "bush": ("a bush", "a shrub", "some scrub"),
}
"""How a wording may name each kind."""

WEARING = ("in {}", "wearing {}", "in a {} jacket", "with a {} jacket", "dressed in {}")
DOING = ("walking", "hiking", "standing", "with a shadow", "with a backpack", "alone", "on a walk")

SCENES = (
    "an aerial photo of {things} on {ground}",
    "an aerial view of {ground} with {things}",
    "a photo from above of {things}",
    "{things} seen from above on {ground}",
    "a drone picture of {ground}, there is {things}",
    "{ground} from the air and {things}",
    "looking down on {things}",
    "a top view: {things}, {ground}",
    "in this aerial photo we see {things}",
    "{things}",
)
EMPTY_SCENES = (
    "an aerial photo of empty {ground}",
    "an aerial view of {ground} and nothing else",
    "{ground} from above, nothing on it",
    "a drone picture of {ground} only",
    "looking down on bare {ground}",
    "{ground} seen from the air",
)
SAY_MORE = 0.45
"""How often a wording says what a thing looks like, or what a hiker does."""
SAY_NOBODY = 0.5
"""How often a wording of a frame without a hiker says so."""
NOBODY = (
    ", nobody there",
    ", no people",
    " and no person",
    " without people",
    ", no hiker to be seen",
)


@dataclass(frozen=True, slots=True)
class Mention:
    """What a wording may say of one thing."""

    kind: str
    colour: str


@dataclass(frozen=True, slots=True)
class Wording:
    """A sentence about a picture, and what it claims.

    Attributes:
        text: The sentence.
        kinds: Things it names; a sentence that names none says that there are none.
        land: The land it names, if it does.
        nobody: Whether it says that no hiker is there.
    """

    text: str
    kinds: frozenset[str]
    land: str | None
    nobody: bool

    def is_true_of(self, kinds: frozenset[str], land: str) -> bool:
        """Return whether every claim holds for a picture of a land with such things in it."""
        here = self.land in {None, land}
        things = self.kinds <= kinds if self.kinds else not kinds
        return here and things and not (self.nobody and "hiker" in kinds)


def ground_words(material: Material, season: Season) -> str:
    """Return how a caption names the ground."""
    grass = {"summer": "green grass", "autumn": "dry grass", "winter": "frozen grass"}[season]
    return {
        Material.GRASS: grass,
        Material.FOREST: "the forest floor",
        Material.SAND: "sand",
        Material.SNOW: "snow",
        Material.ROCK: "bare rock",
        Material.WATER: "water",
        Material.FIELD: "a field",
        Material.ROAD: "a road",
    }[material]


def say_thing(kind: str, colour: str, ground: str) -> str:
    """Return the caption of one thing, as the objects CSV has it."""
    if kind == "hiker":
        return f"a hiker in a {colour} jacket on {ground}"
    return " ".join(f"a {colour} {kind} on {ground}".split())


def say_frame(mentions: Sequence[Mention], land: str, rng: np.random.Generator) -> Wording:
    """Return one of many wordings for a picture of a land with these things in it."""
    named = _named(mentions, rng)
    scene = _one(rng, SCENES if named else EMPTY_SCENES)
    things = " and ".join(_words(mention, rng) for mention in named)
    text = scene.format(things=things, ground=_one(rng, LANDS[land].words))
    kinds = frozenset(mention.kind for mention in named)
    nobody = "hiker" not in kinds and bool(rng.random() < SAY_NOBODY)
    return Wording(
        text + _one(rng, NOBODY) if nobody else text,
        kinds=kinds,
        land=land if "{ground}" in scene else None,
        nobody=nobody,
    )


def _named(mentions: Sequence[Mention], rng: np.random.Generator) -> list[Mention]:
    """Return up to three things of different kinds, in any order; a target is never left out."""
    order = [mentions[place] for place in rng.permutation(len(mentions))]
    kinds: dict[str, Mention] = {}
    for mention in sorted(order, key=lambda mention: mention.kind != "hiker"):
        kinds.setdefault(mention.kind, mention)
    chosen = list(kinds.values())[:3]
    return [chosen[place] for place in rng.permutation(len(chosen))]


def _words(mention: Mention, rng: np.random.Generator) -> str:
    noun = _one(rng, NOUNS[mention.kind])
    if mention.kind == "hiker":
        wearing = _one(rng, WEARING).format(mention.colour) if rng.random() < SAY_MORE else ""
        doing = _one(rng, DOING) if rng.random() < SAY_MORE else ""
        return " ".join(f"{noun} {doing} {wearing}".split())
    if mention.colour and rng.random() < SAY_MORE:
        article, rest = noun.split(" ", 1)
        return f"{article} {mention.colour} {rest}"
    return noun


def _one(rng: np.random.Generator, choices: Sequence[str]) -> str:
    return choices[int(rng.integers(len(choices)))]
