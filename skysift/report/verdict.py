"""Whether voting was worth it, in one sentence."""

from dataclasses import replace

from ensembles.calibrate import Calibration, certifying_rows
from ensembles.operating_points import compared_candidates
from ensembles.point import OperatingPoint, point_at, scales_of
from ensembles.rivalry import Rivalry, rivalry
from ensembles.score_table import ScoreTable
from skysift.report.wording import count, percent


def verdict_on_voting(table: ScoreTable, calibration: Calibration) -> str:
    """Return whether the best vote asks for fewer frames than the best single voter.

    Where calibration looked at one rule only, all are held to the same promise here, each at
    delta / M.
    """
    if len(table.voters) == 1:
        return "There is one voter, so there is nothing to vote on."
    rivals = calibration.rivals if len(calibration.rivals) > 1 else _rivals(table, calibration)
    if not rivals:
        return (
            "With the positives at hand the rules cannot be compared at this recall: paying for "
            "the choice takes more of them than certifying one rule."
        )
    held_to = table.take(certifying_rows(table, calibration))
    found = rivalry(held_to, replace(calibration, rivals=rivals))
    if found is None:
        return "Only voters by themselves or only votes were looked at, so nothing says which pays."
    return f"{_opening(found)} {_counted(found)}"


def _opening(found: Rivalry) -> str:
    vote, single = found.vote.candidate.name, found.single.candidate.name
    if found.better == "vote":
        return f"Voting pays: “{vote}” keeps fewer frames than “{single}”, the best voter alone."
    if found.better == "single":
        return f"Voting loses to one model: “{single}” alone keeps fewer frames than “{vote}”."
    return f"Voting makes no sure difference: “{vote}” and “{single}” alone keep about as many."


def _counted(found: Rivalry) -> str:
    text = (
        f"Of {count(found.frames)} frames, {count(found.only_vote)} are kept by the vote alone "
        f"and {count(found.only_single)} by the voter alone"
    )
    apart = (found.only_vote + found.only_single) / found.frames
    chance = "" if found.better != "neither" else ", which may be chance"
    return f"{text}{chance}: they differ on {percent(apart)}."


def _rivals(table: ScoreTable, calibration: Calibration) -> tuple[OperatingPoint, ...]:
    """Return every rule at its own point, empty when too few positives pay for all."""
    candidates = compared_candidates(table, calibration)
    share = calibration.promise.shared_by(len(candidates))
    allowed = share.allowed_misses(table.positives)
    if allowed is None:
        return ()
    return tuple(
        point_at(table, each, scales_of(table, each), misses=allowed, confidence=share.confidence)
        for each in candidates
    )
