import zipfile
from pathlib import Path

from curation.manifest import read_manifest
from tests.curation.lamps import ensemble_in, picture
from tests.skysift.conftest import Skysift


def test_index_makes_a_manifest_and_brings_it_up_to_date(skysift: Skysift, tmp_path: Path) -> None:
    gate = ensemble_in(tmp_path)
    out = tmp_path / "frames.parquet"
    picture(tmp_path / "flight" / "a.png", 200)
    (tmp_path / "flight" / "note.md").write_text("not a picture", encoding="utf-8")
    command = ("curate", "index", tmp_path / "flight", "--ensemble", gate, "--out", out)

    first = skysift(*command, "--workers", 1)
    (tmp_path / "flight" / "b.jpg").write_text("no picture", encoding="utf-8")
    second = skysift(*command, "--workers", 1)

    assert first.code == 0
    assert "1 frames; 1 looked at now, 0 of them with a reason, 0 known before" in first.err
    assert "1 files are not called like pictures" in first.err
    assert second.code == 1
    assert "2 frames; 1 looked at now, 1 of them with a reason, 1 known before" in second.err
    assert read_manifest(out)["reason"].to_pylist() == [None, "not_an_image"]


def test_index_refuses_an_archive_and_says_what_to_do(skysift: Skysift, tmp_path: Path) -> None:
    gate = ensemble_in(tmp_path)
    with zipfile.ZipFile(tmp_path / "card.zip", "w") as card:
        card.write(picture(tmp_path / "a.png", 200), "a.png")

    done = skysift(
        "curate",
        "index",
        tmp_path / "card.zip",
        "--ensemble",
        gate,
        "--out",
        tmp_path / "f.parquet",
    )

    assert done.code == 2
    assert "unpack it" in done.err
    assert not (tmp_path / "f.parquet").exists()


def test_index_refuses_a_folder_without_pictures(skysift: Skysift, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    gate = ensemble_in(tmp_path)

    done = skysift(
        "curate", "index", tmp_path / "empty", "--ensemble", gate, "--out", tmp_path / "f.parquet"
    )

    assert done.code == 2
    assert "no file in there is called like a picture" in done.err
