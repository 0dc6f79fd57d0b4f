"""Which methods of selection there are."""

from collections.abc import Callable
from dataclasses import dataclass

from curation.select.balanced import balanced
from curation.select.disagreement import disagreement
from curation.select.diverse import diverse
from curation.select.pool import Pool
from curation.select.uncertain import uncertain
from ensembles.dial import Doubles


@dataclass(frozen=True, slots=True)
class Method:
    """A way to say how much each frame is wanted.

    Args:
        weights: From a pool to float64 (n,), above 0; None: every frame has the same chance, and
            neither flights nor near duplicates are held back.
        needs_scores: Whether it asks what the voters say.
    """

    weights: Callable[[Pool], Doubles] | None
    needs_scores: bool


METHODS = {
    "balanced": Method(balanced, needs_scores=True),
    "diverse": Method(diverse, needs_scores=False),
    "uncertain": Method(uncertain, needs_scores=True),
    "disagreement": Method(disagreement, needs_scores=True),
    "random": Method(None, needs_scores=False),
}
"""By the name that `--method` takes."""
