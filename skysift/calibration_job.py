"""One calibration: from a score table and a wish to thresholds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from batch.relabel import Answers, SecondLook, look_again
from batch.score_tables import ScoredFrames, codes_of
from ensembles.average import calibrate_on_average
from ensembles.bounds import Promise
from ensembles.calibrate import (
    Calibration,
    Payment,
    calibrate,
    calibrate_best,
    certifying_rows,
)
from ensembles.candidates import Candidate, candidates_named
from ensembles.certificate import Slice
from ensembles.errors import ConfigError
from ensembles.mistakes import near_miss
from ensembles.replay import SECONDS_PER_FRAME, kept_at
from ensembles.score_table import Codes, ScoreTable
from ensembles.second_look import Bools
from ensembles.slices import slices_of
from skysift.base_ensemble import Base

MOST_PARTS = 50
"""A column with more different values is no condition; the slices would be too small."""


FLOOR_SHARE = 0.5
"""Of the allowed misses, for the floor: in the demo world less spares the other voters less, and
more spares them hardly any more (benchmarks/README.md)."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for.

    Args:
        promise: Recall and confidence.
        rules: Names of rules and voters, or `best`.
        payment: How the choice among several rules is paid for; None: as costs less.
        average: Whether a recall that holds on average will do.
        seed: Of the split and of the draw for the second look.
        seconds_per_frame: What a look at one frame costs a person.
        scope: What the certificate holds for, in words.
        slice_by: Columns whose values are conditions.
        gatekeeper: A voter that may end a frame early; None if none may.
        floor_share: Share of the allowed misses, in [0, 1], that its floor may use.
    """

    promise: Promise
    rules: tuple[str, ...]
    payment: Payment | None = None
    average: bool = False
    seed: int = 0
    seconds_per_frame: float = SECONDS_PER_FRAME
    scope: Mapping[str, str] = field(default_factory=dict)
    slice_by: tuple[str, ...] = ()
    gatekeeper: str | None = None
    floor_share: float = FLOOR_SHARE


@dataclass(frozen=True, slots=True, eq=False)
class Finished:
    """A calibration with all that is to be told of it.

    Args:
        frames: The score table, with the voters of the base file in its order.
        look: The labels after the second look, if there was one.
        calibration: What was promised, chosen and paid.
        certifying: Which frames certified, shape (n,).
        kept: Which frames go to review now, shape (n,).
        slices: The promise on each part.
    """

    frames: ScoredFrames
    look: SecondLook
    calibration: Calibration
    certifying: Bools
    kept: Bools
    slices: tuple[Slice, ...]


def calibrate_frames(
    frames: ScoredFrames, base: Base, wish: Wish, answers: Answers, *, answered_in: Path | None
) -> Finished:
    """Return the calibration that was wished for.

    Args:
        frames: The score table; its asides hold the columns to slice by.
        base: Names the voters, and the weights of a weighted vote.
        wish: What was asked for.
        answers: Of the second look; may be empty.
        answered_in: The file they came from.

    Raises:
        TooFewPositivesError: Not even zero misses would certify.
        ConfigError: A rule or a column is not there, or an answer is about no frame.
    """
    frames = replace(frames, table=frames.table.of_voters(base.voters(frames)))
    look = look_again(frames, answers, source=answered_in)
    table = look.corrected
    calibration = _calibrated(table, base, wish)
    point = calibration.point
    kept = kept_at(table, point)
    certifying = certifying_rows(table, calibration)
    slices = _slices(frames, table, calibration, certifying, kept, wish.slice_by)
    return Finished(frames, look, calibration, certifying, kept, slices)


def _calibrated(table: ScoreTable, base: Base, wish: Wish) -> Calibration:
    candidates = _with_early_no(
        candidates_named(wish.rules, table.voters, vote=base.vote), table.voters, wish
    )
    if wish.average:
        if len(candidates) > 1:
            raise ConfigError("--average promises nothing for the best of several: name one --rule")
        return calibrate_on_average(table, candidates[0], wish.promise)
    if len(candidates) == 1:
        return calibrate(table, candidates[0], wish.promise)
    return calibrate_best(table, candidates, wish.promise, seed=wish.seed, payment=wish.payment)


def _with_early_no(
    candidates: Sequence[Candidate], voters: Sequence[str], wish: Wish
) -> tuple[Candidate, ...]:
    """Return the candidates with the gatekeeper that was wished for."""
    if wish.gatekeeper is None:
        return tuple(candidates)
    if wish.average:
        raise ConfigError("--early-no is paid from a guarantee, and --average gives none")
    if wish.gatekeeper not in voters:
        raise ConfigError(
            f"--early-no {wish.gatekeeper}: no voter is called that"
            f"{near_miss(wish.gatekeeper, voters)}; there are {', '.join(voters)}"
        )
    column = list(voters).index(wish.gatekeeper)
    found = tuple(each.with_early_no(column, share=wish.floor_share) for each in candidates)
    if not any(each.rule.gatekeepers for each in found):
        named = ", ".join(each.name for each in candidates)
        raise ConfigError(
            f"--early-no {wish.gatekeeper}: a plain no of it ends a frame under {named} already; "
            "name another --rule or another voter"
        )
    return found


def _slices(
    frames: ScoredFrames,
    table: ScoreTable,
    calibration: Calibration,
    certifying: Bools,
    kept: Bools,
    columns: Sequence[str],
) -> tuple[Slice, ...]:
    """Return the promise per group and per value of each column, on the certifying frames."""
    parts = [_part(frames, name) for name in columns]
    if frames.groups:
        parts.append((table.groups, [f"group={name}" for name in frames.groups]))
    here = table.take(certifying)
    promise = None if calibration.point.candidate.rule.gatekeepers else calibration.paid
    found = (
        slices_of(here, kept[certifying], promise, parts=codes[certifying], names=names)
        for codes, names in parts
    )
    return tuple(part for parts in found for part in parts if part.positives)


def _part(frames: ScoredFrames, column: str) -> tuple[Codes, list[str]]:
    if column not in frames.asides:
        raise ConfigError(f"--slice-by {column}: {frames.source} has no such column")
    codes, names = codes_of(frames.asides[column])
    if len(names) > MOST_PARTS:
        raise ConfigError(
            f"--slice-by {column}: {len(names)} different values, such as {names[0]!r}; a slice "
            f"needs positives, so use a column of at most {MOST_PARTS} words"
        )
    return codes, [f"{column}={name}" for name in names]
