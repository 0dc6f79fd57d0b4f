"""`skysift order`: who to ask first, so that the gate asks as little as it can."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
import yaml

from batch.score_tables import ScoredFrames, read_score_table
from batch.sources import find_pictures
from ensembles.asking import MOST_VOTERS_AT_WORK
from ensembles.config import EnsembleConfig
from ensembles.ensemble_file import base_tree
from ensembles.errors import ConfigError
from ensembles.mistakes import near_miss
from ensembles.order import Openness, Order, cheapest_order, order_of
from ensembles.votes import Answers, answers_of
from models.costs import MOST_VIEWS, measured_costs
from models.ensemble import load_ensemble
from models.frames import Frame
from models.settings import read_settings
from skysift.base_ensemble import read_for_scores
from skysift.logs import log_to_stderr

FIRST_LINE = "# Written by skysift order: the voters of {path}, those first that make it cheapest"


def order(
    scores: Annotated[Path, typer.Argument(help="A score table: .parquet or .csv.")],
    *,
    ensemble: Annotated[Path, typer.Option(help="The ensemble file whose voters are ordered.")],
    cost: Annotated[
        list[str] | None, typer.Option(help="NAME=NUMBER, what asking a voter costs; for each.")
    ] = None,
    measure: Annotated[
        list[Path] | None, typer.Option(help="Pictures to measure the costs on, instead.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write the ensemble file in that order.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Find who to ask first; no decision changes.

    The order found has the least expected cost.

    It is exact for the votes in the table, whatever the rule and however the voters agree.
    """
    log_to_stderr()
    config = read_for_scores(ensemble)
    frames = read_score_table(scores)
    if bool(cost) == bool(measure):
        raise ConfigError("say what each voter costs: either --cost NAME=NUMBER or --measure FILE")
    costs = _said(cost, config) if cost else _measured(ensemble, measure or [])
    names = [voter.name for voter in config.voters]
    amounts = [costs[name] for name in names]
    answers = _answers(frames, config)
    openness = Openness(answers, config.rule)
    best = cheapest_order(openness, amounts)
    listed = order_of(range(len(names)), amounts, openness)
    if out:
        _write(out, ensemble, config, [names[column] for column in best.columns])
    if as_json:
        typer.echo(json.dumps(_facts(names, amounts, best, listed), indent=2))
    else:
        typer.echo("\n".join(_lines(names, amounts, best, listed)))


def _answers(frames: ScoredFrames, config: EnsembleConfig) -> Answers:
    if not len(frames):
        raise ConfigError(f"{frames.source}: there are no rows to count votes in")
    table = frames.table.of_voters([voter.name for voter in config.voters])
    columns = [
        answers_of(column, voter.threshold, voter.floor)
        for column, voter in zip(table.scores.T, config.voters, strict=True)
    ]
    return np.stack(columns, axis=1)


def _said(costs: Sequence[str], config: EnsembleConfig) -> Mapping[str, float]:
    names = [voter.name for voter in config.voters]
    said: dict[str, float] = {}
    problems = []
    for entry in costs:
        name, _, number = entry.partition("=")
        if name not in names:
            problems.append(f"--cost {entry}: no voter is called {name!r}{near_miss(name, names)}")
        elif (amount := _positive(number)) is None:
            problems.append(f"--cost {entry}: expected a number above 0, not {number!r}")
        else:
            said[name] = amount
    if not problems:
        problems = [f"--cost {name}=...: is missing" for name in names if name not in said]
    if problems:
        raise ConfigError(problems)
    return said


def _positive(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if 0 < number < float("inf") else None


def _measured(ensemble: Path, pictures: Sequence[Path]) -> Mapping[str, float]:
    settings = read_settings()
    loaded = load_ensemble(ensemble, settings)
    found = find_pictures(pictures).pictures[:MOST_VIEWS]
    if not found:
        raise ConfigError("--measure: no file in there is called like a picture")
    frames = [
        Frame.decode(
            path.read_bytes(),
            enough_px=loaded.enough_px,
            enough_scale=loaded.enough_scale,
            limits=settings.limits,
        )
        for path in found
    ]
    return measured_costs(loaded, frames)


def _write(out: Path, ensemble: Path, config: EnsembleConfig, names: Sequence[str]) -> None:
    if out.exists():
        raise ConfigError(f"{out}: there is such a file already; name another --out")
    tree = base_tree(ensemble, config, folder=out.parent)
    entries = {entry["name"]: entry for entry in tree["voters"]}
    # The digest covers the list of voters, so the file needs a certificate of its own.
    changed = {key: value for key, value in tree.items() if key != "certificate"}
    changed["voters"] = [entries[name] for name in names]
    if config.full_ballots and len(names) <= MOST_VOTERS_AT_WORK:
        changed["order"] = "cheapest"  # starts as listed here, and follows what the gate then sees
    body = yaml.safe_dump(changed, sort_keys=False, allow_unicode=True, width=100)
    out.write_text(f"{FIRST_LINE.format(path=ensemble.name)}\n{body}", encoding="utf-8")


def _lines(
    names: Sequence[str], costs: Sequence[float], best: Order, listed: Order
) -> Iterator[str]:
    for column, share in zip(best.columns, best.asked, strict=True):
        yield f"  {names[column]:<16} costs {costs[column]:.4g}, asked on {share:.2%} of the frames"
    saved = 1 - best.cost / listed.cost
    yield f"  expected cost per frame: {best.cost:.4g}; as listed {listed.cost:.4g}"
    yield f"  {saved:.1%} saved" if saved > 0 else "  the listed order is the cheapest"


def _facts(
    names: Sequence[str], costs: Sequence[float], best: Order, listed: Order
) -> dict[str, Any]:
    return {
        "order": [names[column] for column in best.columns],
        "asked": dict(zip((names[column] for column in best.columns), best.asked, strict=True)),
        "costs": dict(zip(names, costs, strict=True)),
        "expected_cost": best.cost,
        "expected_cost_as_listed": listed.cost,
    }
