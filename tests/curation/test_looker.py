from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.ExifTags import Base

from curation.groups import GroupBy
from curation.looker import File, Looker
from curation.manifest import embeddings, has_embedding
from ensembles.errors import ConfigError
from tests.curation.lamps import picture, station_in


@pytest.fixture
def looker(tmp_path: Path) -> Looker:
    return Looker(station_in(tmp_path))


def test_a_frame_gets_scores_measures_and_an_embedding_of_length_1(
    looker: Looker, tmp_path: Path
) -> None:
    path = picture(tmp_path / "flight" / "a.png", 255)

    table = looker.look([File.at(str(path))])

    (row,) = table.to_pylist()
    assert row["id"] == sha256(path.read_bytes()).hexdigest()
    assert (row["width_px"], row["height_px"]) == (40, 30)
    assert row["size_bytes"] == path.stat().st_size
    assert row["group"] == (tmp_path / "flight").as_posix()
    assert row["score_near"] == row["score_far"] == pytest.approx((255 + 90 + 90) / 3 / 255)
    assert row["embedding_voter"] == "far"
    assert row["reason"] is None
    assert np.linalg.norm(embeddings(table)[0]) == pytest.approx(1)


def test_equal_pictures_in_one_batch_get_the_same_embedding(looker: Looker, tmp_path: Path) -> None:
    files = [File.at(str(picture(tmp_path / name, 200))) for name in ("a.png", "b.png")]

    first, second = embeddings(looker.look(files))

    assert not np.isnan(first).any()
    np.testing.assert_array_equal(first, second)


def test_what_cannot_be_read_is_a_row_with_a_reason(looker: Looker, tmp_path: Path) -> None:
    whole = picture(tmp_path / "whole.png", 200)
    cut = tmp_path / "cut.png"
    cut.write_bytes(whole.read_bytes()[:60])
    (tmp_path / "text.jpg").write_text("no picture", encoding="utf-8")
    names = ("missing.jpg", "text.jpg", "cut.png", "whole.png")

    table = looker.look([File.at(str(tmp_path / name)) for name in names])

    rows = table.to_pylist()
    assert [row["reason"] for row in rows] == ["unreadable", "not_an_image", "truncated", None]
    assert [row["id"] is None for row in rows] == [True, False, False, False]
    assert all(row["detail"] for row in rows[:3])
    assert has_embedding(embeddings(table)).tolist() == [False, False, False, True]


def test_a_voter_that_fails_is_the_reason_and_costs_only_its_own_score(tmp_path: Path) -> None:
    looker = Looker(station_in(tmp_path, fails_on_dark=True))
    paths = [picture(tmp_path / "dark.png", 0, 0, 0), picture(tmp_path / "light.png", 200)]

    rows = looker.look([File.at(str(path)) for path in paths]).to_pylist()

    assert rows[0]["reason"] == "voter_failed"
    assert rows[0]["score_far"] is None
    assert rows[0]["score_near"] == 0
    assert rows[1]["reason"] is None


def test_exif_gives_time_camera_and_groups_by_them(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[Base.Make], exif[Base.Model] = "DJI", "FC220"
    exif[Base.DateTime] = "2026:03:04 05:06:07"
    path = tmp_path / "a.jpg"
    Image.new("RGB", (40, 30)).save(path, exif=exif)
    station = station_in(tmp_path)

    rows = {
        by: Looker(replace(station, group=by)).look([File.at(str(path))]).to_pylist()[0]
        for by in GroupBy
    }

    assert rows[GroupBy.FLIGHT]["captured_at"] == "2026-03-04T05:06:07"
    assert {by: row["group"] for by, row in rows.items()} == {
        GroupBy.FLIGHT: tmp_path.as_posix(),
        GroupBy.DAY: "2026-03-04",
        GroupBy.HOUR: "2026-03-04 05:00",
        GroupBy.CAMERA: "DJI FC220",
    }


def test_the_voter_of_the_embeddings_can_be_named(tmp_path: Path) -> None:
    station = station_in(tmp_path)

    assert Looker(replace(station, embedding_voter="far")).made_with.dimension == 3
    with pytest.raises(ConfigError, match="voter 'near' gives no embeddings; those that do: far"):
        Looker(replace(station, embedding_voter="near"))


def test_a_file_knows_when_it_was_changed(tmp_path: Path, looker: Looker) -> None:
    path = picture(tmp_path / "a.png", 200)

    file = File.at(str(path))

    (row,) = looker.look([file]).to_pylist()
    assert row["modified_at"] == datetime.fromtimestamp((file.modified_us or 0) / 1e6, UTC)
