from pathlib import Path
from typing import Any

from tests.curation.manifests import table_of, written
from tests.skysift.conftest import Skysift


def test_show_says_what_is_in_a_manifest(skysift: Skysift, tmp_path: Path) -> None:
    columns: dict[str, list[Any]] = {
        "group": ["a", "a", "b"],
        "score_clip": [0.1, None, 0.2],
        "reason": [None, "truncated", None],
    }
    path = written(tmp_path / "frames.parquet", table_of(columns))

    done = skysift("curate", "show", str(path))

    assert done.code == 0
    assert "3 frames, 2 groups, 0 cameras" in done.out
    assert "clip: 2 scores, 1 missing" in done.out
    assert "1 truncated" in done.out


def test_show_refuses_what_is_no_manifest(skysift: Skysift, tmp_path: Path) -> None:
    done = skysift("curate", "show", str(tmp_path / "none.parquet"))

    assert done.code == 2
    assert "there is no such file" in done.err
