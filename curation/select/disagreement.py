"""Where the voters contradict each other."""

from curation.select.pool import Pool
from curation.select.uncertain import spread
from ensembles.dial import Doubles

SHARPNESS = 2


def disagreement(pool: Pool) -> Doubles:
    """Return weights that rise with the square of the deviation between the voters."""
    return spread(pool, pool.disagreement**SHARPNESS)
