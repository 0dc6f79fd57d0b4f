"""Puts every kind of defect into known frames and counts what cleaning finds of it.

    python -m benchmarks.curation_clean
    python -m benchmarks.curation_clean --pictures ../shared/data/drone_originals

The frames are those of the demo world, or the pictures of a folder. Recall is the share of frames
with a defect that are listed with its reason; of a near duplicate and its original one must be
listed. False alarms are counted on the good frames alone. `--strangers` names a folder of pictures
of something else, which off-subject is measured with.
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from subprocess import run
from sys import executable
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from PIL import Image

from batch.sources import find_pictures
from benchmarks.curation_defects import PLANTED, jpeg
from curation.clean.clean import COLUMNS, findings_in
from curation.clean.finding import Defect, Finding
from curation.clean.thresholds import Thresholds
from curation.manifest import embeddings, read_manifest
from curation.manifest_schema import EMBEDDING
from demo.scenes import draw_flights

GOOD = "good"
STRANGE = "strange"
LONGEST_PX = 1600
"""Originals are made this large first: the measures are taken on 256 pixels anyway."""

MOST_STRANGERS = 5
DUPLICATES = (Defect.EXACT_DUPLICATE, Defect.NEAR_DUPLICATE)


def planted_in(folder: Path, pictures: Sequence[Path], strangers: Sequence[Path]) -> None:
    """Write a good copy of each picture, and one with each defect."""
    for number, path in enumerate(pictures):
        picture = Image.open(path).convert("RGB")
        picture.thumbnail((LONGEST_PX, LONGEST_PX))
        good = jpeg(picture)
        _write(folder / GOOD / f"{number:04d}.jpg", good)
        for planted in PLANTED:
            _write(folder / planted.name / f"{number:04d}.jpg", planted.change(picture))
    for number, path in enumerate(strangers[:MOST_STRANGERS]):
        _write(folder / STRANGE / f"{number:04d}.jpg", jpeg(Image.open(path).convert("RGB")))


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def index(folder: Path, ensemble: Path) -> pa.Table:
    """Return the manifest of a folder, with embeddings."""
    out = folder / "frames.parquet"
    run(
        [
            executable,
            "-m",
            "skysift",
            "curate",
            "index",
            folder,
            "--ensemble",
            ensemble,
            "--out",
            out,
        ],
        check=False,  # broken files are meant to be there
    )
    return read_manifest(out, [*COLUMNS, EMBEDDING])


def found_among(table: pa.Table, *groups: str) -> tuple[pa.Table, list[Finding]]:
    """Return the frames of these folders, and what cleaning says of them alone."""
    names = [Path(group).name for group in table["group"].to_pylist()]
    some = table.filter(pc.is_in(pa.array(names), pa.array(groups)))
    rng = np.random.default_rng(0)
    return some, findings_in(some.drop([EMBEDDING]), embeddings(some), Thresholds(), rng)


def lines(table: pa.Table) -> Iterator[str]:
    """Yield the table as Markdown."""
    good, alarms = found_among(table, GOOD)
    yield "| defect | found as | frames | recall |"
    yield "|---|---|---|---|"
    for planted in PLANTED:
        some, found = found_among(table, GOOD, planted.name)
        hit = _hits(some, found, planted.defect)
        share = _share(hit, good.num_rows)
        yield f"| {planted.name} | `{planted.defect}` | {good.num_rows} | {share} |"
    strange, found = found_among(table, GOOD, STRANGE)
    if count := strange.num_rows - good.num_rows:
        hit = _hits(strange, found, Defect.OFF_SUBJECT)
        yield f"| pictures of something else | `off_subject` | {count} | {_share(hit, count)} |"
    told = {defect: sum(each.defect is defect for each in alarms) for defect in Defect}
    named = ", ".join(f"`{defect}` {count}" for defect, count in told.items() if count)
    yield ""
    yield f"False alarms on {good.num_rows} good frames: {named or 'none'}."


def _hits(table: pa.Table, found: Sequence[Finding], defect: Defect) -> int:
    """Return how many planted frames were found as what they are."""
    folders = [Path(group).name for group in table["group"].to_pylist()]
    names = [Path(source).name for source in table["source"].to_pylist()]
    hits = {
        names[each.row]
        for each in found
        if each.defect is defect and (defect in DUPLICATES or folders[each.row] != GOOD)
    }
    return len(hits)


def _share(hits: int, count: int) -> str:
    return f"{hits / max(count, 1):.2f}"


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path, nargs="*", help="folders; default: the demo world")
    parser.add_argument("--strangers", type=Path, help="a folder of pictures of something else")
    parser.add_argument("--ensemble", type=Path, default=Path("configs/demo.yaml"))
    parser.add_argument("--flights", type=int, default=40, help="of the demo world")
    asked = parser.parse_args()
    strangers = find_pictures([asked.strangers]).pictures if asked.strangers else ()
    with TemporaryDirectory() as name:
        folder = Path(name)
        if asked.pictures:
            pictures = find_pictures(asked.pictures).pictures
        else:
            drawn = draw_flights(
                folder / "drawn", flights=asked.flights, frames_per_flight=1, seed=88
            )
            pictures = find_pictures([drawn.folder]).pictures
        planted_in(folder / "planted", pictures, strangers)
        print("\n".join(lines(index(folder / "planted", asked.ensemble))))


if __name__ == "__main__":
    main()
