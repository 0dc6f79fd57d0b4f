from pathlib import Path

import pytest

from curation.train.examples import Example, Examples, refuse_unfit
from ensembles.errors import ConfigError


def test_a_frame_whose_flight_nobody_knows_is_a_group_of_its_own() -> None:
    examples = Examples([Example(Path("a"), True), Example(Path("b"), True)])

    assert len(set(examples.groups)) == 2


def test_frames_are_found_by_their_part() -> None:
    parts = ("train", "", "test", "calibration")
    examples = Examples(Example(Path(part), True, part=part) for part in parts)

    assert examples.of("train", "").tolist() == [0, 1]
    assert examples.of("test").tolist() == [2]


def test_a_flight_in_two_parts_is_refused_by_name() -> None:
    examples = Examples(
        [Example(Path("a"), True, "f1", "train"), Example(Path("b"), True, "f1", "test")]
    )

    with pytest.raises(ConfigError, match="'f1' is in test and in train"):
        refuse_unfit(examples)


def test_an_unknown_part_is_refused_with_those_there_are() -> None:
    with pytest.raises(ConfigError, match=r"train, validation, calibration, test.*not tests"):
        refuse_unfit(Examples([Example(Path("a"), True, part="tests")]))


def test_the_digest_knows_labels_and_not_the_order() -> None:
    one, two = Example(Path("a"), True, "f"), Example(Path("b"), False, "f")

    told = Examples([one, two]).digest(["1", "2"])

    assert Examples([two, one]).digest(["2", "1"]) == told
    assert Examples([one, Example(Path("b"), True, "f")]).digest(["1", "2"]) != told
