"""What drift is compared with: exact MMD, the distance of centroids, and evidently's methods."""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import numpy as np
import numpy.typing as npt

from benchmarks.environments import python_of

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

EVIDENTLY = ("evidently==0.7.23", "pandas<3")
"""It says that any pandas will do, and does not start with pandas 3."""
PROGRAM = Path(__file__).parent / "servers" / "evidently_windows.py"
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


class Rival(Protocol):
    """Statistics of windows of embeddings, held against usual ones.

    Attributes:
        most_windows: How many windows of a row it is given; it may be slow.
    """

    most_windows: int

    @property
    def names(self) -> tuple[str, ...]:
        """Of its statistics."""
        ...

    def of(self, windows: Floats) -> Floats:
        """Return the statistics of windows, shape (n, f, d), as (n, names); larger is odder."""
        ...


class ExactMmd:
    """Squared maximum mean discrepancy (Gretton et al. 2012), Gaussian kernel, median width.

    Args:
        usual: Embeddings, shape (m, d).
    """

    names: tuple[str, ...] = ("exact MMD",)
    most_windows = 1_000_000

    def __init__(self, usual: Floats) -> None:
        self._usual = usual
        distances = _squares(usual, usual)
        self._gamma = 1 / np.median(distances[distances > 0])
        self._within = float(np.exp(-self._gamma * distances).mean())

    def of(self, windows: Floats) -> Floats:
        """Return the biased estimates."""
        return np.array([[self._one(window)] for window in windows])

    def _one(self, window: Floats) -> float:
        own = np.exp(-self._gamma * _squares(window, window)).mean()
        across = np.exp(-self._gamma * _squares(window, self._usual)).mean()
        return float(own + self._within - 2 * across)


class CentroidDistance:
    """Distance of the mean embedding from the usual mean.

    Args:
        usual: Embeddings, shape (m, d).
    """

    names: tuple[str, ...] = ("centroid",)
    most_windows = 1_000_000

    def __init__(self, usual: Floats) -> None:
        self._mean = usual.mean(axis=0)

    def of(self, windows: Floats) -> Floats:
        """Return the Euclidean distances."""
        shifts = windows.mean(axis=1) - self._mean
        return np.asarray(np.linalg.norm(shifts, axis=1, keepdims=True))


class Evidently:
    """The four ways in which evidently looks at embeddings, in an environment of its own.

    Args:
        usual: Embeddings, shape (m, d).
        environments: Where environments are kept.
        most_windows: How many windows of a row it is given.
    """

    names: tuple[str, ...] = (
        "evidently classifier",
        "evidently ratio",
        "evidently distance",
        "evidently MMD",
    )

    def __init__(self, usual: Floats, environments: Path, most_windows: int) -> None:
        self.most_windows = most_windows
        self._usual = usual
        python = python_of(environments, "evidently", EVIDENTLY)
        self._process = subprocess.Popen(
            [python, PROGRAM],
            env=ONE_THREAD,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def close(self) -> None:
        """End its process."""
        self._process.communicate()

    def of(self, windows: Floats) -> Floats:
        """Return its drift scores."""
        return self._said(windows)["scores"]

    def alarms(self, windows: Floats) -> Flags:
        """Return what it calls drift by itself, at the limits that it comes with."""
        return self._said(windows)["alarms"].astype(bool)

    def _said(self, windows: Floats) -> Mapping[str, Floats]:
        with TemporaryDirectory() as folder:
            source, target = Path(folder, "windows.npz"), Path(folder, "said.npz")
            np.savez(source, usual=self._usual, windows=windows)
            self._ask(f"{source}\t{target}\n")
            with np.load(target) as said:
                return dict(said)

    def _ask(self, line: str) -> None:
        asking, answers = self._process.stdin, self._process.stdout
        if asking is None or answers is None:
            raise RuntimeError("evidently was started without pipes")
        asking.write(line)
        asking.flush()
        if not any(said.strip() == "done" for said in answers):
            raise RuntimeError(f"evidently ended with {self._process.wait()}")


def _squares(a: Floats, b: Floats) -> Floats:
    products = a @ b.T
    norms = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1)[None, :]
    return np.asarray(np.maximum(norms - 2 * products, 0))
