"""Write the report of a calibration: one HTML file that needs no network."""

from collections.abc import Sequence
from pathlib import Path

from ensembles.agreement import agreement
from ensembles.calibrate import Calibration
from ensembles.certificate import Certificate
from ensembles.errors import ConfigError
from ensembles.operating_points import path_thresholds
from ensembles.replay import SECONDS_PER_FRAME
from ensembles.score_table import ScoreTable
from skysift.report.caveats import caveats_of
from skysift.report.companies import companies_of
from skysift.report.evidence import evidence_of
from skysift.report.figures import figures_of
from skysift.report.misses import Misses, Pictures, misses_of
from skysift.report.page import page_of
from skysift.report.story import Story, things_counted
from skysift.report.verdict import verdict_on_voting


def write_report(
    path: Path,
    *,
    calibration: Calibration,
    table: ScoreTable,
    certificate: Certificate | None = None,
    ids: Sequence[str] = (),
    pictures: Pictures | None = None,
    seconds_per_frame: float = SECONDS_PER_FRAME,
    target: str = "",
) -> None:
    """Write the page; a file of that name is replaced.

    Args:
        path: Where the HTML goes.
        calibration: What was promised, chosen and paid.
        table: The scores it was made from, all of them.
        certificate: Its slices, digest, scope and label check are shown; None when the promise
            was not certified.
        ids: One per frame of the table; empty when frames have no names.
        pictures: Finds the picture of a frame, for the thumbnails of what is missed.
        seconds_per_frame: What a look at one frame costs a person.
        target: What is looked for, in the plural, such as `hikers`; empty reads `objects`.

    Raises:
        ValueError: There are ids, but not one per frame.
        ConfigError: The file cannot be written.
    """
    if len(ids) not in (0, len(table)):
        raise ValueError(f"{len(ids)} ids do not fit {len(table)} frames")
    missed = misses_of(table, calibration, ids=ids, pictures=pictures)
    page = _page(table, calibration, certificate, missed, seconds_per_frame, target)
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"cannot be written: {error.strerror}", source=str(path)) from None


def _page(
    table: ScoreTable,
    calibration: Calibration,
    certificate: Certificate | None,
    missed: Misses,
    seconds_per_frame: float,
    target: str,
) -> str:
    figures = figures_of(table, calibration, seconds_per_frame=seconds_per_frame)
    things = things_counted(table, target)
    story = Story(
        things=things,
        calibration=calibration,
        guaranteed=calibration.method != "on average",
        voters=table.voters,
        companies=companies_of(agreement(table, path_thresholds(table, calibration))),
        misses=missed,
        slices=certificate.slices if certificate else (),
        verdict=verdict_on_voting(table, calibration),
        caveats=tuple(caveats_of(calibration, certificate, figures, things)),
        evidence=tuple(evidence_of(table, calibration, certificate, things)),
        certificate_id=certificate.id if certificate else None,
    )
    return page_of(story, figures)
