"""What drifted, in words and for programs."""

from ensembles.config import EnsembleConfig
from models.digest import made_by
from models.settings import ModelSettings
from monitoring.findings import WHAT_TO_DO, Finding
from monitoring.identity import Identity
from monitoring.observation import Observations
from monitoring.profile import Profile
from monitoring.profile_file import read_profile
from monitoring.run_drift import RunDrift, drift_of

FALSE_ALARMS_PER_WEEK = 1.0
SHOWN_FLIGHTS = 10


def usual_for(config: EnsembleConfig, settings: ModelSettings) -> Profile | None:
    """Return the profile that an ensemble file names; None when it names none. Loads no model.

    Raises:
        ConfigError: It cannot be read, or was made with another gate.
    """
    if config.profile is None:
        return None
    usual = read_profile(config.profile)
    gate = Identity.of(config, made_by(config, settings), encoder=usual.identity.encoder)
    usual.refuse_other(gate, source=str(config.profile))
    return usual


def drift_lines(frames: Observations, usual: Profile) -> list[str]:
    """Return what drifted in a run."""
    return lines_of(drift_of(frames, usual, false_alarms_per_week=FALSE_ALARMS_PER_WEEK))


def lines_of(found: RunDrift) -> list[str]:
    """Return which flights are unusual, what alarms, and what to do."""
    lines = [
        (
            f"{len(found.unusual)} of {len(found.flights)} flights are unusual; "
            f"{len(found.alarms)} alarms in {len(found.windows)} panes of 50 frames"
        )
    ]
    lines += [
        f"  {flight.name}: score {flight.finding.score:.1f}, {_causes(flight.finding)}"
        for flight in found.unusual[:SHOWN_FLIGHTS]
    ]
    if len(found.unusual) > SHOWN_FLIGHTS:
        lines.append(f"  and {len(found.unusual) - SHOWN_FLIGHTS} more")
    for kind in dict.fromkeys(kind for finding in found.alarms for kind in finding.kinds):
        worst = max((f for f in found.alarms if kind in f.kinds), key=lambda f: f.score)
        lines.append(f"{kind}: {_causes(worst)}. {WHAT_TO_DO[kind]}")
    return lines


def facts_of(found: RunDrift) -> dict[str, object]:
    """Return the same for programs, as JSON values."""
    return {
        "flights": len(found.flights),
        "unusual_flights": [
            {
                "flight": flight.name,
                "frames": flight.frames,
                "score": round(flight.finding.score, 3),
                "causes": list(flight.finding.causes),
            }
            for flight in found.unusual
        ],
        "panes": len(found.windows),
        "frames_left_over": found.left_over,
        "alarms": [
            {
                "panes": finding.panes,
                "score": round(finding.score, 3),
                "limit": round(finding.limit, 3),
                "kinds": list(finding.kinds),
                "causes": list(finding.causes),
            }
            for finding in found.alarms
        ],
    }


def _causes(finding: Finding) -> str:
    """Return what moved; several attributes of which none is clearly the cause stand together."""
    moved = ", ".join(finding.causes[:3]) or "nothing by itself"
    unclear = not finding.attribute and sum(c in finding.attributes for c in finding.causes) > 1
    return f"{moved} together" if unclear else moved
