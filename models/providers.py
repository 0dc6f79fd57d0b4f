"""Which of ONNX Runtime's providers runs a network, and how: the CPU, CUDA or TensorRT."""

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

CUDA_OPTIONS = {
    # Every batch size that will come is warmed, so the slow, thorough search costs no request.
    "cudnn_conv_algo_search": "EXHAUSTIVE",
    # Several networks share the card: an arena that doubles takes memory that others need.
    "arena_extend_strategy": "kSameAsRequested",
    # TF32 keeps 10 bits of 23: scores would move away from those that were calibrated.
    # Who wants the speed takes `precision: fp16`, which the digest knows of.
    "use_tf32": "0",
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
        "trt_timing_cache_enable": "True",
        "trt_timing_cache_path": str(home / "tensorrt"),
    }
    options = {TENSORRT: keep_engines, CUDA: CUDA_OPTIONS, CPU: {}}
    return [dict(options[name]) for name in PROVIDERS[provider]]


def why_cpu(available: Sequence[str], *, card_is_there: bool) -> str:
    """Return why `auto` does not use the NVIDIA GPU of this machine, and what to do about it.

    Empty when there is none, or when it is used.
    """
    if CUDA in available or not card_is_there:
        return ""
    return (
        f"the installed ONNX Runtime has only {', '.join(available)}; install skysift[gpu] "
        "instead of skysift[cpu], or set SKYSIFT_PROVIDER=cpu to say that this is meant"
    )


def card_is_there() -> bool:
    """Return whether the driver shows an NVIDIA GPU."""
    return any(Path("/proc/driver/nvidia/gpus").glob("*"))
