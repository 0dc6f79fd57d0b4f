from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from PIL import Image

from batch.row import Row
from batch.score import CHUNK, _ahead, look_at, score
from ensembles.config import EnsembleConfig, VoterConfig, VoterOptions
from ensembles.gate import Gate
from ensembles.reasons import Reason
from ensembles.rules import at_least
from ensembles.seat import Seat
from ensembles.voter import Reading
from models.ensemble import Ensemble
from models.frames import Frame
from models.limits import Limits

LIMITS = Limits()


@dataclass
class Brightness:
    """Scores a frame by its mean, and remembers how many it was shown at once."""

    shown: list[int] = field(default_factory=list)

    def read(self, views: Sequence[Frame]) -> Reading:
        self.shown.append(len(views))
        return Reading(np.array([view.pixels.mean() / 255 for view in views], dtype=np.float32))


def ensemble_of(*voters: Brightness) -> Ensemble:
    names = [f"voter{index}" for index in range(len(voters))]
    seats = [Seat(name, voter, 0.5) for name, voter in zip(names, voters, strict=True)]
    config = EnsembleConfig(
        name="light",
        target="light",
        voters=tuple(
            VoterConfig(name=name, kind="fake", threshold=0.5, options=VoterOptions())
            for name in names
        ),
    )
    gate = Gate(seats, at_least(1, len(seats)), full_ballots=0)
    return Ensemble(config=config, digest="d1", gate=gate, enough_px=64)


def picture(path: Path, brightness: int) -> Path:
    Image.new("RGB", (40, 30), (brightness,) * 3).save(path)
    return path


def scored(paths: Sequence[Path], *voters: Brightness, ask_all: bool = False) -> list[Row]:
    return list(score(paths, ensemble_of(*voters), limits=LIMITS, ask_all=ask_all))


def test_every_path_gives_one_row_in_order(tmp_path: Path) -> None:
    count = 2 * CHUNK + 3
    paths = [picture(tmp_path / f"{i}.png", 255 * (i % 2)) for i in range(count)]

    rows = scored(paths, Brightness())

    assert [row.picture.source for row in rows] == [str(path) for path in paths]
    assert [row.decision for row in rows] == ["review" if i % 2 else "skip" for i in range(count)]


def test_what_cannot_be_read_is_reviewed_in_its_place(tmp_path: Path) -> None:
    dark = picture(tmp_path / "dark.png", 0)
    text = tmp_path / "text.jpg"
    text.write_text("no picture")
    paths = [dark, tmp_path / "missing.jpg", text, dark]

    rows = scored(paths, Brightness())

    assert [row.decision for row in rows] == ["skip", "review", "review", "skip"]
    assert [row.verdict.reasons for row in rows[1:3]] == [
        (Reason.UNREADABLE,),
        (Reason.NOT_AN_IMAGE,),
    ]
    assert [row.failed for row in rows] == [False, True, True, False]


def test_a_file_of_only_broken_pictures_asks_no_voter(tmp_path: Path) -> None:
    voter = Brightness()

    rows = scored([tmp_path / "a.jpg", tmp_path / "b.jpg"], voter)

    assert len(rows) == 2
    assert voter.shown == []


def test_frames_are_judged_in_chunks(tmp_path: Path) -> None:
    voter = Brightness()

    scored([picture(tmp_path / "a.png", 0)] * (CHUNK + 1), voter)

    assert voter.shown == [CHUNK, 1]


def test_asking_all_asks_voters_whose_vote_is_not_needed(tmp_path: Path) -> None:
    bright = [picture(tmp_path / "a.png", 255)]

    (short,) = scored(bright, Brightness(), Brightness())
    (full,) = scored(bright, Brightness(), Brightness(), ask_all=True)

    assert short.verdict.skipped == ("voter1",)
    assert full.verdict.skipped == ()


def test_a_row_says_when_where_and_by_whom(tmp_path: Path) -> None:
    (row,) = scored([picture(tmp_path / "a.png", 0)], Brightness())

    assert (row.picture.width_px, row.picture.height_px) == (40, 30)
    assert (row.stamp.ensemble, row.stamp.digest) == ("light", "d1")
    assert row.scored_at.tzinfo is not None
    assert row.latency_seconds > 0


def test_the_id_of_a_broken_picture_is_the_hash_of_its_bytes_too(tmp_path: Path) -> None:
    good = BytesIO()
    Image.new("RGB", (8, 8)).save(good, "PNG")
    whole, cut = tmp_path / "whole.png", tmp_path / "cut.png"
    whole.write_bytes(good.getvalue())
    cut.write_bytes(good.getvalue()[:-20])

    ids = [look_at(path, enough_px=None, limits=LIMITS).picture.id for path in (whole, cut)]

    assert all(id_ and len(id_) == 64 for id_ in ids)


def test_a_file_too_large_to_be_a_picture_is_not_read(tmp_path: Path) -> None:
    large = tmp_path / "large.tif"
    large.write_bytes(b"\0" * 900)

    seen = look_at(large, enough_px=None, limits=Limits(pixels=100))

    assert seen.reason is Reason.TOO_LARGE
    assert seen.frame is None


def test_the_pool_works_ahead_but_not_further_than_its_depth() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for item in range(9):
            taken.append(item)
            yield item

    with ThreadPoolExecutor(1) as pool:
        results = _ahead(pool, str, items(), depth=3)
        first = next(results)
        taken_for_the_first = len(taken)
        rest = list(results)

    assert [first, *rest] == [str(item) for item in range(9)]
    assert taken_for_the_first == 3


def test_a_generator_that_is_closed_leaves_no_work_behind() -> None:
    stop, begun = Event(), []

    def slow(item: int) -> int:
        begun.append(item)
        if item:
            stop.wait()
        return item

    with ThreadPoolExecutor(1) as pool:
        results = _ahead(pool, slow, iter(range(50)), depth=20)
        assert next(results) == 0
        results.close()
        stop.set()

    assert begun in ([0], [0, 1])


@pytest.mark.parametrize("count", [0, 1])
def test_few_paths_are_no_special_case(count: int, tmp_path: Path) -> None:
    paths = [picture(tmp_path / "a.png", 0)][:count]

    assert len(scored(paths, Brightness())) == count
