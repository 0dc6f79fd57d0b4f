"""Looks through a manifest for frames that are of no use."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from curation.clean.by_measure import by_measure
from curation.clean.finding import Defect, Finding
from curation.clean.off_subject import strangeness
from curation.clean.thresholds import Thresholds
from curation.duplicates.alike import Bools, Likeness, Looks, linked_sets, stood_for
from curation.manifest import perceptual_hashes
from ensembles.score_table import Codes
from ensembles.voter import Floats

COLUMNS = (
    *("id", "source", "group", "width_px", "reason"),
    *("highlights", "blown_share", "blur", "entropy_bits", "perceptual_hash"),
)
"""Of the manifest, that cleaning reads besides the embeddings."""


def findings_in(
    table: pa.Table, embeddings: Floats, thresholds: Thresholds, rng: np.random.Generator
) -> list[Finding]:
    """Return everything that is wrong with n frames, defect by defect; nothing is changed.

    Args:
        table: `COLUMNS` of the manifest.
        embeddings: float32 (n, d), NaN where there is none; may lie on the disk. d may be 0.
        thresholds: From when something is wrong.
        rng: Of what makes it fast.
    """
    broken = table["width_px"].is_null().to_numpy(zero_copy_only=False)
    found = [Finding(row, Defect.BROKEN, "reason") for row in np.flatnonzero(broken).tolist()]
    found += by_measure(table, thresholds)
    exact = list(_exact(table["id"].to_pylist()))
    found += exact
    distinct = ~broken
    distinct[[finding.row for finding in exact]] = False
    faulty = np.zeros(len(distinct), dtype=bool)
    faulty[[finding.row for finding in found]] = True
    looks = Looks(embeddings, *perceptual_hashes(table))
    near = list(_near(looks, thresholds.likeness, distinct, _best_first(table, faulty), rng))
    found += near
    distinct[[finding.row for finding in near]] = False
    return [*found, *_off_subject(looks, thresholds.off_subject, distinct, rng)]


def _exact(ids: list[str | None]) -> Iterator[Finding]:
    first: dict[str, int] = {}
    for row, name in enumerate(ids):
        if name is not None and (kept := first.setdefault(name, row)) != row:
            yield Finding(row, Defect.EXACT_DUPLICATE, "id", duplicate_of=kept)


def _best_first(table: pa.Table, faulty: Bools) -> Codes:
    """Return all rows: those without another defect first, of these the sharpest."""
    blur = np.nan_to_num(table["blur"].to_numpy().astype(np.float64), nan=1.0)
    return np.lexsort((blur, faulty))


def _near(
    looks: Looks, likeness: Likeness, among: Bools, order: Codes, rng: np.random.Generator
) -> Iterator[Finding]:
    sets = linked_sets(looks, likeness, rng, among=among)
    stands = stood_for(looks, likeness, sets, order)
    gone = np.flatnonzero(stands != np.arange(len(stands)))
    bits = looks.bits_apart(stands[gone], gone)
    for row, kept, apart in zip(gone.tolist(), stands[gone].tolist(), bits.tolist(), strict=True):
        if likeness.hash_bits is not None and apart <= likeness.hash_bits:
            measure, value, threshold = "hash_bits", float(apart), float(likeness.hash_bits)
        else:
            measure, threshold = "cosine", likeness.cosine or 0.0
            value = float(looks.cosines(kept, np.array([row]))[0])
        yield Finding(row, Defect.NEAR_DUPLICATE, measure, value, threshold, kept)


def _off_subject(
    looks: Looks, threshold: float | None, among: Bools, rng: np.random.Generator
) -> Iterator[Finding]:
    if threshold is None:
        return
    rows = np.flatnonzero(among & looks.with_embedding())
    far = strangeness(looks.embeddings, rows, rng)
    for place in np.flatnonzero(far > threshold).tolist():
        yield Finding(
            int(rows[place]), Defect.OFF_SUBJECT, "strangeness", float(far[place]), threshold
        )
