"""`skysift explain`: one decision, voter by voter, and what would have changed it."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import structlog
import typer

from batch.score import score
from batch.score_tables import ScoredFrames, read_score_table
from ensembles.config import EnsembleConfig
from ensembles.errors import ConfigError, SkysiftError
from ensembles.explanation import Explanation, Turn, margin
from ensembles.explanation import explain as explain_votes
from ensembles.mistakes import near_miss
from ensembles.reasons import Reason
from ensembles.votes import Vote
from models.ensemble import load_ensemble
from models.settings import read_settings as read_model_settings
from monitoring.around import guard
from service.settings import read_settings as read_service_settings
from skysift.base_ensemble import read_for_scores
from skysift.tile_drawing import draw_tiles


def explain(
    what: Annotated[str, typer.Argument(help="The id of a row of a score table, or a picture.")],
    *,
    ensemble: Annotated[
        Path | None, typer.Option(help="The ensemble that decides; default: the served one.")
    ] = None,
    scores: Annotated[
        Path | None, typer.Option(help="The score table; without it, a picture is meant.")
    ] = None,
    draw: Annotated[
        Path | None, typer.Option(help="Draw the tiles and their scores over the picture.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """See why a frame was decided as it was.

    Voter by voter, and what would have changed the decision.
    """
    path = ensemble or read_service_settings().ensembles[0]
    if scores and draw:
        raise ConfigError("--draw needs a picture; a row of a score table has no pixels")
    if scores:
        config = read_for_scores(path)
        found = explain_votes(_votes_in_table(what, read_score_table(scores), config), config.rule)
    else:
        found = _explain_picture(Path(what), path, draw)
    if as_json:
        typer.echo(json.dumps(_facts(what, path, found), indent=2, allow_nan=False))
    else:
        typer.echo("\n".join(_lines(what, path, found)))


def _votes_in_table(name: str, frames: ScoredFrames, config: EnsembleConfig) -> list[Vote]:
    """Return the votes of one row, cast again."""
    rows = np.flatnonzero(np.equal(frames.ids, name))
    if not rows.size:
        raise ConfigError(
            f"{frames.source}: no row has the id {name!r}{near_miss(name, _some(frames))}"
        )
    scores = frames.table.of_voters([voter.name for voter in config.voters]).scores[rows[0]]
    return [
        Vote(voter.name, None, voter.threshold, Reason.VOTER_ABSTAINED, voter.floor)
        if np.isnan(score)
        else Vote(voter.name, float(score), voter.threshold, floor=voter.floor)
        for voter, score in zip(config.voters, scores, strict=True)
    ]


MOST_COMPARED = 10_000
"""Ids that a mistyped one is compared with: it takes a while."""


def _some(frames: ScoredFrames) -> list[str]:
    return [str(name) for name in frames.ids[:MOST_COMPARED]]


def _explain_picture(picture: Path, ensemble: Path, drawing: Path | None) -> Explanation:
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    if not picture.is_file():
        raise ConfigError(
            f"{picture}: there is no such picture; for a row of a score table, name the table "
            "with --scores"
        )
    settings = read_model_settings()
    gate = load_ensemble(ensemble, settings, around=guard)
    (row,) = score([picture], gate, limits=settings.limits, ask_all=True)
    if row.failed:
        raise SkysiftError(f"{picture}: review, because it could not be read: {row.detail}")
    if drawing:
        draw_tiles(picture, row.verdict, drawing)
    return explain_votes(row.verdict.votes, gate.config.rule)


def _lines(what: str, ensemble: Path, found: Explanation) -> Iterator[str]:
    yield f"{what}: {found.decision}, by {ensemble}"
    for vote, weight in zip(found.votes, found.weights, strict=True):
        yield f"  {vote.voter:<16} {_said(vote)}{_weight(weight, found)}"
    yield f"  needed: {found.needed} of {sum(found.weights)} votes; {_had(found)}"
    yield f"  {_turning(found)}"


def _said(vote: Vote) -> str:
    distance = margin(vote)
    if distance is None:
        return f"abstained ({vote.reason}), threshold {vote.threshold:.6g}"
    side = "above" if distance >= 0 else "below"
    gap = f"{abs(distance):.6g} {side} its threshold {vote.threshold:.6g}"
    if vote.answer == "surely_no":
        return f"surely nothing: {vote.score:.6g} is below its floor {vote.floor:.6g}"
    return f"{vote.answer:<4} {vote.score:.6g}, {gap}"


def _weight(weight: int, found: Explanation) -> str:
    return "" if set(found.weights) == {1} else f", weight {weight}"


def _had(found: Explanation) -> str:
    text = f"{found.weight_of_yes} said yes"
    if found.weight_of_open:
        text += f", {found.weight_of_open} abstained and might have"
    if not found.settled:
        text += ": left open, so a person looks"
    return text


def _turning(found: Explanation) -> str:
    other = "skip" if found.decision == "review" else "review"
    if not found.turning:
        return f"no votes could have made it {other}"
    changes = " and ".join(_change(turn, to=other) for turn in found.turning)
    return f"it would have been {other}, if {changes}"


def _change(turn: Turn, *, to: str) -> str:
    side = "below" if to == "skip" else "at least"
    wanted = f"{turn.vote.voter} had scored {side} {turn.limit:.6g}"
    if turn.vote.score is None:
        return f"{wanted} instead of abstaining"
    return f"{wanted}, not {turn.vote.score:.6g}"


def _facts(what: str, ensemble: Path, found: Explanation) -> dict[str, Any]:
    return {
        "id": what,
        "ensemble": str(ensemble),
        "decision": found.decision,
        "settled": found.settled,
        "needed": found.needed,
        "weight_of_yes": found.weight_of_yes,
        "weight_of_abstained": found.weight_of_open,
        "votes": [
            {
                "voter": vote.voter,
                "score": vote.score,
                "threshold": vote.threshold,
                "floor": vote.floor,
                "margin": margin(vote),
                "answer": vote.answer,
                "weight": weight,
                "reason": vote.reason,
            }
            for vote, weight in zip(found.votes, found.weights, strict=True)
        ],
        "would_change": [turn.vote.voter for turn in found.turning],
        "words": _turning(found),
    }
