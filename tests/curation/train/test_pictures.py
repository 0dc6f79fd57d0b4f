from pathlib import Path

import numpy as np

from curation.train.examples import Example, Examples
from curation.train.pictures import Pictures, decoded
from models.frames import Frame
from models.limits import Limits
from models.preprocess import Recipe, fitted
from tests.curation.train.discs import draw_flights

RECIPE = Recipe(size=(24, 32))


def see(examples: Examples, folder: Path, told: list[tuple[str, int, int]]) -> Pictures:
    return decoded(
        examples, RECIPE, folder, limits=Limits(), threads=2, tell=lambda *words: told.append(words)
    )


def test_pictures_are_what_a_voter_would_see(tmp_path: Path) -> None:
    examples = draw_flights(tmp_path / "p", flights=2)

    pictures = see(examples, tmp_path / "work", [])

    frame = Frame.decode(examples[3].path.read_bytes())
    assert np.array_equal(pictures.pixels[3], fitted(frame.pixels, RECIPE))
    assert pictures.ids[3] == frame.id


def test_a_picture_that_cannot_be_read_is_named_and_the_others_are_there(tmp_path: Path) -> None:
    good = draw_flights(tmp_path / "p", flights=1)
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no picture")

    pictures = see(
        Examples([*good, Example(broken, True), Example(tmp_path / "gone.jpg", False)]),
        tmp_path / "work",
        [],
    )

    assert sorted(pictures.unreadable) == [4, 5]
    assert pictures.pixels[0].any()


def test_what_was_decoded_is_not_decoded_again_until_a_picture_changes(tmp_path: Path) -> None:
    examples = draw_flights(tmp_path / "p", flights=1)
    first: list[tuple[str, int, int]] = []
    second: list[tuple[str, int, int]] = []
    third: list[tuple[str, int, int]] = []

    see(examples, tmp_path / "work", first)
    see(examples, tmp_path / "work", second)
    examples[0].path.write_bytes(examples[1].path.read_bytes())
    see(examples, tmp_path / "work", third)

    assert first[-1] == ("pictures decoded", 4, 4)
    assert not second
    assert third
