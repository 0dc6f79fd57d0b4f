"""Export the pretrained models of an ensemble file once; list what was exported."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from ensembles.config import EnsembleConfig
from ensembles.errors import WeightsError
from models.cards import ClipCard, ResNetCard
from models.catalog import options_of
from models.clip_bundle import CARD_FILE
from models.pretrained import Differences, PretrainedOptions
from models.settings import ModelSettings
from models.weight_source import Prepared


@dataclass(frozen=True, slots=True)
class Preparation:
    """What became of one voter.

    Args:
        voter: Its name.
        model: Which model it needs, in words.
        files: The prepared model.
        differences: Largest difference between torch and ONNX, by output; {} when the model was
            there before.
        seconds: Wall time.
    """

    voter: str
    model: str
    files: tuple[Path, ...]
    differences: Differences
    seconds: float

    @property
    def was_there(self) -> bool:
        """Whether there was nothing to export."""
        return not self.differences


@dataclass(frozen=True, slots=True)
class PreparedModel:
    """A model in the cache.

    Args:
        kind: Of the voter that can use it.
        card: What it is.
        folder: Where it lies.
        size_bytes: Of all its files.
    """

    kind: str
    card: ClipCard | ResNetCard
    folder: Path
    size_bytes: int


CARDS: dict[str, tuple[str, type[ClipCard] | type[ResNetCard]]] = {
    "clip": (CARD_FILE, ClipCard),
    "resnet50": ("resnet50.json", ResNetCard),
}
"""How the card of each kind is called in its folder of the cache."""


def prepare(config: EnsembleConfig, settings: ModelSettings) -> Iterator[Preparation]:
    """Prepare voter after voter, yielding each one when it is done; others need nothing.

    Raises:
        WeightsError: A model cannot be prepared; says what to do. Those before it stay prepared.
    """
    for voter in config.voters:
        options = options_of(voter)
        if isinstance(options, PretrainedOptions):
            options = options.original  # other precisions are made from it, with the user's frames
            start = perf_counter()
            differences = _prepare_one(options, settings)
            yield Preparation(
                voter.name,
                str(options.wanted),
                options.artifacts(settings),
                differences,
                perf_counter() - start,
            )


def prepared_models(settings: ModelSettings) -> list[PreparedModel]:
    """Return what lies in the cache, by kind and folder.

    Raises:
        WeightsError: A card cannot be read.
    """
    return [
        PreparedModel(kind, card.read(path), path.parent, _size_of(path.parent))
        for kind, (name, card) in CARDS.items()
        for path in sorted((settings.home / "models" / kind).glob(f"*/{name}"))
    ]


def _prepare_one(options: PretrainedOptions, settings: ModelSettings) -> Differences:
    """Return {} when a whole bundle is there already."""
    try:
        options.bundle(settings).verify()
    except WeightsError:
        if isinstance(options.wanted.source, Prepared):
            raise
    else:
        return {}
    try:
        return options.export(settings)
    except ModuleNotFoundError as error:
        raise WeightsError(
            f"{options.wanted} must be prepared first, which needs {error.name}: "
            "install skysift[pretrained], or prepare it on another machine and copy its folder"
        ) from error


def _size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())
