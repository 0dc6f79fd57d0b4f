"""Every kind of frame alike: rare clusters are oversampled."""

from curation.select.pool import Pool
from ensembles.dial import Doubles


def diverse(pool: Pool) -> Doubles:
    """Return weights by which every cluster is wanted as much as any other."""
    return pool.rarity
