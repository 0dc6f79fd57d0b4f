"""The ensemble file that a calibration writes decides as the dial did."""

from pathlib import Path

import numpy as np
import pytest
from pydantic import Field

from ensembles.bounds import Promise
from ensembles.calibrate import calibrate
from ensembles.candidates import Candidate, candidates_named
from ensembles.checked_file import read_ensemble
from ensembles.config import EnsembleConfig, VoterOptions
from ensembles.ensemble_file import any_options, base_tree, blank, calibrated, write_ensemble
from ensembles.errors import ConfigError
from ensembles.local_path import LocalPath
from ensembles.point import OperatingPoint, dial_of
from ensembles.replay import kept_by_ensemble
from tests.ensembles.worlds import VOTERS, World

RULES = ["a", "or", "2-of-3", "and", "weighted"]
VOTE = {"weights": {"a": 0.7, "b": 0.1, "c": 0.3}, "needed": 0.8}
BASE = """
name: boats
target: a boat
voters:
  - {name: a, kind: any, threshold: 0.5, options: {weights: a.onnx, more: [b.txt, c.txt]}}
  - {name: b, kind: any, threshold: 0.5, timeout_ms: 50, options: {weights: ../b.onnx}}
full_ballots: 0.1
"""


class Options(VoterOptions):
    weights: LocalPath
    more: tuple[LocalPath, ...] = Field(default=())


def options(kind: str) -> type[VoterOptions]:
    return Options


def places_in(config: EnsembleConfig) -> list[Path]:
    options = [Options.model_validate(voter.options.model_dump()) for voter in config.voters]
    return [path.resolve() for each in options for path in (each.weights, *each.more)]


def point(candidate: Candidate, *thresholds: float, floor: float | None = None) -> OperatingPoint:
    """Return a point of which only rule, thresholds and the first voter's floor matter."""
    return OperatingPoint(
        candidate=candidate,
        dial=0.5,
        thresholds=thresholds,
        floors=(floor, *(None,) * (len(thresholds) - 1)),
        positives=1,
        misses=0,
        charged=0,
        bound=0.0,
        frames=1,
        kept=1,
        share_low=0.0,
        share_high=1.0,
    )


@pytest.mark.parametrize("early_no", [None, 0, 1])
@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("seed", [1, 2])
def test_the_file_read_back_decides_every_row_as_the_dial_did(
    tmp_path: Path, name: str, seed: int, early_no: int | None
) -> None:
    table = World(frames_per_object=3, likeness=0.5).table(
        np.random.default_rng(seed), positives=200, negatives=500
    )
    table.scores[::7, 1] = np.nan
    (candidate,) = candidates_named([name], VOTERS, vote=VOTE)
    if early_no is not None:
        candidate = candidate.with_early_no(early_no, share=0.5)
    done = calibrate(table, candidate, Promise(0.95))
    file = tmp_path / "ensemble.yaml"

    base = {**blank("boats", VOTERS), "vote": VOTE}
    write_ensemble(calibrated(base, done.point, None), file, comment="x")

    kept = kept_by_ensemble(table, read_ensemble(file, any_options))
    dial = dial_of(table, candidate, done.scales, done.point.floors)
    np.testing.assert_array_equal(kept, dial >= done.point.dial)
    assert kept.sum() == done.point.kept


def test_everything_but_thresholds_and_vote_stays_and_paths_stay_right(tmp_path: Path) -> None:
    base = tmp_path / "configs" / "base.yaml"
    base.parent.mkdir()
    base.write_text(BASE, encoding="utf-8")
    config = read_ensemble(base, options)
    out = tmp_path / "runs" / "one" / "ensemble.yaml"
    out.parent.mkdir(parents=True)
    both = candidates_named(["and"], ("a", "b"))[0]

    tree = base_tree(base, config, folder=out.parent)
    write_ensemble(calibrated(tree, point(both, 0.25, 0.1), "c.json"), out, comment="x")

    written = read_ensemble(out, options)
    assert places_in(written) == places_in(config)
    assert "weights: ../../configs/a.onnx" in out.read_text()
    assert [voter.threshold for voter in written.voters] == [0.25, 0.1]
    assert [voter.timeout_ms for voter in written.voters] == [10_000, 50]
    assert (written.vote, written.full_ballots) == ("and", 0.1)
    assert written.certificate == out.with_name("c.json")


def test_in_the_same_folder_paths_stay_as_they_were_written(tmp_path: Path) -> None:
    base = tmp_path / "base.yaml"
    base.write_text(BASE, encoding="utf-8")

    tree = base_tree(base, read_ensemble(base, options), folder=tmp_path)

    assert tree["voters"][1]["options"] == {"weights": "../b.onnx"}


def test_a_single_voter_stays_alone() -> None:
    tree = blank("x", VOTERS)
    (single,) = candidates_named(["b"], VOTERS)

    done = calibrated(tree, point(single, 0.5), None)

    assert [entry["name"] for entry in done["voters"]] == ["b"]
    assert done["vote"] == "or"
    assert isinstance(single, Candidate)


def test_a_floor_is_written_and_one_that_was_there_before_is_not_kept() -> None:
    tree = blank("x", VOTERS)
    tree["voters"][1]["floor"] = 0.1
    (rule,) = candidates_named(["or"], VOTERS)

    done = calibrated(tree, point(rule, 0.5, 0.5, 0.5, floor=0.2), None)

    assert [entry.get("floor") for entry in done["voters"]] == [0.2, None, None]
    assert "floor" not in done["voters"][1]


def test_a_file_that_somebody_else_wrote_is_not_replaced(tmp_path: Path) -> None:
    file = tmp_path / "ensemble.yaml"
    file.write_text("# my own\nname: x\n", encoding="utf-8")

    with pytest.raises(ConfigError, match="not written by skysift calibrate"):
        write_ensemble({}, file, comment="x")

    file.unlink()
    write_ensemble({"name": "y"}, file, comment="x")
    write_ensemble({"name": "z"}, file, comment="x")
    assert "name: z" in file.read_text()


def test_a_profile_is_found_from_another_folder_too(tmp_path: Path) -> None:
    base = tmp_path / "base.yaml"
    base.write_text(BASE + "profile: usual.npz\n", encoding="utf-8")

    tree = base_tree(base, read_ensemble(base, options), folder=tmp_path / "out")

    assert tree["profile"] == "../usual.npz"


def test_a_gate_with_new_thresholds_has_no_profile(tmp_path: Path) -> None:
    base = tmp_path / "base.yaml"
    base.write_text(BASE + "profile: usual.npz\n", encoding="utf-8")
    tree = base_tree(base, read_ensemble(base, options), folder=tmp_path)
    [candidate] = candidates_named(["or"], ["a", "b"])

    assert "profile" not in calibrated(tree, point(candidate, 0.1, 0.2), None)
