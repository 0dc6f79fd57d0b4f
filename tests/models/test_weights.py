from hashlib import sha256
from pathlib import Path

import pytest

from ensembles.errors import WeightsError
from models.weights import find, prepared_folder, sha256_of, verify, written_whole


def test_a_file_is_known_by_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "w").write_bytes(b"weights")

    assert sha256_of(tmp_path / "w") == sha256(b"weights").hexdigest()
    verify(tmp_path / "w", sha256(b"weights").hexdigest())


def test_an_altered_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "w").write_bytes(b"other weights")

    with pytest.raises(WeightsError, match="altered"):
        verify(tmp_path / "w", sha256(b"weights").hexdigest())


def test_a_missing_file_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"gone: the weights: there is no such file; copy them"):
        find(tmp_path / "gone", what="the weights", remedy="copy them")
    with pytest.raises(WeightsError, match="No such file"):
        sha256_of(tmp_path / "gone")


def test_another_identity_is_another_folder(tmp_path: Path) -> None:
    one = prepared_folder(tmp_path, "clip", "ViT-B-32 openai", ["ViT-B-32", "abc", "18"])
    same = prepared_folder(tmp_path, "clip", "ViT-B-32 openai", ["ViT-B-32", "abc", "18"])
    other = prepared_folder(tmp_path, "clip", "ViT-B-32 openai", ["ViT-B-32", "abd", "18"])

    assert one == same != other
    assert one.parent == tmp_path / "models" / "clip"
    assert one.name.startswith("ViT-B-32-openai-")


def test_a_name_never_leads_out_of_the_cache(tmp_path: Path) -> None:
    folder = prepared_folder(tmp_path, "clip", "../../etc/x", ["a"])

    assert folder.resolve().parent == tmp_path / "models" / "clip"


def test_a_folder_appears_whole(tmp_path: Path) -> None:
    target = tmp_path / "a" / "model"

    with written_whole(target) as unfinished:
        (unfinished / "part").touch()
        assert not target.exists()

    assert [path.name for path in target.iterdir()] == ["part"]
    assert [path.name for path in target.parent.iterdir()] == ["model"]


def test_a_failure_leaves_the_old_folder_and_no_rest(tmp_path: Path) -> None:
    target = tmp_path / "model"
    with written_whole(target) as unfinished:
        (unfinished / "old").touch()

    with pytest.raises(RuntimeError):
        _fail_halfway(target)

    assert [path.name for path in tmp_path.rglob("*")] == ["model", "old"]


def _fail_halfway(target: Path) -> None:
    with written_whole(target) as unfinished:
        (unfinished / "new").touch()
        raise RuntimeError


def test_a_folder_written_by_one_user_can_be_read_by_others(tmp_path: Path) -> None:
    with written_whole(tmp_path / "model"):
        pass

    assert (tmp_path / "model").stat().st_mode & 0o777 == 0o755
