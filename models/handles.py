"""The one place that imports ONNX Runtime, and opens its sessions the way the settings say.

It is imported when the first session is opened: checking an ensemble file needs none.
"""

from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import ModuleType
from typing import Any

import structlog
from structlog.typing import FilteringBoundLogger

from ensembles.errors import WeightsError
from models.bound import BoundNetwork
from models.providers import (
    PROVIDERS,
    card_is_there,
    chosen_provider,
    provider_options,
    refuse_fallback,
    why_cpu,
)
from models.settings import ModelSettings, Provider

log: FilteringBoundLogger = structlog.get_logger()

RUNTIME_PACKAGES = ("onnxruntime", "onnxruntime-gpu")
ERRORS_ONLY = 3
# With it ONNX Runtime 1.32 ends the whole process while it opens some float16 networks on a CPU
# (CLIP's first convolution). It does nothing for a network in float32.
DISABLED_OPTIMIZERS = ["FuseFp16InitializerToFp32NodeTransformer"]


def open_handle(path: Path, settings: ModelSettings) -> tuple[Any, Provider]:
    """Return ONNX Runtime's session, and the provider that runs it.

    `auto` falls back to the CPU and says so in the log; a provider that was named never does.

    Raises:
        WeightsError: No runtime, no such provider, or no usable file.
    """
    available = available_providers()
    wanted = chosen_provider(settings.provider, available)
    if settings.provider != "auto":
        return _handle_on(wanted, path, settings), wanted
    if wanted == "cpu":
        say_once(why_cpu(available, card_is_there=card_is_there()))
        return _handle_on(wanted, path, settings), wanted
    try:
        return _handle_on(wanted, path, settings), wanted
    except WeightsError as error:
        handle = _handle_on("cpu", path, settings)  # raises when the file is at fault
        say_once(str(error))
        return handle, "cpu"


@cache
def say_once(why: str) -> None:
    """Log why the CPU is used, once however many networks are opened."""
    if why:
        log.warning("runs_on_cpu_instead_of_gpu", why=why)


def _handle_on(provider: Provider, path: Path, settings: ModelSettings) -> Any:  # noqa: ANN401 - ONNX Runtime has no types
    onnxruntime = import_runtime()
    if provider != "cpu":
        onnxruntime.preload_dlls()  # CUDA's libraries, where pip put them
    try:
        handle = onnxruntime.InferenceSession(
            path,
            _session_options(onnxruntime, settings),
            providers=PROVIDERS[provider],
            provider_options=provider_options(provider, settings.home),
            enable_fallback=0,
            disabled_optimizers=DISABLED_OPTIMIZERS,
        )
    except faults() as error:
        raise WeightsError(f"{path}: ONNX Runtime refuses the file: {error}") from error
    refuse_fallback(provider, handle.get_providers())
    return handle


def _session_options(onnxruntime: ModuleType, settings: ModelSettings) -> Any:  # noqa: ANN401 - the same
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = settings.shares.session
    options.inter_op_num_threads = 1
    options.log_severity_level = ERRORS_ONLY
    # Threads that spin while they wait cost half as much CPU again when anything else runs.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options


def bound(handle: Any) -> BoundNetwork:  # noqa: ANN401 - the same
    """Return the session with its input and outputs bound to the GPU."""
    return BoundNetwork(handle, import_runtime().OrtValue.ortvalue_from_numpy, "cuda")


def available_providers() -> tuple[str, ...]:
    """Return the providers the installed ONNX Runtime was built with; () without a runtime."""
    try:
        return tuple(import_runtime().get_available_providers())
    except WeightsError:
        return ()


def installed_runtimes() -> dict[str, str]:
    """Return the version of each installed ONNX Runtime package; exactly one is right."""
    found = {}
    for package in RUNTIME_PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def import_runtime() -> ModuleType:
    """Return the module `onnxruntime`.

    Raises:
        WeightsError: It is not installed; says which extra to choose.
    """
    try:
        import onnxruntime  # noqa: PLC0415 - only who runs a model needs it
    except ImportError as error:
        raise WeightsError(
            "there is no ONNX Runtime: install skysift[cpu], or skysift[gpu] with an NVIDIA GPU"
        ) from error
    module: ModuleType = onnxruntime
    return module


def faults() -> tuple[type[Exception], ...]:
    """Return ONNX Runtime's own exceptions, which have no ancestor of their own."""
    state = import_runtime().capi.onnxruntime_pybind11_state
    own = [item for item in vars(state).values() if isinstance(item, type)]
    return (*(item for item in own if issubclass(item, Exception)), RuntimeError, ValueError)
