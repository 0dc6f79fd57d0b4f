from pathlib import Path

import pytest

from models.catalog import read

SHIPPED = sorted((Path(__file__).parents[2] / "configs").glob("*.yaml"))


def test_the_ensembles_of_the_manual_are_shipped() -> None:
    assert {"demo", "emergency", "squirrel", "vehicle"} <= {path.stem for path in SHIPPED}


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_ensemble_is_right_and_named_like_its_file(path: Path) -> None:
    assert read(path).name == path.stem
