"""`skysift curate index`: a manifest of frames, one row each."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from batch.listing import Listing
from curation.crew import Crew
from curation.groups import GroupBy
from curation.index import Indexed
from curation.index import index as index_files
from curation.looker import File, Looker, Station
from curation.parts import Parts
from ensembles.errors import ConfigError
from models.environment import usable_cores
from models.handles import available_providers
from models.providers import chosen_provider
from models.settings import ModelSettings, read_settings
from skysift.logs import log_to_stderr
from skysift.progress import progress
from skysift.watched import ensemble_path

MOST_DEFAULT_WORKERS = 8
"""Each holds all models in memory."""


def index(
    inputs: Annotated[list[str], typer.Argument(help="Pictures, folders, patterns, lists.")],
    *,
    ensemble: Annotated[
        Path | None, typer.Option(help="The ensemble file; default: the served one.")
    ] = None,
    out: Annotated[Path, typer.Option(help="The manifest, a Parquet file; added to.")] = Path(
        "frames.parquet"
    ),
    group: Annotated[GroupBy, typer.Option(help="What is taken for a group.")] = GroupBy.FLIGHT,
    embeddings: Annotated[
        str, typer.Option(help="The voter whose embeddings are kept; default: the first.")
    ] = "",
    again: Annotated[bool, typer.Option("--again", help="Retry frames that failed.")] = False,
    workers: Annotated[int, typer.Option(min=0, help="Processes; 0: as many as cores.")] = 0,
) -> None:
    """Make or bring up to date a manifest: one row a frame.

    Hash, size, EXIF, measures of quality, and the scores and embedding of the ensemble's voters.
    Looks only at what is new or changed, and goes on after a kill. The exit code is 1 when a frame
    could not be read or a voter failed.
    """
    log_to_stderr()
    settings = read_settings()
    station = Station(ensemble_path(ensemble), settings, group, embeddings)
    count = workers or _default_workers(settings)
    total = sum(1 for _ in _sources(inputs, Listing()))
    if not total:
        raise ConfigError(f"{', '.join(inputs)}: no file in there is called like a picture")
    listing = Listing()
    made_with = Looker(station).made_with
    with Parts(out, made_with) as parts, progress("frames indexed") as advance:
        crew = Crew(_share_of(station, count), parts.schema, workers=count)
        done = index_files(
            map(File.at, _sources(inputs, listing)),
            parts,
            crew.look_at,
            again=again,
            tell=lambda rows: advance(rows, total),
        )
    typer.echo("\n".join(_lines(done, listing, out)), err=True)
    if done.failed:
        raise typer.Exit(1)


def _sources(inputs: Sequence[str], listing: Listing) -> Iterator[str]:
    """Yield the paths that are meant.

    Raises:
        ConfigError: Something is no file of one picture.
    """
    for each in listing.of(inputs):
        if each.kind != "file":
            raise ConfigError(
                f"{each.source}: a manifest is made of files with one picture each; unpack it, or "
                "save its frames, and name the folder"
            )
        yield each.source


def _default_workers(settings: ModelSettings) -> int:
    """Return as many as fill the cores of a CPU; on a GPU one, since each would hold the models."""
    if chosen_provider(settings.provider, available_providers()) != "cpu":
        return 1
    return min(max(1, usable_cores() // (settings.threads or 1)), MOST_DEFAULT_WORKERS)


def _share_of(station: Station, workers: int) -> Station:
    """Return the same with a worker's share of the cores."""
    threads = station.settings.threads or max(1, usable_cores() // workers)
    settings = station.settings.model_copy(update={"threads": threads})
    return Station(station.ensemble, settings, station.group, station.embedding_voter)


def _lines(done: Indexed, listing: Listing, out: Path) -> Iterator[str]:
    yield (
        f"{out}: {done.total} frames; {done.fresh} looked at now, {done.failed} of them with a "
        f"reason, {done.known} known before"
    )
    if listing.left_out:
        yield (
            f"{listing.left_out} files are not called like pictures and were left out, such as "
            + ", ".join(listing.shown)
        )
