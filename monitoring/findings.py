"""What a window says: how unusual it is, in what, and which kind of drift that is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from monitoring.attributes import ATTRIBUTES
from monitoring.pane_state import State
from monitoring.profile import Profile
from monitoring.statistics import statistics_of

Kind = Literal["data", "voter", "label_shift"]
KINDS: tuple[Kind, ...] = ("data", "voter", "label_shift")

FAR_AHEAD = 2.0
"""Times the surprise of the next attribute."""

EMBEDDING = "embedding"
KEPT = "share kept"

WHAT_TO_DO: dict[Kind, str] = {
    "data": "The pictures are not like those of the profile. If the embedding moved alone, run "
    "`skysift drift selftest` first: its voter may be broken. Look at the frames in the drift "
    "report; label some of each drifted flight; calibrate again, or make a new profile if this "
    "is usual from now on.",
    "voter": "One voter disagrees with the others although the pictures are as ever. Run "
    "`skysift drift selftest`, then `skysift doctor`; put its weights and preprocessing back.",
    "label_shift": "The pictures look as ever, but more or fewer of them are kept. Look at what "
    "is kept: a busy season needs more reviewers, not another gate.",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What one window says.

    Args:
        panes: Of the window.
        score: -log10 of the chance that a usual window has a statistic as rare.
        limit: From which it is an alarm.
        attributes: -log10 of the chance of each attribute's rarest statistic, by itself; among
            all frames, or among those of the same flight.
        voters: The same for the scores of each voter.
        embedding: The same for the embedding; 0 without one.
        kept: The same for the share kept.
        kinds: Which drift it is; empty below the limit.
        causes: What moved, the rarest first: attributes, voters, `embedding`, `share kept`.
        attribute: The one that can be called the cause; empty when it is not clear which, or none.
    """

    panes: int
    score: float
    limit: float
    attributes: Mapping[str, float]
    voters: Mapping[str, float]
    embedding: float
    kept: float
    kinds: tuple[Kind, ...]
    causes: tuple[str, ...]
    attribute: str

    @property
    def alarms(self) -> bool:
        """Whether the window passes its limit."""
        return self.score >= self.limit


def find(window: State, profile: Profile, *, panes: int, limit: float) -> Finding:
    """Return what a window says.

    Args:
        window: Its state, shape (width,).
        profile: It is held against.
        panes: Of the window, one of those the profile has limits for.
        limit: Score from which it is an alarm.
    """
    limits = profile.limits[panes]
    numbers = statistics_of(window[None, :], profile.baseline, profile.reference)
    surprises = limits.surprises(numbers)[0]
    score = float(limits.score(numbers)[0])
    by_owner = _by_owner(profile, surprises)
    among_all = {name: by_owner["attribute", name] for name in ATTRIBUTES}
    attributes = {
        name: max(rare, by_owner.get(("spread", name), 0.0)) for name, rare in among_all.items()
    }
    voters = {name: by_owner["voter", name] for name in profile.identity.voters}
    embedding = max(
        (rare for (part, _), rare in by_owner.items() if part == EMBEDDING), default=0.0
    )
    kept = by_owner["kept", KEPT]
    single = limits.single_limit(limit)
    moved = {**attributes, **voters, EMBEDDING: embedding, KEPT: kept}
    causes = sorted(
        (name for name, rare in moved.items() if rare >= single), key=lambda n: -moved[n]
    )
    kinds = _kinds(attributes, voters, moved, single, profile) if score >= limit else ()
    return Finding(
        panes=panes,
        score=score,
        limit=limit,
        attributes=attributes,
        voters=voters,
        embedding=embedding,
        kept=kept,
        kinds=kinds,
        causes=tuple(causes),
        attribute=_named(among_all, attributes, single),
    )


def _named(among_all: Mapping[str, float], attributes: Mapping[str, float], single: float) -> str:
    """Return the attribute that can be called the cause; empty when none can.

    What happens to a few frames moves several attributes among those of their flight, and not
    always its own the most: a tint moves saturation, noise the dark channel. So there the rarest
    is named only when it is far ahead.
    """
    first, second = sorted(attributes, key=attributes.__getitem__, reverse=True)[:2]
    if attributes[first] < single:
        return ""
    clear = among_all[first] >= single or attributes[first] >= FAR_AHEAD * attributes[second]
    return first if clear else ""


def _by_owner(
    profile: Profile, surprises: np.ndarray[tuple[int, ...], np.dtype[np.float64]]
) -> dict[tuple[str, str], float]:
    found: dict[tuple[str, str], float] = {}
    for statistic, rare in zip(profile.statistics, surprises, strict=True):
        key = (statistic.part, statistic.owner)
        found[key] = max(found.get(key, 0.0), float(rare))
    return found


def _kinds(
    attributes: Mapping[str, float],
    voters: Mapping[str, float],
    moved: Mapping[str, float],
    single: float,
    profile: Profile,
) -> tuple[Kind, ...]:
    """Return which drift it is.

    Voters look at the pictures, so when pictures move, voters may; pictures do not move because a
    voter is broken. So moved attributes are data drift, whatever the voters do. With attributes at
    rest, one voter whose scores move alone is at fault, and so is the one that gives the embedding
    when the embedding moves with nobody but it. An embedding that moves while other voters move,
    or none, is data again: the content of the pictures is other. Several voters that move, or the
    share kept, are a shift of what there is to be found; votes that only disagree are a voter's.
    """
    if max(attributes.values()) >= single:
        return ("data",)
    unusual = [voter for voter, rare in voters.items() if rare >= single]
    embedding = moved[EMBEDDING] >= single
    if len(unusual) == 1 and (not embedding or unusual[0] == profile.identity.encoder):
        return ("voter",)
    if embedding:
        return ("data",)
    return ("label_shift",) if unusual or moved[KEPT] >= single else ("voter",)
