"""The list of suspicious labels with thumbnails: one HTML file that needs no network."""

from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from ensembles.errors import ConfigError
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
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    page = environment.from_string(_text("curate", "labels.html")).render(
        rows=[(row, thumbnail(Path(str(row["frame"])))) for row in rows[:MOST_SHOWN]],
        listed=len(rows),
        labelled=labelled,
        style=Markup(_text("report", "page.css") + _text("drift_report", "drift.css")),  # noqa: S704 - files of this package
    )
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"cannot be written: {error.strerror}", source=str(path)) from None


def _text(package: str, name: str) -> str:
    folder = files("skysift").joinpath(package, "static")
    return folder.joinpath(name).read_text(encoding="utf-8")
