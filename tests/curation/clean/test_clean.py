from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from curation.clean.clean import findings_in
from curation.clean.finding import Defect, Finding
from curation.clean.thresholds import Thresholds
from curation.manifest import embeddings
from curation.manifest_schema import MadeWith
from ensembles.voter import Floats
from tests.curation.manifests import table_of

GOOD = {"highlights": 0.7, "blown_share": 0.0, "blur": 0.2, "entropy_bits": 6.5}


def frames(
    count: int, vectors: Floats | None = None, **columns: list[Any]
) -> tuple[pa.Table, Floats]:
    """Good frames that are unlike each other, apart from what is named."""
    draw = np.random.default_rng(8)
    given: dict[str, list[Any]] = {
        "width_px": [640] * count,
        **{name: [value] * count for name, value in GOOD.items()},
        "perceptual_hash": draw.integers(0, 2**63, size=count, dtype=np.uint64).tolist(),
        **columns,
    }
    dimension = 0 if vectors is None else vectors.shape[1]
    table = table_of(given, vectors, MadeWith("demo", "d", (), "clip", dimension))
    nothing = np.empty((count, 0), dtype=np.float32)
    return table, embeddings(table) if dimension else nothing


def found(table: pa.Table, vectors: Floats, thresholds: Thresholds | None = None) -> list[Finding]:
    rng = np.random.default_rng(0)
    return findings_in(table, vectors, thresholds or Thresholds(), rng)


def cloud(count: int, dimension: int = 16) -> Floats:
    draw = np.random.default_rng(3)
    rows = np.ones(dimension) + 0.3 * draw.normal(size=(count, dimension))
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def test_good_frames_have_nothing_wrong() -> None:
    assert found(*frames(50, cloud(50))) == []


@pytest.mark.parametrize(
    ("column", "value", "defect", "threshold"),
    [
        ("highlights", 0.1, Defect.UNDEREXPOSED, 0.22),
        ("blown_share", 0.5, Defect.OVEREXPOSED, 0.25),
        ("blur", 0.6, Defect.BLURRED, 0.42),
        ("entropy_bits", 1.0, Defect.LOW_INFORMATION, 3.5),
    ],
)
def test_each_measure_has_its_defect(
    column: str, value: float, defect: Defect, threshold: float
) -> None:
    (finding,) = found(*frames(3, None, **{column: [GOOD[column], value, GOOD[column]]}))

    assert (finding.row, finding.defect, finding.measure) == (1, defect, column)
    assert finding.value == pytest.approx(value)
    assert finding.threshold == threshold


def test_a_threshold_that_is_null_is_off() -> None:
    table, vectors = frames(2, blur=[0.9, 0.9])

    assert found(table, vectors, Thresholds(blurred=None)) == []


def test_a_frame_that_could_not_be_read_is_broken_and_nothing_else() -> None:
    columns: dict[str, list[Any]] = {name: [None, GOOD[name]] for name in GOOD}
    table, vectors = frames(
        2,
        None,
        width_px=[None, 640],
        reason=["truncated", None],
        perceptual_hash=[None, 5],
        **columns,
    )

    assert [(each.row, each.defect) for each in found(table, vectors)] == [(0, Defect.BROKEN)]


def test_of_equal_files_the_first_stays_broken_ones_too() -> None:
    table, vectors = frames(3, id=["a", "b", "a"])

    assert found(table, vectors) == [Finding(2, Defect.EXACT_DUPLICATE, "id", duplicate_of=0)]


def test_of_near_duplicates_the_sharpest_without_a_defect_stays() -> None:
    table, vectors = frames(
        4,
        perceptual_hash=[7, 7, 7, 2**40 - 1],
        blur=[0.3, 0.1, 0.25, 0.2],
        highlights=[0.7, 0.1, 0.7, 0.7],
    )

    near = [each for each in found(table, vectors) if each.defect is Defect.NEAR_DUPLICATE]

    assert {(each.row, each.duplicate_of) for each in near} == {(0, 2), (1, 2)}
    assert {each.measure for each in near} == {"hash_bits"}


def test_near_duplicates_by_embedding_name_the_cosine() -> None:
    vectors = cloud(3)
    vectors[1] = vectors[0]
    table, given = frames(3, vectors, perceptual_hash=[0, 2**10 - 1, 2**40 - 1])

    (finding,) = found(table, given)

    assert (finding.measure, finding.threshold) == ("cosine", 0.95)
    assert finding.value == pytest.approx(1)


def test_a_burst_of_strange_frames_is_one_strange_frame() -> None:
    vectors = cloud(60)
    vectors[10:14] = -vectors[0]
    hashes = np.random.default_rng(8).integers(0, 2**63, size=60, dtype=np.uint64)
    hashes[10:14] = hashes[10]
    table, given = frames(60, vectors, perceptual_hash=hashes.tolist())

    defects = {(each.row, each.defect) for each in found(table, given)}

    assert defects == {
        (10, Defect.OFF_SUBJECT),
        *((row, Defect.NEAR_DUPLICATE) for row in (11, 12, 13)),
    }


def test_too_few_frames_have_no_usual_to_be_far_from() -> None:
    vectors = cloud(20)
    vectors[0] = -vectors[0]

    assert found(*frames(20, vectors)) == []


def test_an_empty_manifest_is_clean() -> None:
    assert found(*frames(0)) == []
