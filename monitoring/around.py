"""What stands around a voter: a clock, a safety net, and an ear."""

from collections.abc import Callable, Sequence
from functools import partial
from time import monotonic
from typing import Generic

import numpy as np
import numpy.typing as npt
import structlog
from structlog.typing import FilteringBoundLogger

from ensembles.asking import Asking
from ensembles.order import Rows
from ensembles.reasons import Reason
from ensembles.rules import Settles
from ensembles.seat import FrameT
from ensembles.voter import Floats, Reading, ViewT, Voter, ask
from ensembles.votes import Answers, Ballots
from monitoring.embeddings import Embeddings
from monitoring.metrics import VOTER_PLACE, clock, count_failures
from monitoring.patience import Patience
from monitoring.pulse import Pulse

log: FilteringBoundLogger = structlog.get_logger()


def guard(ensemble: str, name: str, voter: Voter[ViewT], timeout_seconds: float) -> Voter[ViewT]:
    """Return the voter under a clock, abstaining instead of failing.

    Args:
        ensemble: Its name; labels the metrics.
        name: Of the voter in the ensemble; labels them too.
        voter: Anything that reads; it may raise, hang, or answer nonsense.
        timeout_seconds: For one reading, however many views it holds.
    """
    return Timed(ensemble, name, Forgiving(ensemble, name, voter, timeout_seconds))


class Timed(Generic[ViewT]):
    """A voter whose readings are measured."""

    def __init__(self, ensemble: str, name: str, voter: Voter[ViewT]) -> None:
        self.ensemble = ensemble
        self.name = name
        self.voter = voter

    def read(self, views: Sequence[ViewT]) -> Reading:
        """Return the voter's own reading."""
        with clock("voter", ensemble=self.ensemble, voter=self.name, views=len(views)):
            return self.voter.read(views)


class Watched(Generic[FrameT]):
    """A voter whose embeddings are kept until the verdict on their frame is there.

    The gate has no use for them and drops them; drift is measured on them.

    Args:
        voter: The voter inside.
        embeddings: Where they are kept.
        wanted: Whether a frame of this id is watched at all.
    """

    def __init__(
        self, voter: Voter[FrameT], embeddings: Embeddings, wanted: Callable[[str], bool]
    ) -> None:
        self.voter = voter
        self.embeddings = embeddings
        self.wanted = wanted

    def read(self, views: Sequence[FrameT]) -> Reading:
        """Return the voter's own reading."""
        reading = self.voter.read(views)
        if reading.embeddings is not None:
            for view, embedding in zip(views, reading.embeddings, strict=True):
                if self.wanted(view.id):
                    self.embeddings.add(view.id, embedding)
        return reading


class TimedRule:
    """A rule whose settling is measured."""

    def __init__(self, rule: Settles) -> None:
        self.rule = rule

    def settle(self, ballots: Ballots) -> npt.NDArray[np.int8]:
        """Return the rule's own answers."""
        with clock("settle"):
            return self.rule.settle(ballots)


class ShownOrder:
    """An asking order that is shown as a metric.

    Args:
        ensemble: Its name.
        voters: Names, in the order of the columns.
        asking: The order itself.
    """

    def __init__(self, ensemble: str, voters: Sequence[str], asking: Asking) -> None:
        self.ensemble = ensemble
        self.voters = voters
        self.asking = asking
        self._show()

    @property
    def columns(self) -> tuple[int, ...]:
        """The columns of all seats, the first to be asked first."""
        return self.asking.columns

    def timed(self, column: int, *, views: int, seconds: float) -> None:
        """Take note of how long a seat read so many views."""
        self.asking.timed(column, views=views, seconds=seconds)

    def learn(self, ballots: Answers, frame_of: Rows) -> None:
        """Take note of full ballots, and show the order that comes of it."""
        self.asking.learn(ballots, frame_of)
        self._show()

    def _show(self) -> None:
        for place, column in enumerate(self.asking.columns, 1):
            VOTER_PLACE.labels(self.ensemble, self.voters[column]).set(place)


class Forgiving(Generic[ViewT]):
    """A voter that abstains, with a reason, where the voter inside raises, hangs or errs.

    When a reading of several views fails, they are read one by one, so that only the culprit
    abstains; not after a timeout, which would only be waited for again.

    Args:
        ensemble: Its name.
        name: Of the voter in the ensemble.
        voter: The voter inside.
        timeout_seconds: For one reading, however many views it holds and however often it is
            tried.
        rest_seconds: How long it is left alone when it is late again and again; 0: never.
    """

    def __init__(
        self,
        ensemble: str,
        name: str,
        voter: Voter[ViewT],
        timeout_seconds: float,
        *,
        rest_seconds: float = 0.0,
    ) -> None:
        self.ensemble = ensemble
        self.name = name
        self.voter = voter
        self.timeout_seconds = timeout_seconds
        self.pulse = Pulse(ensemble, name, rest_seconds=rest_seconds)
        self._patience: Patience[Reading | Exception] = Patience(name)

    def read(self, views: Sequence[ViewT]) -> Reading:
        """Return one score per view; never raises."""
        if self.pulse.rests:
            reading = Reading.abstention(len(views), Reason.VOTER_TIMEOUT)
        else:
            reading = self.probe(views)
        self._count(reading)
        return reading

    def probe(self, views: Sequence[ViewT]) -> Reading:
        """Return the same, also while it should be left alone; nothing of it is counted."""
        deadline = monotonic() + self.timeout_seconds
        outcome = self._attempt(views, deadline)
        if outcome is Reason.VOTER_FAILED and len(views) > 1:
            outcome = _joined([self._read_one(view, deadline) for view in views])
        reading = _or_abstention(outcome, len(views))
        if views:
            self.pulse.answered(_silence(reading))
        return reading

    def _read_one(self, view: ViewT, deadline: float) -> Reading:
        return _or_abstention(self._attempt([view], deadline), 1)

    def _attempt(self, views: Sequence[ViewT], deadline: float) -> Reading | Reason:
        """Return a reading that speaks of every view, or why there is none."""
        try:
            outcome = self._patience.call(
                partial(_reading_or_failure, self.voter, views), seconds=deadline - monotonic()
            )
        except TimeoutError:
            log.warning(
                "voter_timeout",
                ensemble=self.ensemble,
                voter=self.name,
                views=len(views),
                seconds=self.timeout_seconds,
            )
            return Reason.VOTER_TIMEOUT
        if isinstance(outcome, Reading):
            return outcome
        log.error(
            "voter_failed",
            ensemble=self.ensemble,
            voter=self.name,
            views=len(views),
            exc_info=outcome,
        )
        return Reason.VOTER_FAILED

    def _count(self, reading: Reading) -> None:
        reasons = [reading.reason(index) for index in range(len(reading))]
        for reason in {reason for reason in reasons if reason is not None}:
            count_failures(self.ensemble, self.name, reason, reasons.count(reason))


def _silence(reading: Reading) -> Reason | None:
    """Return why a reading holds no score at all, as its first view has it; None if it does."""
    return reading.reason(0) if np.isnan(reading.scores).all() else None


def _reading_or_failure(voter: Voter[ViewT], views: Sequence[ViewT]) -> Reading | Exception:
    try:
        return ask(voter, views)
    except Exception as error:  # noqa: BLE001 - whatever a model raises, the gate goes on without it
        return error


def _or_abstention(outcome: Reading | Reason, count: int) -> Reading:
    return outcome if isinstance(outcome, Reading) else Reading.abstention(count, outcome)


def _joined(readings: Sequence[Reading]) -> Reading:
    """Return one reading of all views; the embedding of a view without one is NaN."""
    return Reading(
        np.concatenate([reading.scores for reading in readings]),
        _joined_embeddings([reading.embeddings for reading in readings]),
        tuple(reading.reason(index) for reading in readings for index in range(len(reading))),
    )


def _joined_embeddings(parts: Sequence[Floats | None]) -> Floats | None:
    width = next((part.shape[1] for part in parts if part is not None), None)
    if width is None:
        return None
    missing = np.full((1, width), np.nan, dtype=np.float32)
    return np.concatenate([missing if part is None else part for part in parts])
