"""The flight as GPX 1.1: a track of all frames with GPS, and a waypoint for each that was kept.

Elevation is written only where the file measures it from the sea, as GPX wants; time only where
it is a moment in UTC, since a camera's clock without a zone is none.
"""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryFile

from batch.formats.catalog import About, Cells
from batch.formats.xml_text import clean

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<gpx version="1.1" creator="skysift {version}" xmlns="http://www.topografix.com/GPX/1/1">
<metadata><name>{name}</name></metadata>
"""


def write(rows: Iterable[Cells], about: About, path: Path) -> None:
    """Write `flight.gpx`; frames without GPS are in no map, and are left out."""
    # Waypoints come before the track and rows come once: the track waits on the disk.
    with (
        TemporaryFile("w+", encoding="utf-8", dir=path.parent) as track,
        path.open("w", encoding="utf-8") as file,
    ):
        file.write(HEAD.format(version=clean(about.skysift_version), name=clean(about.target)))
        for cells in rows:
            if cells["latitude"] is None:
                continue
            track.write(f"<trkpt {_where(cells)}>{_facts(cells)}</trkpt>\n")
            if cells["decision"] == "review":
                name = clean(Path(cells["source"]).name)
                file.write(f"<wpt {_where(cells)}>{_facts(cells)}<name>{name}</name></wpt>\n")
        file.write(f"<trk><name>{clean(about.ensemble)}</name><trkseg>\n")
        track.seek(0)
        file.writelines(track)
        file.write("</trkseg></trk>\n</gpx>\n")


def _where(cells: Cells) -> str:
    return f'lat="{cells["latitude"]!r}" lon="{cells["longitude"]!r}"'


def _facts(cells: Cells) -> str:
    facts = ""
    if cells["altitude_m"] is not None and cells["altitude_above"] == "sea_level":
        facts += f"<ele>{cells['altitude_m']}</ele>"
    moment = datetime.fromisoformat(cells["captured_at"]) if cells["captured_at"] else None
    if moment is not None and moment.tzinfo is not None:
        facts += f"<time>{moment.isoformat()}</time>"
    return facts
