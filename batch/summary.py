"""What a job came to: the sums, what took the time, and what to look at next."""

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

from batch.entries import Counts
from batch.journal import WALL, Journal


@dataclass(frozen=True, slots=True)
class Summary:
    """The end of a run, in numbers.

    Args:
        counts: Inputs, scored, failed, review.
        reasons: Rows by reason; a row with two counts in both.
        wall_seconds: What the runs of the job have taken together.
        voter_seconds: By voter, summed over processes.
        about: What the run is (`Job.about`).
        certificate: Whether a recall is promised, and why not.
    """

    counts: Counts
    reasons: dict[str, int]
    wall_seconds: float
    voter_seconds: dict[str, float]
    about: dict[str, Any]
    certificate: str

    @property
    def complete(self) -> bool:
        """Whether every input has its row."""
        return self.counts.inputs == self.counts.scored + self.counts.failed

    @property
    def kept(self) -> float:
        """Share of rows that a person must look at."""
        return self.counts.review / max(1, self.counts.done)

    @property
    def skip(self) -> int:
        """Rows that nobody needs to look at."""
        return self.counts.done - self.counts.review

    @property
    def per_second(self) -> float:
        """Rows per second of wall clock; 0 when nothing was done."""
        return self.counts.done / self.wall_seconds if self.wall_seconds else 0.0

    @property
    def voter_shares(self) -> dict[str, float]:
        """Each voter's share of the time of all voters."""
        total = sum(self.voter_seconds.values())
        return {name: spent / total for name, spent in self.voter_seconds.items()} if total else {}

    def to_json(self) -> dict[str, Any]:
        """Return what `summary.json` says."""
        return {
            "complete": self.complete,
            **asdict(self.counts),
            "skip": self.skip,
            "share_kept": round(self.kept, 6),
            "reasons": self.reasons,
            "wall_seconds": round(self.wall_seconds, 3),
            "frames_per_second": round(self.per_second, 3),
            "voter_seconds": {name: round(spent, 3) for name, spent in self.voter_seconds.items()},
            "certificate": self.certificate,
            "about": self.about,
        }

    def text(self) -> str:
        """Return the same for a person."""
        counts = self.counts
        lines = [
            f"inputs      {counts.inputs} = {counts.scored} scored + {counts.failed} failed"
            + ("" if self.complete else f" + {counts.inputs - counts.done} not done"),
            f"decisions   {counts.review} review ({self.kept:.2%}), {self.skip} skip",
            *(f"reason      {reason}: {count}" for reason, count in self.reasons.items()),
            f"speed       {self.per_second:.1f} frames/s over {self.wall_seconds:.1f} s",
        ]
        if shares := self.voter_shares:
            told = ", ".join(f"{name} {share:.0%}" for name, share in shares.items())
            lines.append(f"voters      {told} of their time")
        return "\n".join([*lines, f"certificate {self.certificate}"])


def summary_of(journal: Journal, certificate: str) -> Summary:
    """Return what the journal says.

    Args:
        journal: Of a run, complete or not.
        certificate: Whether a recall is promised, in words.
    """
    reasons: Counter[str] = Counter()
    for (_, said), count in journal.reasons().items():
        for reason in said.split():
            reasons[reason] += count
    spent = journal.spent()
    return Summary(
        journal.counts(),
        dict(reasons.most_common()),
        spent.pop(WALL, 0.0),
        spent,
        journal.about(),
        certificate,
    )
