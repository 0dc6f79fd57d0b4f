"""What drift sees of the frames a command was given: pictures, or a run or job that was scored."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from math import isnan
from pathlib import Path

import typer

from batch.input import Input
from batch.journal import NAME, Journal
from batch.labels import ids_of, labels_of, read_labels
from batch.observe import Observer
from batch.score import Tap, score_inputs
from batch.second_look import fair_sample
from batch.sources import find_pictures
from ensembles.errors import ConfigError
from models.frames import Frame
from models.settings import read_settings as read_model_settings
from monitoring.identity import Identity
from monitoring.observation import Observations, posix_seconds
from monitoring.observation_file import SUFFIX, read_observations
from service.settings import read_settings as read_service_settings
from skysift.progress import progress


class Group(StrEnum):
    """What is taken for one flight."""

    FLIGHT = "flight"
    DAY = "day"
    HOUR = "hour"


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Frames, and the gate that scored them."""

    frames: Observations
    identity: Identity


def ensemble_path(named: Path | None) -> Path:
    """Return the ensemble file that was named, or the served one."""
    return named or read_service_settings().ensembles[0]


def see(
    named: Sequence[Path], observer: Observer, *, group: Group, labels: Path | None = None
) -> Seen:
    """Return what drift sees of frames.

    Args:
        named: Pictures and folders of them, or folders and files of runs that were scored, or the
            folder of a job.
        observer: Judges pictures, also the sample of a job; a run was judged before.
        group: What is taken for one flight, of pictures.
        labels: CSV whose column `group` says which flight a picture is of.

    Raises:
        ConfigError: There is nothing, or several runs, or they cannot be read.
    """
    runs = _runs(named)
    if len(runs) > 1:
        raise ConfigError(f"{len(runs)} runs in there; name one: {', '.join(map(str, runs))}")
    if runs:
        return Seen(*read_observations(runs[0]))
    if len(named) == 1 and (named[0] / NAME).is_file():
        with Journal(named[0]) as journal:
            return see_job(journal, observer)
    return _see_pictures(named, observer, group, labels)


def see_job(journal: Journal, observer: Observer) -> Seen:
    """Return what drift sees of a job: the frames that their hash chose for full ballots.

    Raises:
        ConfigError: Another gate scored it.
    """
    gate = observer.ensemble
    if journal.about()["digest"] != gate.digest:
        raise ConfigError(
            f"the job was scored by another gate: {journal.about()['digest'][:12]}, and this is "
            f"{gate.digest[:12]}",
            source=str(journal.path.parent),
        )
    sample = list(fair_sample(journal, gate.config.full_ballots))
    _look_at(sample, observer, observer.tap(flight_by(Group.FLIGHT, {})))
    return Seen(observer.observations, observer.identity)


def refuse_foreign(seen: Seen, observer: Observer) -> None:
    """Refuse a run that another gate scored; raises `ConfigError`."""
    known = observer.identity_with(seen.identity.encoder)
    if differences := seen.identity.differences(known):
        raise ConfigError(differences, source="the run was scored by another gate")


def _runs(named: Sequence[Path]) -> list[Path]:
    runs = [path for path in named if path.name.endswith(SUFFIX)]
    for folder in named:
        if folder.is_dir():
            runs += sorted(folder.glob(f"*{SUFFIX}"))
    return runs


def _see_pictures(
    named: Sequence[Path], observer: Observer, group: Group, labels: Path | None
) -> Seen:
    pictures = find_pictures(named).pictures
    if not pictures:
        raise ConfigError(
            f"{', '.join(map(str, named))}: no file in there is called like a picture"
        )
    tap = observer.tap(flight_by(group, _labelled_flights(named, labels)))
    unread = _look_at([Input.of_path(path) for path in pictures], observer, tap)
    if unread == len(pictures):
        raise ConfigError(f"{', '.join(map(str, named))}: no picture in there can be read")
    return Seen(observer.observations, observer.identity)


def _look_at(inputs: Sequence[Input], observer: Observer, tap: Tap) -> int:
    """Ask every voter about every input; return how many could not be read."""
    settings = read_model_settings()
    with progress("frames watched") as advance:
        rows = score_inputs(
            inputs,
            observer.ensemble,
            limits=settings.limits,
            decoders=settings.shares.decode,
            ask_all=True,
            tap=tap,
        )
        unread = 0
        for done, row in enumerate(rows, start=1):
            unread += row.failed
            advance(done, len(inputs))
    if unread:
        typer.echo(
            f"{unread} of {len(inputs)} could not be read; drift does not see them", err=True
        )
    return unread


def flight_by(group: Group, labelled: Mapping[str, str]) -> Callable[[Frame], str]:
    """Return which flight a frame is of.

    Args:
        group: A folder, or the day or hour the frame was taken; the folder when nobody knows.
        labelled: Flights by path; they come before folders.
    """

    def flight(frame: Frame) -> str:
        folder = labelled.get(frame.source) or Path(frame.source).parent.as_posix()
        seconds = posix_seconds(frame.captured_at)
        if group is Group.FLIGHT or isnan(seconds):
            return folder
        form = "%Y-%m-%d" if group is Group.DAY else "%Y-%m-%d %H:00"
        return datetime.fromtimestamp(seconds, UTC).strftime(form)

    return flight


def _labelled_flights(named: Sequence[Path], labels: Path | None) -> dict[str, str]:
    if labels is None:
        return {}
    pictures = ids_of(find_pictures(named).pictures, named)
    known = labels_of(pictures, read_labels(labels), source=labels)
    return {str(pictures[name]): label.group for name, label in known.items() if label.group}
