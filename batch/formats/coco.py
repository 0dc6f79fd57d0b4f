"""Rows as COCO: every input is an image, every `review` that a voter saw an annotation.

Skysift decides on frames and tiles, it does not outline things: a box is the tile that decided,
or the whole frame.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, TextIO

from batch.formats.boxes import best_score, box_of
from batch.formats.catalog import About, Cells
from batch.formats.json_array import write_object

CATEGORY = 1


def write(rows: Iterable[Cells], about: About, path: Path) -> None:
    """Write `coco.json`."""
    members = {
        "info": {
            "description": f"Skysift {about.skysift_version}, ensemble {about.ensemble}",
            "version": about.digest,
        },
        "licenses": [],
        "categories": [{"id": CATEGORY, "name": about.target, "supercategory": ""}],
    }
    # Images come before annotations and rows come once: annotations wait on the disk.
    with (
        TemporaryFile("w+", encoding="ascii", dir=path.parent) as aside,
        path.open("w", encoding="ascii") as file,
    ):
        images = _images(rows, about, aside)
        write_object(file, members, images=images, annotations=_kept_aside(aside))


def _images(rows: Iterable[Cells], about: About, aside: TextIO) -> Iterator[dict[str, Any]]:
    for number, cells in enumerate(rows, start=1):
        annotation = _annotation(number, cells, about)
        if annotation is not None:
            aside.write(json.dumps(annotation) + "\n")
        yield {
            "id": number,
            "file_name": cells["source"],
            "width": cells["width_px"] or 0,
            "height": cells["height_px"] or 0,
            "date_captured": cells["captured_at"] or "",
            "frame_index": cells["frame_index"],
            "decision": cells["decision"],
            "reasons": cells["reasons"],
        }


def _kept_aside(aside: TextIO) -> Iterator[dict[str, Any]]:
    aside.seek(0)
    for number, line in enumerate(aside, start=1):
        yield {"id": number, **json.loads(line)}


def _annotation(number: int, cells: Cells, about: About) -> dict[str, Any] | None:
    box = box_of(cells)
    if cells["decision"] != "review" or box is None:
        return None
    return {
        "image_id": number,
        "category_id": CATEGORY,
        "bbox": box,
        "area": box[2] * box[3],
        "iscrowd": 0,
        "segmentation": [],
        "score": best_score(cells, about),
    }
