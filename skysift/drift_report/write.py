"""Write the report on drift: one HTML file that needs no network and runs no script."""

from datetime import UTC, datetime
from importlib.resources import files
from math import isfinite
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from ensembles.errors import ConfigError
from monitoring.findings import WHAT_TO_DO
from monitoring.observation import Observations
from monitoring.profile import Profile
from monitoring.run_drift import UNUSUAL_FLIGHT, RunDrift
from skysift.drift_report.pictures import gallery_of
from skysift.drift_report.points import HEIGHT, MARGIN, WIDTH, map_of, timeline_of

SHOWN_FLIGHTS = 20


def write_drift_report(path: Path, found: RunDrift, frames: Observations, profile: Profile) -> None:
    """Write the page; a file of that name is replaced.

    Raises:
        ConfigError: The file cannot be written.
    """
    page = _page(found, frames, profile)
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"cannot be written: {error.strerror}", source=str(path)) from None


def _page(found: RunDrift, frames: Observations, profile: Profile) -> str:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"when": _when}
    kinds = dict.fromkeys(kind for finding in found.alarms for kind in finding.kinds)
    return environment.from_string(_text("drift_report", "page.html")).render(
        found=found,
        frames=frames,
        profile=profile,
        flights=found.flights[:SHOWN_FLIGHTS],
        unusual_flight=UNUSUAL_FLIGHT,
        kinds=[(kind, WHAT_TO_DO[kind]) for kind in kinds],
        timeline=timeline_of(found),
        map=map_of(found, frames, profile),
        gallery=gallery_of(found, frames, profile),
        size=(WIDTH, HEIGHT, MARGIN),
        style=Markup(_text("report", "page.css") + _text("drift_report", "drift.css")),  # noqa: S704 - files of this package
    )


def _when(seconds: float) -> str:
    """Return a time in UTC, or nothing when nobody knows it."""
    if not isfinite(seconds):
        return ""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M")


def _text(package: str, name: str) -> str:
    folder = files("skysift").joinpath(package, "static")
    return folder.joinpath(name).read_text(encoding="utf-8")
