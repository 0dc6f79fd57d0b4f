"""`skysift curate prelabel`: labels that the voters propose, in the formats people label in."""

import json
from collections.abc import Iterator, Mapping
from math import isnan
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from curation.labels.formats import FORMATS
from curation.labels.label_file import label_of, rows_of
from curation.labels.proposals import Proposal, Proposer, proposed
from ensembles.config import EnsembleConfig
from ensembles.errors import ConfigError
from ensembles.score_table import Codes
from skysift.curate.frames import Indexed, config_for, indexed
from skysift.watched import ensemble_path

FORMAT_HELP = f"One of {', '.join(FORMATS)}."


def prelabel(
    manifest: Annotated[Path, typer.Argument(help="What `skysift curate index` wrote.")],
    *,
    ensemble: Annotated[
        Path | None, typer.Option(help="Whose voters propose; default: the served one.")
    ] = None,
    only: Annotated[
        Path | None, typer.Option(help="CSV with the frames to label, such as the picks.")
    ] = None,
    labelled: Annotated[
        Path | None, typer.Option(help="Labels given so far: nothing is proposed for these frames.")
    ] = None,
    format_name: Annotated[str, typer.Option("--format", help=FORMAT_HELP)] = "csv",
    out: Annotated[
        Path | None, typer.Option(help="The file to write; default: proposals with its suffix.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Propose labels from what the voters say; people confirm or correct them."""
    if format_name not in FORMATS:
        raise ConfigError(f"--format: there is no {format_name!r}; there are {', '.join(FORMATS)}")
    frames = indexed(manifest)
    config = config_for(frames, ensemble_path(ensemble))
    rows = _rows(frames, only, labelled)
    proposals = list(_proposals(frames, config, rows))
    path = out or Path(f"proposals{FORMATS[format_name].suffix}")
    proposer = Proposer(config.target, config.name, frames.made_with.digest)
    try:
        FORMATS[format_name].write(path, proposals, proposer)
    except OSError as error:
        raise ConfigError(f"cannot be written: {error.strerror}", source=str(path)) from None
    facts = {
        "proposed": len(proposals),
        "as_target": sum(each.label == "1" for each in proposals),
        "without_embedding": frames.unseen,
        "written": str(path),
    }
    typer.echo(json.dumps(facts) if as_json else "\n".join(_lines(facts, config.target)))


def _lines(facts: Mapping[str, object], target: str) -> Iterator[str]:
    yield f"{facts['proposed']} labels proposed, {facts['as_target']} of them {target}"
    if facts["without_embedding"]:
        yield f"{facts['without_embedding']} frames have no embedding and were left out"
    yield str(facts["written"])


def _rows(frames: Indexed, only: Path | None, labelled: Path | None) -> Codes:
    """Return the frames that proposals are wanted for."""
    wanted = np.ones(len(frames), dtype=bool)
    if only is not None:
        named = frames.given(tuple(label_of(cells) for _, cells in rows_of(only)))
        if named.strange:
            raise ConfigError(
                f"{len(named.strange)} frames are not in the manifest, such as "
                f"{named.strange[0].frame}",
                source=str(only),
            )
        wanted[:] = False
        wanted[named.rows] = True
    return np.flatnonzero(wanted & ~frames.is_labelled(labelled))


def _proposals(frames: Indexed, config: EnsembleConfig, rows: Codes) -> Iterator[Proposal]:
    scores = frames.scores_for(config)[rows]
    names = [voter.name for voter in config.voters]
    labels, confidences = proposed(scores, config)
    for row, label, confidence, said in zip(
        rows.tolist(), labels, confidences, scores.tolist(), strict=True
    ):
        known = (None if isnan(score) else round(score, 6) for score in said)
        yield Proposal(
            frame=frames.sources[row],
            id=frames.ids[row],
            group=frames.groups[row],
            size=frames.sizes[row],
            label=label,
            confidence=confidence,
            scores=dict(zip(names, known, strict=True)),
        )
