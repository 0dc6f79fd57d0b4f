"""Networks that take any number of views, opened warm and as the voter declares them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from ensembles.errors import WeightsError
from ensembles.voter import Floats
from models.batch_sizes import padded_size, warm_sizes
from models.bound import Batch
from models.handles import bound, faults, open_handle
from models.onnx_files import external_files
from models.settings import ModelSettings
from models.tensors import DTYPES, Port, Tensor, matched

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
        handle, provider = open_handle(path, self.settings)
        ports_in, ports_out = _ports(handle.get_inputs()), _ports(handle.get_outputs())
        if len(ports_in) > 1:
            names = ", ".join(repr(port.name) for port in ports_in)
            raise WeightsError(f"{path}: a network with one input is needed; this has {names}")
        session = Session(
            handle if provider == "cpu" else bound(handle),
            matched(takes, ports_in, side="input", path=path),
            [matched(output, ports_out, side="output", path=path) for output in gives],
            max_batch=self.settings.max_batch,
            sizes=() if provider == "cpu" else warm_sizes(self.settings.max_batch),
        )
        _warm_up(session, takes, gives, path)
        return session


class Session:
    """A network that takes any number of views; it may be called from several threads.

    Args:
        handle: Runs one batch.
        takes: Its input.
        gives: The outputs that `run` returns.
        max_batch: Views in one batch at most.
        sizes: Ascending; a batch is padded to one of them. Empty: any size will do, as on a CPU,
            where padding costs and tuning does not.
    """

    def __init__(
        self,
        handle: Network,
        takes: Port,
        gives: Sequence[Port],
        *,
        max_batch: int,
        sizes: Sequence[int] = (),
    ) -> None:
        self._handle = handle
        self._takes = takes
        self._names = [port.name for port in gives]
        self._dtype = np.dtype({**DTYPES["float"], **DTYPES["integer"]}[takes.dtype])
        self._sizes = (takes.batch,) if takes.batch else tuple(sizes)
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

    @property
    def sizes(self) -> tuple[int, ...]:
        """The only batch sizes that ever reach the network; () when any may."""
        return self._sizes

    def _padded(self, rows: Batch) -> Batch:
        """Fill up a batch to a size that the network takes, or was tuned for."""
        missing = padded_size(len(rows), self._sizes) - len(rows)
        if missing <= 0:
            return rows
        return np.concatenate([rows, np.zeros((missing, *rows.shape[1:]), dtype=rows.dtype)])


def _warm_up(session: Session, takes: Tensor, gives: Sequence[Tensor], path: Path) -> None:
    """Run once: the first run allocates, and shows sizes that the file leaves open.

    Then run once at every size that will come, so that a GPU has tuned itself for all of them.
    """
    sides = [side for side in takes.row if side is not None]
    if len(sides) != len(takes.row):
        raise ValueError(f"every size of an input must be a number, not {takes.row}")
    try:
        outputs = session.run(np.zeros((WARM_UP_VIEWS, *sides), dtype=np.float32))
    except faults() as error:
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
    for size in session.sizes:
        session.run(np.zeros((size, *sides), dtype=np.float32))


def _ports(arguments: Sequence[Any]) -> list[Port]:
    return [
        Port(
            argument.name,
            tuple(side if isinstance(side, int) else None for side in argument.shape),
            argument.type,
        )
        for argument in arguments
    ]
