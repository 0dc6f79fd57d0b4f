import pickle
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from ensembles.errors import WeightsError
from models.export.state_dict import load_strictly, read_state_dict

pytestmark = pytest.mark.pretrained


def layer() -> torch.nn.Linear:
    torch.manual_seed(0)
    return torch.nn.Linear(3, 2)


def test_safetensors_and_torch_files_give_the_same_tensors(tmp_path: Path) -> None:
    state = layer().state_dict()
    save_file(state, tmp_path / "a.safetensors")
    torch.save({"state_dict": {f"module.{k}": v for k, v in state.items()}, "epoch": 3},
               tmp_path / "a.pt")  # fmt: skip

    for name in ("a.safetensors", "a.pt"):
        found = read_state_dict(tmp_path / name)
        assert found.keys() == state.keys()
        assert all(torch.equal(found[key], state[key]) for key in state)


def test_half_precision_is_cast_on_loading(tmp_path: Path) -> None:
    module = layer()
    halves = {name: tensor.half() for name, tensor in module.state_dict().items()}

    load_strictly(module, halves, path=tmp_path)

    assert module.weight.dtype == torch.float32
    assert torch.equal(module.weight, halves["weight"].float())


class Payload:
    def __reduce__(self) -> tuple[object, ...]:
        return (print, ("run by the weights",))


def test_a_file_that_would_run_code_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "evil.pt"
    torch.save({"weight": Payload()}, path)

    with pytest.raises(WeightsError, match="cannot be read as tensors only"):
        read_state_dict(path)

    assert "run by the weights" not in capsys.readouterr().out


@pytest.mark.parametrize("content", [b"", b"no weights", pickle.dumps(["a"], protocol=2)])
@pytest.mark.parametrize("suffix", [".pt", ".safetensors"])
def test_what_holds_no_tensors_is_refused(tmp_path: Path, content: bytes, suffix: str) -> None:
    path = tmp_path / f"weights{suffix}"
    path.write_bytes(content)

    with pytest.raises(WeightsError, match=f"weights{suffix}"):
        read_state_dict(path)


def test_weights_of_another_model_are_told_in_short(tmp_path: Path) -> None:
    state = {
        "weight": torch.zeros(2, 4),
        **{f"layers.{number}": torch.zeros(1) for number in range(5)},
    }

    with pytest.raises(WeightsError) as caught:
        load_strictly(layer(), state, path=tmp_path / "other.pt")

    said = str(caught.value)
    assert "1 missing (bias)" in said
    assert "5 not known (layers.0, layers.1, layers.2, ...)" in said
    assert "weight is (2, 4) and not (2, 3)" in said
