"""How often windows of usual and of shifted frames alarm, by Skysift and by others.

Every method's limit is its 99 % point over usual windows of flights: at limits for independent
frames each would alarm all the time.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.drift_rivals import Floats, Rival
from monitoring.findings import Finding, find
from monitoring.make_profile import rows_by_flight
from monitoring.observation import Observations
from monitoring.pane_state import rows_of
from monitoring.profile import Profile
from monitoring.reference import Rows
from monitoring.simulation import state_of, thinned
from monitoring.statistics import statistics_of

WINDOW_FLIGHTS = 50
NOMINAL_SCORE = 2.0
CALIBRATING_WINDOWS = 300

RIGHT_ATTRIBUTES = {
    "brightness +20 %": {"brightness"},
    "brightness -30 %": {"brightness"},
    "fog": {"dark_channel", "contrast", "saturation"},
    "blur": {"sharpness"},
    "JPEG quality 25": {"blockiness"},
    "colour cast": {"colour_cast"},
    "sensor noise": {"sharpness"},
}
"""What each corruption is; none of the seven is called noise, and noise sharpens."""

DrawWindow = Callable[[np.random.Generator], Observations]


@dataclass(frozen=True, slots=True, eq=False)
class Power:
    """How often windows of one shift alarm, by each method, and what is called the cause.

    Args:
        name: Of the shift.
        ours: Share of the windows that alarm.
        rivals: The same by each rival's statistics.
        right: Share in which the attribute that is named is right; NaN when there is none to name.
        wrong: Share in which it is wrong; in the rest none is named.
    """

    name: str
    ours: float
    rivals: tuple[float, ...]
    right: float
    wrong: float


@dataclass(frozen=True, slots=True, eq=False)
class Limited:
    """A rival, and from where its statistics alarm, shape (names,)."""

    rival: Rival
    limits: Floats

    @classmethod
    def of(cls, rival: Rival, usual: Floats) -> "Limited":
        """Return it with limits that one in a hundred usual windows, (n, f, d), passes.

        A slow one is given twice as many as of a row.
        """
        limits: Floats = np.quantile(rival.of(usual[: 2 * rival.most_windows]), 0.99, axis=0)
        return cls(rival, limits)

    def alarms(self, windows: Floats) -> Floats:
        """Return the share of windows that alarm, by each statistic."""
        said = self.rival.of(windows[: self.rival.most_windows])
        shares: Floats = np.mean(said > self.limits, axis=0)
        return shares


def usual_sample(usual: Observations) -> Floats:
    """Return the embeddings that rivals are held against: of the first half of the flights."""
    flights = list(rows_by_flight(usual.flights).values())
    rng = np.random.default_rng(1)
    rows = np.concatenate([thinned(own, rng) for own in flights[: len(flights) // 2]])
    vectors: Floats = usual.embeddings[rows].astype(np.float64)
    return vectors


def usual_windows(usual: Observations) -> Floats:
    """Return windows of the other half, that rivals' limits are set by, shape (n, f, d)."""
    flights = list(rows_by_flight(usual.flights).values())
    rng = np.random.default_rng(4)
    half = flights[len(flights) // 2 :]
    chosen = [np.concatenate(window_of(half, rng)) for _ in range(CALIBRATING_WINDOWS)]
    windows: Floats = usual.embeddings[np.stack(chosen)].astype(np.float64)
    return windows


def power(
    name: str,
    draw_window: DrawWindow,
    *,
    profile: Profile,
    rivals: Sequence[Limited],
    windows: int,
) -> Power:
    """Return how often windows alarm, and what Skysift calls the cause."""
    rng = np.random.default_rng(2)
    drawn = [draw_window(rng) for _ in range(windows)]
    found = [look(frames, profile) for frames in drawn]
    vectors = np.stack([frames.embeddings.astype(np.float64) for frames in drawn])
    right = RIGHT_ATTRIBUTES.get(name.rpartition(",")[0], set())
    causes = [one.attribute for one in found]
    return Power(
        name,
        float(np.mean([one.alarms for one in found])),
        tuple(float(share) for rival in rivals for share in rival.alarms(vectors)),
        right=float(np.mean([cause in right for cause in causes])) if right else float("nan"),
        wrong=float(np.mean([cause not in right | {""} for cause in causes]))
        if right
        else float("nan"),
    )


def look(frames: Observations, profile: Profile) -> Finding:
    """Return the finding of one window of 250 frames."""
    rows = rows_of(frames, profile.reference)
    state = state_of(rows, list(rows_by_flight(frames.flights).values()))
    return find(state, profile, panes=5, limit=NOMINAL_SCORE)


def window_of(flights: Sequence[Rows], rng: np.random.Generator) -> list[Rows]:
    """Return five frames of each of 50 flights, by flight."""
    drawn = rng.permutation(len(flights))[:WINDOW_FLIGHTS]
    return [thinned(flights[index], rng) for index in drawn]


def false_alarms(profile: Profile, frames: Observations, *, windows: int = 1000) -> float:
    """Return the share of usual windows that alarm at a nominal 1 %."""
    rng = np.random.default_rng(3)
    rows = rows_of(frames, profile.reference)
    flights = list(rows_by_flight(frames.flights).values())
    states = np.stack([state_of(rows, window_of(flights, rng)) for _ in range(windows)])
    scores = profile.limits[5].score(statistics_of(states, profile.baseline, profile.reference))
    return float((scores >= NOMINAL_SCORE).mean())


def mixed(clean: Observations, other: Observations, share: float) -> DrawWindow:
    """Return what draws windows in which a share of the frames is the corrupted picture itself."""
    flights = list(rows_by_flight(clean.flights).values())

    def draw_window(rng: np.random.Generator) -> Observations:
        rows = np.concatenate(window_of(flights, rng))
        bad = rng.permutation(len(rows)) < round(share * len(rows))
        return clean.take(rows[~bad]).joined_with(other.take(rows[bad]))

    return draw_window


def partly(clean: Observations, other: Observations, share: float) -> DrawWindow:
    """Return what draws windows in which a share of the flights is of another kind."""
    usual, odd = (list(rows_by_flight(each.flights).values()) for each in (clean, other))
    count = round(share * WINDOW_FLIGHTS)

    def draw_window(rng: np.random.Generator) -> Observations:
        chosen = (
            (clean, window_of(usual, rng)[: WINDOW_FLIGHTS - count]),
            (other, window_of(odd, rng)[:count]),
        )
        some, *rest = (each.take(np.concatenate(rows)) for each, rows in chosen if rows)
        return some.joined_with(rest[0]) if rest else some

    return draw_window
