"""The trainings, from drawing to export, in seconds: they run, and what they write can vote."""

from pathlib import Path

import pytest

pytestmark = pytest.mark.pretrained


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("open_clip")
    from demo.train import SMOKE, train_all  # noqa: PLC0415  # needs torch

    folder = tmp_path_factory.mktemp("trained")
    lines: list[str] = []
    times = train_all(
        folder / "pictures",
        weights=folder / "weights",
        effort=SMOKE,
        processes=1,
        report=lines.append,
    )
    assert [time.step for time in times] == ["drawing", "clip", "resnet50", "specialist"]
    assert any(line.startswith("clip: stage 2/2") for line in lines)
    return folder


def test_training_writes_three_voters_that_the_gate_can_ask(trained: Path) -> None:
    from demo.evaluate import evaluate  # noqa: PLC0415  # after torch
    from demo.shipped import CONFIG  # noqa: PLC0415  # after torch
    from models.settings import ModelSettings  # noqa: PLC0415  # after torch

    config = trained / "demo.yaml"
    config.write_text(CONFIG.read_text(encoding="utf-8").replace("../demo/", ""), encoding="utf-8")

    rows = evaluate(
        trained / "pictures", config=config, settings=ModelSettings(provider="cpu", threads=1)
    )

    assert len(rows) == 6


def test_a_picture_and_its_own_wording_belong_together() -> None:
    torch = pytest.importorskip("torch")
    from demo.train_clip import contrast  # noqa: PLC0415  # needs torch

    apart = torch.zeros(3, 3, dtype=torch.bool)
    right = contrast(20 * torch.eye(3), apart)
    wrong = contrast(20 * torch.eye(3).roll(1, 0), apart)

    assert float(right) < 0.01
    assert float(wrong) > 10


def test_pairs_that_no_wording_tells_apart_do_not_count() -> None:
    torch = pytest.importorskip("torch")
    from demo.train_clip import contrast  # noqa: PLC0415  # needs torch

    logits = torch.full((2, 2), 5.0)

    assert float(contrast(logits, torch.ones(2, 2, dtype=torch.bool))) < 1e-3


def test_targets_are_marked_in_the_cell_of_their_middle() -> None:
    torch = pytest.importorskip("torch")
    import numpy as np  # noqa: PLC0415  # beside torch

    from demo.cuts import Cut, Placed  # noqa: PLC0415  # after torch
    from demo.train_specialist import place_targets  # noqa: PLC0415  # needs torch

    box = np.array([8, 16, 24, 24], np.float32)
    things = (Placed("hiker", "red", box), Placed("rock", "", box + 40))
    cut = Cut(np.zeros((64, 64, 3), np.uint8), "meadow", things)
    truth, counts = place_targets([cut], torch.Size((8, 8)))

    assert np.argwhere(truth[0]).tolist() == [[2, 2]]
    assert counts[0, 1:4, 1:4].sum() == 1
    assert counts[0].sum() == 64 - 8
