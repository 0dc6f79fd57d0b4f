"""How time and memory of the data loop grow with the frames.

    python -m benchmarks.curation_scale near-duplicates select --frames 10000 30000 100000

Frames are synthetic: embeddings of 512 numbers around 500 kinds of scene, a third of the frames in
bursts of near duplicates, in flights of 200. Each measurement is a process of its own, on the
manifest that is made for it; the peak is that of the whole process, with what it maps of the file.
"""

import argparse
import json
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import run
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
import pyarrow as pa

from curation.clean.off_subject import strangeness
from curation.duplicates.alike import Likeness, Looks, linked_sets, stood_for
from curation.manifest import any_embeddings, perceptual_hashes, read_manifest, write_manifest
from curation.manifest_schema import EMBEDDING, MadeWith, schema_of
from ensembles.voter import Floats

DIMENSION = 512
KINDS = 500
FLIGHT = 200
BURST = 3
"""Frames in a burst; a third of all frames begin one."""

KIND_SPREAD, BURST_SPREAD = 0.6, 0.1
"""Lengths of what frames of one kind, and of one burst, have of their own; a kind's has length 1.
Frames of a burst then have a cosine of 0.99, of one kind of 0.73, of two kinds of 0."""

MADE_WITH = MadeWith("synthetic", "0" * 64, ("clip",), "clip", DIMENSION)
ROWS_AT_ONCE = 10_000
GIB = 2**20
"""In the KiB that the kernel counts in."""


def write_synthetic(path: Path, count: int, seed: int = 8) -> None:
    """Write a manifest of so many synthetic frames, a block at a time."""
    draw = np.random.default_rng(seed)
    kinds = _unit(draw.normal(size=(KINDS, DIMENSION)).astype(np.float32))
    schema = schema_of(MADE_WITH)
    starts = range(0, count, ROWS_AT_ONCE)
    tables = (
        _block(start, min(ROWS_AT_ONCE, count - start), kinds, schema, draw) for start in starts
    )
    write_manifest(path, schema, tables)


def _block(
    start: int, count: int, kinds: Floats, schema: pa.Schema, draw: np.random.Generator
) -> pa.Table:
    bursts = -(-count // BURST)
    own = _noise(draw, bursts, KIND_SPREAD) + kinds[draw.integers(KINDS, size=bursts)]
    vectors = _unit(np.repeat(own, BURST, axis=0)[:count] + _noise(draw, count, BURST_SPREAD))
    hashes = np.repeat(draw.integers(0, 2**63, size=bursts, dtype=np.uint64), BURST)[:count]
    hashes ^= np.uint64(1) << draw.integers(0, 63, size=count, dtype=np.uint64)
    rows = np.arange(start, start + count)
    given = {
        "id": [f"{row:064x}" for row in rows],
        "source": [f"flight-{row // FLIGHT:05d}/{row % FLIGHT:03d}.jpg" for row in rows],
        "group": [f"flight-{row // FLIGHT:05d}" for row in rows],
        "width_px": np.full(count, 640),
        "height_px": np.full(count, 480),
        "blur": draw.uniform(0.1, 0.4, count),
        "perceptual_hash": hashes,
        "score_clip": draw.uniform(0, 1, count),
        EMBEDDING: pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), DIMENSION),
    }
    arrays = [
        pa.array(given[field.name], type=field.type)
        if field.name in given
        else pa.nulls(count, field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def _noise(draw: np.random.Generator, count: int, length: float) -> Floats:
    rows = draw.standard_normal(size=(count, DIMENSION), dtype=np.float32)
    return np.asarray(rows * np.float32(length / DIMENSION**0.5))


def _unit(rows: Floats) -> Floats:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def near_duplicates(path: Path) -> str:
    """Find near duplicates by hash and embedding, and what stands for them."""
    return _near(path, Likeness())


def by_embedding_alone(path: Path) -> str:
    """Find near duplicates by embedding alone: no hash thins out the pairs."""
    return _near(path, Likeness(hash_bits=None, loose_bits=None))


def _near(path: Path, likeness: Likeness) -> str:
    table = read_manifest(path, ["perceptual_hash", "blur"])
    with any_embeddings(path) as vectors:
        looks = Looks(vectors, *perceptual_hashes(table))
        sets = linked_sets(looks, likeness, np.random.default_rng(0))
        order = np.argsort(table["blur"].to_numpy(), kind="stable")
        stands = stood_for(looks, likeness, sets, order)
    wanted = -(-len(sets) // BURST)
    return f"{len(np.unique(stands))} stay of {wanted} bursts"


def off_subject(path: Path) -> str:
    """Measure how far each frame is from its neighbours."""
    with any_embeddings(path) as vectors:
        found = strangeness(vectors, np.arange(len(vectors)), np.random.default_rng(0))
    return f"the strangest is {found.max():.1f} deviations away"


def select(path: Path) -> str:
    """Pick 1,000 frames to label, as `skysift curate select` does."""
    out = path.with_suffix(".csv")
    command = [
        "curate",
        "select",
        str(path),
        "-n",
        "1000",
        "--method",
        "diverse",
        "--out",
        str(out),
    ]
    run([sys.executable, "-m", "skysift", *command], check=True, capture_output=True)
    with out.open(encoding="utf-8") as lines:
        return f"{sum(1 for _ in lines) - 1} picked"


METHODS: dict[str, Callable[[Path], str]] = {
    "near-duplicates": near_duplicates,
    "by-embedding-alone": by_embedding_alone,
    "off-subject": off_subject,
    "select": select,
}


def measured(method: str, path: Path) -> dict[str, object]:
    """Return seconds, peak GiB and what came of it, from a process of its own."""
    command = [sys.executable, "-m", "benchmarks.curation_scale", "--one", method, str(path)]
    found: dict[str, object] = json.loads(run(command, check=True, capture_output=True).stdout)
    return found


def _one(method: str, path: Path) -> None:
    started, spent = perf_counter(), _spent()
    told = METHODS[method](path)
    seconds = perf_counter() - started
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    peak = max(usage.ru_maxrss for usage in usages) / GIB
    print(json.dumps({"seconds": seconds, "cpu": _spent() - spent, "gib": peak, "told": told}))


def _spent() -> float:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def main() -> None:
    """Measure, and print a line of Markdown for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("methods", nargs="*", metavar="METHOD", help=f"of {', '.join(METHODS)}")
    parser.add_argument("--frames", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--folder", type=Path, help="keeps the manifests; default: a temporary one")
    parser.add_argument("--one", nargs=2, metavar=("METHOD", "MANIFEST"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        _one(asked.one[0], Path(asked.one[1]))
        return
    with TemporaryDirectory(prefix="curation-scale-") as temporary:
        folder = asked.folder or Path(temporary)
        print("| method | frames | seconds | CPU seconds | peak GiB | |\n|---|---|---|---|---|---|")
        for count in asked.frames:
            path = folder / f"frames-{count}.parquet"
            if not path.exists():
                write_synthetic(path, count)
            for method in asked.methods or METHODS:
                found = measured(method, path)
                print(
                    f"| {method} | {count:,} | {found['seconds']:.0f} | {found['cpu']:.0f} "
                    f"| {found['gib']:.2f} | {found['told']} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
