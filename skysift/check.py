"""`skysift check`: every mistake of an ensemble file at once, without loading anything."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from ensembles.config import EnsembleConfig, VoterConfig
from ensembles.errors import ConfigError
from ensembles.rules import Rule
from ensembles.standing import Standing
from models.settings import read_settings
from service.stand_in import StandIn
from skysift.ensemble_state import EnsembleState, state_of


def check(
    configs: Annotated[list[Path], typer.Argument(help="Ensemble files.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per line.")] = False,
) -> None:
    """Read ensemble files and name every mistake.

    Shows the rule, the voters, their thresholds and the digest, or which weights are missing.
    Needs neither the weights nor a runtime nor torch. Exits with 2 when a file has mistakes.
    """
    settings = read_settings()
    states = [state_of(config, settings) for config in configs]
    for state in states:
        if as_json:
            typer.echo(json.dumps(_facts(state)))
        elif state.config is None:
            error = ConfigError(state.problems, source=str(state.path))
            typer.echo(f"error: {error}", err=True)
        else:
            typer.echo("\n".join(_lines(state, state.config)))
    if any(state.problems for state in states):
        raise typer.Exit(2)


def _lines(state: EnsembleState, config: EnsembleConfig) -> Iterator[str]:
    yield f"{state.path}: no mistakes"
    yield f"  ensemble   {config.name}, which looks for: {config.target}"
    yield f"  rule       {describe(config.rule)}"
    for voter in config.voters:
        yield (
            f"  voter      {voter.name} ({voter.kind}): yes from {voter.threshold:g}, "
            f"{_floor(voter)}at most {voter.timeout_ms / 1000:g} s"
        )
    yield f"  views      {_views(config)}"
    yield f"  all asked  on {config.full_ballots:.4g} of the frames"
    for missing in state.missing:
        yield f"  missing    {missing}"
    yield f"  digest     {state.digest or 'known when the weights are there'}"
    if state.standing:
        yield f"  recall     {_promised(state.standing)}"
    if state.stand_in:
        yield f"  on drift   {_stands_in(state.stand_in)}"


def _floor(voter: VoterConfig) -> str:
    return "" if voter.floor is None else f"surely nothing below {voter.floor:g}, "


def _promised(standing: Standing) -> str:
    """Return whether a recall is certified, and why."""
    named = f" {standing.certificate_id}" if standing.certificate_id else ""
    return f"certificate{named} {standing.status}: {standing.reason}"


def _stands_in(stand_in: StandIn) -> str:
    """Return who judges when the promise comes into doubt, and what that costs."""
    when = " or ".join(sorted(stand_in.when, reverse=True))
    hours = stand_in.review_hours
    cost = "" if hours is None else f"; {hours:+.2g} review hours per 1,000 frames"
    return f"{stand_in.name} judges when the certificate is {when}{cost}"


def _views(config: EnsembleConfig) -> str:
    if config.tiles is None:
        return "whole frames"
    height, width = config.tiles.size
    whole = [voter.name for voter in config.voters if config.looks_at_whole(voter)]
    note = f"; whole frames for {', '.join(whole)}" if whole else ""
    return f"tiles of {width} x {height} pixels, overlapping by {config.tiles.overlap:.3g}{note}"


def describe(rule: Rule) -> str:
    """Return the rule in words, such as `or: 1 of 3 votes`."""
    total = sum(rule.weights)
    if set(rule.weights) == {1}:
        return f"{rule.name}: yes from {rule.needed} of {total} votes"
    return f"{rule.name}: yes from {rule.needed} of the weight {' + '.join(map(str, rule.weights))}"


def _facts(state: EnsembleState) -> dict[str, object]:
    config = state.config
    return {
        "file": str(state.path),
        "problems": state.problems,
        "missing": state.missing,
        "digest": state.digest,
        "certificate": asdict(state.standing) if state.standing else None,
        "on_drift": _facts_of(state.stand_in) if state.stand_in else None,
        "config": config.model_dump(mode="json") if config else None,
    }


def _facts_of(stand_in: StandIn) -> dict[str, object]:
    return {
        "switch_to": stand_in.name,
        "when": sorted(stand_in.when),
        "more_review_hours_per_1000_frames": stand_in.review_hours,
    }
