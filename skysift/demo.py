"""`skysift demo`: a small world of Skysift's own, drawn, learnt and measured."""

import sys
from enum import StrEnum
from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer
from rich.console import Console

from demo.evaluate import HELD_OUT_FLIGHTS, as_markdown, as_table, draw_held_out
from demo.evaluate import evaluate as evaluate_folder
from demo.scenes import LARGEST, SMALLEST, draw_flights
from demo.shipped import CONFIG, WEIGHTS
from ensembles.errors import WeightsError
from models.settings import read_settings
from skysift.progress import progress

app = typer.Typer(help="Draw the demo world, train on it, measure it.", no_args_is_help=True)


class Climate(StrEnum):
    """Which weather, seasons and lands are drawn."""

    USUAL = "usual"
    UNSEEN = "unseen"
    SUMMER = "summer"
    WINTER = "winter"


@app.command()
def draw(
    folder: Annotated[Path, typer.Argument(help="Gets the JPEGs and three CSV files.")],
    *,
    flights: Annotated[int, typer.Option(min=1, help="How many flights.")] = 4,
    frames: Annotated[int, typer.Option(min=1, help="Overlapping frames per flight.")] = 12,
    width: Annotated[int, typer.Option(min=SMALLEST[0], max=LARGEST[0], help="Pixels.")] = 640,
    height: Annotated[int, typer.Option(min=SMALLEST[1], max=LARGEST[1], help="Pixels.")] = 480,
    seed: Annotated[int, typer.Option(min=0, help="The same seed draws the same bytes.")] = 0,
    climate: Annotated[Climate, typer.Option(help="What conditions.")] = Climate.USUAL,
    processes: Annotated[int, typer.Option(min=1, help="Flights drawn at the same time.")] = 1,
) -> None:
    """Draw seeded flights: JPEGs with EXIF, and what is on them as CSV."""
    with progress("flights drawn") as advance:
        drawn = draw_flights(
            folder,
            flights=flights,
            frames_per_flight=frames,
            size=(width, height),
            seed=seed,
            climate=climate.value,
            processes=processes,
            progress=advance,
        )
    typer.echo(
        f"{drawn.frames} frames of {drawn.flights} flights in {drawn.folder}: "
        f"{drawn.objects} things, the target on {drawn.target_frames} frames"
    )


@app.command()
def train(
    *,
    weights: Annotated[Path, typer.Option(help="Gets the three models.")] = WEIGHTS,
    work: Annotated[
        Path | None, typer.Option(help="Gets the training pictures; default: in SKYSIFT_HOME.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the flights and the trainings.")] = 1,
    processes: Annotated[int, typer.Option(min=1, help="Voters trained at the same time.")] = 2,
    smoke: Annotated[
        bool, typer.Option("--smoke", help="Try it in seconds; learns nothing.")
    ] = False,
) -> None:
    """Draw the training flights and train the demo's three voters from nothing.

    Takes less than an hour on two CPU cores. Needs skysift[pretrained].
    """
    try:
        from demo.train import FULL, SMOKE, train_all  # noqa: PLC0415 - imports torch
    except ModuleNotFoundError as error:
        raise WeightsError(f"training needs {error.name}: install skysift[pretrained]") from error
    started = perf_counter()
    train_all(
        work or _folder("train"),
        weights=weights,
        seed=seed,
        processes=processes,
        effort=SMOKE if smoke else FULL,
        report=typer.echo,
    )
    typer.echo(f"trained in {(perf_counter() - started) / 60:.1f} min, into {weights}")


@app.command()
def evaluate(
    *,
    ensemble: Annotated[Path, typer.Option(help="An ensemble of three voters.")] = CONFIG,
    flights: Annotated[int, typer.Option(min=1, help="Held-out flights.")] = HELD_OUT_FLIGHTS,
    work: Annotated[
        Path | None, typer.Option(help="Gets the held-out pictures; default: in SKYSIFT_HOME.")
    ] = None,
    processes: Annotated[int, typer.Option(min=1, help="Flights drawn at the same time.")] = 1,
    markdown: Annotated[bool, typer.Option("--markdown", help="As docs/demo.md shows it.")] = False,
) -> None:
    """Measure each voter, OR, 2-of-3 and AND on flights that nobody has seen."""
    folder = work or _folder("held-out")
    with progress("flights drawn") as advance:
        draw_held_out(folder, flights=flights, processes=processes, progress=advance)
    with progress("frames judged") as advance:
        rows = evaluate_folder(folder, config=ensemble, settings=read_settings(), progress=advance)
    if markdown or not sys.stdout.isatty():
        typer.echo(as_markdown(rows))
    else:
        Console(highlight=False).print(as_table(rows))


def _folder(name: str) -> Path:
    return read_settings().home / "demo" / name
