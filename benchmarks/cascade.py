"""What an early no saves: plain OR against a cascade, both certified for the same recall.

    python -m benchmarks.cascade [FOLDER]

Draws flights of the demo world that trained no voter, calibrates both gates to a recall of .95 on
200 of them, and holds both to 100 others: the recall on those, and the voters' own CPU time on a
stream of their frames in which one of a hundred shows a hiker. The two gates judge the same
frames by turns in one process, frame by frame decoded beforehand, without full ballots. Prints
Markdown.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from statistics import median
from time import process_time

import numpy as np

from batch.score_tables import ScoredFrames, read_score_table
from benchmarks.calibration_demo import RECALL, skysift
from demo.shipped import CONFIG
from ensembles.gate import Gate
from ensembles.score_table import NEGATIVE, POSITIVE
from ensembles.voter import Reading, Voter
from models.ensemble import Ensemble, load_ensemble
from models.frames import Frame
from models.settings import read_settings

RESULTS = Path(__file__).with_name("results") / "cascade"
CALIBRATING = (41, 200)
HELD_OUT = (46, 100)
"""Seed and number of the flights; these seeds trained no voter."""
FRAMES = 16
GATEKEEPER = "specialist"
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
PREVALENCE = 0.01
ROUNDS = 3
AT_ONCE = 8
FULL_SIZE_MS = {"specialist": 3.0, "clip": 135.0, "resnet50": 115.0}
"""CPU ms a view of MobileNetV3-small, CLIP ViT-B/32 and ResNet50 in ONNX Runtime: what the same
asks would cost with networks of the size that people use."""


@dataclass
class Meter:
    """A voter whose CPU time and views are counted.

    Args:
        voter: The voter inside.
        seconds: CPU seconds of all its readings.
        views: That it was shown.
    """

    voter: Voter[Frame]
    seconds: float = 0.0
    views: int = 0

    def read(self, views: Sequence[Frame]) -> Reading:
        """Return the voter's own reading."""
        started = process_time()
        reading = self.voter.read(views)
        self.seconds += process_time() - started
        self.views += len(views)
        return reading


@dataclass(frozen=True, slots=True)
class Spent:
    """What one pass over the stream took.

    Args:
        cpu_ms: Per frame, by voter.
        asked: Share of the frames, by voter.
        kept: Share of the frames that went to review.
    """

    cpu_ms: dict[str, float]
    asked: dict[str, float]
    kept: float

    @property
    def total(self) -> float:
        """CPU ms of all voters, per frame."""
        return sum(self.cpu_ms.values())

    @property
    def full_size(self) -> float:
        """The same with the costs of full-size networks."""
        return sum(share * FULL_SIZE_MS[name] for name, share in self.asked.items())


def main() -> None:
    """Calibrate, replay, judge by turns, print."""
    work = Path(sys.argv[1]) if len(sys.argv) > 1 else RESULTS
    certifying, held_out = scored(work, *CALIBRATING), scored(work, *HELD_OUT)
    print("| gate | certified on | kept there | held out | floor ends, of empty frames |")
    print("|---|---|---|---|---|")
    gates = dict(calibrated(work, certifying))
    table = read_score_table(held_out, asides=("path",))
    for name, path in gates.items():
        print(replayed(name, path, held_out, table))
    compare(work, {name: gates[name] for name in ("or", "cascade .5")}, table)


def scored(work: Path, seed: int, flights: int) -> Path:
    """Return the score table of some flights, drawn and scored once."""
    folder, table = work / f"flights-{seed}", work / f"scores-{seed}.csv"
    if not (folder / "labels.csv").exists():
        many = ("--flights", flights, "--frames", FRAMES, "--processes", 2)
        skysift("demo", "draw", folder, "--seed", seed, *many)
    if not table.exists():
        labels = folder / "labels.csv"
        skysift("score", folder, "--labels", labels, "--ensemble", CONFIG, "--out", table)
    return table


def calibrated(work: Path, table: Path) -> Iterator[tuple[str, Path]]:
    """Yield plain OR, and cascades of several shares of the budget."""
    wish = ("calibrate", table, "--recall", RECALL, "--rule", "or", "--ensemble", CONFIG)
    plain = work / "early-no" / "or" / "ensemble.yaml"
    skysift(*wish, "--out", plain)
    yield "or", plain
    for share in SHARES:
        path = work / "early-no" / f"cascade-{share}" / "ensemble.yaml"
        skysift(*wish, "--early-no", GATEKEEPER, "--floor-share", share, "--out", path)
        yield f"cascade {share:g}".replace("0.", "."), path


def replayed(name: str, path: Path, held_out: Path, table: ScoredFrames) -> str:
    """Return a row of the first table."""
    made = json.loads(path.with_name("certificate.json").read_text())
    found = json.loads(skysift("replay", held_out, "--ensemble", path, "--json"))["ensemble"]
    recall, kept = found["recall"], found["share_kept"]
    there = made["share_kept"]["successes"] / made["share_kept"]["trials"]
    empty = table.table.scores[table.table.labels == NEGATIVE, 0]
    floor = made.get("floors", {}).get(GATEKEEPER, 0.0)
    charged = made.get("charged_misses", made["misses"])
    return (
        f"| {name} | {made['misses']} of {made['positives']} missed, {charged} charged, bound "
        f"{made['bound']:.4f} | {there:.1%} "
        f"| {recall['successes']} of {recall['trials']} found: {recall['share']:.3f} "
        f"({recall['low']:.3f} to {recall['high']:.3f}), kept {kept['share']:.1%} "
        f"| {float((empty < floor).mean()):.1%} |"
    )


def compare(work: Path, gates: dict[str, Path], table: ScoredFrames) -> None:
    """Judge the same stream with every gate by turns, and print what it took."""
    paths = stream(table)
    settings = read_settings()
    ensembles = {name: load_ensemble(path, settings) for name, path in gates.items()}
    some = next(iter(ensembles.values()))
    decode = partial(Frame.decode, enough_px=some.enough_px)
    frames = [decode(path.read_bytes()) for path in paths]
    passes: dict[str, list[Spent]] = {name: [] for name in gates}
    for _ in range(ROUNDS):
        for name, ensemble in ensembles.items():
            passes[name].append(judged(ensemble, frames))
    print(f"\n{len(frames)} frames, {PREVALENCE:.0%} with a hiker, {ROUNDS} rounds by turns\n")
    print("| gate | asked | CPU ms a frame, by voter | all voters | full-size | kept |")
    print("|---|---|---|---|---|---|")
    for name, rounds in passes.items():
        print(spent_line(name, rounds))
    ratios = [
        cascade.total / plain.total
        for plain, cascade in zip(*(passes[name] for name in gates), strict=True)
    ]
    each = ", ".join(f"{ratio:.3f}" for ratio in ratios)
    print(f"\ncascade / or, CPU of the voters: median {median(ratios):.3f} ({each})")
    sizes = [passes[name][0].full_size for name in gates]
    print(f"with full-size networks: {sizes[1] / sizes[0]:.3f}")
    report = {name: [asdict(one) for one in rounds] for name, rounds in passes.items()}
    (work / "early-no" / "cascade.json").write_text(json.dumps(report, indent=2))


def stream(table: ScoredFrames) -> list[Path]:
    """Return all empty frames and so many others that one of a hundred shows a hiker."""
    random = np.random.default_rng(1)
    labels = table.table.labels
    empty, shown = np.flatnonzero(labels == NEGATIVE), np.flatnonzero(labels == POSITIVE)
    count = round(len(empty) * PREVALENCE / (1 - PREVALENCE))
    rows = random.permutation(np.concatenate([empty, random.choice(shown, count, replace=False)]))
    return [Path(table.asides["path"][row]) for row in rows]


def judged(ensemble: Ensemble, frames: Sequence[Frame]) -> Spent:
    """Judge the frames, and return what the voters took."""
    meters = {seat.name: Meter(seat.voter) for seat in ensemble.gate.seats}
    seats = [replace(seat, voter=meters[seat.name]) for seat in ensemble.gate.seats]
    gate: Gate[Frame] = Gate(seats, ensemble.gate.rule, full_ballots=0)
    verdicts = [
        verdict
        for start in range(0, len(frames), AT_ONCE)
        for verdict in gate.judge(frames[start : start + AT_ONCE])
    ]
    return Spent(
        cpu_ms={name: 1000 * meter.seconds / len(frames) for name, meter in meters.items()},
        asked={name: meter.views / len(frames) for name, meter in meters.items()},
        kept=sum(verdict.decision == "review" for verdict in verdicts) / len(frames),
    )


def spent_line(name: str, rounds: Sequence[Spent]) -> str:
    """Return a row of the second table: medians over the rounds."""
    asked = ", ".join(f"{voter} {share:.1%}" for voter, share in rounds[0].asked.items())
    by_voter = ", ".join(
        f"{voter} {median(one.cpu_ms[voter] for one in rounds):.2f}" for voter in rounds[0].cpu_ms
    )
    total = median(one.total for one in rounds)
    return (
        f"| {name} | {asked} | {by_voter} | {total:.2f} | {rounds[0].full_size:.1f} "
        f"| {rounds[0].kept:.1%} |"
    )


if __name__ == "__main__":
    main()
