"""A job: what is to be scored, by which gate, into which folder; begun, gone on with, finished."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from batch.entries import Counts
from batch.input import Input
from batch.journal import Journal
from batch.listing import Every, Listing
from batch.lock import held
from batch.row import Stamp
from ensembles.errors import ConfigError, SkysiftError

SHOWN = 3


@dataclass(frozen=True, slots=True)
class Part:
    """Which of equal shares of the inputs a run takes.

    Args:
        number: From 1.
        of: How many there are.
    """

    number: int = 1
    of: int = 1

    @classmethod
    def of_text(cls, text: str) -> "Part":
        """Return `3/16` as a part; raises `ConfigError`."""
        number, slash, of = text.partition("/")
        if slash and number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of):
            return cls(int(number), int(of))
        raise ConfigError(f"--part: must be like 3/16, the third of sixteen, not {text!r}")

    def choose(self, inputs: Iterable[Input]) -> Iterator[Input]:
        """Yield every `of`-th input: together the parts are all, and no two share one."""
        return islice(inputs, self.number - 1, None, self.of)


@dataclass(frozen=True, slots=True)
class Job:
    """What a run is; two runs with equal jobs give equal rows.

    Args:
        named: What the user named, in order.
        stamp: By whom.
        target: What is looked for, in words.
        every: Which frames of videos.
        limit: Inputs at most, from the start; None for all.
        part: Which of them.
        limits: What a picture may cost, as JSON: it decides what is refused.
    """

    named: tuple[str, ...]
    stamp: Stamp
    target: str
    every: Every
    limit: int | None
    part: Part
    limits: Mapping[str, float]

    def about(self) -> dict[str, Any]:
        """Return what must be the same when a run is gone on with, as JSON values."""
        return {
            "inputs": list(self.named),
            "working_folder": self._working_folder(),
            "ensemble": self.stamp.ensemble,
            "target": self.target,
            "digest": self.stamp.digest,
            "voters": list(self.stamp.voters),
            "certificate_id": self.stamp.certificate_id,
            "skysift_version": self.stamp.skysift_version,
            "every_seconds": self.every.seconds,
            "every_frames": self.every.frames,
            "limit": self.limit,
            "part": f"{self.part.number}/{self.part.of}",
            "limits": dict(self.limits),
        }

    def _working_folder(self) -> str | None:
        """Return the folder that relative names start from; None when there are none."""
        relative = [
            name for name in self.named if "://" not in name and not Path(name).is_absolute()
        ]
        return str(Path.cwd()) if relative else None

    def inputs(self, listing: Listing) -> Iterator[Input]:
        """Yield what is to be scored."""
        return self.part.choose(islice(listing.of(self.named), self.limit))


@contextmanager
def opened(
    folder: Path, job: Job, *, resume: bool, say: Callable[[str], None]
) -> Iterator[Journal]:
    """Hold a run's folder and give its journal, with all inputs in it.

    Args:
        folder: Of the run; made where it is missing.
        job: What is to be done.
        resume: Go on with what is there; without it, a folder with a run in it is refused.
        say: Told what the user should know.

    Raises:
        SkysiftError: The folder cannot be written or is in use, holds a run that was not to be
            gone on with, or holds one of another job: the message names what changed.
    """
    with held(folder), Journal(folder, create=True) as journal:
        if journal.about() and not resume:
            raise SkysiftError(
                f"{folder}: there is a run in this folder; go on with it by --resume, or "
                "choose another --out"
            )
        _begin_or_go_on(journal, job, say)
        yield journal


def _begin_or_go_on(journal: Journal, job: Job, say: Callable[[str], None]) -> None:
    listing = Listing(job.every)
    if begun := journal.about():
        _refuse_changed(begun, job.about())
        _refuse_new(journal, job.inputs(listing))
        done = journal.counts()
        say(f"going on: {done.done} of {done.inputs} have their row")
        return
    repeated = journal.begin(job.about(), job.inputs(listing))
    if repeated:
        say(f"named more than once, and judged once: {repeated}")
    if listing.left_out:
        names = ", ".join(listing.shown)
        say(
            "left out of the folders, not called like pictures: "
            f"{listing.left_out}, such as {names}; name them to have them judged"
        )


def _refuse_changed(begun: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    changed = [
        f"{name}: was {begun.get(name)!r}, is {value!r}"
        for name, value in now.items()
        if begun.get(name) != value
    ]
    if changed:
        raise ConfigError(
            [*changed, "rows of two jobs do not mix: choose another --out for the new one"],
            source="this folder holds another job",
        )


def _refuse_new(journal: Journal, inputs: Iterable[Input]) -> None:
    """Refuse inputs that came after the run began; one that went since becomes a failed row."""
    new = list(islice(journal.unknown(inputs), SHOWN))
    if new:
        names = ", ".join(each.source for each in new)
        raise ConfigError(
            [f"inputs that were not there when it began, such as {names}", "choose another --out"],
            source="this folder holds another job",
        )


def refuse_incomplete(counts: Counts) -> None:
    """Raise `SkysiftError` unless every input has exactly one row."""
    if counts.inputs != counts.scored + counts.failed:
        raise SkysiftError(
            f"{counts.inputs} inputs, but {counts.scored} scored + {counts.failed} failed: "
            f"{counts.inputs - counts.done} have no row; go on with --resume"
        )
