"""What a rule costs when most frames hold nothing: CPU per picture by rule and prevalence.

    python -m benchmarks.prevalence [--quick] [--readme]

Each rule's gate is the demo's, calibrated to one and the same promise. Its frames, with as many
hikers among them as the prevalence says, are replaced by 12 MP pictures on which the full-size
networks answer as the demo's voters did (`benchmarks/stand_ins.py`), so that the right voters are
asked and spared. HTTP and batch by turns, one rule after the other, float32 and then int8.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

import numpy as np

from benchmarks.asking import raw, votes
from benchmarks.batch_job import prepare_batch, prepare_thrifty
from benchmarks.contender import UnavailableError
from benchmarks.converted import converted
from benchmarks.demo_votes import DemoGate, DemoVotes, demo_votes
from benchmarks.direct import expected_scores
from benchmarks.inside import inside
from benchmarks.laps import Laps, Running, Scores, run_lap
from benchmarks.load import HttpRunning
from benchmarks.publish import quote, save, table
from benchmarks.setting.ensembles import Gate
from benchmarks.setting.pictures import Picture
from benchmarks.setting.setting import READY_SECONDS, Setting, make_setting
from benchmarks.stand_ins import (
    VOTERS,
    even_thresholds,
    floor_below,
    mixed,
    pattern,
    stream,
)
from ensembles.errors import SkysiftError
from service.child import free_port, served
from service.settings import ServiceSettings

SEED = 4
ALL = "all"
"""The rule that asks everybody about every frame: what there is to spare."""
FULL: Mapping[float, int] = {0.01: 100, 0.1: 40, 0.5: 20}
QUICK: Mapping[float, int] = {0.1: 10, 0.5: 10}
"""Frames of a lap by prevalence: at least one must hold something."""
PRECISIONS = ("fp32", "int8")
WARM_FRAMES = 4

Shown = tuple[Sequence[Picture], float]
"""The pictures of one lap, and the share that is answered exactly as wanted."""


@dataclass(slots=True)
class Entry:
    """One cell of the table.

    Args:
        rule: Of the gate.
        prevalence: Share of frames with an object.
        face: `http` or `batch`.
        precision: Of CLIP and ResNet50.
        running: What answers.
        pictures: Of one lap.
        exact: Share of frames whose picture is answered exactly as the demo's frame was.
    """

    rule: str
    prevalence: float
    face: str
    precision: str
    running: Running
    pictures: Sequence[Picture]
    exact: float
    laps: Laps = field(default_factory=Laps)

    @property
    def asked(self) -> Mapping[str, float]:
        """Share of frames on which each voter was asked."""
        every = [scores for lap in self.laps.done for scores in lap.answers.scores]
        return {voter: sum(voter in scores for scores in every) / len(every) for voter in VOTERS}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, write, and return the exit code: 1 when something did not run."""
    chosen = _parser().parse_args(arguments)
    frames, rounds = (QUICK, 1) if chosen.quick else (FULL, chosen.rounds)
    setting = make_setting()
    demo = demo_votes(setting.folder)
    entries: list[Entry] = []
    troubles: list[str] = []
    for precision in PRECISIONS:
        try:
            gates, scores = _gates_of(setting, demo, precision)
            for rule, gate in gates.items():
                streams = {
                    prevalence: _shown(setting, demo, rule, gate, scores, prevalence, count)
                    for prevalence, count in frames.items()
                }
                entries += _measured(setting, rule, gate, streams, rounds, chosen.clients)
                print(_table(entries), flush=True)
        except (SkysiftError, UnavailableError) as error:
            troubles.append(f"{precision} did not run: {error}\n\n")
            print(troubles[-1], flush=True)
    path = save("prevalence", {"gates": _gates(demo), "cells": [_cell(entry) for entry in entries]})
    if chosen.readme:
        quote("prevalence", "".join(troubles) + _table(entries))
    print(f"written: {path}")
    return int(bool(troubles))


def _measured(
    setting: Setting,
    rule: str,
    gate: Gate,
    streams: Mapping[float, Shown],
    rounds: int,
    clients: int,
) -> list[Entry]:
    """Return the cells of one rule; service and batch job, prevalence by prevalence, in turn."""
    path = setting.ensemble(gate)
    settings = ServiceSettings(ensembles=(path,), port=free_port(), drain_seconds=0)
    log = setting.logs / f"{gate.name}.log"
    with (
        served(settings, log=log, seconds=READY_SECONDS) as server,
        inside(prepare_batch if rule == ALL else prepare_thrifty, path) as batch,
    ):
        query = "/v1/triage?explain=true" if rule == ALL else "/v1/triage"
        http = HttpRunning(server.process_id, server.url, raw(query), votes)
        faces: Mapping[str, Running] = {"http": http, "batch": batch}
        entries = [
            Entry(rule, prevalence, face, gate.precision, running, *shown)
            for prevalence, shown in streams.items()
            for face, running in faces.items()
        ]
        for entry in entries[: len(faces)]:
            entry.running.answer(entry.pictures[:WARM_FRAMES], clients)
        for _ in range(rounds):
            for entry in entries:
                entry.laps.done.append(run_lap(entry.running, entry.pictures, clients))
    return entries


def _gates_of(
    setting: Setting, demo: DemoVotes, precision: str
) -> tuple[Mapping[str, Gate], Sequence[Scores]]:
    """Return the gate of every rule, and the scores of all pictures with this precision."""
    plain = setting.ensemble(Gate(f"plain_{precision}", precision=precision))
    converted(plain, setting, precision)
    paths = [picture.path for picture in setting.pictures]
    scores = expected_scores(plain, paths, full=(False,))[False]
    thresholds = even_thresholds(scores)
    floor = floor_below(scores, thresholds)
    gates = {
        rule: gate_of(rule, gate, precision, thresholds, floor=floor)
        for rule, gate in demo.gates.items()
    }
    return {ALL: Gate(f"{ALL}_voters_{precision}", "or", precision, thresholds), **gates}, scores


def gate_of(rule: str, gate: DemoGate, precision: str, thresholds: Scores, *, floor: float) -> Gate:
    """Return the full-size gate that stands for one of the demo's, with a floor if it has one."""
    return Gate(
        f"rule_{rule.replace('-', '_')}_{precision}",
        gate.vote,
        precision,
        thresholds,
        None if gate.floor is None else floor,
    )


def _shown(
    setting: Setting,
    demo: DemoVotes,
    rule: str,
    gate: Gate,
    scores: Sequence[Scores],
    prevalence: float,
    count: int,
) -> Shown:
    """Return the pictures of one lap, and the share that is answered exactly as wanted."""
    chance = np.random.default_rng(SEED)
    model = demo.gates[rule] if rule in demo.gates else DemoGate("or", gate.thresholds, None)
    wanted = mixed(
        [pattern(each, model.thresholds, model.floor) for each in demo.positive],
        [pattern(each, model.thresholds, model.floor) for each in demo.negative],
        count=count,
        prevalence=prevalence,
        chance=chance,
    )
    found = [pattern(each, gate.thresholds, gate.floor) for each in scores]
    chosen = stream(wanted, found, chance)
    return [setting.pictures[index] for index in chosen.pictures], chosen.exact


def _table(entries: Sequence[Entry]) -> str:
    """Return one row per rule and prevalence, one column per face and precision."""
    columns = list(dict.fromkeys((entry.face, entry.precision) for entry in entries))
    headings = (
        "rule",
        "frames with an object",
        *(f"{face}, {precision}, ms" for face, precision in columns),
        "asked: " + ", ".join(VOTERS),
        "stand-ins that fit exactly",
    )
    cells = {(e.rule, e.prevalence, e.face, e.precision): e for e in entries}
    rows = []
    for rule, prevalence in dict.fromkeys((entry.rule, entry.prevalence) for entry in entries):
        row = [cells.get((rule, prevalence, *column)) for column in columns]
        spent = [f"{entry.laps.cpu_ms:.0f}" if entry else "" for entry in row]
        first = next(entry for entry in row if entry)
        asked = " / ".join(f"{share:.0%}" for share in first.asked.values())
        rows.append([rule, f"{prevalence:.0%}", *spent, asked, f"{first.exact:.0%}"])
    return table(headings, rows)


def _cell(entry: Entry) -> Mapping[str, object]:
    return {
        "rule": entry.rule,
        "prevalence": entry.prevalence,
        "face": entry.face,
        "precision": entry.precision,
        "frames": len(entry.pictures),
        "cpu_ms": [lap.cpu_ms for lap in entry.laps.done],
        "wall_seconds": [lap.wall_seconds for lap in entry.laps.done],
        "asked": entry.asked,
        "exact": entry.exact,
    }


def _gates(demo: DemoVotes) -> Mapping[str, object]:
    return {rule: asdict(gate) for rule, gate in demo.gates.items()}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="few frames, one round, no 1 %%")
    parser.add_argument("--rounds", type=int, default=3, help="laps of each cell (3)")
    parser.add_argument("--clients", type=int, default=4, help="requests at a time (4)")
    parser.add_argument("--readme", action="store_true", help="write the table into the README")
    return parser


if __name__ == "__main__":
    sys.exit(main())
