"""The demo's table: each voter, OR, 2-of-3 and AND on flights that nobody has seen."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.table import Table

from demo.measures import Measures, Truth, measure
from demo.scenes import Drawn, draw_flights
from demo.shipped import CONFIG
from ensembles.gate import Gate
from ensembles.rules import Rule, Settled, rule_from
from ensembles.voter import Floats
from ensembles.votes import Ballots, answers_of
from models.ensemble import load_ensemble
from models.frames import Frame
from models.settings import ModelSettings

HELD_OUT_SEED = 4
"""Of the held-out flights; training uses 1, validation 2, and 3 was looked at too early."""
VALIDATION_SEED = 2
VALIDATION_FLIGHTS = 100
HELD_OUT_FLIGHTS = 100
FRAMES_PER_FLIGHT = 12
BATCH = 32
"""Frames decoded and judged at a time."""
RULES = ("or", "2-of-3", "and")
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """A folder of frames as the voters see it.

    Attributes:
        voters: Names, in the order of the columns.
        thresholds: Of each voter, from the ensemble file.
        scores: float32 (n, voters).
        truth: What is on the frames.
        settled: What the ensemble's own rule decided, bool (n,).
    """

    voters: tuple[str, ...]
    thresholds: tuple[float, ...]
    scores: Floats
    truth: Truth
    settled: np.ndarray[tuple[int], np.dtype[np.bool_]]

    def ballots(self) -> Ballots:
        """Return every voter's answer to every frame."""
        columns = [
            answers_of(column, limit)
            for column, limit in zip(self.scores.T, self.thresholds, strict=True)
        ]
        return Ballots(np.stack(columns, axis=1))


def draw_held_out(
    folder: Path,
    *,
    flights: int = HELD_OUT_FLIGHTS,
    processes: int = 1,
    progress: Progress | None = None,
) -> Drawn:
    """Draw the held-out flights: seeds and conditions that neither training nor thresholds saw."""
    return draw_flights(
        folder,
        flights=flights,
        frames_per_flight=FRAMES_PER_FLIGHT,
        seed=HELD_OUT_SEED,
        climate="unseen",
        processes=processes,
        progress=progress,
    )


def evaluate(
    folder: Path,
    *,
    config: Path = CONFIG,
    settings: ModelSettings | None = None,
    progress: Progress | None = None,
) -> list[Measures]:
    """Return the measures of each voter, then of OR, 2-of-3 and AND, on a drawn folder.

    Args:
        folder: Drawn by `draw_flights`.
        config: An ensemble of three voters.
        settings: Where and how models run.
        progress: Called with (frames done, frames in all).

    Raises:
        ConfigError: The ensemble file is wrong.
        WeightsError: Weights are missing or altered.
        OSError: The folder was not drawn.
    """
    return measures(score_folder(folder, config=config, settings=settings, progress=progress))


def score_folder(
    folder: Path,
    *,
    config: Path = CONFIG,
    settings: ModelSettings | None = None,
    progress: Progress | None = None,
) -> Scored:
    """Return what every voter says of every frame, asked through the real gate."""
    gate = load_ensemble(config, settings or ModelSettings()).gate
    names, truth = read_truth(folder)
    verdict_scores, settled = [], []
    for start in range(0, len(names), BATCH):
        frames = [
            Frame.decode((folder / name).read_bytes(), source=name)
            for name in names[start : start + BATCH]
        ]
        for verdict in gate.judge(frames, ask_all=True):
            verdict_scores.append(
                [np.nan if vote.score is None else vote.score for vote in verdict.votes]
            )
            settled.append(verdict.decision == "review")
        if progress:
            progress(min(start + BATCH, len(names)), len(names))
    return Scored(
        _names(gate),
        _thresholds(gate),
        np.array(verdict_scores, np.float32),
        truth,
        np.array(settled, dtype=bool),
    )


def measures(scored: Scored) -> list[Measures]:
    """Return the rows of the table from scores: voters first, then rules."""
    ballots = scored.ballots()
    rows = [
        measure(name, ballots.yes[:, column], scored.truth)
        for column, name in enumerate(scored.voters)
    ]
    return rows + [
        measure(rule.name, _kept(rule, ballots), scored.truth) for rule in _rules(scored.voters)
    ]


def read_truth(folder: Path) -> tuple[list[str], Truth]:
    """Return the frames' names, and the targets and the flight of each, from `labels.csv`."""
    targets: dict[str, set[str]] = defaultdict(set)
    flights: dict[str, str] = {}
    with (folder / "labels.csv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            targets[row["frame"]].update([row["object"]] if row["label"] == "1" else [])
            flights[row["frame"]] = row["group"]
    names = sorted(targets)
    truth = Truth(
        tuple(frozenset(targets[name]) for name in names), tuple(flights[name] for name in names)
    )
    return names, truth


def as_table(rows: list[Measures]) -> Table:
    """Return the table as rich prints it."""
    table = Table(
        "voter or rule",
        "recall (frames)",
        "precision",
        "share kept",
        "hikers found",
        title=_title(rows),
    )
    for row in rows:
        table.add_row(row.name, str(row.recall), str(row.precision), str(row.kept), str(row.found))
    return table


def as_markdown(rows: list[Measures]) -> str:
    """Return the table as `docs/demo.md` shows it."""
    lines = [
        "| voter or rule | recall (frames) | precision | share kept | hikers found |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {row.name} | {row.recall} | {row.precision} | {row.kept} | {row.found} |"
        for row in rows
    ]
    return "\n".join(lines)


def _title(rows: list[Measures]) -> str:
    first = rows[0]
    return (
        f"{first.kept.count} frames, {first.recall.count} with a hiker, "
        f"{first.found.count} hikers; 95 % intervals"
    )


def _rules(voters: tuple[str, ...]) -> list[Rule]:
    return [rule_from(rule, voters) for rule in RULES]


def _kept(rule: Rule, ballots: Ballots) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.not_equal(rule.settle(ballots), Settled.NO)


def _names(gate: Gate[Frame]) -> tuple[str, ...]:
    return tuple(seat.name for seat in gate.seats)


def _thresholds(gate: Gate[Frame]) -> tuple[float, ...]:
    return tuple(seat.threshold for seat in gate.seats)
