"""Rows as MegaDetector's batch output 1.6, which Timelapse and its companions open.

The format is described at https://lila.science/megadetector-output-format: boxes are relative to
the picture, `failure` stands for an image without detections. A row that a voter saw has one
detection, the tile that decided or the whole frame; its `conf` is the highest score of a voter,
which ranks and is no probability. A `skip` has it too: Timelapse filters by confidence.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from batch.formats.boxes import best_score, box_of
from batch.formats.catalog import About, Cells
from batch.formats.json_array import write_object

VERSION = "1.6"
CATEGORY = "1"
PLACES = 4
"""Decimals of a relative box: a tenth of a pixel in a frame of 1,000."""


def write(rows: Iterable[Cells], about: About, path: Path) -> None:
    """Write `megadetector.json`."""
    members = {
        "info": {
            "format_version": VERSION,
            "detector": f"skysift {about.skysift_version}, {about.ensemble} {about.digest[:16]}",
            "detection_completion_time": datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S"),
        },
        "detection_categories": {CATEGORY: about.target},
        "classification_categories": {},
    }
    with path.open("w", encoding="ascii") as file:
        write_object(file, members, images=_images(rows, about))


def _images(rows: Iterable[Cells], about: About) -> Iterator[dict[str, Any]]:
    for cells in rows:
        image: dict[str, Any] = {"file": cells["source"]}
        if cells["video_seconds"] is not None:
            image["frame_number"] = cells["frame_index"]
        if cells["captured_at"]:
            image["datetime"] = cells["captured_at"][:19].replace("T", " ").replace("-", ":", 2)
        if cells["detail"] is not None:
            yield {**image, "failure": f"{' '.join(cells['reasons'])}: {cells['detail']}"}
        else:
            yield {**image, "detections": _detections(cells, about)}


def _detections(cells: Cells, about: About) -> list[dict[str, Any]]:
    box, score = box_of(cells), best_score(cells, about)
    if box is None or score is None:
        return []
    wide, high = cells["width_px"], cells["height_px"]
    left, top, width, height = box
    relative = [left / wide, top / high, width / wide, height / high]
    return [
        {
            "category": CATEGORY,
            "conf": round(score, PLACES),
            "bbox": [round(side, PLACES) for side in relative],
        }
    ]
