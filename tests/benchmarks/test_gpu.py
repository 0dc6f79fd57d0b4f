"""The GPU benchmark, as far as it can be tried without a card."""

import argparse
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks import gpu
from benchmarks.gpu import main
from models.settings import ModelSettings


def test_without_a_card_it_says_so_and_ends(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["gpu"])
    monkeypatch.setattr(gpu, "card_is_there", lambda: False)

    code = main()

    assert code == 0
    assert capsys.readouterr().out == "there is no NVIDIA GPU here: nothing was measured\n"


def test_a_card_that_the_runtime_cannot_use_names_the_extra(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["gpu"])
    monkeypatch.setattr(gpu, "card_is_there", lambda: True)
    monkeypatch.setattr(gpu, "available_providers", lambda: ("CPUExecutionProvider",))

    main()

    assert "install skysift[gpu]" in capsys.readouterr().out


@pytest.mark.pretrained
def test_the_same_network_is_timed_in_every_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch  # noqa: PLC0415 - absent from the light environment

    from benchmarks import gpu_networks, gpu_runners  # noqa: PLC0415 - they import torch

    class Small(torch.nn.Module):  # type: ignore[misc]  # torch is not followed: it is optional
        def __init__(self) -> None:
            super().__init__()
            self.conv = torch.nn.Conv2d(3, 8, 3, stride=4)
            self.head = torch.nn.Linear(8, 4)

        def forward(self, image: torch.Tensor) -> torch.Tensor:
            return self.head(torch.relu(self.conv(image)).mean(dim=(2, 3)))

    monkeypatch.setattr(gpu_runners, "LEAST_SECONDS", 0.0)
    subject = gpu_networks.subject("small", Small(), tmp_path)
    monkeypatch.setattr(gpu_networks, "subjects", lambda _: [subject])
    settings, batch = ModelSettings(provider="cpu", threads=1), gpu_networks.batch_of(2)

    options = argparse.Namespace(provider="cpu", batches=[1, 2], compile=False)
    lines = list(gpu._networks(tmp_path, options, settings))

    answers = [
        gpu_runners.skysift(subject.onnx["fp32"], batch, settings)()[0],
        gpu_runners.torch_graph(subject.module, batch, half=False, device="cpu")(),
    ]
    assert np.allclose(answers[0], answers[1], atol=1e-5)
    assert [(line.precision, line.batch) for line in lines] == [
        ("fp32", 1),
        ("fp32", 2),
        ("fp16", 1),
        ("fp16", 2),
    ]
    assert all(line.skysift > 0 < line.torch_graph for line in lines)
