"""The list of suspicious labels with thumbnails: one HTML file that needs no network."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from skysift.curate.page import write_page
from skysift.report.thumbnails import thumbnail

MOST_SHOWN = 200
"""Each thumbnail is about 12 KB."""


def write_label_sheet(path: Path, rows: Sequence[Mapping[str, object]], *, labelled: int) -> None:
    """Write the page; a file of that name is replaced.

    Args:
        path: Of the page.
        rows: Of the list, the most suspicious label first.
        labelled: How many labels there are in all.

    Raises:
        ConfigError: It cannot be written.
    """
    shown = [(row, thumbnail(Path(str(row["frame"])))) for row in rows[:MOST_SHOWN]]
    write_page(path, "labels.html", rows=shown, listed=len(rows), labelled=labelled)
