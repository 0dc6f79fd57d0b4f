"""`skysift models quantize`: cheaper networks, and what they do to scores and decisions."""

import json
import math
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from batch.row import Row
from batch.score import score as score_paths
from ensembles.config import EnsembleConfig
from ensembles.errors import ConfigError
from ensembles.score_changes import (
    decision_change,
    score_change,
)
from ensembles.voter import Floats
from models.catalog import read
from models.convert import Converted, Sample, convert, in_fp32, to_convert
from models.costs import measured_costs
from models.ensemble import Ensemble, enough_of, load_config
from models.settings import ModelSettings, read_settings
from skysift.conversion_frames import Divided, decoded, divide
from skysift.conversion_words import Report, facts_of, lines_of
from skysift.logs import log_to_stderr
from skysift.progress import progress

TIMED_FRAMES = 8


def quantize(
    config: Annotated[
        Path, typer.Argument(help="The ensemble file; its voters name their precision.")
    ],
    frames: Annotated[
        list[Path], typer.Argument(help="Your own frames, and folders of them: usual ones.")
    ],
    *,
    out: Annotated[Path | None, typer.Option(help="Write the report, as JSON.")] = None,
    seed: Annotated[int, typer.Option(help="Draws the frames that give the ranges.")] = 0,
    replace: Annotated[
        bool, typer.Option("--replace", help="Lose a conversion of other frames.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The report as one JSON object.")] = False,
) -> None:
    """Convert networks to int8 or fp16, and say what changes.

    Needs skysift[quantize], which serving does not.

    At most 128 frames give the ranges; scores and decisions are compared on all others.
    """
    log_to_stderr()
    if out and not out.parent.is_dir():
        raise ConfigError(f"{out}: there is no folder {out.parent}")
    settings, wanted = read_settings(), read(config)
    to_convert(wanted)  # refuses a file that asks for nothing, before any work
    divided = divide(frames, seed=seed, limits=settings.limits)
    converted = _convert(wanted, divided, settings, seed=seed, replace=replace)
    report = _compare(wanted, divided, converted, settings)
    facts = json.dumps(facts_of(report), indent=2)
    if out:
        out.write_text(facts + "\n", encoding="utf-8")
    typer.echo(facts if as_json else "\n".join(lines_of(report)))
    for path, why in divided.unreadable.items():
        typer.echo(f"not used: {path}: {why}", err=True)
    if divided.unreadable:
        raise typer.Exit(1)


def _convert(
    config: EnsembleConfig, frames: Divided, settings: ModelSettings, *, seed: int, replace: bool
) -> tuple[Converted, ...]:
    enough_px, enough_scale = enough_of(in_fp32(config), settings)
    paths = tuple(frames.for_ranges.values())
    sample = Sample(
        partial(
            decoded,
            paths,
            enough_px=enough_px,
            enough_scale=enough_scale,
            limits=settings.limits,
        ),
        tuple(frames.for_ranges),
        seed,
    )
    done = []
    with progress("networks converted") as advance:
        for converted in convert(config, sample, settings, replace=replace):
            done.append(converted)
            advance(len(done), len(to_convert(config)))
    return tuple(done)


def _compare(
    config: EnsembleConfig,
    frames: Divided,
    converted: tuple[Converted, ...],
    settings: ModelSettings,
) -> Report:
    before = load_config(in_fp32(config), settings)
    after = load_config(config, settings)
    rows = list(_rows(frames, before, after, settings))
    timed = list(
        islice(
            decoded(
                tuple(frames.held_out.values()),
                enough_px=before.enough_px,
                enough_scale=before.enough_scale,
                limits=settings.limits,
            ),
            TIMED_FRAMES,
        )
    )
    thresholds = {voter.name: voter.threshold for voter in config.voters}
    return Report(
        config,
        (before.digest, after.digest),
        frames,
        converted,
        tuple(
            score_change(
                one.voter,
                _scores([old for old, _ in rows], one.voter),
                _scores([new for _, new in rows], one.voter),
                thresholds[one.voter],
            )
            for one in converted
        ),
        decision_change(
            [str(old.picture.source) for old, _ in rows],
            [old.verdict.decision for old, _ in rows],
            [new.verdict.decision for _, new in rows],
        ),
        (measured_costs(before, timed), measured_costs(after, timed)),
        after.standing.status,
    )


def _rows(
    frames: Divided, before: Ensemble, after: Ensemble, settings: ModelSettings
) -> Iterator[tuple[Row, Row]]:
    """Yield what both gates say of each held-out frame, every voter asked."""
    paths = tuple(frames.held_out.values())
    with progress("frames compared") as advance:
        both = zip(
            score_paths(paths, before, limits=settings.limits, ask_all=True),
            score_paths(paths, after, limits=settings.limits, ask_all=True),
            strict=True,
        )
        for count, pair in enumerate(both, start=1):
            yield pair
            advance(count, len(paths))


def _scores(rows: list[Row], voter: str) -> Floats:
    """Return one voter's score of every view, NaN where it abstained."""
    votes = (
        vote
        for row in rows
        for look in (row.verdict.looks or (row.verdict,))
        for vote in look.votes
        if vote.voter == voter
    )
    scores = [math.nan if vote.score is None else vote.score for vote in votes]
    return np.array(scores, dtype=np.float32)
