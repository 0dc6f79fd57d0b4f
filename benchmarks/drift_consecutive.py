"""Windows of one flight's consecutive frames, beside windows of few frames of many flights.

The monitor, its score and the number of frames are the same. The limit is not: every window of a
single flight would pass the one for windows of many. So it is raised until one usual window of a
single flight in a hundred passes it.
"""

import numpy as np

from benchmarks.drift_rivals import Floats
from monitoring.make_profile import rows_by_flight
from monitoring.observation import Observations
from monitoring.pane_state import rows_of
from monitoring.profile import Profile
from monitoring.simulation import state_of
from monitoring.statistics import statistics_of
from monitoring.tail import Tails

FOLDS = 6
NOMINAL_SCORE = 2.0


def scores_by_flight(frames: Observations, profile: Profile) -> Floats:
    """Return the score of each flight's window, which is all its frames, shape (flights,)."""
    rows = rows_of(frames, profile.reference)
    flights = rows_by_flight(frames.flights).values()
    windows = np.stack([state_of(rows, [own]) for own in flights])
    return profile.limits[5].score(statistics_of(windows, profile.baseline, profile.reference))


def alarms_by_flight(usual: Observations, seen: Observations, profile: Profile) -> float:
    """Return the share of flights that alarm, each by a limit from the others' usual frames.

    Args:
        usual: Frames of long flights.
        seen: Frames of the same flights, to which something may have happened.
        profile: Made from other flights.
    """
    calm, now = scores_by_flight(usual, profile), scores_by_flight(seen, profile)
    folds = np.arange(len(calm)) % FOLDS
    limits = np.array(
        [Tails.of(calm[folds != fold, None]).value_at(NOMINAL_SCORE)[0] for fold in range(FOLDS)]
    )
    return float((now >= limits[folds]).mean())
