"""`skysift curate show`: what is in a manifest."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import pyarrow.compute as pc
import typer

from curation.manifest import made_with_of, read_manifest
from curation.manifest_schema import SCORE, MadeWith

SHOWN_DIGITS = 12
"""Of a SHA-256: enough to tell ensembles apart by eye."""


def show(
    manifest: Annotated[Path, typer.Argument(help="What `skysift curate index` wrote.")],
) -> None:
    """Say what is in a manifest: frames, groups, voters, and what could not be read."""
    made_with = made_with_of(manifest)
    wanted = ["group", "camera", "reason", *(SCORE + voter for voter in made_with.voters)]
    typer.echo("\n".join(lines_of(read_manifest(manifest, wanted), made_with)))


def lines_of(table: pa.Table, made_with: MadeWith) -> Iterator[str]:
    """Yield what people want to know of a manifest, a line each."""
    groups, cameras = (pc.count_distinct(table[name]).as_py() for name in ("group", "camera"))
    yield f"{table.num_rows} frames, {groups} groups, {cameras} cameras"
    yield f"ensemble {made_with.ensemble}, digest {made_with.digest[:SHOWN_DIGITS]}"
    for voter in made_with.voters:
        missing = table[SCORE + voter].null_count
        yield f"  {voter}: {table.num_rows - missing} scores, {missing} missing"
    if made_with.dimension:
        yield f"  embeddings of {made_with.dimension} numbers from {made_with.embedding_voter}"
    for counted in sorted(table["reason"].drop_null().value_counts().to_pylist(), key=str):
        yield f"{counted['counts']} {counted['values']}"
