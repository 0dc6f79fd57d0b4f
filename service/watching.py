"""Opens the drift of an ensemble that has a profile."""

from hashlib import file_digest
from pathlib import Path

from ensembles.voter import Voter
from models.catalog import read
from models.digest import made_by
from models.ensemble import Around
from models.frames import Frame
from models.settings import ModelSettings
from monitoring.around import Forgiving, Timed
from monitoring.identity import Identity
from monitoring.profile_file import read_profile
from monitoring.tap import Tap
from service.settings import ServiceSettings

REST_SECONDS = 30
"""How long frames go without a voter that was late five times in a row."""
SHOWN_DIGITS = 16
"""Of a profile's SHA-256, in the name of its folder: another profile starts anew."""


def open_tap(path: Path, models: ModelSettings, settings: ServiceSettings) -> Tap | None:
    """Return the drift of an ensemble file; None when it names no profile.

    Raises:
        ConfigError: The profile cannot be read, or was made with another gate.
        WeightsError: A file of the gate is missing.
    """
    config = read(path)
    if config.profile is None:
        return None
    profile = read_profile(config.profile)
    gate = Identity.of(config, made_by(config, models), encoder=profile.identity.encoder)
    profile.refuse_other(gate, source=str(config.profile))
    return Tap(
        config.name,
        profile,
        full_ballots=config.full_ballots,
        folder=_folder(settings, models, config.name, config.profile),
        false_alarms_per_week=settings.drift_false_alarms_per_week,
    )


def around_with(tap: Tap | None, voters: dict[str, Forgiving[Frame]]) -> Around:
    """Return what puts clock and safety net around a voter, and an ear if drift listens to it.

    Args:
        tap: Of the ensemble; None when nothing watches for drift.
        voters: The safety nets are put here by the names of their voters.
    """

    def around(
        ensemble: str, name: str, voter: Voter[Frame], timeout_seconds: float
    ) -> Voter[Frame]:
        net = Forgiving(ensemble, name, voter, timeout_seconds, rest_seconds=REST_SECONDS)
        voters[name] = net
        timed = Timed(ensemble, name, net)
        return tap.around(name, timed) if tap else timed

    return around


def _folder(settings: ServiceSettings, models: ModelSettings, name: str, profile: Path) -> Path:
    with profile.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()[:SHOWN_DIGITS]
    return (settings.drift_folder or models.home / "drift") / f"{name}-{digest}"
