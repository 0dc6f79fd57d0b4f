"""`skysift curate select`: which frames to label next, and how likely each was to be picked."""

import json
from collections.abc import Iterator, Mapping
from math import isnan
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from curation.labels.label_file import write_rows
from curation.select.catalog import METHODS
from curation.select.pool import margins_of
from curation.select.select import ALIKE, Selection, Wish, select
from ensembles.dial import Doubles
from ensembles.errors import ConfigError
from skysift.curate.frames import Indexed, config_for, indexed
from skysift.curate.selection_report import write_selection_report
from skysift.watched import ensemble_path

METHOD_HELP = f"One of {', '.join(METHODS)}."


def select_frames(
    manifest: Annotated[Path, typer.Argument(help="What `skysift curate index` wrote.")],
    *,
    picks: Annotated[int, typer.Option("--picks", "-n", min=1, help="How many frames to pick.")],
    method: Annotated[str, typer.Option(help=METHOD_HELP)] = "balanced",
    ensemble: Annotated[
        Path | None, typer.Option(help="Whose thresholds count; default: the served one.")
    ] = None,
    labelled: Annotated[
        Path | None, typer.Option(help="Labels given so far: their frames are not picked again.")
    ] = None,
    per_group: Annotated[
        int | None, typer.Option(min=1, help="Most picks of a flight; default: twice its share.")
    ] = None,
    alike: Annotated[
        float, typer.Option(help="Cosine from which frames are near duplicates.")
    ] = ALIKE,
    seed: Annotated[int, typer.Option(help="Of all that is left to chance.")] = 0,
    out: Annotated[Path, typer.Option(help="The picks, a CSV file to label in.")] = Path(
        "picks.csv"
    ),
    report: Annotated[
        Path | None, typer.Option(help="Also write how they compare with a random sample (HTML).")
    ] = None,
    truth: Annotated[
        Path | None, typer.Option(help="Labels that the report counts; no pick rests on them.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Pick the frames to label next; the chance of each pick is written beside it."""
    wish = Wish(picks, method, seed, per_group, alike)
    frames = indexed(manifest)
    margins = _margins(frames, ensemble, wish)
    found = select(
        frames.embeddings,
        frames.group_codes,
        wish,
        margins=margins,
        labelled=frames.is_labelled(labelled),
        looks=frames.looks,
    )
    if not len(found.picks):
        raise ConfigError("every frame is labelled, or a near duplicate of one that is")
    write_rows(out, columns_of(frames), rows_of(frames, found, wish))
    if report is not None:
        write_selection_report(report, frames, found, wish, truth)
    facts = facts_of(frames, found, wish)
    typer.echo(json.dumps(facts) if as_json else "\n".join(_lines(facts, out, report)))


def _margins(frames: Indexed, ensemble: Path | None, wish: Wish) -> Doubles | None:
    """Return what the voters say; None where nobody asks and no ensemble was named."""
    if not METHODS[wish.method].needs_scores:
        return None
    config = config_for(frames, ensemble_path(ensemble))
    thresholds = np.array([voter.threshold for voter in config.voters])
    return margins_of(frames.scores_for(config), thresholds)


def columns_of(frames: Indexed) -> list[str]:
    """Return the columns of the picks: `label`, `by` and `at` are for people to fill."""
    scores = [f"score_{voter}" for voter in frames.made_with.voters]
    known = ["frame", "id", "group", "method", "propensity", "cluster"]
    return [*known, *scores, "label", "by", "at"]


def rows_of(frames: Indexed, found: Selection, wish: Wish) -> Iterator[dict[str, object]]:
    """Yield one row a pick."""
    for row, propensity in zip(
        found.picks.rows.tolist(), found.picks.propensities.tolist(), strict=True
    ):
        scores = zip(frames.made_with.voters, frames.scores[row].tolist(), strict=True)
        yield {
            "frame": frames.sources[row],
            "id": frames.ids[row],
            "group": frames.groups[row],
            "method": wish.method,
            "propensity": f"{propensity:.6g}",
            "cluster": int(found.clusters[row]),
            **{f"score_{voter}": "" if isnan(score) else f"{score:.6g}" for voter, score in scores},
        }


def facts_of(frames: Indexed, found: Selection, wish: Wish) -> dict[str, object]:
    """Return what there is to tell."""
    rows = found.picks.rows
    return {
        "picked": len(rows),
        "asked_for": wish.picks,
        "method": wish.method,
        "seed": wish.seed,
        "open_frames": int(found.open.sum()),
        "labelled_or_alike": int((~found.open).sum()),
        "without_embedding": frames.unseen,
        "near_duplicate_sets": len(np.unique(found.twins)),
        "groups": len(set(frames.groups)),
        "groups_picked_of": len(np.unique(frames.group_codes[rows])),
        "most_of_a_group": found.picks.cap,
        "clusters": int(found.clusters.max()) + 1,
        "clusters_picked_of": len(np.unique(found.clusters[rows])),
    }


def _lines(facts: Mapping[str, object], out: Path, report: Path | None) -> Iterator[str]:
    yield (
        f"{facts['picked']} of {facts['open_frames']} frames picked, {facts['method']}, seed "
        f"{facts['seed']}: {facts['clusters_picked_of']} of {facts['clusters']} clusters, "
        f"{facts['groups_picked_of']} of {facts['groups']} groups, at most "
        f"{facts['most_of_a_group']} of each"
    )
    if facts["picked"] != facts["asked_for"]:
        yield (
            f"fewer than the {facts['asked_for']} asked for: groups and near duplicates give no "
            "more; raise --per-group or --alike"
        )
    if facts["labelled_or_alike"]:
        yield f"{facts['labelled_or_alike']} are labelled, or near duplicates of such"
    if facts["without_embedding"]:
        yield f"{facts['without_embedding']} have no embedding and could not be picked"
    yield str(out)
    if report is not None:
        yield str(report)
