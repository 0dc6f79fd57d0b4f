"""Rows as GeoJSON (RFC 7946): where the drone was, and what ground the frame shows if known.

Positions are WGS 84, longitude first. A frame without GPS is a feature without a place, never
one at 0, 0.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from batch.formats.catalog import About, Cells
from batch.formats.footprint import footprint
from batch.formats.json_array import write_object

TOLD = (
    "source",
    "frame_index",
    "video_seconds",
    "captured_at",
    "decision",
    "reasons",
    "altitude_m",
    "altitude_above",
    "height_above_takeoff_m",
    "gimbal_yaw_degrees",
    "gimbal_pitch_degrees",
    "id",
)


def write(rows: Iterable[Cells], about: About, path: Path) -> None:
    """Write `frames.geojson`: one feature a row, in their order."""
    with path.open("w", encoding="ascii") as file:
        write_object(file, {"type": "FeatureCollection"}, features=_features(rows, about))


def _features(rows: Iterable[Cells], about: About) -> Iterator[dict[str, Any]]:
    for cells in rows:
        said = {name: cells[name] for name in TOLD}
        scores = {f"score_{voter}": cells[f"score_{voter}"] for voter in about.voters}
        yield {"type": "Feature", "geometry": _geometry(cells), "properties": {**said, **scores}}


def _geometry(cells: Cells) -> dict[str, Any] | None:
    """Return the drone's place, with the ground it saw beside it where that is known.

    The altitude is left out: RFC 7946 wants it above the ellipsoid, and EXIF gives another.
    """
    if cells["latitude"] is None:
        return None
    place = {"type": "Point", "coordinates": [cells["longitude"], cells["latitude"]]}
    ring = footprint(cells)
    if ring is None:
        return place
    ground = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "GeometryCollection", "geometries": [place, ground]}
