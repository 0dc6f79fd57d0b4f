"""Drawn flights: one seed, the same bytes; tables that fit the pictures; tags Frame reads."""

import csv
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from demo.conditions import Conditions
from demo.scenes import draw_flights
from demo.things import KINDS
from models.frames import Frame

SIZE = (320, 240)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drawn")
    draw_flights(folder, flights=4, frames_per_flight=6, size=SIZE, seed=11)
    return folder


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def picture_at(path: Path) -> Image.Image:
    with Image.open(path) as picture:
        return picture.convert("RGB")


def every_byte(folder: Path) -> dict[str, bytes]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_the_same_seed_draws_the_same_bytes(tmp_path: Path) -> None:
    for name in ("first", "second"):
        draw_flights(tmp_path / name, flights=1, frames_per_flight=2, size=(160, 120), seed=3)

    assert every_byte(tmp_path / "first") == every_byte(tmp_path / "second")


def test_another_seed_draws_another_flight(tmp_path: Path) -> None:
    for seed in (3, 4):
        draw_flights(
            tmp_path / str(seed), flights=1, frames_per_flight=1, size=(160, 120), seed=seed
        )

    first, second = (next((tmp_path / str(seed)).rglob("*.jpg")).read_bytes() for seed in (3, 4))
    assert first != second


def test_a_flight_does_not_depend_on_how_many_are_drawn(tmp_path: Path, drawn: Path) -> None:
    draw_flights(tmp_path, flights=1, frames_per_flight=6, size=SIZE, seed=11)

    name = "flight-11-0000/003.jpg"
    assert (tmp_path / name).read_bytes() == (drawn / name).read_bytes()


def test_two_processes_draw_what_one_draws(tmp_path: Path, drawn: Path) -> None:
    draw_flights(tmp_path, flights=4, frames_per_flight=6, size=SIZE, seed=11, processes=2)

    assert (tmp_path / "objects.csv").read_bytes() == (drawn / "objects.csv").read_bytes()


def test_every_frame_has_the_size_that_was_asked_for(drawn: Path) -> None:
    assert {picture_at(path).size for path in drawn.rglob("*.jpg")} == {SIZE}


def test_every_box_lies_inside_its_frame(drawn: Path) -> None:
    for row in rows(drawn / "objects.csv"):
        left, top, right, bottom = (int(row[side]) for side in ("left", "top", "right", "bottom"))
        assert 0 <= left < right <= SIZE[0]
        assert 0 <= top < bottom <= SIZE[1]


def test_things_are_12_to_96_pixels_long_where_they_are_whole(drawn: Path) -> None:
    longest = [
        max(int(row["right"]) - int(row["left"]), int(row["bottom"]) - int(row["top"]))
        for row in rows(drawn / "objects.csv")
        if int(row["left"]) > 0 and int(row["right"]) < SIZE[0]
        if int(row["top"]) > 0 and int(row["bottom"]) < SIZE[1]
    ]

    assert longest
    assert min(longest) >= 10
    assert max(longest) <= 110


def test_an_object_is_seen_in_several_frames_of_its_flight(drawn: Path) -> None:
    table = rows(drawn / "objects.csv")
    sightings = Counter(row["object"] for row in table)

    assert np.mean(list(sightings.values())) > 2
    assert len({(row["object"], row["flight"]) for row in table}) == len(sightings)


def test_every_frame_has_a_label_and_every_positive_one_names_its_hikers(drawn: Path) -> None:
    labels = rows(drawn / "labels.csv")
    hikers = {
        (row["frame"], row["object"])
        for row in rows(drawn / "objects.csv")
        if row["class"] == "hiker"
    }

    assert {row["frame"] for row in labels} == {
        str(path.relative_to(drawn)) for path in drawn.rglob("*.jpg")
    }
    assert {(row["frame"], row["object"]) for row in labels if row["label"] == "1"} == hikers
    assert all(not row["object"] for row in labels if row["label"] == "0")


def test_captions_name_the_thing_and_its_ground(drawn: Path) -> None:
    for row in rows(drawn / "objects.csv"):
        assert row["class"] in row["caption"]
        assert row["class"] in KINDS
        assert row["caption"].endswith(row["ground"])


def test_a_frame_reads_time_and_place_from_a_drawn_picture(drawn: Path) -> None:
    frames = [
        Frame.decode(path.read_bytes()) for path in sorted((drawn / "flight-11-0000").glob("*.jpg"))
    ]

    times = [frame.captured_at for frame in frames]
    assert all(earlier is not None for earlier in times)
    assert len(set(times)) == len(frames)
    for frame in frames:
        assert frame.latitude is not None
        assert 43 < frame.latitude < 67
        assert frame.longitude is not None
        assert frame.altitude_m is not None
        assert 25 < frame.altitude_m < 60
    assert len({(frame.latitude, frame.longitude) for frame in frames}) == len(frames)


@pytest.mark.parametrize("size", [(96, 96), (333, 101), (1500, 200)])
def test_frames_of_any_size_can_be_drawn(tmp_path: Path, size: tuple[int, int]) -> None:
    drawn = draw_flights(tmp_path, flights=1, frames_per_flight=1, size=size, seed=1)

    assert drawn.frames == 1
    assert picture_at(next(tmp_path.rglob("*.jpg"))).size == size


@pytest.mark.parametrize("size", [(95, 480), (8001, 6000), (640, 6001)])
def test_a_size_outside_the_limits_is_refused(tmp_path: Path, size: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="size must lie between"):
        draw_flights(tmp_path, flights=1, size=size)


def test_an_unknown_climate_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="'tropic' is unknown; there are usual, unseen"):
        draw_flights(tmp_path, flights=1, climate="tropic")


def test_fog_takes_contrast_and_low_brightness_takes_light(tmp_path: Path) -> None:
    def picture(**changes: float) -> np.ndarray:
        folder = tmp_path / "-".join(changes or ["plain"])
        conditions = Conditions(**changes)  # type: ignore[arg-type]
        draw_flights(folder, flights=1, frames_per_flight=1, size=(160, 120), conditions=conditions)
        return np.asarray(picture_at(next(folder.rglob("*.jpg"))), dtype=float)

    plain, fog, dark = picture(), picture(haze=0.6), picture(brightness=0.5)

    assert fog.std() < 0.6 * plain.std()
    assert dark.mean() < 0.6 * plain.mean()


def test_frames_look_like_land_and_not_like_noise(drawn: Path) -> None:
    for path in list(drawn.rglob("*.jpg"))[::5]:
        grey = np.asarray(picture_at(path).convert("L"), dtype=float)
        neighbours = np.corrcoef(grey[:, :-1].ravel(), grey[:, 1:].ravel())[0, 1]

        assert neighbours > 0.6
