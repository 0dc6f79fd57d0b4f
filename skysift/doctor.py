"""`skysift doctor`: what is wrong on this machine, and what to do about it."""

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from models.settings import ModelSettings
from models.settings import read_settings as read_model_settings
from service.settings import ServiceSettings
from service.settings import read_settings as read_service_settings
from skysift.door_finding import look_at_door
from skysift.findings import Finding, Status
from skysift.logs import log_to_stderr
from skysift.machine import look_at_machine
from skysift.runtime_findings import look_at_runtime
from skysift.voter_findings import look_at_ensemble

STYLES = {Status.OK: "green", Status.WARN: "yellow", Status.FAIL: "bold red"}


def doctor(
    *,
    ensemble: Annotated[
        list[Path] | None, typer.Option(help="Ensemble file to look at; default: the served ones.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON array.")] = False,
) -> None:
    """Look for what is wrong on this machine.

    Loads every voter. Exits with 1 when something must be mended.
    """
    log_to_stderr()
    service, models = read_service_settings(), read_model_settings()
    findings = list(_findings(service, models, ensemble or service.ensembles))
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    elif sys.stdout.isatty():
        Console(highlight=False).print(_table(findings))
    else:
        typer.echo("\n".join(map(_line, findings)))
    if any(finding.status is Status.FAIL for finding in findings):
        raise typer.Exit(1)


def _findings(
    service: ServiceSettings, models: ModelSettings, ensembles: Sequence[Path]
) -> Iterator[Finding]:
    yield from look_at_machine(home=models.home, port=service.port)
    yield look_at_door(service)
    yield from look_at_runtime(models.provider)
    for path in ensembles:
        yield from look_at_ensemble(path, models)


def _line(finding: Finding) -> str:
    line = f"{finding.status:<4}  {finding.subject}: {finding.found}"
    return f"{line}\n      to do: {finding.remedy}" if finding.remedy else line


def _table(findings: Sequence[Finding]) -> Table:
    counts = Counter(finding.status for finding in findings)
    table = Table(
        box=box.SIMPLE_HEAD,
        caption=", ".join(f"{counts[status]} {status}" for status in Status),
        caption_justify="left",
    )
    for heading in ("", "what", "found", "to do"):
        table.add_column(heading, overflow="fold")
    for finding in findings:
        cells = (finding.subject, finding.found, finding.remedy)
        # Text, because a path like `[red]/x` is no markup.
        table.add_row(Text(finding.status, STYLES[finding.status]), *map(Text, cells))
    return table
