"""Which formats there are."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from ensembles.errors import ConfigError
from ensembles.mistakes import near_miss

Cells = Mapping[str, Any]
"""A row by column name, as `batch.row.Row.columns` gives it, with lists for tuples."""


@dataclass(frozen=True, slots=True)
class About:
    """What all rows share.

    Args:
        ensemble: Its name.
        target: What is looked for, in words.
        digest: Of the ensemble.
        voters: Their names, in the order of the columns.
        skysift_version: Of the code that decided.
    """

    ensemble: str
    digest: str
    voters: tuple[str, ...]
    skysift_version: str
    target: str = "target"


Write = Callable[[Iterable[Cells], About, Path], None]
"""Writes rows, which come once and are not held, to a file that does not exist yet."""


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write rows.

    Args:
        file_name: In the run's folder.
        place: `module:name` of the function that writes it.
        summary: What it is for, in one line.
    """

    file_name: str
    place: str
    summary: str

    def writer(self) -> Write:
        """Import and return the function."""
        module, name = self.place.split(":")
        found: Write = getattr(import_module(module), name)
        return found


def formats_named(names: Sequence[str]) -> dict[str, Format]:
    """Return the formats; raises `ConfigError` for those that there are not."""
    unknown = [name for name in names if name not in FORMATS]
    if unknown:
        raise ConfigError(
            [
                f"--format: there is no {name!r}{near_miss(name, FORMATS)}; "
                f"there are {', '.join(FORMATS)}"
                for name in unknown
            ]
        )
    return {name: FORMATS[name] for name in names}


FORMATS = {
    "parquet": Format("rows.parquet", "batch.formats.parquet:write", "typed columns"),
    "csv": Format("rows.csv", "batch.formats.table:write_csv", "a table that everything reads"),
    "jsonl": Format("rows.jsonl", "batch.formats.table:write_jsonl", "one JSON object a line"),
    "coco": Format("coco.json", "batch.formats.coco:write", "images and boxes, for pycocotools"),
    "megadetector": Format(
        "megadetector.json", "batch.formats.megadetector:write", "MegaDetector 1.6, for Timelapse"
    ),
    "geojson": Format("frames.geojson", "batch.formats.geojson:write", "places and footprints"),
    "kml": Format("frames.kml", "batch.formats.kml:write", "the same, for Google Earth"),
    "gpx": Format("flight.gpx", "batch.formats.gpx:write", "the flight, with what was kept"),
    "html": Format("kept.html", "batch.formats.contact_sheet:write", "a sheet of what was kept"),
}
