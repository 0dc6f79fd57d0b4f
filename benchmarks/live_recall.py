"""Live recall through the real store and the real endpoint: false alarms, and how late it sees.

    python -m benchmarks.live_recall [RUNS]

Each run has a database of its own. Frames of the blind sample are put into it as the service
records them, and labels are posted to `POST /v1/labels`; whether the alarm is on is read from
`GET /v1/ensembles`. Prints a Markdown table.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import structlog

from ensembles.votes import Decision
from tests.service.promises import Site, positive, put_in_sample

RUNS = 200
PROMISED, GOOD, BAD = 0.95, 0.98, 0.85
POSITIVES = 1000
GOOD_ONES = 300
MOST_AFTER_THE_FALL = 20_000
AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Audit:
    """How likely skipped and kept frames are to be in the blind sample."""

    skipped: float
    kept: float


@dataclass(frozen=True, slots=True)
class Sighting:
    """A frame of the sample that shows the target.

    Args:
        place: Among all frames that show it and were flown together, from 1.
        frame: Its id.
        missed: The gate skipped it.
    """

    place: int
    frame: str
    missed: bool


AUDITS = (Audit(1, 1), Audit(0.2, 0.2), Audit(0.2, 1))


class Flights:
    """A service, and frames that show the target, kept with some recall."""

    def __init__(self, folder: Path, audit: Audit, seed: int) -> None:
        self.audit = audit
        self.site = Site(folder)
        self._random = np.random.default_rng(seed)
        self._flown = 0

    def fly(self, frames: int, *, recall: float) -> list[Sighting]:
        """Record and return the sampled ones of so many positive frames."""
        missed = self._random.random(frames) >= recall
        chance = np.where(missed, self.audit.skipped, self.audit.kept)
        sampled = np.flatnonzero(self._random.random(frames) < chance)
        least = min(self.audit.skipped, self.audit.kept)
        ids: dict[int, str] = {}
        decisions: dict[bool, Decision] = {True: "skip", False: "review"}
        for miss, decision in decisions.items():
            some = [int(place) for place in sampled if missed[place] == miss]
            if some:
                share = self.audit.skipped if miss else self.audit.kept
                names = [self._flown + place for place in some]
                made = put_in_sample(
                    self.site.store, names, decision, propensity=share, least=least
                )
                ids |= dict(zip(some, made, strict=True))
        self._flown += frames
        return [Sighting(place + 1, ids[place], bool(missed[place])) for place in sorted(ids)]

    def label(self, seen: Sequence[Sighting]) -> bool:
        """Say that the frames show the target; return whether the promise is void."""
        self.site.say(*(positive(one.frame) for one in seen))
        return bool(self.site.listed()["certificate_status"] == "void")


@contextmanager
def flights(audit: Audit, seed: int) -> Iterator[Flights]:
    """Give flights with a database of their own."""
    with TemporaryDirectory() as folder:
        made = Flights(Path(folder), audit, seed)
        yield made
        made.site.desk.close()


def alarms_falsely(audit: Audit, seed: int) -> bool:
    """Return whether 1,000 labelled positives at a good recall ever raise the alarm."""
    with flights(audit, seed) as sky:
        labelled = sky.fly(int(POSITIVES / _share(audit, GOOD)), recall=GOOD)
        return sky.label(labelled[:POSITIVES])


@dataclass(frozen=True, slots=True)
class Delay:
    """How much there was after the fall, when the alarm came.

    Args:
        flown: Frames that show the target.
        labels: Those of them that were in the sample and labelled.
        misses: Those of these that the gate had skipped.
    """

    flown: int
    labels: int
    misses: int


def delay(audit: Audit, seed: int) -> Delay | None:
    """Return how late a fall is seen; None when there was a false alarm before it."""
    with flights(audit, seed) as sky:
        good = sky.fly(int(GOOD_ONES / _share(audit, GOOD)), recall=GOOD)
        if good and sky.label(good):
            return None
        unsaid: list[Sighting] = []
        labels = misses = 0
        for before in range(0, MOST_AFTER_THE_FALL, AT_ONCE):
            for one in sky.fly(AT_ONCE, recall=BAD):
                unsaid.append(one)
                labels, misses = labels + 1, misses + one.missed
                # A find never raises the alarm, so finds are posted with the next miss.
                if one.missed and sky.label(unsaid):
                    return Delay(before + one.place, labels, misses)
                unsaid = [] if one.missed else unsaid
        return Delay(MOST_AFTER_THE_FALL, labels, misses)


def _share(audit: Audit, recall: float) -> float:
    """Return the share of positive frames that are in the sample."""
    return recall * audit.kept + (1 - recall) * audit.skipped


def row(audit: Audit, runs: int) -> str:
    """Return one line of the table."""
    false = sum(alarms_falsely(audit, seed) for seed in range(runs))
    seen = [one for seed in range(runs) if (one := delay(audit, 10_000 + seed))]
    cells = [
        f"{np.quantile([one.labels for one in seen], q):.0f} "
        f"({np.quantile([one.misses for one in seen], q):.0f}; "
        f"{np.quantile([one.flown for one in seen], q):.0f})"
        for q in (0.5, 0.9)
    ]
    return f"| {audit.skipped:g}, {audit.kept:g} | {false} of {runs} | {' | '.join(cells)} |"


def main(runs: int) -> None:
    """Print the table."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    print(f"{runs} runs a row; promise {PROMISED}, true recall {GOOD}, falling to {BAD}\n")
    print("| skipped, kept in the sample | false alarms per 1,000 labelled positives | ", end="")
    print("median delay: labels (misses among them; frames with a target) | 90 % |")
    print("|---|---|---|---|")
    for audit in AUDITS:
        print(row(audit, runs), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else RUNS)
