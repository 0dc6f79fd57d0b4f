"""How well drift is seen, on the demo world with flights as groups.

    python -m benchmarks.drift CACHE [--reference 360] [--test 160] [--windows 200] [--only-table]

Draws flights into the folder CACHE, lets the demo gate score usual and shifted ones (both are kept
there), makes a profile, and prints: false alarms on usual windows, with limits for flights and
with limits for independent frames; the power at a window of 250 frames, beside exact MMD and the
distance of centroids on the same windows; what is called the cause; when a broken voter is found;
and what a frame costs. Every rival's limit is its 99 % point over usual windows of flights, too:
at its own limits for independent frames each would alarm all the time.
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import process_time

import numpy as np

from benchmarks.drift_rivals import CentroidDistance, ExactMmd, Rival
from benchmarks.drift_world import (
    CLIMATES,
    CORRUPTIONS,
    draw,
    observe,
    observe_broken,
    observe_corrupted,
)
from monitoring.attributes import attributes_of
from monitoring.drift import Drift
from monitoring.findings import Finding, find
from monitoring.identity import Identity
from monitoring.make_profile import make_profile, rows_by_flight
from monitoring.observation import Observations, rank_of
from monitoring.pane_state import Layout, rows_of
from monitoring.panes import Arrival
from monitoring.profile import Golden, Profile
from monitoring.reference import Rows
from monitoring.simulation import thinned
from monitoring.statistics import statistics_of

WINDOW_FLIGHTS = 50
NOMINAL_SCORE = 2.0
CORRUPTED_FLIGHTS = 70
SHIFTED_FLIGHTS = 60
PARTS = (1.0, 0.2)
RIVALS: Sequence[type[Rival]] = (ExactMmd, CentroidDistance)
CALIBRATING_WINDOWS = 300

RIGHT_ATTRIBUTES = {
    "brightness +20 %": {"brightness"},
    "brightness -30 %": {"brightness"},
    "fog": {"dark_channel", "contrast", "saturation"},
    "blur": {"sharpness"},
    "JPEG quality 25": {"blockiness"},
    "colour cast": {"colour_cast"},
    "sensor noise": {"sharpness"},
}
"""What each corruption is; none of the seven is called noise, and noise sharpens."""


@dataclass(frozen=True, slots=True, eq=False)
class Power:
    """How often windows of one shift alarm, by each method, and what is called the cause."""

    name: str
    ours: float
    rivals: tuple[float, ...]
    right: float
    wrong: float


class Bench:
    """A profile, and the rivals, on the same usual flights."""

    def __init__(self, usual: Observations, identity: Identity, windows: int) -> None:
        self.windows = windows
        self.usual = usual
        golden = Golden((), usual.scores[:0], usual.embeddings[:0])
        self.profile = make_profile(usual, identity, golden)
        flights = list(rows_by_flight(usual.flights).values())
        half = len(flights) // 2
        rng = np.random.default_rng(1)
        sample = np.concatenate([thinned(rows, rng) for rows in flights[:half]])
        self.rivals = [rival(usual.embeddings[sample].astype(np.float64)) for rival in RIVALS]
        chosen = [window_of(flights[half:], rng) for _ in range(CALIBRATING_WINDOWS)]
        self.limits = [
            float(
                np.quantile(
                    [rival.of(usual.embeddings[rows].astype(np.float64)) for rows in chosen], 0.99
                )
            )
            for rival in self.rivals
        ]

    def power(self, name: str, frames_of: Callable[[np.random.Generator], Observations]) -> Power:
        """Return how often windows alarm; each is drawn by `frames_of`."""
        rng = np.random.default_rng(2)
        alarms, causes = [], []
        for _ in range(self.windows):
            frames = frames_of(rng)
            vectors = frames.embeddings.astype(np.float64)
            found = self.look(frames)
            alarms.append(
                [found.alarms]
                + [r.of(vectors) > limit for r, limit in zip(self.rivals, self.limits, strict=True)]
            )
            causes.append(next((c for c in found.causes if c in found.attributes), None))
        ours, *rivals = np.mean(alarms, axis=0)
        right = RIGHT_ATTRIBUTES.get(name.rpartition(",")[0] or name, set())
        return Power(
            name,
            float(ours),
            tuple(map(float, rivals)),
            right=float(np.mean([cause in right for cause in causes])) if right else float("nan"),
            wrong=float(np.mean([cause is not None and cause not in right for cause in causes]))
            if right
            else float("nan"),
        )

    def look(self, frames: Observations) -> Finding:
        """Return the finding of one window of 250 frames."""
        state = rows_of(frames, self.profile.reference).sum(axis=0)
        return find(state, self.profile, panes=5, limit=NOMINAL_SCORE)


def window_of(flights: Sequence[Rows], rng: np.random.Generator) -> Rows:
    """Return five frames of each of 50 flights."""
    drawn = rng.permutation(len(flights))[:WINDOW_FLIGHTS]
    return np.concatenate([thinned(flights[index], rng) for index in drawn])


def false_alarms(profile: Profile, frames: Observations, *, windows: int = 1000) -> float:
    """Return the share of usual windows that alarm at a nominal 1 %."""
    rng = np.random.default_rng(3)
    rows = rows_of(frames, profile.reference)
    flights = list(rows_by_flight(frames.flights).values())
    states = np.stack([rows[window_of(flights, rng)].sum(axis=0) for _ in range(windows)])
    scores = profile.limits[5].score(statistics_of(states, profile.baseline, profile.reference))
    return float((scores >= NOMINAL_SCORE).mean())


def mixed(
    clean: Observations, other: Observations, share: float
) -> Callable[[np.random.Generator], Observations]:
    """Return what draws windows in which a share of the frames is the corrupted picture itself."""
    flights = list(rows_by_flight(clean.flights).values())

    def draw_window(rng: np.random.Generator) -> Observations:
        rows = window_of(flights, rng)
        bad = rng.permutation(len(rows)) < round(share * len(rows))
        return clean.take(rows[~bad]).joined_with(other.take(rows[bad]))

    return draw_window


def partly(
    clean: Observations, other: Observations, share: float
) -> Callable[[np.random.Generator], Observations]:
    """Return what draws windows in which a share of the flights is of another kind."""
    usual, odd = (list(rows_by_flight(each.flights).values()) for each in (clean, other))
    count = round(share * WINDOW_FLIGHTS)

    def draw_window(rng: np.random.Generator) -> Observations:
        some = window_of(usual, rng)[: 5 * (WINDOW_FLIGHTS - count)]
        rest = window_of(odd, rng)[: 5 * count]
        return clean.take(some).joined_with(other.take(rest))

    return draw_window


def frames_until_alarm(profile: Profile, frames: Observations) -> tuple[int | None, str]:
    """Return after how many frames a broken voter alarms at one false alarm a week, and as what."""
    drift = Drift(profile, false_alarms_per_week=1)
    rows = rows_of(frames, profile.reference)
    for number, row in enumerate(rows):
        arrival = Arrival(rank_of(frames.ids[number]), frames.flights[number], number * 36.0, row)
        judged = drift.take(arrival)
        if judged and judged.kinds:
            causes = judged.findings[0].causes[:3]
            return number + 1, f"{', '.join(sorted(judged.kinds))} ({', '.join(causes)})"
    return None, "nothing"


def costs(bench: Bench) -> list[str]:
    """Return what a frame and a pane cost, CPU."""
    profile, batch = bench.profile, bench.usual.take(np.arange(32))
    rounds = 300
    start = process_time()
    rows = rows_of(batch, profile.reference)
    for _ in range(rounds):
        rows_of(batch, profile.reference)
    each = (process_time() - start) / rounds / 32
    plain = replace(batch, embeddings=np.full_like(batch.embeddings, np.nan))
    start = process_time()
    for _ in range(rounds):
        rows_of(plain, profile.reference)
    rest = (process_time() - start) / rounds / 32
    start = process_time()
    for _ in range(rounds):
        find(rows.sum(axis=0), profile, panes=5, limit=NOMINAL_SCORE)
    close = (process_time() - start) / rounds
    pixels = np.random.default_rng(0).integers(0, 255, (480, 640, 3)).astype(np.uint8)
    start = process_time()
    for _ in range(rounds):
        attributes_of(pixels)
    attributes = (process_time() - start) / rounds
    return [
        f"row of a frame, batch 32: {1e6 * each:.1f} us, of it embedding {1e6 * (each - rest):.1f}",
        f"attributes of a frame: {1e3 * attributes:.2f} ms",
        f"close of a window: {1e3 * close:.2f} ms; state: {8 * profile.layout.width} bytes",
        *(
            f"state at {dimension} numbers: {8 * Layout(3, dimension, 32).width} bytes"
            for dimension in (96, 512, 768)
        ),
    ]


def main() -> None:
    """Print everything."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("cache", type=Path)
    parser.add_argument("--reference", type=int, default=360)
    parser.add_argument("--test", type=int, default=160)
    parser.add_argument("--windows", type=int, default=200)
    given = parser.parse_args()
    draw(given.cache, "usual", given.reference + given.test)
    for kind in CLIMATES.keys() - {"usual"}:
        draw(given.cache, kind, SHIFTED_FLIGHTS)
    usual, identity = observe(given.cache, "usual", range(given.reference))
    fresh, _ = observe(given.cache, "usual", range(given.reference, given.reference + given.test))
    bench = Bench(usual, identity, given.windows)
    check = bench.profile.self_check
    print(f"profile: {len(usual)} frames of {bench.profile.flights} flights")
    print(f"self-check: {check.rate:.1%} of windows of {check.flights} held-out flights")
    alone = replace(usual, flights=usual.ids)
    independent = make_profile(alone, identity, bench.profile.golden)
    print(f"false alarms at nominal 1 %, new flights: {false_alarms(bench.profile, fresh):.1%}")
    print(f"the same, limits for independent frames: {false_alarms(independent, fresh):.1%}")
    first = given.reference + 40
    print_powers(bench, given.cache, fresh, range(first, first + CORRUPTED_FLIGHTS))
    for voter in identity.voters:
        broken, _ = observe_broken(given.cache, voter, range(first, first + CORRUPTED_FLIGHTS))
        print(f"{voter} with swapped channels: {frames_until_alarm(bench.profile, broken)}")
    print("\n".join(costs(bench)))


def print_powers(bench: Bench, cache: Path, fresh: Observations, corrupted: range) -> None:
    """Print the table of powers."""
    print("| shift | Skysift | exact MMD | centroid | right attribute | wrong |")
    print("|---|---|---|---|---|---|")
    clean, _ = observe(cache, "usual", corrupted)
    powers = [bench.power("none", mixed(fresh, fresh, 0.0))]
    for name in CORRUPTIONS:
        other, _ = observe_corrupted(cache, name, corrupted)
        powers += [bench.power(f"{name}, {part:.0%}", mixed(clean, other, part)) for part in PARTS]
    for kind, shares in (("altitude", (1.0,)), ("winter", (1.0,)), ("terrain", (0.1, 0.2))):
        other, _ = observe(cache, kind, range(SHIFTED_FLIGHTS))
        powers += [
            bench.power(f"{kind}, {part:.0%}", partly(fresh, other, part)) for part in shares
        ]
    for power in powers:
        cells = (power.ours, *power.rivals, power.right, power.wrong)
        shown = " | ".join("" if np.isnan(cell) else f"{cell:.2f}" for cell in cells)
        print(f"| {power.name} | {shown} |")


if __name__ == "__main__":
    main()
