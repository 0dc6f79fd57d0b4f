from collections.abc import Callable
from pathlib import Path

import pytest

from ensembles.errors import WeightsError
from models.providers import (
    PROVIDERS,
    chosen_provider,
    provider_options,
    refuse_fallback,
    why_cpu,
)


def complaint(choose: Callable[[], object]) -> str:
    with pytest.raises(WeightsError) as caught:
        choose()
    return str(caught.value)


def test_auto_is_cuda_where_the_runtime_has_it() -> None:
    assert chosen_provider("auto", ["CUDAExecutionProvider", "CPUExecutionProvider"]) == "cuda"
    assert chosen_provider("auto", ["CPUExecutionProvider"]) == "cpu"


@pytest.mark.parametrize("wanted", ["cuda", "tensorrt"])
def test_a_provider_the_runtime_lacks_is_refused_with_the_way_out(wanted: str) -> None:
    message = complaint(lambda: chosen_provider(wanted, ["CPUExecutionProvider"]))  # type: ignore[arg-type]

    assert f"SKYSIFT_PROVIDER is {wanted}" in message
    assert "install skysift[gpu]" in message


def test_falling_back_to_the_cpu_in_silence_is_a_fault() -> None:
    refuse_fallback("cuda", PROVIDERS["cuda"])
    refuse_fallback("cpu", ["CPUExecutionProvider"])

    assert "CUDAExecutionProvider did not start" in complaint(
        lambda: refuse_fallback("cuda", ["CPUExecutionProvider"])
    )
    assert "TensorrtExecutionProvider did not start" in complaint(
        lambda: refuse_fallback("tensorrt", ["CUDAExecutionProvider", "CPUExecutionProvider"])
    )


def test_tensorrt_keeps_its_engines_in_the_cache(tmp_path: Path) -> None:
    tensorrt, cuda, cpu = provider_options("tensorrt", tmp_path)

    assert tensorrt["trt_engine_cache_path"] == str(tmp_path / "tensorrt")
    assert cuda["use_tf32"] == "0"
    assert cpu == {}


@pytest.mark.parametrize(
    ("available", "card", "said"),
    [
        (["CPUExecutionProvider"], True, "install skysift[gpu]"),
        (["CPUExecutionProvider"], False, ""),
        (["CUDAExecutionProvider", "CPUExecutionProvider"], True, ""),
    ],
)
def test_a_card_that_the_runtime_cannot_use_is_told(
    available: list[str], card: bool, said: str
) -> None:
    why = why_cpu(available, card_is_there=card)

    assert said in why
    assert bool(why) == bool(said)
