"""Which labels deserve a blind second look before a promise is believed, and what it found.

With 3.4 % wrong labels among the positives no target above .966 can be reached: the misses are
then mostly mistakes of the labels. So every missed object's frames are looked at again, and as
many frames of objects that were found, drawn at random and mixed in, so that whoever looks cannot
tell which is which.
"""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from ensembles.certificate import LabelCheck
from ensembles.replay import objects_found
from ensembles.score_table import POSITIVE, Codes, ScoreTable

Bools = npt.NDArray[np.bool_]
Labels = npt.NDArray[np.int8]


def missed_frames(table: ScoreTable, kept: Bools) -> Codes:
    """Return the frames of every object that no kept frame shows, as rows."""
    rows, objects = table.sightings()
    codes = np.unique(objects)
    missed = codes[~objects_found(table, kept)]
    return np.unique(rows[np.isin(objects, missed)])


def frames_to_check(table: ScoreTable, kept: Bools, *, looked_at: Bools, seed: int) -> Codes:
    """Return the rows to look at again, shuffled: misses, and as many random hits.

    Args:
        table: The frames that certified, n of them.
        kept: Which of them go to review, shape (n,).
        looked_at: Which had their second look already, shape (n,); they are left out.
        seed: Of the draw and the shuffle.
    """
    random = np.random.default_rng(seed)
    missed = missed_frames(table, kept)
    hits = np.flatnonzero(kept & (table.labels == POSITIVE))
    hits = hits[~looked_at[hits] & ~np.isin(hits, missed)]
    missed = missed[~looked_at[missed]]
    drawn = random.choice(hits, size=min(len(missed), len(hits)), replace=False)
    return np.asarray(random.permutation(np.concatenate([missed, drawn])), dtype=np.int64)


def label_check(
    before: ScoreTable, corrected: ScoreTable, kept: Bools, *, looked_at: Bools
) -> LabelCheck:
    """Return what the second look found, and what is still to be looked at.

    Args:
        before: With the labels as they were.
        corrected: With the labels after the second look.
        kept: Which frames go to review now, shape (n,).
        looked_at: Which frames had their second look, shape (n,).
    """
    missed = missed_frames(corrected, kept)
    was_positive = looked_at & (before.labels == POSITIVE)
    changed = looked_at & (before.labels != corrected.labels)
    return LabelCheck(
        misses_checked=int((was_positive & ~kept).sum()),
        hits_checked=int((was_positive & kept).sum()),
        labels_changed=int(changed.sum()),
        hits_changed=int((changed & kept).sum()),
        misses_unchecked=int((~looked_at[missed]).sum()),
    )


def with_labels(table: ScoreTable, labels: Labels) -> ScoreTable:
    """Return the table with other labels, shape (n,)."""
    return replace(table, labels=labels)
