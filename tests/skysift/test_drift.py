import json
import re
from collections.abc import Sequence
from pathlib import Path
from shutil import copy

import numpy as np
import pytest
from PIL import Image

from ensembles.voter import Reading
from models.frames import Frame
from monitoring.profile_file import read_profile
from skysift.app import run
from tests.skysift import brightness
from tests.skysift.conftest import Skysift, ensemble_text

FLIGHTS = 36


def draw(folder: Path, *, flights: int, level: int = 0, first: int = 0) -> Path:
    """Draw flights of noisy squares, five frames each, that differ by flight."""
    for flight in range(first, first + flights):
        rng = np.random.default_rng(flight)
        place = folder / f"flight {flight:02d}"
        place.mkdir(parents=True)
        middle = rng.uniform(90, 140)
        for frame in range(5):
            pixels = rng.normal(middle + level, 12, size=(40, 40, 3)).clip(0, 255)
            Image.fromarray(pixels.astype(np.uint8)).save(place / f"{frame}.png")
    return folder


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw(tmp_path_factory.mktemp("usual"), flights=FLIGHTS)


@pytest.fixture(scope="module")
def made(usual: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A profile that is made once: simulating takes seconds."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "lamps.yaml").write_text(ensemble_text(), encoding="utf-8")
    out = folder / "profile.npz"
    gate = folder / "lamps.yaml"
    run(["profile", "make", str(usual), "--ensemble", str(gate), "--out", str(out)])
    return out


@pytest.fixture
def profile(made: Path, tmp_path: Path) -> Path:
    return Path(copy(made, tmp_path / "profile.npz"))


def test_a_profile_says_how_often_it_alarms_on_usual_flights(
    skysift: Skysift, usual: Path, ensemble: Path, tmp_path: Path
) -> None:
    out = tmp_path / "profile.npz"
    done = skysift("profile", "make", usual, "--ensemble", ensemble, "--out", out)
    written = read_profile(out)

    assert done.code in {0, 1}
    assert re.search(r"self-check: \d+ of 1000 usual windows alarm", done.out)
    assert f"{5 * FLIGHTS} frames of {FLIGHTS} flights" in done.out
    assert len(written.golden.pixels) == 6


def test_too_few_flights_make_no_profile(skysift: Skysift, ensemble: Path, tmp_path: Path) -> None:
    few = draw(tmp_path / "few", flights=3)
    done = skysift("profile", "make", few, "--ensemble", ensemble, "--out", tmp_path / "p.npz")

    assert done.code == 2
    assert "3 flights are too few" in done.err
    assert not (tmp_path / "p.npz").exists()


def test_flights_that_drifted_are_reported(
    skysift: Skysift, profile: Path, ensemble: Path, tmp_path: Path
) -> None:
    dark = draw(tmp_path / "dark", flights=12, level=-70, first=100)
    page = tmp_path / "drift.html"
    done = skysift(
        *("drift", dark, "--profile", profile, "--ensemble", ensemble, "--out", page, "--json")
    )
    facts = json.loads(done.out)

    assert done.code == 1
    assert len(facts["unusual_flights"]) >= 6
    assert "brightness" in facts["unusual_flights"][0]["causes"]
    assert "flight 100" in page.read_text()


def test_usual_flights_are_as_usual(
    skysift: Skysift, usual: Path, profile: Path, ensemble: Path, tmp_path: Path
) -> None:
    page = tmp_path / "drift.html"
    done = skysift(
        *("drift", usual, "--profile", profile, "--ensemble", ensemble, "--out", page, "--json")
    )
    facts = json.loads(done.out)

    assert facts["alarms"] == []
    assert len(facts["unusual_flights"]) < FLIGHTS / 3  # it knows few flights


def test_the_report_loads_nothing_and_runs_nothing(
    skysift: Skysift, profile: Path, ensemble: Path, tmp_path: Path
) -> None:
    odd = draw(tmp_path / "<b>odd", flights=2, level=100, first=300)
    page = tmp_path / "drift.html"
    skysift("drift", odd, "--profile", profile, "--ensemble", ensemble, "--out", page)
    text = page.read_text()

    assert "default-src 'none'" in text
    assert "<script" not in text
    assert "<b>odd" not in text
    assert not re.search(r"""(src|href)=["'](?!data:|#)""", text)


def test_a_run_that_was_scored_needs_no_pictures(
    skysift: Skysift, usual: Path, profile: Path, ensemble: Path, tmp_path: Path
) -> None:
    scored_run = tmp_path / "run"
    scored_run.mkdir()
    scored = skysift(
        *("score", usual, "--ensemble", ensemble, "--out", scored_run / "scores.csv", "--watch")
    )
    again = tmp_path / "again.npz"
    remade = skysift("profile", "make", scored_run, "--ensemble", ensemble, "--out", again)
    done = skysift(
        *("drift", scored_run, "--profile", profile, "--ensemble", ensemble),
        *("--out", tmp_path / "drift.html"),
    )

    assert scored.code == 0
    assert (scored_run / "scores.watched.npz").is_file()
    assert remade.code in {0, 1}
    assert np.array_equal(read_profile(again).baseline.state, read_profile(profile).baseline.state)
    assert f"of {FLIGHTS} flights are unusual" in done.out


def test_scoring_with_a_profile_says_which_flights_drifted(
    skysift: Skysift, profile: Path, ensemble: Path, tmp_path: Path
) -> None:
    ensemble.write_text(ensemble_text() + "profile: profile.npz\n")
    dark = draw(tmp_path / "dark", flights=2, level=-80, first=100)
    done = skysift("score", dark, "--ensemble", ensemble, "--out", tmp_path / "scores.csv")

    assert done.code == 0
    assert "2 of 2 flights are unusual" in done.err
    assert (tmp_path / "scores.watched.npz").is_file()


def full_ballots(share: float) -> str:
    return ensemble_text().replace("full_ballots: 0", f"full_ballots: {share}")


def test_a_job_with_a_profile_says_which_flights_drifted(
    skysift: Skysift, profile: Path, ensemble: Path, tmp_path: Path
) -> None:
    ensemble.write_text(full_ballots(1) + "profile: profile.npz\n")
    dark = draw(tmp_path / "dark", flights=2, level=-80, first=100)
    run_folder = tmp_path / "run"
    done = skysift("score", dark, "--ensemble", ensemble, "--out", run_folder, "--workers", 1)
    facts = json.loads((run_folder / "summary.json").read_text())["drift"]
    again = skysift("drift", run_folder, "--ensemble", ensemble, "--out", tmp_path / "d.html")

    assert done.code == 0
    assert "2 of 2 flights are unusual" in done.out
    assert len(facts["unusual_flights"]) == 2
    assert "flight 100" in (run_folder / "drift.html").read_text()
    assert "2 of 2 flights are unusual" in again.out


def test_a_job_without_a_profile_is_looked_at_afterwards(
    skysift: Skysift, profile: Path, ensemble: Path, tmp_path: Path
) -> None:
    ensemble.write_text(full_ballots(0.5))
    dark = draw(tmp_path / "dark", flights=4, level=-80, first=100)
    run_folder, page = tmp_path / "run", tmp_path / "d.html"
    skysift("score", dark, "--ensemble", ensemble, "--out", run_folder, "--workers", 1)

    done = skysift(
        *(
            "drift",
            run_folder,
            "--ensemble",
            ensemble,
            "--profile",
            profile,
            "--out",
            page,
            "--json",
        )
    )
    frames = sum(each["frames"] for each in json.loads(done.out)["unusual_flights"])
    ensemble.write_text(full_ballots(0.4))
    other = skysift("drift", run_folder, "--ensemble", ensemble, "--profile", profile)

    assert done.code == 1
    assert 3 <= frames <= 17  # of twenty, by the hash
    assert (other.code, "scored by another gate" in other.err) == (2, True)


def test_a_job_whose_profile_is_another_gate_s_does_not_begin(
    skysift: Skysift, profile: Path, ensemble: Path, tmp_path: Path
) -> None:
    changed = ensemble_text().replace("threshold: 0.9", "threshold: 0.8")
    ensemble.write_text(changed + "profile: profile.npz\n")
    dark = draw(tmp_path / "dark", flights=1)
    done = skysift("score", dark, "--ensemble", ensemble, "--out", tmp_path / "run")

    assert done.code == 2
    assert "threshold 0.9, but the gate has 0.8" in done.err
    assert not (tmp_path / "run").exists()


def test_a_gate_that_changed_is_refused_by_name(
    skysift: Skysift, profile: Path, usual: Path, ensemble: Path
) -> None:
    ensemble.write_text(ensemble_text().replace("threshold: 0.9", "threshold: 0.8"))
    done = skysift("drift", usual, "--profile", profile, "--ensemble", ensemble)

    assert done.code == 2
    assert "voter 'far': threshold 0.9, but the gate has 0.8" in done.err


def test_voters_that_are_as_ever_pass_the_self_test(
    skysift: Skysift, profile: Path, ensemble: Path
) -> None:
    done = skysift("drift", "selftest", "--profile", profile, "--ensemble", ensemble)

    assert done.code == 0
    assert done.out.count("as ever") == 2


class OnlyBlue:
    """What a voter becomes whose channels were swapped."""

    def __init__(self, breaks: bool) -> None:
        self.breaks = breaks

    def read(self, views: Sequence[Frame]) -> Reading:
        scores = [view.pixels[..., 2].mean() * 0.9 / 255 for view in views]
        return Reading(np.array(scores, dtype=np.float32))


def test_the_self_test_names_a_voter_that_sees_other_pixels(
    skysift: Skysift, profile: Path, ensemble: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(brightness, "Brightness", OnlyBlue)
    done = skysift("drift", "selftest", "--profile", profile, "--ensemble", ensemble)

    assert done.code == 1
    assert "near: NOT what it was" in done.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["drift", "nowhere"], "no profile: name one with --profile"),
        (["drift", "nowhere", "--profile", "none.npz"], "there is no such file"),
        (["drift", "selftest"], "no profile: name one with --profile"),
    ],
)
def test_what_is_missing_is_said(
    skysift: Skysift, ensemble: Path, arguments: list[str], said: str
) -> None:
    done = skysift(*arguments, "--ensemble", ensemble)

    assert done.code == 2
    assert said in done.err


def test_pictures_that_cannot_be_read_are_counted(
    skysift: Skysift, profile: Path, ensemble: Path, flight: Path, tmp_path: Path
) -> None:
    page = tmp_path / "drift.html"
    done = skysift("drift", flight, "--profile", profile, "--ensemble", ensemble, "--out", page)

    assert "1 of 3 could not be read" in done.err
