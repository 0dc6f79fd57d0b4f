"""The ensemble file: all of its mistakes at once, each with its place."""

from pathlib import Path

import pytest

from ensembles.checked_file import read_ensemble
from ensembles.config import EnsembleConfig, VoterOptions
from ensembles.errors import ConfigError
from ensembles.tiles import Tiles


class Weighed(VoterOptions):
    """Options of the only kind these tests know."""

    weights: str = "w.onnx"


def options_for(kind: str) -> type[VoterOptions]:
    if kind != "onnx":
        raise ConfigError(f"unknown kind {kind!r}")
    return Weighed


def read(folder: Path, text: str) -> EnsembleConfig:
    file = folder / "ensemble.yaml"
    file.write_text(text)
    return read_ensemble(file, options_for)


def problems_of(folder: Path, text: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        read(folder, text)
    return caught.value.problems


ONE_VOTER = "{name: a, kind: onnx, threshold: 0.5}"


def test_a_right_file_is_read_whole(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        f"name: boats\ntarget: boat\nvote: {{weights: {{a: 0.7}}, needed: 0.7}}\n"
        f"voters: [{ONE_VOTER}]\n",
    )

    assert config.voters[0].options == Weighed(weights="w.onnx")
    assert (config.rule.weights, config.rule.needed) == ((7,), 7)
    assert config.full_ballots == 0.02


def test_all_mistakes_come_at_once_each_with_its_place(tmp_path: Path) -> None:
    problems = problems_of(
        tmp_path,
        """
        name: Big Boats
        target: boat
        viws: whole
        vote: {weights: {a: -1}, neded: 2}
        voters:
          - {name: a, kind: onnx, treshold: 0.2, options: {weigths: x}}
          - {name: b, kind: onx, threshold: 2}
        """,
    )

    assert set(problems) == {
        "name: use lower-case letters, digits and _, starting with a letter, not 'Big Boats'",
        "viws: unknown key; did you mean 'views'?",
        "vote.weights.a: should be greater than 0, not -1",
        "vote.needed: is missing",
        "vote.neded: unknown key; did you mean 'needed'?",
        "voters[0].threshold: is missing",
        "voters[0].treshold: unknown key; did you mean 'threshold'?",
        "voters[0].options.weigths: unknown key; did you mean 'weights'?",
        "voters[1].kind: unknown kind 'onx'",
        "voters[1].threshold: should be less than or equal to 1, not 2",
    }


def test_a_key_that_stands_twice_is_refused(tmp_path: Path) -> None:
    assert problems_of(tmp_path, "name: a\nname: b\n") == ("line 2: the key 'name' stands twice",)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "expected `name:`"),
        ("- 1", "expected `name:`"),
        ("name: [", "is not YAML: line 1"),
        ("name: a\ntarget: b\nvoters: []", "at least one voter"),
        ("name: a\ntarget: b\nvoters: 3", "voters: should be a valid"),
        ("name: a\ntarget: b\nvoters: [3]", r"voters\[0\]:"),
        (f"name: a\ntarget: b\nvoters: [{ONE_VOTER}, {ONE_VOTER}]", "'a' is used more than once"),
        (f"name: a\ntarget: b\nvote: 2-of-3\nvoters: [{ONE_VOTER}]", "speaks of 3 voters"),
        (
            f"name: a\ntarget: b\nvote: [or]\nvoters: [{ONE_VOTER}]",
            "vote: should be a valid string",
        ),
        ("name: !!python/object:os.system a", "is not YAML"),
    ],
)
def test_a_wrong_file_says_what_would_be_right(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        read(tmp_path, text)


TILED = "name: a\ntarget: b\nviews: {tile: 640, overlap: 0.1}\nvoters: "


def test_voters_look_at_tiles_unless_they_say_whole(tmp_path: Path) -> None:
    config = read(
        tmp_path, f"{TILED}[{ONE_VOTER}, {{name: w, kind: onnx, threshold: 1, views: whole}}]"
    )

    assert config.tiles == Tiles(tile=(640, 640), overlap=0.1)
    assert [config.looks_at_whole(voter) for voter in config.voters] == [False, True]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("views: {tile: 640, overlpa: 0.1}", "views.overlpa: unknown key; did you mean 'overlap'?"),
        ("views: {tile: 1}", "views.tile: expected a side of 32 to 8192 pixels"),
        ("views: {tile: auto}", "views: tile: auto needs object_m and ground_m_per_px"),
        ("views: {overlap: 0.1}", "views.tile: is missing"),
        ("views: tiled", "views: should be 'whole', not 'tiled'"),
    ],
)
def test_views_that_cannot_be_are_told_with_their_place(
    tmp_path: Path, text: str, problem: str
) -> None:
    problems = problems_of(tmp_path, f"name: a\ntarget: b\n{text}\nvoters: [{ONE_VOTER}]")

    assert len(problems) == 1
    assert problems[0].startswith(problem)


def test_tiles_for_one_voter_need_tiles_of_the_ensemble(tmp_path: Path) -> None:
    voter = "{name: a, kind: onnx, threshold: 0.5, views: tiles}"

    (problem,) = problems_of(tmp_path, f"name: a\ntarget: b\nvoters: [{voter}]")

    assert problem.startswith("voters[0].views: tiles, but the ensemble cuts none")


def test_tiles_that_no_voter_looks_at_are_refused(tmp_path: Path) -> None:
    voter = "{name: a, kind: onnx, threshold: 0.5, views: whole}"

    (problem,) = problems_of(tmp_path, f"{TILED}[{voter}]")

    assert problem == "views: tiles are cut, but every voter says `views: whole`"


def test_a_file_without_tiles_says_nothing_of_them(tmp_path: Path) -> None:
    config = read(tmp_path, f"name: a\ntarget: b\nvoters: [{ONE_VOTER}]")

    assert "views" not in config.model_dump()["voters"][0]
    assert "order" not in config.model_dump()
    assert config.model_dump()["views"] == "whole"


def test_voters_with_a_floor_are_the_gatekeepers_of_the_rule(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        "name: boats\ntarget: boat\nvoters:\n"
        "  - {name: a, kind: onnx, threshold: 0.5}\n"
        "  - {name: b, kind: onnx, threshold: 0.5, floor: 0.02}\n",
    )

    assert (config.voters[1].floor, config.rule.gatekeepers) == (0.02, (1,))
    assert "floor" not in config.voters[0].model_dump()


def test_a_floor_above_the_threshold_is_refused(tmp_path: Path) -> None:
    problems = problems_of(
        tmp_path,
        "name: boats\ntarget: boat\nvoters: [{name: a, kind: onnx, threshold: 0.5, floor: 0.6}]\n",
    )

    (problem,) = problems
    assert "voters[0].floor: 0.6 is above the threshold 0.5" in problem


@pytest.mark.parametrize(
    ("voters", "full_ballots", "problem"),
    [(11, 0.02, "for 10 voters at most, not for 11"), (2, 0, "full_ballots is 0")],
)
def test_an_order_that_cannot_be_found_is_refused(
    tmp_path: Path, voters: int, full_ballots: float, problem: str
) -> None:
    seated = ", ".join(f"{{name: v{n}, kind: onnx, threshold: 0.5}}" for n in range(voters))
    text = f"name: a\ntarget: b\norder: cheapest\nfull_ballots: {full_ballots}\nvoters: [{seated}]"

    (told,) = problems_of(tmp_path, text)

    assert problem in told


def test_a_missing_file_is_named() -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.yaml:\n  there is no such file"):
        read_ensemble(Path("nowhere.yaml"), options_for)


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "ensemble.yaml"
    file.write_bytes(b"\xff\xfe\x00")

    with pytest.raises(ConfigError, match="is not UTF-8 text"):
        read_ensemble(file, options_for)
