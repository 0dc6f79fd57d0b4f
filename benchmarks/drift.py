"""How well drift is seen, on the demo world with flights as groups.

    python -m benchmarks.drift CACHE [--reference 360] [--test 110] [--windows 200]
                               [--evidently 50] [--long 30]

Draws flights into the folder CACHE, lets the demo gate score usual and shifted ones (both are kept
there), makes a profile, and prints: false alarms on usual windows, with limits for flights and
with limits for independent frames; the power at a window of 250 frames, beside exact MMD, the
distance of centroids and evidently on the same windows; what is called the cause; windows of one
flight beside windows of fifty; and when a broken voter is found. `--evidently 0` leaves evidently
out, which takes most of the time.
"""

import argparse
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.drift_consecutive import alarms_by_flight
from benchmarks.drift_power import (
    Limited,
    Power,
    false_alarms,
    mixed,
    partly,
    power,
    usual_sample,
    usual_windows,
)
from benchmarks.drift_rivals import CentroidDistance, Evidently, ExactMmd, Rival
from benchmarks.drift_world import (
    CORRUPTIONS,
    FIRST_LONG,
    draw,
    observe,
    observe_broken,
    observe_corrupted,
)
from monitoring.drift import Drift
from monitoring.make_profile import make_profile, rows_by_flight
from monitoring.observation import Observations, rank_of
from monitoring.pane_state import rows_of
from monitoring.panes import Arrival
from monitoring.profile import Golden, Profile

CORRUPTED_FLIGHTS, SHIFTED_FLIGHTS = 70, 60
BEFORE_CORRUPTED = 40
"""Fresh flights that are left out when others are corrupted."""
PARTS = (1.0, 0.2)
CLIMATE_PARTS = {"altitude": (1.0,), "winter": (1.0,), "terrain": (0.1, 0.2)}
ON_LONG_FLIGHTS = ("brightness +20 %", "fog")
SECONDS_BETWEEN_FRAMES = 36.0


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much of everything there is."""

    reference: int
    test: int
    windows: int
    evidently: int
    long: int

    @property
    def fresh(self) -> range:
        """Usual flights that nobody has seen."""
        return range(self.reference, self.reference + self.test)

    @property
    def corrupted(self) -> range:
        """Those of them to which something happens."""
        first = self.reference + BEFORE_CORRUPTED
        return range(first, first + CORRUPTED_FLIGHTS)

    def clean(self, fresh: Observations) -> Observations:
        """Return the frames of those as they were before."""
        flights = list(rows_by_flight(fresh.flights).values())
        return fresh.take(np.concatenate(flights[BEFORE_CORRUPTED:][:CORRUPTED_FLIGHTS]))

    @property
    def long_flights(self) -> range:
        """Flights of as many frames as a window has."""
        return range(FIRST_LONG, FIRST_LONG + self.long)


def main() -> None:
    """Print everything."""
    cache, sizes = _asked()
    draw(cache, "usual", range(sizes.reference + sizes.test))
    usual, identity = observe(cache, "usual", range(sizes.reference))
    fresh, _ = observe(cache, "usual", sizes.fresh)
    profile = make_profile(usual, identity, _no_golden(usual))
    check = profile.self_check
    print(f"profile: {len(usual)} frames of {profile.flights} flights")
    print(f"self-check: {check.rate:.1%} of windows of {check.flights} held-out flights")
    alone = make_profile(replace(usual, flights=usual.ids), identity, _no_golden(usual))
    print(f"false alarms at nominal 1 %, new flights: {false_alarms(profile, fresh):.1%}")
    print(f"the same, limits for independent frames: {false_alarms(alone, fresh):.1%}\n")
    with ExitStack() as ending:
        rivals = _rivals(usual, cache, sizes.evidently, ending)
        print_powers(_powers(profile, rivals, fresh, cache, sizes), rivals)
    if sizes.long:
        print_consecutive(profile, fresh, cache, sizes)
    for voter in identity.voters:
        broken, _ = observe_broken(cache, voter, sizes.corrupted)
        print(f"{voter} with swapped channels: {frames_until_alarm(profile, broken)}")


def _asked() -> tuple[Path, Sizes]:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("cache", type=Path)
    for name, usual in (
        ("reference", 360),
        ("test", 110),
        ("windows", 200),
        ("evidently", 50),
        ("long", 30),
    ):
        parser.add_argument(f"--{name}", type=int, default=usual)
    given = vars(parser.parse_args())
    return given.pop("cache"), Sizes(**given)


def _no_golden(usual: Observations) -> Golden:
    return Golden((), usual.scores[:0], usual.embeddings[:0])


def _rivals(usual: Observations, cache: Path, evidently: int, ending: ExitStack) -> list[Limited]:
    """Return the rivals with their limits; say what evidently takes for drift by itself."""
    sample, windows = usual_sample(usual), usual_windows(usual)
    rivals: list[Rival] = [ExactMmd(sample), CentroidDistance(sample)]
    if evidently:
        other = Evidently(sample, cache / "environments", evidently)
        ending.callback(other.close)
        flagged = other.alarms(windows[:evidently]).mean(axis=0)
        shown = ", ".join(f"{n} {x:.0%}" for n, x in zip(other.names, flagged, strict=True))
        print(f"usual windows that are drift at limits of its own: {shown}\n", flush=True)
        rivals.append(other)
    return [Limited.of(rival, windows) for rival in rivals]


def _powers(
    profile: Profile, rivals: Sequence[Limited], fresh: Observations, cache: Path, sizes: Sizes
) -> Iterator[Power]:
    clean = sizes.clean(fresh)
    shifts = [("none, 0%", mixed(fresh, fresh, 0.0))]
    for name in CORRUPTIONS:
        other, _ = observe_corrupted(cache, name, sizes.corrupted)
        shifts += [(f"{name}, {part:.0%}", mixed(clean, other, part)) for part in PARTS]
    for kind, parts in CLIMATE_PARTS.items():
        draw(cache, kind, range(SHIFTED_FLIGHTS))
        other, _ = observe(cache, kind, range(SHIFTED_FLIGHTS))
        shifts += [(f"{kind}, {part:.0%}", partly(fresh, other, part)) for part in parts]
    for name, draw_window in shifts:
        yield power(name, draw_window, profile=profile, rivals=rivals, windows=sizes.windows)


def print_powers(powers: Iterable[Power], rivals: Sequence[Limited]) -> None:
    """Print the table of powers."""
    names = ("Skysift", *(name for one in rivals for name in one.rival.names))
    print(f"| shift | {' | '.join(names)} | right attribute | wrong |")
    print("|---" * (len(names) + 3) + "|")
    for one in powers:
        cells = (one.ours, *one.rivals, one.right, one.wrong)
        shown = " | ".join("" if np.isnan(cell) else f"{cell:.2f}" for cell in cells)
        print(f"| {one.name} | {shown} |", flush=True)
    print()


def print_consecutive(profile: Profile, fresh: Observations, cache: Path, sizes: Sizes) -> None:
    """Print how often windows of one flight alarm, and windows of fifty."""
    draw(cache, "long", sizes.long_flights)
    usual, _ = observe(cache, "long", sizes.long_flights)
    clean = sizes.clean(fresh)
    print("| shift, all frames | 5 frames of each of 50 flights | 250 in a row of one flight |")
    print("|---|---|---|")
    many = power("none", mixed(fresh, fresh, 0), profile=profile, rivals=(), windows=sizes.windows)
    print(f"| none | {many.ours:.2f} | {alarms_by_flight(usual, usual, profile):.2f} |")
    for name in ON_LONG_FLIGHTS:
        other, _ = observe_corrupted(cache, name, sizes.corrupted)
        long, _ = observe_corrupted(cache, name, sizes.long_flights, kind="long")
        draw_window = mixed(clean, other, 1.0)
        many = power(name, draw_window, profile=profile, rivals=(), windows=sizes.windows)
        print(f"| {name} | {many.ours:.2f} | {alarms_by_flight(usual, long, profile):.2f} |")
    print()


def frames_until_alarm(profile: Profile, frames: Observations) -> tuple[int | None, str]:
    """Return after how many frames a broken voter alarms at one false alarm a week, and as what."""
    drift = Drift(profile, false_alarms_per_week=1)
    rows = rows_of(frames, profile.reference)
    for number, row in enumerate(rows):
        seconds = number * SECONDS_BETWEEN_FRAMES
        arrival = Arrival(rank_of(frames.ids[number]), frames.flights[number], seconds, row)
        judged = drift.take(arrival)
        if judged and judged.kinds:
            causes = judged.findings[0].causes[:3]
            return number + 1, f"{', '.join(sorted(judged.kinds))} ({', '.join(causes)})"
    return None, "nothing"


if __name__ == "__main__":
    main()
