"""`skysift train`: the one model a user owns, from labels to a file that a gate can ask."""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from batch.labels import ids_of, labels_of, read_labels
from batch.sources import find_pictures
from curation.train.effort import Effort
from curation.train.examples import Example, Examples
from curation.train.learner import Learner
from curation.train.probe import ProbeLearner, encoder_of
from curation.train.train import Wish
from curation.train.train import train as train_best
from ensembles.errors import ConfigError, WeightsError
from models.catalog import read
from models.converted_file import card_path
from models.settings import ModelSettings, read_settings
from skysift.logs import log_to_stderr
from skysift.stages import stages
from skysift.train_words import facts_of, lines_of
from skysift.watched import ensemble_path

PROBE = "probe:"
USUAL = Effort()


class Pool(StrEnum):
    """What becomes of the places of a picture."""

    MEAN = "mean"
    MAX = "max"


class Device(StrEnum):
    """Where a network is trained."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"


def train(
    pictures: Annotated[
        list[Path] | None,
        typer.Argument(help="Pictures and folders; default: where the label file lies."),
    ] = None,
    *,
    labels: Annotated[
        Path, typer.Option(help="CSV or Parquet of frame, label[, object, group, split].")
    ],
    backbone: Annotated[
        list[str] | None,
        typer.Option(
            help="A classifier of torchvision, probe:VOTER, or package.module:Class; repeated: "
            "cross-validation chooses."
        ),
    ] = None,
    weights: Annotated[
        str | None,
        typer.Option(help="A tag of torchvision, a .safetensors or .pth file, or random."),
    ] = None,
    out: Annotated[Path, typer.Option(help="The ONNX file to write.")] = Path("specialist.onnx"),
    ensemble: Annotated[
        Path | None, typer.Option(help="Whose voters are probed; default: the served one.")
    ] = None,
    size: Annotated[
        str | None, typer.Option(help="What the network sees: 224, or 288x384 (height x width).")
    ] = None,
    pool: Annotated[Pool, typer.Option(help="Over places; max finds what is small.")] = Pool.MEAN,
    epochs: Annotated[int, typer.Option(min=1, help="At most.")] = USUAL.epochs,
    patience: Annotated[
        int, typer.Option(min=1, help="Epochs without a gain after which it stops.")
    ] = USUAL.patience,
    batch: Annotated[int, typer.Option(min=2, help="Frames a step.")] = USUAL.batch,
    rate: Annotated[float, typer.Option(min=0, help="Highest learning rate.")] = USUAL.rate,
    validation: Annotated[
        float, typer.Option(min=0.02, max=0.5, help="Share of flights that say when to stop.")
    ] = 0.2,
    folds: Annotated[
        int, typer.Option(min=0, help="Of a cross-validation by flight; 0: only to choose.")
    ] = 0,
    seed: Annotated[int, typer.Option(min=0, help="The same seed trains the same.")] = 0,
    target: Annotated[str, typer.Option(help="What is looked for, in words; for the card.")] = "",
    device: Annotated[Device, typer.Option(help="Where it trains.")] = Device.AUTO,
    resume: Annotated[bool, typer.Option("--resume", help="Go on after a kill.")] = False,
    overwrite: Annotated[
        bool, typer.Option("--replace", help="Lose the model that --out holds.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The card as JSON.")] = False,
) -> None:
    """Train the one model you own, as ONNX.

    Learns from the frames of a label file whose `split` is empty, train or validation; measures
    on those of test; never looks at those of calibration. Flights (`group`) are never divided.

    Writes the ONNX file, and beside it its card (.json), its weights (.safetensors) and a line
    per epoch (.log.csv). Prints an entry for an ensemble file. Exits with 1 when pictures could
    not be read.
    """
    log_to_stderr()
    _refuse_to_lose(out, overwrite=overwrite)
    examples = _examples(pictures or [], labels)
    settings = read_settings()
    effort = Effort(epochs=epochs, patience=patience, batch=batch, rate=rate, seed=seed)
    learners = [
        _probe(name, ensemble, settings)
        if name.startswith(PROBE)
        else _network(name, weights, pool, effort, size=_sides(size), device=device)
        for name in dict.fromkeys(backbone or ["mobilenet_v3_small"])
    ]
    wish = Wish(out, folds, validation, seed, target, resume)
    numbers = {"epochs_at_most": epochs, "patience": patience, "batch": batch, "rate": rate}
    with stages() as tell:
        done = train_best(learners, examples, wish, settings, numbers, tell)
    typer.echo(facts_of(done, out) if as_json else "\n".join(lines_of(done, out)))
    for path, why in done.unreadable.items():
        typer.echo(f"not used: {path}: {why}", err=True)
    if done.unreadable:
        raise typer.Exit(1)


def _refuse_to_lose(out: Path, *, overwrite: bool) -> None:
    if out.suffix != ".onnx":
        raise ConfigError(f"--out {out}: must end with .onnx")
    if not out.parent.is_dir():
        raise ConfigError(f"--out {out}: there is no folder {out.parent}")
    there = [path for path in (out, card_path(out)) if path.exists()]
    if there and not overwrite:
        raise ConfigError(
            f"{there[0]}: is there already, and a gate may rest on it; name another file, or say "
            "--replace"
        )


def _examples(named: Sequence[Path], labels: Path) -> Examples:
    """Return the frames with a label; one whose label is empty teaches nothing."""
    known = read_labels(labels)
    places = list(named) or [labels.parent]
    pictures = ids_of(find_pictures(places).pictures, places)
    meant = labels_of(pictures, known, source=labels, some=True)
    found = Examples(
        Example(pictures[name], label.label == "1", label.group, label.split)
        for name, label in sorted(meant.items())
        if label.label
    )
    if not found.positive.any() or found.positive.all():
        raise ConfigError(
            f"{int(found.positive.sum())} frames labelled 1 and {int((~found.positive).sum())} "
            "labelled 0: both are needed",
            source=str(labels),
        )
    return found


def _probe(name: str, ensemble: Path | None, settings: ModelSettings) -> Learner:
    config = read(ensemble_path(ensemble))
    return ProbeLearner(encoder_of(config, name.removeprefix(PROBE), settings), settings)


def _network(
    name: str,
    weights: str | None,
    pool: Pool,
    effort: Effort,
    *,
    size: tuple[int, int] | None,
    device: Device,
) -> Learner:
    try:
        from curation.train.network import network_learner  # noqa: PLC0415 - imports torch
    except ModuleNotFoundError as error:
        raise WeightsError(
            f"training a network needs {error.name}: pip install 'skysift[train]'; a probe "
            "(--backbone probe:VOTER) does not"
        ) from error
    return network_learner(
        name,
        weights,
        effort,
        pool=pool.value,
        size=size,
        device=device.value,
        settings=read_settings(),
    )


def _sides(text: str | None) -> tuple[int, int] | None:
    """Return height and width, pixels."""
    if text is None:
        return None
    sides = text.lower().split("x")
    if not all(side.isdecimal() for side in sides) or len(sides) > 2 or "0" in sides:
        raise ConfigError(f"--size {text}: must be like 224, or like 288x384 (height x width)")
    return int(sides[0]), int(sides[-1])
