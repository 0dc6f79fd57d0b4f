"""Score tables with a known truth, as files."""

from pathlib import Path

import numpy as np

from batch.tables import write_table
from ensembles.score_table import NOBODY, ScoreTable
from tests.ensembles.worlds import World

WORLD = World(frames_per_object=3, likeness=0.5)


def table(
    *, positives: int, negatives: int = 600, seed: int = 3, world: World = WORLD
) -> ScoreTable:
    return world.table(np.random.default_rng(seed), positives=positives, negatives=negatives)


def write(path: Path, scores: ScoreTable, **asides: list[str]) -> Path:
    write_table(
        path,
        {
            "id": ids(scores),
            "label": scores.labels.tolist(),
            "object": [f"o{code}" if code != NOBODY else None for code in scores.objects.tolist()],
            "group": [f"g{code}" for code in scores.groups.tolist()],
            **{f"score_{v}": scores.scores[:, i].tolist() for i, v in enumerate(scores.voters)},
            **asides,
        },
    )
    return path


def ids(scores: ScoreTable) -> list[str]:
    return [f"f{row:05d}.jpg" for row in range(len(scores))]
