"""`skysift replay`: what another rule, threshold or weighting would have decided."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from batch.score_tables import ScoredFrames, read_score_table
from ensembles.replay import (
    SECONDS_PER_FRAME,
    Difference,
    Outcome,
    Proportion,
    difference,
    kept_by_ensemble,
    outcome_of,
)
from ensembles.second_look import Bools
from skysift.base_ensemble import read_for_scores
from skysift.calibration_words import share_facts


def replay(
    scores: Annotated[Path, typer.Argument(help="A score table: .parquet or .csv.")],
    *,
    ensemble: Annotated[Path, typer.Option(help="The ensemble file that decides.")],
    against: Annotated[
        Path | None, typer.Option(help="Another ensemble file, to compare with.")
    ] = None,
    seconds_per_frame: Annotated[
        float, typer.Option(min=0, help="What a look at one frame costs a person.")
    ] = SECONDS_PER_FRAME,
    split: Annotated[str | None, typer.Option(help="Use only frames of this split.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """See what another gate would have decided.

    Replays a score table. Needs no models and no pictures: only the voters' names, thresholds
    and the vote count.
    """
    frames = read_score_table(scores, split=split)
    now = _kept(frames, ensemble)
    outcomes = {ensemble: outcome_of(frames.table, now, seconds_per_frame=seconds_per_frame)}
    changed = None
    if against:
        before = _kept(frames, against)
        outcomes[against] = outcome_of(frames.table, before, seconds_per_frame=seconds_per_frame)
        changed = difference(frames.table, now, before)
    if as_json:
        typer.echo(json.dumps(_facts(outcomes, changed), indent=2, allow_nan=False))
    else:
        typer.echo("\n".join(_lines(outcomes, changed)))


def _kept(frames: ScoredFrames, ensemble: Path) -> Bools:
    return kept_by_ensemble(frames.table, read_for_scores(ensemble))


def _lines(outcomes: dict[Path, Outcome], changed: Difference | None) -> Iterator[str]:
    for path, outcome in outcomes.items():
        yield f"{path}"
        yield f"  recall      {_share(outcome.recall, 'objects')}"
        yield f"  precision   {_share(outcome.precision, 'labelled frames in review')}"
        yield f"  to review   {_share(outcome.kept, 'frames')}, {outcome.review_hours:.2f} h"
    if changed:
        first, second = outcomes
        yield f"{first} against {second}"
        yield f"  frames      {changed.gained.successes} gained, {changed.lost.successes} lost"
        yield f"              gained {_share(changed.gained, 'frames')}"
        yield f"              lost   {_share(changed.lost, 'frames')}"
        yield f"  objects     gained {_share(changed.objects_gained, 'objects')}"
        yield f"              lost   {_share(changed.objects_lost, 'objects')}"


def _share(share: Proportion, what: str) -> str:
    if share.share is None:
        return f"unknown: there are no {what}"
    low, high = share.interval
    return (
        f"{share.share:.2%} ({low:.2%} to {high:.2%}; {share.successes} of {share.trials} {what})"
    )


def _facts(outcomes: dict[Path, Outcome], changed: Difference | None) -> dict[str, Any]:
    facts: dict[str, Any] = {
        name: {
            "file": str(path),
            "recall": share_facts(outcome.recall),
            "precision": share_facts(outcome.precision),
            "share_kept": share_facts(outcome.kept),
            "review_hours": outcome.review_hours,
        }
        for name, (path, outcome) in zip(("ensemble", "against"), outcomes.items(), strict=False)
    }
    if changed:
        facts["difference"] = {
            "frames_gained": share_facts(changed.gained),
            "frames_lost": share_facts(changed.lost),
            "objects_gained": share_facts(changed.objects_gained),
            "objects_lost": share_facts(changed.objects_lost),
        }
    return facts
