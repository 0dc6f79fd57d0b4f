"""Small pictures of usual frames, kept in a profile to be shown beside unusual ones."""

from pathlib import Path

import numpy as np
from PIL import Image

from batch.score import look_at
from models.limits import Limits
from monitoring.attributes import Pixels
from monitoring.observation import Observations
from monitoring.profile import Profile

MOST_EXAMPLES = 16
SIDE_PX = 192


def example_pictures(
    frames: Observations, profile: Profile, limits: Limits
) -> tuple[tuple[Pixels, ...], tuple[int, ...]]:
    """Return the frame nearest to the middle of each cluster, and the clusters' numbers.

    Frames whose pictures are not at hand are left out; so are all when there are no embeddings.
    """
    usual = profile.reference.embedding
    if usual is None:
        return (), ()
    known = np.flatnonzero(np.isfinite(frames.embeddings).all(axis=1))
    centred = frames.embeddings[known] - usual.centre
    pictures, clusters = [], []
    for cluster, middle in list(enumerate(usual.clusters))[:MOST_EXAMPLES]:
        nearest = known[((centred - middle) ** 2).sum(axis=1).argmin()]
        seen = look_at(Path(frames.places[nearest]), enough_px=SIDE_PX, limits=limits)
        if seen.frame is not None:
            pictures.append(small(seen.frame.pixels))
            clusters.append(cluster)
    return tuple(pictures), tuple(clusters)


def small(pixels: Pixels) -> Pixels:
    """Return the picture with a longer side of 192 pixels at most."""
    picture = Image.fromarray(pixels)
    picture.thumbnail((SIDE_PX, SIDE_PX))
    return np.asarray(picture)
