"""A pool as drones bring it home, in the demo world: long bursts, rare hikers, rare lands.

Frames are drawn at half the usual size from twice the usual height: things are as large for the
voters as ever, a frame sees as much land, and drawing costs a quarter. Each flight is a burst in
which frames overlap by nine tenths. What is on a frame is known, and so are the land and the
flight; the demo gate's voters say what they say.
"""

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from batch.observe import Observer
from demo.conditions import USUAL
from demo.scenes import draw_flights
from demo.shipped import CONFIG
from ensembles.score_table import Codes
from ensembles.voter import Floats
from models.frames import Frame
from models.settings import ModelSettings
from monitoring.observation import Observation

Bools = npt.NDArray[np.bool_]

SIZE = (320, 240)
HEIGHT_TIMES = 2.0
FRAMES_PER_FLIGHT = 16
ADVANCE = 0.1
"""Frame widths between frames."""

TARGET = "hiker"
KINDS = (TARGET, "car", "boat", "tent", "deer")
SEEN = "seen.npz"


@dataclass(frozen=True, slots=True, eq=False)
class Flown:
    """n frames of many flights.

    Args:
        embeddings: Of the demo's CLIP, float32 (n, d).
        scores: Of its three voters, float32 (n, 3).
        shows: Which of `KINDS` each frame shows, bool (n, kinds).
        lands: Land and season of each frame, shape (n,).
        flights: The flight of each, int64 (n,).
    """

    embeddings: Floats
    scores: Floats
    shows: Bools
    lands: npt.NDArray[np.str_]
    flights: Codes

    def __len__(self) -> int:
        return len(self.flights)

    def take(self, rows: Bools | Codes) -> "Flown":
        """Return the chosen frames."""
        return Flown(
            self.embeddings[rows],
            self.scores[rows],
            self.shows[rows],
            self.lands[rows],
            self.flights[rows],
        )


def flown(folder: Path, *, flights: int, seed: int) -> Flown:
    """Return so many flights; drawn and scored the first time, then read from the folder."""
    kept = folder / f"flown-{seed}-{flights}.npz"
    if not kept.exists():
        folder.mkdir(parents=True, exist_ok=True)
        seen = _fly(folder / f"flights-{seed}", flights, seed)
        np.savez(kept, **{name: getattr(seen, name) for name in Flown.__slots__})
    with np.load(kept, allow_pickle=False) as stored:
        return Flown(**{name: stored[name] for name in Flown.__slots__})


def _fly(folder: Path, flights: int, seed: int) -> Flown:
    observer = Observer(CONFIG, ModelSettings())
    for flight in range(flights):
        place, land = _draw(folder, seed, flight)
        if not (place / SEEN).exists():
            seen = _seen(place, land, flight, observer)
            np.savez(place / SEEN, **{name: getattr(seen, name) for name in Flown.__slots__})
        print(f"flights flown: {flight + 1} of {flights}", flush=True)
    parts = [_read(folder / f"{flight:04d}" / SEEN) for flight in range(flights)]
    return Flown(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _read(path: Path) -> tuple[npt.NDArray[np.generic], ...]:
    with np.load(path, allow_pickle=False) as stored:
        return tuple(stored[name] for name in Flown.__slots__)


def _draw(folder: Path, seed: int, flight: int) -> tuple[Path, str]:
    """Draw one flight, and return where it lies and over what it was flown."""
    conditions = USUAL.draw(np.random.default_rng((seed, flight)))
    place = folder / f"{flight:04d}"
    if not (place / "objects.csv").exists():
        draw_flights(
            place,
            flights=1,
            frames_per_flight=FRAMES_PER_FLIGHT,
            size=SIZE,
            seed=1000 * seed + flight,
            conditions=replace(
                conditions,
                altitude_m=HEIGHT_TIMES * conditions.altitude_m,
                blur_px=conditions.blur_px / HEIGHT_TIMES,
            ),
            advance=ADVANCE,
        )
    return place, f"{conditions.land} {conditions.season}"


def _seen(place: Path, land: str, flight: int, observer: Observer) -> Flown:
    pictures = sorted(place.rglob("*.jpg"))
    observed = [_observed(path, flight, observer) for path in pictures]
    things = _things(place)
    names = [path.relative_to(place).as_posix() for path in pictures]
    return Flown(
        np.array([each.embedding for each in observed], dtype=np.float32),
        np.array([each.scores for each in observed], dtype=np.float32),
        np.array([[kind in things[name] for kind in KINDS] for name in names], dtype=bool),
        np.full(len(names), land, dtype="<U20"),
        np.full(len(names), flight, dtype=np.int64),
    )


def _observed(path: Path, flight: int, observer: Observer) -> Observation:
    """Return what the voters see; on a busy machine one may be late, and is asked again."""
    frame = Frame.decode(path.read_bytes(), source=str(path))
    while True:
        (verdict,) = observer.ensemble.gate.judge([frame], ask_all=True)
        observation = observer.observe(frame, verdict, str(flight))
        if observation.embedding is not None and np.isfinite(observation.scores).all():
            return observation


def _things(place: Path) -> dict[str, set[str]]:
    """Return which kinds of things each frame shows."""
    found: dict[str, set[str]] = defaultdict(set)
    with (place / "objects.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found[row["frame"]].add(row["class"])
    return found


@dataclass(frozen=True, slots=True)
class Tail:
    """What is rare in a pool.

    Args:
        hikers: Share of frames that show one.
        rare_lands: So many of the lands become rare.
        flights_of_rare: Flights that are left of each of these.
        short: Share of flights of which two frames are left: the drone passed by, and hovered over
            the others.
        passing: Whether of the hikers of a flight at most two frames are left; else all or none.
    """

    hikers: float = 0.015
    rare_lands: int = 4
    flights_of_rare: int = 1
    short: float = 0.0
    passing: bool = False


FRAMES_OF_SHORT = 2


def long_tailed(seen: Flown, rng: np.random.Generator, tail: Tail) -> Flown:
    """Return a pool in which hikers and some lands are rare, as they are over a summer's flights.

    Args:
        seen: Frames of many flights.
        rng: Which hikers, which lands and which flights are left.
        tail: What is rare.
    """
    lands = rng.permutation(np.unique(seen.lands))[: tail.rare_lands]
    kept = np.ones(len(seen), dtype=bool)
    for land in lands:
        here = rng.permutation(np.unique(seen.flights[seen.lands == land]))
        kept &= ~np.isin(seen.flights, here[tail.flights_of_rare :])
    if tail.short:
        flights = np.unique(seen.flights)
        short = rng.permutation(flights)[: round(tail.short * len(flights))]
        kept &= ~np.isin(seen.flights, short) | _at_most(seen.flights, FRAMES_OF_SHORT, rng)
    if tail.passing:
        shown = seen.shows[:, KINDS.index(TARGET)]
        kept &= ~shown | _at_most(np.where(shown, seen.flights, -1), FRAMES_OF_SHORT, rng)
    return _few_hikers(seen.take(kept), rng, tail.hikers)


def _at_most(groups: Codes, count: int, rng: np.random.Generator) -> Bools:
    """Return rows, drawn, of which each group has at most so many."""
    order = rng.permutation(len(groups))
    ordered = order[np.argsort(groups[order], kind="stable")]
    first = np.flatnonzero(np.diff(groups[ordered], prepend=groups[ordered][0] - 1))
    place = np.arange(len(groups)) - np.repeat(first, np.diff(np.append(first, len(groups))))
    chosen = np.zeros(len(groups), dtype=bool)
    chosen[ordered] = place < count
    return chosen


def _few_hikers(seen: Flown, rng: np.random.Generator, share: float) -> Flown:
    shown = seen.shows[:, KINDS.index(TARGET)]
    room = share * (~shown).sum() / (1 - share)
    left = shown.copy()
    for flight in _shuffled(seen.flights[shown], rng):
        here = left & (seen.flights == flight)
        if left.sum() - here.sum() >= room:
            left &= ~here
    return seen.take(left | ~shown)


def _shuffled(flights: Codes, rng: np.random.Generator) -> Iterator[int]:
    yield from rng.permutation(np.unique(flights)).tolist()
