"""Convert the networks of an ensemble file to the precision it names, on the user's own frames."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np

from ensembles.config import EnsembleConfig, VoterConfig
from ensembles.errors import ConfigError, WeightsError
from ensembles.views import Cut
from ensembles.voter import Floats
from models.cards import Conversion
from models.catalog import options_of
from models.convertible import Convertible
from models.cpu_features import has_vnni
from models.frames import Frame
from models.handles import installed_runtimes
from models.precision import Precision
from models.preprocess import Recipe, prepare
from models.settings import ModelSettings
from models.views import cutter
from models.weights import sha256_of, verify

MOST_VIEWS = 256
"""Each costs a run in float32, and the frames that give ranges are 128 at most."""

UNKNOWN_OPSET = 1
"""Until the network is written."""

Write = Callable[[Path, Path, Iterable[Floats]], int]


@dataclass(frozen=True, slots=True)
class Sample:
    """The user's frames that ranges are taken from.

    Args:
        frames: Gives them, decoded anew at each call, always in the same order.
        ids: Of those frames, in that order; at least one.
        seed: Chose them, and chooses tiles of them.
    """

    frames: Callable[[], Iterator[Frame]]
    ids: tuple[str, ...]
    seed: int


@dataclass(frozen=True, slots=True)
class Converted:
    """What became of one voter.

    Args:
        voter: Its name.
        precision: Of its network now.
        network: The converted file.
        bytes_before: Of the float32 network.
        bytes_after: Of the converted one.
        was_there: Whether the same conversion had been made before.
        seconds: Wall time.
    """

    voter: str
    precision: Precision
    network: Path
    bytes_before: int
    bytes_after: int
    was_there: bool
    seconds: float


def to_convert(config: EnsembleConfig) -> tuple[tuple[VoterConfig, Convertible], ...]:
    """Return the voters that name another precision than fp32, with their options.

    Raises:
        ConfigError: There is none.
    """
    named = tuple(
        (voter, options)
        for voter in config.voters
        if isinstance(options := options_of(voter), Convertible) and options.precision != "fp32"
    )
    if not named:
        raise ConfigError(
            "no voter names a precision: write `precision: int8` (for CPUs) or `precision: fp16` "
            "(for GPUs) into the options of those that are to be converted"
        )
    return named


def in_fp32(config: EnsembleConfig) -> EnsembleConfig:
    """Return the same ensemble with every network as it was before any conversion."""
    originals = {voter.name: options.original for voter, options in to_convert(config)}
    voters = tuple(
        voter.model_copy(update={"options": originals[voter.name]})
        if voter.name in originals
        else voter
        for voter in config.voters
    )
    return config.model_copy(update={"voters": voters})


def convert(
    config: EnsembleConfig, sample: Sample, settings: ModelSettings, *, replace: bool = False
) -> Iterator[Converted]:
    """Convert voter after voter, yielding each one when it is done.

    Args:
        config: The ensemble; voters in fp32 are passed over.
        sample: Where ranges come from.
        settings: Where models live.
        replace: Whether a conversion of other frames, or of another network, may be lost.

    Raises:
        WeightsError: A network cannot be converted, or one is there already that was made
            otherwise. Those before it stay converted.
    """
    for voter, options in to_convert(config):
        start = perf_counter()
        before = _size_of(options.original, settings)
        cut = cutter(None if config.looks_at_whole(voter) else config.tiles)
        was_there = not _convert_one(options, sample, cut, settings, replace=replace)
        yield Converted(
            voter.name,
            options.precision,
            options.network(settings),
            before,
            _size_of(options, settings),
            was_there,
            perf_counter() - start,
        )


def _convert_one(
    options: Convertible, sample: Sample, cut: Cut[Frame], settings: ModelSettings, *, replace: bool
) -> bool:
    """Convert, and return True; or False where just this was done before."""
    network = options.original.network(settings)
    plan = Conversion(
        network_sha256=sha256_of(network),
        image=options.original.recipe(settings),
        frames=len(sample.ids),
        frames_sha256=sha256("".join(sample.ids).encode()).hexdigest(),
        seed=sample.seed,
        made_with=_made_with(),
        opset=UNKNOWN_OPSET,
    )
    if (there := _conversion_there(options, settings)) is not None:
        if there.model_copy(update={"opset": UNKNOWN_OPSET}) == plan:
            return False
        if not replace:
            raise WeightsError(
                f"{options.network(settings)}: is there already, made from other frames, another "
                "network or by another version: every ensemble that uses it would get another "
                "digest; say --replace if that is meant"
            )
    write = _writer(options.precision)
    with TemporaryDirectory() as folder:
        made = Path(folder) / network.name
        opset = write(network, made, _prepared(sample, cut, plan.image))
        options.keep(made, plan.model_copy(update={"opset": opset}), settings)
    return True


def _conversion_there(options: Convertible, settings: ModelSettings) -> Conversion | None:
    """Return how the network that lies there was made; None when none that is whole does."""
    try:
        card = options.card(settings)
        for name, checksum in card.files.items():
            verify(options.network(settings).with_name(name), checksum)
    except WeightsError:
        return None
    return card.conversion


def _prepared(sample: Sample, cut: Cut[Frame], recipe: Recipe) -> Iterator[Floats]:
    """Yield views as the network wants them: as many of each frame, chosen by the seed."""
    chance = np.random.default_rng(sample.seed)
    most = max(1, MOST_VIEWS // len(sample.ids))
    for frame in sample.frames():
        views = cut(frame)
        chosen = chance.permutation(len(views))[:most]
        for index in sorted(chosen.tolist()):
            yield prepare([views[index].shown], recipe)[0]


def _size_of(options: Convertible, settings: ModelSettings) -> int:
    """Return the bytes of the network that looks at pictures, wherever its weights are."""
    network = options.network(settings)
    files = (path for path in options.artifacts(settings) if path.name.startswith(network.name))
    return sum(path.stat().st_size for path in files)


def _writer(precision: Precision) -> Write:
    """Return what converts, which needs the extra `quantize`; serving does not."""
    try:
        if precision == "int8":
            from models.export.int8 import write_int8  # noqa: PLC0415  # imports onnx

            return write_int8
        from models.export.fp16 import write_fp16  # noqa: PLC0415  # imports onnx
    except ImportError as error:
        raise WeightsError(
            f"converting a network needs {error.name}: install skysift[quantize]"
        ) from error
    return write_fp16


def _made_with() -> str:
    runtimes = (f"{package} {found}" for package, found in installed_runtimes().items())
    try:
        found = (*runtimes, f"onnx {version('onnx')}")
    except PackageNotFoundError as error:
        raise WeightsError("converting a network needs onnx: install skysift[quantize]") from error
    return ", ".join(found) + (" on a CPU with VNNI" if has_vnni() else "")
