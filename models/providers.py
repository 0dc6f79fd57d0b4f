"""Which of ONNX Runtime's providers runs a network: the CPU, CUDA or TensorRT."""

from collections.abc import Sequence
from pathlib import Path

from ensembles.errors import WeightsError
from models.settings import Provider

CPU, CUDA, TENSORRT = (f"{name}ExecutionProvider" for name in ("CPU", "CUDA", "Tensorrt"))
# Each list is tried by ONNX Runtime per node, so the later ones run what the first cannot.
PROVIDERS: dict[Provider, tuple[str, ...]] = {
    "cpu": (CPU,),
    "cuda": (CUDA, CPU),
    "tensorrt": (TENSORRT, CUDA, CPU),
}


def chosen_provider(wanted: Provider, available: Sequence[str]) -> Provider:
    """Return the provider to use, with `auto` resolved.

    Raises:
        WeightsError: The installed runtime does not have the provider.
    """
    if wanted == "auto":
        return "cuda" if CUDA in available else "cpu"
    if PROVIDERS[wanted][0] not in available:
        raise WeightsError(
            f"SKYSIFT_PROVIDER is {wanted}, but the installed ONNX Runtime has only "
            f"{', '.join(available)}; install skysift[gpu] instead of skysift[cpu], or set "
            "SKYSIFT_PROVIDER=cpu"
        )
    return wanted


def runs_on_gpu(wanted: Provider, available: Sequence[str]) -> bool:
    """Return whether networks run on a GPU; a provider that is missing runs nowhere."""
    if wanted == "auto":
        return CUDA in available
    return wanted != "cpu"


def refuse_fallback(wanted: Provider, running: Sequence[str]) -> None:
    """Refuse a session that was asked to run on a GPU and quietly runs on the CPU.

    Raises:
        WeightsError: The first provider that runs is not the one that was asked for.
    """
    asked = PROVIDERS[wanted][0]
    if asked not in running:
        raise WeightsError(
            f"provider {wanted}: {asked} did not start, only {', '.join(running)} would run; "
            "check the driver and the CUDA libraries (`nvidia-smi`), or set SKYSIFT_PROVIDER=cpu"
        )


def provider_options(provider: Provider, home: Path) -> list[dict[str, str]]:
    """Return the options of each of `PROVIDERS[provider]`; TensorRT's engines take minutes."""
    keep_engines = {
        "trt_engine_cache_enable": "True",
        "trt_engine_cache_path": str(home / "tensorrt"),
    }
    return [keep_engines if name == TENSORRT else {} for name in PROVIDERS[provider]]
