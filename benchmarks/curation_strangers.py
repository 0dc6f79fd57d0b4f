"""Whether cleaning tells pictures of something else from those of a drone, with real weights.

    python -m benchmarks.curation_strangers

Tiles of drone pictures, and among them a few pictures of everyday things, or aerial scenes of
another source; a ResNet50 with ImageNet weights gives the embeddings. Needs `SKYSIFT_DATA`.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import yaml
from PIL import Image

from benchmarks.curation_clean import GOOD, found_among, index
from benchmarks.curation_scenes_world import DATA, RESNET50
from curation.clean.finding import Defect
from ensembles.score_table import Codes

TILE_PX = 448
TILES = 5
"""Of each drone picture, spread over it."""
STRANGERS = 10
EACH = 4
"""Every so many scenes, so that several kinds are among them."""


def cut(picture: Image.Image) -> list[Image.Image]:
    """Return tiles of a picture, on a diagonal that wraps."""
    width, height = (side - TILE_PX for side in picture.size)
    corners = [
        (width * step // (TILES - 1), height * (2 * step % TILES) // (TILES - 1))
        for step in range(TILES)
    ]
    return [picture.crop((x, y, x + TILE_PX, y + TILE_PX)) for x, y in corners]


def lay_out(folder: Path) -> None:
    """Write tiles and strangers into folders of their own."""
    drone = sorted((DATA / "aerial_vehicles").glob("**/*.jpg"))
    tiles = [tile for path in drone for tile in cut(Image.open(path).convert("RGB"))]
    others = {
        "everyday things": sorted((DATA / "imagenet").glob("**/*.[jJ]*"))[:STRANGERS],
        "aerial scenes": sorted((DATA / "scenes").glob("*/*.jpg"))[::EACH][:STRANGERS],
    }
    pictures = {GOOD: tiles} | {
        name: [Image.open(path).convert("RGB") for path in paths] for name, paths in others.items()
    }
    for name, some in pictures.items():
        (folder / name).mkdir()
        for number, picture in enumerate(some):
            picture.save(folder / name / f"{number:04d}.png")


def ensemble(folder: Path) -> Path:
    """Return an ensemble file whose one voter gives embeddings of real weights."""
    voter = {"name": "resnet50", "kind": "resnet50", "threshold": 0.5, "options": RESNET50}
    path = folder / "real.yaml"
    described = {"name": "real", "target": "vehicle", "vote": "or", "voters": [voter]}
    path.write_text(yaml.safe_dump(described))
    return path


def main() -> None:
    """Measure, and print the table."""
    with TemporaryDirectory() as name:
        pictures = Path(name) / "pictures"
        pictures.mkdir()
        lay_out(pictures)
        table = index(pictures, ensemble(Path(name)))
    print("| strangers | listed as `off_subject` | deviations | tiles listed | deviations |")
    print("|---|---|---|---|---|")
    for kind in ("everyday things", "aerial scenes"):
        some, found = found_among(table, GOOD, kind)
        strange = np.array([Path(group).name == kind for group in some["group"].to_pylist()])
        far = {each.row: each.value or 0 for each in found if each.defect is Defect.OFF_SUBJECT}
        cells = [kind, *_told(far, np.flatnonzero(strange)), *_told(far, np.flatnonzero(~strange))]
        print(f"| {' | '.join(cells)} |")


def _told(far: dict[int, float], rows: Codes) -> tuple[str, str]:
    """Return how many of the rows are listed, and how far these are."""
    listed = [far[row] for row in rows.tolist() if row in far]
    span = f"{min(listed):.1f} to {max(listed):.1f}" if listed else ""
    return f"{len(listed)} of {len(rows)}", span


if __name__ == "__main__":
    main()
