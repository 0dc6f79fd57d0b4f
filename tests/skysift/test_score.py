"""`skysift score`: full ballots on every frame, as a table."""

from pathlib import Path

import numpy as np
import pytest

from batch.score_tables import read_score_table
from models.catalog import read
from models.digest import made_by
from models.settings import read_settings
from tests.skysift.conftest import Skysift, ensemble_text

LABELS = "frame,label,object,group\na.png,1,lamp,north\nb.png,0,,north\nc.jpg,,,north\n"


@pytest.fixture
def labels(flight: Path) -> Path:
    path = flight.parent / "labels.csv"
    path.write_text(LABELS, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["scores.csv", "scores.parquet"])
def test_every_input_is_one_row_also_what_cannot_be_read(
    skysift: Skysift, flight: Path, labels: Path, ensemble: Path, tmp_path: Path, name: str
) -> None:
    if name.endswith("parquet"):
        pytest.importorskip("pyarrow", reason="needs the extra calibrate")
    out = tmp_path / name

    shown = skysift("score", flight, "--labels", labels, "--ensemble", ensemble, "--out", out)

    frames = read_score_table(out, asides=("reasons", "made_by", "path"))
    assert shown.code == 1
    assert "1 labelled 1, 1 labelled 0, 1 not labelled; 1 could not be read" in shown.err
    assert frames.ids.tolist() == ["a.png", "b.png", "c.jpg"]
    assert frames.table.labels.tolist() == [1, 0, -1]
    assert frames.table.voters == ("near", "far")
    assert np.isnan(frames.table.scores[2]).all()
    assert frames.asides["reasons"][2] == "not_an_image"


def test_scores_say_who_made_them_whatever_the_thresholds(
    skysift: Skysift, flight: Path, ensemble: Path, tmp_path: Path
) -> None:
    out = tmp_path / "scores.csv"
    skysift("score", flight, "--ensemble", ensemble, "--out", out)

    (said,) = set(read_score_table(out, asides=("made_by",)).asides["made_by"])

    ensemble.write_text(ensemble_text().replace("threshold: 0.5", "threshold: 0.7"))
    now = made_by(read(ensemble), read_settings())
    assert said == " ".join(f"{voter}={identity}" for voter, identity in now.items())
    ensemble.write_text(ensemble_text(options="{breaks: true}"))
    assert made_by(read(ensemble), read_settings())["near"] != now["near"]


def test_labels_that_fit_no_picture_are_refused_before_any_work(
    skysift: Skysift, flight: Path, labels: Path, ensemble: Path, tmp_path: Path
) -> None:
    labels.write_text(LABELS.replace("b.png", "d.png"), encoding="utf-8")
    out = tmp_path / "scores.csv"

    shown = skysift("score", flight, "--labels", labels, "--ensemble", ensemble, "--out", out)

    assert shown.code == 2
    assert "d.png: there is no such picture" in shown.err
    assert "1 pictures have no line, such as 'b.png'" in shown.err
    assert not out.exists()
