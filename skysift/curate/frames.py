"""The frames of a manifest as the steps of labelling see them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from curation.duplicates.alike import Looks
from curation.labels.given import Frames, Given
from curation.labels.label_file import Label, read_label_file
from curation.manifest import (
    embeddings,
    has_embedding,
    made_with_of,
    perceptual_hashes,
    read_manifest,
    record_batches,
    rows_in,
)
from curation.manifest_schema import EMBEDDING, SCORE, MadeWith
from ensembles.config import EnsembleConfig
from ensembles.errors import ConfigError
from ensembles.score_table import Codes
from ensembles.voter import Floats
from models.catalog import read

Bools = npt.NDArray[np.bool_]

HASH = "perceptual_hash"


@dataclass(frozen=True, slots=True, eq=False)
class Indexed:
    """The n frames of a manifest that have an embedding.

    Args:
        made_with: What the scores and the embeddings come from.
        ids: SHA-256 of each.
        sources: The path of each.
        groups: The flight of each, by name.
        sizes: (width, height) of each, pixels; (0, 0) where unknown.
        scores: float32 (n, voters); NaN where a voter gave none.
        looks: Embeddings, float32 (n, d), rows of length 1, and perceptual hashes.
        unseen: Frames of the manifest that have no embedding.
    """

    made_with: MadeWith
    ids: tuple[str, ...]
    sources: tuple[str, ...]
    groups: tuple[str, ...]
    sizes: tuple[tuple[int, int], ...]
    scores: Floats
    looks: Looks
    unseen: int

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def embeddings(self) -> Floats:
        """float32 (n, d), rows of length 1."""
        return self.looks.embeddings

    @property
    def group_codes(self) -> Codes:
        """A number for each group, int64 (n,), from 0."""
        return np.asarray(np.unique(self.groups, return_inverse=True)[1], dtype=np.int64)

    def scores_for(self, config: EnsembleConfig) -> Floats:
        """Return the scores in the order of an ensemble's voters, float32 (n, v).

        Raises:
            ConfigError: The manifest has no scores of some of them.
        """
        names = [voter.name for voter in config.voters]
        if missing := [name for name in names if name not in self.made_with.voters]:
            raise ConfigError(
                f"the manifest has no scores of {', '.join(missing)}: index with an ensemble that "
                "asks them"
            )
        return self.scores[:, [self.made_with.voters.index(name) for name in names]]

    def given(self, labels: tuple[Label, ...]) -> Given:
        """Return labels with the rows that they speak of."""
        return Frames(self.ids, self.sources, self.groups).given(labels)

    def is_labelled(self, path: Path | None) -> Bools:
        """Return which frames a label file speaks of, bool (n,)."""
        labelled = np.zeros(len(self), dtype=bool)
        if path is not None:
            labelled[self.given(read_label_file(path)).rows] = True
        return labelled


def indexed(manifest: Path) -> Indexed:
    """Return the frames of a manifest that have an embedding.

    Raises:
        ConfigError: It is no manifest, or no frame has an embedding.
    """
    made_with = made_with_of(manifest)
    names = [SCORE + voter for voter in made_with.voters]
    known = ["id", "source", "group", "width_px", "height_px"]
    columns = [*known, *names, HASH]
    vectors, there = _embeddings(manifest)
    if not len(vectors):
        raise ConfigError("no frame has an embedding", source=str(manifest))
    kept = read_manifest(manifest, columns).filter(there)
    ids, sources, groups, widths, heights = (kept[name].to_pylist() for name in known)
    return Indexed(
        made_with,
        tuple(name or "" for name in ids),
        tuple(sources),
        tuple(name or "" for name in groups),
        tuple((width or 0, height or 0) for width, height in zip(widths, heights, strict=True)),
        np.stack([_numbers(kept[name]) for name in names], axis=1)
        if names
        else np.zeros((len(ids), 0), dtype=np.float32),
        Looks(vectors, *perceptual_hashes(kept)),
        int((~there).sum()),
    )


def _embeddings(manifest: Path) -> tuple[Floats, Bools]:
    """Return the embeddings that there are, once in memory, and which frames have one."""
    dimension = made_with_of(manifest).dimension
    if not dimension:
        raise ConfigError(
            "it has no embeddings: index with an ensemble one of whose voters gives any",
            source=str(manifest),
        )
    vectors = np.empty((rows_in(manifest), dimension), dtype=np.float32)
    there, filled = [], 0
    for batch in record_batches(manifest, [EMBEDDING]):
        some = embeddings(batch)
        known = has_embedding(some)
        vectors[filled : filled + known.sum()] = some[known]
        filled += int(known.sum())
        there.append(known)
    return vectors[:filled], np.concatenate([np.zeros(0, dtype=bool), *there])


def config_for(frames: Indexed, ensemble: Path) -> EnsembleConfig:
    """Return what an ensemble file says, held against the voters that the manifest has."""
    config = read(ensemble)
    frames.scores_for(config)
    return config


def _numbers(column: object) -> Floats:
    return np.asarray(column.to_numpy(), dtype=np.float32)  # type: ignore[attr-defined]
