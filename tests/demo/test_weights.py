"""The shipped voters: small, whole, and answering through the real gate."""

from pathlib import Path

import pytest

from demo.evaluate import as_markdown, as_table, evaluate
from demo.scenes import draw_flights
from demo.shipped import CONFIG, WEIGHTS
from ensembles.gate import Gate
from models.ensemble import load_ensemble
from models.frames import Frame
from models.settings import ModelSettings

LARGEST_BYTES = 12_000_000
SETTINGS = ModelSettings(provider="cpu", threads=1)


@pytest.fixture(scope="module")
def gate() -> Gate[Frame]:
    return load_ensemble(CONFIG, SETTINGS).gate


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drawn")
    draw_flights(folder, flights=3, frames_per_flight=3, seed=77)
    return folder


def test_all_shipped_weights_together_stay_below_12_megabytes() -> None:
    assert 0 < sum(path.stat().st_size for path in WEIGHTS.rglob("*")) < LARGEST_BYTES


def test_no_shipped_network_tells_where_it_was_made() -> None:
    networks = list(WEIGHTS.rglob("*.onnx"))

    assert len(networks) == 4
    assert not [path.name for path in networks if b".py" in path.read_bytes()]


def test_three_voters_answer_about_a_drawn_frame(gate: Gate[Frame], drawn: Path) -> None:
    frame = Frame.decode(next(drawn.rglob("*.jpg")).read_bytes())

    (verdict,) = gate.judge([frame], ask_all=True)

    assert [vote.voter for vote in verdict.votes] == ["specialist", "clip", "resnet50"]
    assert all(vote.score is not None for vote in verdict.votes)


def test_the_table_has_a_row_for_each_voter_and_rule(drawn: Path) -> None:
    rows = evaluate(drawn, settings=SETTINGS)

    assert [row.name for row in rows] == ["specialist", "clip", "resnet50", "or", "2-of-3", "and"]
    assert as_table(rows).row_count == 6
    assert as_markdown(rows).count("\n") == 7


def test_or_finds_what_any_finds_and_and_keeps_what_all_keep(drawn: Path) -> None:
    rows = {row.name: row for row in evaluate(drawn, settings=SETTINGS)}

    voters = [rows[name] for name in ("specialist", "clip", "resnet50")]
    assert rows["or"].recall.hits >= max(row.recall.hits for row in voters)
    assert rows["and"].kept.hits <= min(row.kept.hits for row in voters)
    assert rows["and"].kept.hits <= rows["2-of-3"].kept.hits <= rows["or"].kept.hits
