"""What voters share whose network can be converted to calculate with fewer bits."""

from abc import abstractmethod
from pathlib import Path
from typing import Self

import structlog
from pydantic import Field
from structlog.typing import FilteringBoundLogger

from ensembles.errors import WeightsError
from models.cards import Card, Conversion
from models.handles import available_providers
from models.options import ModelOptions
from models.precision import CONVERT_COMMAND, Precision
from models.preprocess import Recipe
from models.providers import runs_on_gpu
from models.runtime import Runtime
from models.settings import ModelSettings

log: FilteringBoundLogger = structlog.get_logger()


class Convertible(ModelOptions):
    """Options of a voter that serves fp32 as it is, and other precisions once converted."""

    precision: Precision = Field(
        default="fp32",
        description="Numbers of the network: fp32; int8, for CPUs; fp16, for GPUs. The last two "
        f"are made by `{CONVERT_COMMAND}`.",
    )

    @property
    def original(self) -> Self:
        """The same voter in fp32."""
        return self.model_copy(update={"precision": "fp32"})

    @property
    def embedding_output(self) -> str:
        """The output of the network that holds an embedding; empty when there is none."""
        return ""

    @abstractmethod
    def network(self, settings: ModelSettings) -> Path:
        """Return where the network that looks at pictures lies, or will lie, in this precision."""

    @abstractmethod
    def recipe(self, settings: ModelSettings) -> Recipe:
        """Return how the network wants its pictures.

        Raises:
            WeightsError: A prepared model says it, and it is missing.
        """

    @abstractmethod
    def card(self, settings: ModelSettings) -> Card:
        """Return the card of the converted model.

        Raises:
            WeightsError: It was not converted, or its card cannot be read.
        """

    @abstractmethod
    def keep(self, made: Path, conversion: Conversion, settings: ModelSettings) -> None:
        """Put a converted network, and all that belongs to it, where `network` says.

        Args:
            made: The converted network, which is taken away from there.
            conversion: How it was made.
            settings: Where models live.
        """

    def refuse_stale(self, settings: ModelSettings) -> None:
        """Refuse a converted network that was made for something else.

        Raises:
            WeightsError: It has another precision, or saw pictures prepared in another way.
        """
        if self.precision == "fp32":
            return
        card = self.card(settings)
        if card.precision != self.precision or card.conversion is None:
            raise WeightsError(f"{self.network(settings)}: holds {card.precision}, {self._remedy}")
        if card.conversion.image != self.recipe(settings):
            raise WeightsError(
                f"{self.network(settings)}: was made for another `input` than the ensemble file "
                f"has now; {self._remedy}"
            )

    def refuse_unconverted(self, path: Path) -> None:
        """Refuse to go on without a file of the converted model.

        Raises:
            WeightsError: Saying what to run.
        """
        if self.precision != "fp32" and not path.is_file():
            raise WeightsError(
                f"{path}: there is no such file, and `precision: {self.precision}` needs it: "
                f"{self._remedy}, or copy it from a machine where that was done"
            )

    def warn_if_slow(self, runtime: Runtime) -> None:
        """Log a line when this precision costs more than fp32 where it will run.

        It still runs: what a GPU decides can be replayed on any machine.
        """
        on_gpu = runs_on_gpu(runtime.settings.provider, available_providers())
        if self.precision == "fp16" and not on_gpu:
            log.warning("fp16_is_slow_here", why="CPUs calculate it in fp32, with casts around")
        if self.precision == "int8" and on_gpu:
            log.warning("int8_is_slow_here", why="it is made for CPUs; fp16 is made for GPUs")

    @property
    def _remedy(self) -> str:
        return f"run `{CONVERT_COMMAND}` with this ensemble file and frames of yours"
