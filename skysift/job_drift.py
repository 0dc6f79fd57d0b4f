"""Whether the frames of a job are as usual, said when it is done."""

from pathlib import Path

from batch.journal import Journal
from batch.observe import Observer
from models.settings import read_settings
from monitoring.observation_file import SUFFIX, write_observations
from monitoring.profile import Profile
from monitoring.run_drift import RunDrift, drift_of
from skysift.drift_report.write import write_drift_report
from skysift.drift_words import FALSE_ALARMS_PER_WEEK
from skysift.watched import see_job

WATCHED, REPORT = f"job{SUFFIX}", "drift.html"


def drift_of_job(journal: Journal, ensemble: Path, usual: Profile, out: Path) -> RunDrift | None:
    """Return what drifted in a job, and leave the report and what was seen in its folder.

    Args:
        journal: Of the job.
        ensemble: The file of the gate that scored it.
        usual: Its profile.
        out: The folder.

    Returns:
        None when no frame of the job was chosen for a full ballot.
    """
    seen = see_job(journal, Observer(ensemble, read_settings()))
    if not len(seen.frames):
        return None
    found = drift_of(seen.frames, usual, false_alarms_per_week=FALSE_ALARMS_PER_WEEK)
    write_observations(out / WATCHED, seen.frames, seen.identity)
    write_drift_report(out / REPORT, found, seen.frames, usual)
    return found
