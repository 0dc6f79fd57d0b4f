"""How the picks compare with a random sample: one HTML file that needs no network."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from curation.labels.label_file import read_label_file
from curation.select.pick import pick_evenly
from curation.select.select import Selection, Wish
from ensembles.score_table import Codes
from ensembles.voter import Floats
from skysift.curate.frames import Indexed
from skysift.curate.page import write_page
from skysift.drift_report.points import HEIGHT, WIDTH, Dot, fitted

MOST_MAP_POINTS = 1500
RARE_SHARE = 0.25
"""The smallest clusters, up to this share of them, are called rare."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the comparison: counts in all open frames, the picks, and a random sample."""

    name: str
    pool: int
    picked: int
    random: int


@dataclass(frozen=True, slots=True)
class Map:
    """Embeddings in two dimensions."""

    pool: tuple[Dot, ...]
    random: tuple[Dot, ...]
    picked: tuple[Dot, ...]


def write_selection_report(
    path: Path, frames: Indexed, found: Selection, wish: Wish, truth: Path | None
) -> None:
    """Write the page; a file of that name is replaced.

    Raises:
        ConfigError: It cannot be written, or the labels cannot be read.
    """
    open_rows = np.flatnonzero(found.open)
    rng = np.random.default_rng(wish.seed)
    evenly = open_rows[pick_evenly(len(open_rows), len(found.picks), rng).rows]
    write_page(
        path,
        "selection.html",
        wish=wish,
        found=found,
        coverage=coverage(frames, found, evenly),
        classes=[] if truth is None else classes(frames, found, evenly, truth),
        truth=truth,
        map=map_of(frames.embeddings, open_rows, evenly, found.picks.rows, rng),
        size=(WIDTH, HEIGHT),
        embedding_voter=frames.made_with.embedding_voter,
    )


def coverage(frames: Indexed, found: Selection, evenly: Codes) -> list[Line]:
    """Return how much of the open frames the picks reach, and a random sample of that size."""
    here = found.clusters[found.open]
    sizes = np.bincount(here)
    alive = np.flatnonzero(sizes)
    rare = alive[np.argsort(sizes[alive], kind="stable")][: max(1, int(RARE_SHARE * len(alive)))]
    codes = {
        "clusters": found.clusters,
        "rare clusters": np.where(np.isin(found.clusters, rare), found.clusters, -1),
        "flights": frames.group_codes,
        "different pictures": found.twins,
    }
    return [
        Line(name, *(_different(of[rows]) for rows in (found.open, found.picks.rows, evenly)))
        for name, of in codes.items()
    ]


def classes(frames: Indexed, found: Selection, evenly: Codes, truth: Path) -> list[Line]:
    """Return how many frames of each label there are, were picked, and would be at random."""
    given = frames.given(read_label_file(truth))
    words = np.full(len(frames), "", dtype=object)
    words[given.rows] = [label.label for label in given.labels]
    known = sorted({str(word) for word in words} - {""})
    return [
        Line(
            word,
            *(int((words[rows] == word).sum()) for rows in (found.open, found.picks.rows, evenly)),
        )
        for word in known
    ]


def map_of(
    embeddings: Floats, pool: Codes, evenly: Codes, picked: Codes, rng: np.random.Generator
) -> Map | None:
    """Return the frames along the two directions that vary most; None without two."""
    if min(embeddings.shape[1], len(pool)) < 2:
        return None
    shown = rng.choice(pool, min(MOST_MAP_POINTS, len(pool)), replace=False)
    centre = embeddings[shown].mean(axis=0)
    axes = np.linalg.svd(embeddings[shown] - centre, full_matrices=False)[2][:2].T
    rows = np.concatenate([shown, evenly, picked])
    places = fitted((embeddings[rows] - centre).astype(np.float64) @ axes.astype(np.float64))
    dots = [Dot(float(x), float(y)) for x, y in places]
    first, second = len(shown), len(shown) + len(evenly)
    return Map(tuple(dots[:first]), tuple(dots[first:second]), tuple(dots[second:]))


def _different(codes: Codes) -> int:
    return len(np.unique(codes[codes >= 0]))
