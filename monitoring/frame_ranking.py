"""Which frames moved a window most."""

import numpy as np

from monitoring.attributes import ATTRIBUTE_OF, ATTRIBUTES, Floats64
from monitoring.findings import EMBEDDING, Finding
from monitoring.observation import Observations
from monitoring.pane_state import rows_of
from monitoring.profile import Profile
from monitoring.reference import EmbeddingReference, Rows
from monitoring.statistics import embedding_shift


def frames_that_moved(
    frames: Observations, profile: Profile, finding: Finding, *, most: int = 10
) -> tuple[str, Rows]:
    """Return by what the frames were ranked, and the rows of the first of them.

    An attribute that moved ranks by how far each frame moved it the same way. All else ranks by
    Fisher's discriminant x' S^-1 (mean - usual mean): neighbours of the mean shift say little,
    because the mean of many frames looks like none of them.

    Args:
        frames: Those of the window.
        profile: What is usual.
        finding: What the window says.
        most: How many rows are wanted.
    """
    by = next((cause for cause in finding.causes if cause in (*ATTRIBUTES, EMBEDDING)), EMBEDDING)
    usual = profile.reference.embedding
    if by == EMBEDDING and usual is not None:
        pull = _along_the_shift(frames, profile, usual)
    else:
        by = by if by in ATTRIBUTES else max(finding.attributes, key=finding.attributes.__getitem__)
        pull = _along_attribute(frames, profile, by)
    order = np.argsort(-np.nan_to_num(pull, nan=-np.inf), kind="stable")
    return by, order[:most]


def _along_the_shift(frames: Observations, profile: Profile, usual: EmbeddingReference) -> Floats64:
    state = rows_of(frames, profile.reference).sum(axis=0, keepdims=True)
    shift = embedding_shift(state, profile.baseline.state[None, :], profile.layout)[0]
    direction = usual.whitener @ (usual.whitener.T @ shift)
    return np.asarray((frames.embeddings - usual.centre) @ direction)


def _along_attribute(frames: Observations, profile: Profile, name: str) -> Floats64:
    usual = profile.reference.attributes
    columns = [column for column, owner in enumerate(ATTRIBUTE_OF) if owner == name]
    deviations = ((frames.attributes - usual.centre) / usual.spread)[:, columns]
    signs = np.sign(deviations.mean(axis=0))
    return np.asarray((deviations * signs).max(axis=1))
