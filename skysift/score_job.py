"""A job from its start to its summary, as the command runs it."""

import json
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import typer

from batch.crew import Crew
from batch.durable import appearing
from batch.exports import export
from batch.job import Job, Part, opened, refuse_incomplete
from batch.journal import Journal
from batch.listing import Every
from batch.local import LocalRun
from batch.parquet_table import has_pyarrow
from batch.score import stamp_for
from batch.summary import Summary, summary_of
from batch.worker import Station
from ensembles.errors import ConfigError
from ensembles.reasons import Reason
from ensembles.standing import Standing, standing_of
from models.catalog import read
from models.digest import digest
from models.environment import usable_cores
from models.handles import available_providers
from models.providers import chosen_provider
from models.settings import ModelSettings
from models.settings import read_settings as read_model_settings
from monitoring.job_metrics import push, write_textfile
from monitoring.run_drift import RunDrift
from skysift.drift_words import facts_of, lines_of, usual_for
from skysift.job_drift import REPORT, drift_of_job
from skysift.job_progress import meter

TROUBLE = (Reason.VOTER_FAILED, Reason.VOTER_TIMEOUT)
MOST_DEFAULT_WORKERS = 8
"""Each holds all models in memory."""

ENGINES = ("local", "ray")
SUMMARY = "summary.json"
TEXTFILE = "skysift_job.prom"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user said of how a job is to run; see `skysift score --help`."""

    workers: int
    formats: tuple[str, ...]
    limit: int | None
    part: Part
    every: Every
    engine: str
    deadline_seconds: float
    pushgateway: str | None


def score_job(
    named: tuple[str, ...], ensemble: Path, out: Path, wishes: Wishes, *, resume: bool
) -> bool:
    """Run a job, or go on with it; return whether there are failures to look at.

    Raises:
        SkysiftError: It cannot begin, go on or be called complete; what is done is on the disk.
        typer.Exit: It was asked to stop.
    """
    if wishes.engine not in ENGINES:
        raise ConfigError(
            f"--engine: there is no {wishes.engine!r}; there are {', '.join(ENGINES)}"
        )
    settings = read_model_settings()
    config = read(ensemble)
    now = digest(config, settings)
    standing = standing_of(config.certificate, now)
    usual = usual_for(config, settings)
    job = Job(
        named=named,
        stamp=stamp_for(config, now, standing),
        target=config.target,
        every=wishes.every,
        limit=wishes.limit,
        part=wishes.part,
        limits={
            "pixels": settings.max_pixels,
            "side": settings.max_side,
            "expansion": settings.max_expansion,
        },
    )
    with opened(out, job, resume=resume, say=_say) as journal:
        with _stop_asked() as stop:
            _run(journal, job, ensemble, settings, wishes, stop)
        if stop.asked:
            _leave(journal, stop)
        refuse_incomplete(journal.counts())
        drift = drift_of_job(journal, ensemble, usual, out) if usual else None
        return _finish(journal, out, wishes, standing, drift)


def _run(
    journal: Journal,
    job: Job,
    ensemble: Path,
    settings: ModelSettings,
    wishes: Wishes,
    stop: "_Stop",
) -> None:
    if wishes.engine == "ray":
        _run_on_ray(journal, job, ensemble, settings, wishes, stop)
        return
    count = wishes.workers or _default_workers(settings)
    station = Station(ensemble, _share_of(settings, count))
    crew = Crew(count, wishes.deadline_seconds, station)
    with meter(journal.counts()) as tell:
        LocalRun(journal, crew, job.stamp, stopping=lambda: stop.asked, tell=tell)()


def _run_on_ray(
    journal: Journal,
    job: Job,
    ensemble: Path,
    settings: ModelSettings,
    wishes: Wishes,
    stop: "_Stop",
) -> None:
    from batch.ray_data import (  # noqa: PLC0415 - Ray is an extra
        Cluster,
        default_actors,
        gpus_each,
        run_on_ray,
    )

    actors = wishes.workers or default_actors()
    # Ray counts one core for an actor, on whichever node it is.
    station = Station(ensemble.absolute(), settings.model_copy(update={"threads": 1}))
    with meter(journal.counts()) as tell:
        run_on_ray(
            journal,
            Cluster(actors, gpus_each(actors), station),
            job.stamp,
            stopping=lambda: stop.asked,
            tell=tell,
        )


def _default_workers(settings: ModelSettings) -> int:
    """Return as many as fill the cores of a CPU; on a GPU one, since each would hold the models."""
    if chosen_provider(settings.provider, available_providers()) != "cpu":
        return 1
    return min(max(1, usable_cores() // (settings.threads or 1)), MOST_DEFAULT_WORKERS)


def _share_of(settings: ModelSettings, workers: int) -> ModelSettings:
    """Return the settings with a worker's share of the cores, unless they say how many it uses."""
    cores = settings.threads or max(1, usable_cores() // workers)
    return settings.model_copy(update={"threads": cores})


def _finish(
    journal: Journal, out: Path, wishes: Wishes, standing: Standing, drift: RunDrift | None
) -> bool:
    """Write what was asked for, say what it came to, and return whether there were failures."""
    told = standing.status if standing.promise_id else f"{standing.status}: {standing.reason}"
    summary = summary_of(journal, told)
    wanted = (*(("parquet",) if has_pyarrow() else ()), *wishes.formats)
    for path in export(journal, tuple(dict.fromkeys(wanted)), out):
        _say(f"wrote {path}")
    write_summary(summary, out, {"drift": facts_of(drift)} if drift else {})
    typer.echo(summary.text())
    if drift:
        typer.echo("\n".join(["drift", *(f"  {line}" for line in lines_of(drift))]))
    if wishes.pushgateway:
        push(summary.to_json(), wishes.pushgateway)
    typer.echo("\n".join(_next(summary, out, drift)), err=True)
    return bool(summary.counts.failed) or any(reason in summary.reasons for reason in TROUBLE)


def write_summary(summary: Summary, out: Path, more: Mapping[str, object] | None = None) -> None:
    """Write `summary.json`, with more facts at its end, and the Prometheus textfile.

    Each is written whole or not at all.
    """
    with appearing(out / SUMMARY) as path:
        facts = summary.to_json() | dict(more or {})
        path.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    with appearing(out / TEXTFILE) as path:
        write_textfile(summary.to_json(), path)


def _next(summary: Summary, out: Path, drift: RunDrift | None) -> Iterator[str]:
    """Yield what is worth doing now."""
    if summary.counts.review > summary.counts.failed:
        yield f"look at what was kept:    skysift export {out} --format html"
        yield f"take it along:            skysift copy-kept {out} --to FOLDER"
    if summary.counts.failed:
        yield f"look at what failed:      skysift audit {out} --failed"
    if drift and (drift.unusual or drift.alarms):
        yield f"look at what drifted:     {out / REPORT}"
    if summary.about["certificate_id"] is None:
        yield "nothing is promised about what was skipped: see skysift calibrate"


class _Stop:
    """Whether somebody asked the job to stop."""

    def __init__(self) -> None:
        self.signal: int | None = None

    @property
    def asked(self) -> bool:
        return self.signal is not None

    def ask(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - a signal handler
        """Stop after what is in flight; asked twice, at once."""
        if self.asked:
            raise KeyboardInterrupt
        self.signal = number
        _say("stopping: the frames in flight are finished first")


@contextmanager
def _stop_asked() -> Iterator[_Stop]:
    stop = _Stop()
    before = {each: signal.signal(each, stop.ask) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _leave(journal: Journal, stop: _Stop) -> None:
    counts = journal.counts()
    if counts.done == counts.inputs:
        return
    _say(
        f"stopped: {counts.done} of {counts.inputs} have their row, and are on the disk; "
        "the same command with --resume goes on"
    )
    raise typer.Exit(128 + (stop.signal or 0))


def _say(text: str) -> None:
    typer.echo(text, err=True)
