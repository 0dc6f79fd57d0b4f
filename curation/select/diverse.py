"""Every kind of frame alike: rare clusters are oversampled."""

import numpy as np

from curation.select.pool import Pool
from ensembles.dial import Doubles


def diverse(pool: Pool) -> Doubles:
    """Return weights that sum to the same for every cluster."""
    return np.asarray(1 / pool.sets_in_cluster)
