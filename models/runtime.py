"""The one place that makes ONNX Runtime sessions.

ONNX Runtime is imported when the first session is opened: checking an ensemble file needs none.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from ensembles.errors import WeightsError
from ensembles.voter import Floats
from models.onnx_files import external_files
from models.providers import PROVIDERS, chosen_provider, provider_options, refuse_fallback
from models.settings import ModelSettings
from models.tensors import DTYPES, Port, Tensor, matched

Batch = npt.NDArray[Any]

RUNTIME_PACKAGES = ("onnxruntime", "onnxruntime-gpu")
ERRORS_ONLY = 3
WARM_UP_VIEWS = 2
"""Two, because networks exported for one view often run on two and answer only once."""


class Network(Protocol):
    """What is used of `onnxruntime.InferenceSession`."""

    def run(self, output_names: Sequence[str], feed: Mapping[str, Batch]) -> list[Batch]:
        """Return the named outputs."""
        ...


@dataclass(frozen=True, slots=True)
class Runtime:
    """Opens networks the way this machine's settings say; what voters load with."""

    settings: ModelSettings

    def open(self, path: Path, *, takes: Tensor, gives: Sequence[Tensor]) -> "Session":
        """Return a warm session whose shapes and types are as the voter declares.

        Args:
            path: An ONNX file.
            takes: Its one input. Every size but the first must be a number.
            gives: The outputs that `run` returns, in this order.

        Raises:
            WeightsError: No runtime, no such provider, no usable file, or another network than
                the voter declares.
        """
        external_files(path)  # refuses a file whose weights would come from elsewhere
        handle = _open_handle(path, self.settings)
        ports_in, ports_out = _ports(handle.get_inputs()), _ports(handle.get_outputs())
        if len(ports_in) > 1:
            names = ", ".join(repr(port.name) for port in ports_in)
            raise WeightsError(f"{path}: a network with one input is needed; this has {names}")
        session = Session(
            handle,
            matched(takes, ports_in, side="input", path=path),
            [matched(output, ports_out, side="output", path=path) for output in gives],
            max_batch=self.settings.max_batch,
        )
        _warm_up(session, takes, gives, path)
        return session


class Session:
    """A network that takes any number of views; it may be called from several threads."""

    def __init__(
        self,
        handle: Network,
        takes: Port,
        gives: Sequence[Port],
        *,
        max_batch: int,
    ) -> None:
        self._handle = handle
        self._takes = takes
        self._names = [port.name for port in gives]
        self._dtype = np.dtype({**DTYPES["float"], **DTYPES["integer"]}[takes.dtype])
        self._chunk = takes.batch or max_batch

    def run(self, batch: Batch) -> tuple[Floats, ...]:
        """Return the declared outputs, float32, shape (n, ...) each.

        Args:
            batch: Shape (n, ...); n = 0 works, and more than fit at once are split.
        """
        chunks = [self._handle.run(self._names, feed) for feed in self._feeds(batch)]
        return tuple(
            np.concatenate(parts, dtype=np.float32, casting="unsafe")[: len(batch)]
            if len(parts) > 1
            else np.asarray(parts[0][: len(batch)], dtype=np.float32)
            for parts in zip(*chunks, strict=True)
        )

    def _feeds(self, batch: Batch) -> Iterator[dict[str, Batch]]:
        for start in range(0, max(len(batch), 1), self._chunk):
            rows = batch[start : start + self._chunk].astype(self._dtype, copy=False)
            yield {self._takes.name: self._padded(rows)}

    def _padded(self, rows: Batch) -> Batch:
        """Fill up a batch for a network that was exported for one size only."""
        missing = (self._takes.batch or 0) - len(rows)
        if missing <= 0:
            return rows
        return np.concatenate([rows, np.zeros((missing, *rows.shape[1:]), dtype=rows.dtype)])


def _warm_up(session: Session, takes: Tensor, gives: Sequence[Tensor], path: Path) -> None:
    """Run once: the first run allocates, and shows sizes that the file leaves open."""
    sides = [side for side in takes.row if side is not None]
    if len(sides) != len(takes.row):
        raise ValueError(f"every size of an input must be a number, not {takes.row}")
    try:
        outputs = session.run(np.zeros((WARM_UP_VIEWS, *sides), dtype=np.float32))
    except _faults() as error:
        raise WeightsError(
            f"{path}: the network cannot run on {WARM_UP_VIEWS} views: {error}"
        ) from error
    for declared, output in zip(gives, outputs, strict=True):
        name = declared.name or "(its only one)"
        if output.shape[:1] != (WARM_UP_VIEWS,):
            raise WeightsError(
                f"{path}: output {name} has shape {output.shape} for {WARM_UP_VIEWS} views; "
                "export the model again with a free first axis"
            )
        found = Port(name, (None, *output.shape[1:]), "tensor(float)")
        matched(replace(declared, name=""), [found], side="output", path=path)


def _open_handle(path: Path, settings: ModelSettings) -> Any:  # noqa: ANN401 - ONNX Runtime has no types
    onnxruntime = _import_runtime()
    wanted = chosen_provider(settings.provider, available_providers())
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = settings.shares.session
    options.inter_op_num_threads = 1
    options.log_severity_level = ERRORS_ONLY
    # Threads that spin while they wait cost half as much CPU again when anything else runs.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    if wanted != "cpu":
        onnxruntime.preload_dlls()  # CUDA's libraries, where pip put them
    try:
        handle = onnxruntime.InferenceSession(
            path,
            options,
            providers=PROVIDERS[wanted],
            provider_options=provider_options(wanted, settings.home),
            enable_fallback=0,
        )
    except _faults() as error:
        raise WeightsError(f"{path}: ONNX Runtime refuses the file: {error}") from error
    refuse_fallback(wanted, handle.get_providers())
    return handle


def available_providers() -> tuple[str, ...]:
    """Return the providers the installed ONNX Runtime was built with; () without a runtime."""
    try:
        return tuple(_import_runtime().get_available_providers())
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


def _import_runtime() -> ModuleType:
    try:
        import onnxruntime  # noqa: PLC0415 - only who runs a model needs it
    except ImportError as error:
        raise WeightsError(
            "there is no ONNX Runtime: install skysift[cpu], or skysift[gpu] with an NVIDIA GPU"
        ) from error
    module: ModuleType = onnxruntime
    return module


def _faults() -> tuple[type[Exception], ...]:
    """Return ONNX Runtime's own exceptions, which have no ancestor of their own."""
    state = _import_runtime().capi.onnxruntime_pybind11_state
    own = [item for item in vars(state).values() if isinstance(item, type)]
    return (*(item for item in own if issubclass(item, Exception)), RuntimeError, ValueError)


def _ports(arguments: Sequence[Any]) -> list[Port]:
    return [
        Port(
            argument.name,
            tuple(side if isinstance(side, int) else None for side in argument.shape),
            argument.type,
        )
        for argument in arguments
    ]
