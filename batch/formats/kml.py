"""Rows as KML 2.2 (OGC 07-147r2), for Google Earth and its kind: places and footprints.

Frames without GPS cannot be shown on a map; the document says how many there are.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import TextIO
from xml.sax.saxutils import escape

from batch.formats.catalog import About, Cells
from batch.formats.footprint import Ring, footprint
from batch.formats.xml_text import clean

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2">
<Document>
<name>{name}</name>
<Style id="review"><IconStyle><color>ff00a5ff</color></IconStyle>
<LineStyle><color>ff00a5ff</color></LineStyle><PolyStyle><color>4000a5ff</color></PolyStyle></Style>
<Style id="skip"><IconStyle><color>ff999999</color><scale>0.6</scale></IconStyle>
<LineStyle><color>80999999</color></LineStyle><PolyStyle><fill>0</fill></PolyStyle></Style>
"""


def write(rows: Iterable[Cells], about: About, path: Path) -> None:
    """Write `frames.kml`."""
    without = 0
    with path.open("w", encoding="utf-8") as file:
        file.write(HEAD.format(name=clean(f"{about.target}: {about.ensemble}")))
        for cells in rows:
            if cells["latitude"] is None:
                without += 1
            else:
                _write_placemark(file, cells)
        file.write(f"<description>{without} frames without GPS are not shown</description>\n")
        file.write("</Document>\n</kml>\n")


def _write_placemark(file: TextIO, cells: Cells) -> None:
    file.write(f"<Placemark><name>{clean(Path(cells['source']).name)}</name>\n")
    if cells["captured_at"]:
        file.write(f"<TimeStamp><when>{clean(cells['captured_at'])}</when></TimeStamp>\n")
    file.write(f"<styleUrl>#{cells['decision']}</styleUrl>\n")
    file.write(f"<ExtendedData>{_data(cells)}</ExtendedData>\n")
    point = f"<Point><coordinates>{cells['longitude']},{cells['latitude']}</coordinates></Point>"
    ring = footprint(cells)
    shape = point if ring is None else f"<MultiGeometry>{point}{_polygon(ring)}</MultiGeometry>"
    file.write(f"{shape}</Placemark>\n")


def _data(cells: Cells) -> str:
    told = {"source": cells["source"], "decision": cells["decision"], "id": cells["id"]}
    return "".join(
        f'<Data name="{name}"><value>{clean(str(value))}</value></Data>'
        for name, value in told.items()
        if value is not None
    )


def _polygon(ring: Ring) -> str:
    corners = " ".join(f"{longitude},{latitude}" for longitude, latitude in ring)
    return (
        "<Polygon><outerBoundaryIs><LinearRing><coordinates>"
        f"{escape(corners)}</coordinates></LinearRing></outerBoundaryIs></Polygon>"
    )
