"""`skysift models`: pretrained models, exported once to ONNX and listed."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from models.catalog import read
from models.prepare import Preparation, PreparedModel, prepared_models
from models.prepare import prepare as prepare_voters
from models.settings import read_settings
from skysift.quantize import quantize

MB = 1e6
SHOWN_DIGITS = 12
"""Of a SHA-256: enough to tell models apart by eye."""

app = typer.Typer(help="Prepare, convert and list models.", no_args_is_help=True)
app.command()(quantize)


@app.command()
def prepare(
    config: Annotated[Path, typer.Argument(help="The ensemble file whose models are wanted.")],
) -> None:
    """Export the pretrained models of an ensemble file to ONNX, once.

    Needs skysift[pretrained], which serving does not. Each export is compared with torch.
    """
    settings = read_settings()
    done = 0
    for preparation in prepare_voters(read(config), settings):
        typer.echo("\n".join(_lines_of_preparation(preparation)))
        done += 1
    if not done:
        typer.echo(f"{config}: no voter needs a prepared model")


@app.command("list")
def list_prepared(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON array.")] = False,
) -> None:
    """List the models that are prepared in SKYSIFT_HOME."""
    settings = read_settings()
    found = prepared_models(settings)
    if as_json:
        typer.echo(json.dumps([_facts(model) for model in found], indent=2))
    elif not found:
        typer.echo(f"no models are prepared in {settings.home}")
    for model in [] if as_json else found:
        typer.echo(_line_of_model(model))


def _lines_of_preparation(preparation: Preparation) -> Iterator[str]:
    how = "is there already" if preparation.was_there else f"took {preparation.seconds:.1f} s"
    yield f"voter {preparation.voter}: {preparation.model}: {how}"
    for output, difference in preparation.differences.items():
        yield f"  {output}: torch and ONNX differ by {difference:.1e} at most"
    if preparation.files:
        yield f"  in {preparation.files[0].parent}"


def _line_of_model(model: PreparedModel) -> str:
    return (
        f"{model.kind}\t{model.card.source}\t{model.size_bytes / MB:.1f} MB"
        f"\t{model.card.source_sha256[:SHOWN_DIGITS]}\t{model.folder}"
    )


def _facts(model: PreparedModel) -> dict[str, object]:
    return {
        "kind": model.kind,
        "source": model.card.source,
        "source_sha256": model.card.source_sha256,
        "precision": model.card.precision,
        "size_bytes": model.size_bytes,
        "folder": str(model.folder),
    }
