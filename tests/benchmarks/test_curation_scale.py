"""The synthetic manifests that growth is measured on hold what they say."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.curation_scale import BURST, by_embedding_alone, near_duplicates, write_synthetic
from curation.manifest import mapped_embeddings, rows_in


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scale") / "frames.parquet"
    write_synthetic(path, 600)
    return path


def test_frames_of_a_burst_are_close_and_those_of_two_are_not(manifest: Path) -> None:
    with mapped_embeddings(manifest) as vectors:
        cosines = vectors @ vectors.T

    of_burst = np.arange(600) // BURST
    same = of_burst[:, None] == of_burst
    assert rows_in(manifest) == 600
    assert cosines[same].min() > 0.97
    assert cosines[~same].max() < 0.9


@pytest.mark.parametrize("method", [near_duplicates, by_embedding_alone])
def test_one_frame_of_each_burst_stays(manifest: Path, method: object) -> None:
    assert callable(method)

    assert method(manifest) == "200 stay of 200 bursts"
