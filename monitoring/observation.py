"""What drift sees of one frame, and of many."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from ensembles.votes import Verdict
from monitoring.attributes import ATTRIBUTE_OF, Floats64

Floats = npt.NDArray[np.float32]
NO_TIME = float("nan")


@dataclass(frozen=True, slots=True, eq=False)
class Observation:
    """One frame on which every voter was asked.

    Args:
        id: Of the frame: the same picture has the same id everywhere.
        flight: Frames of one flight are alike, and count as evidence together.
        attributes: As `attributes_of` gives them, shape (8,).
        scores: Of every voter, in the order of the ensemble; NaN where it abstained, shape (v,).
        kept: Whether the verdict was `review`.
        embedding: Shape (d,); None when the voter that gives it abstained, or none gives one.
        seconds: When it was taken or seen, POSIX seconds; NaN when nobody knows.
        place: Where the picture lies, for people; empty when it lies nowhere.
    """

    id: str
    flight: str
    attributes: Floats64
    scores: Floats
    kept: bool
    embedding: Floats | None = None
    seconds: float = NO_TIME
    place: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Observations:
    """n frames, by column.

    Args:
        ids: n names.
        flights: n names.
        attributes: Shape (n, 8).
        scores: Shape (n, v).
        kept: Shape (n,).
        embeddings: Shape (n, d); a row of NaN where there is none; d is 0 when nobody gives any.
        seconds: Shape (n,).
        places: n names.
    """

    ids: tuple[str, ...]
    flights: tuple[str, ...]
    attributes: Floats64
    scores: Floats
    kept: npt.NDArray[np.bool_]
    embeddings: Floats
    seconds: Floats64
    places: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.ids)

    @classmethod
    def of(cls, observed: Iterable[Observation], *, voters: int, dimension: int) -> "Observations":
        """Return single frames as columns.

        Args:
            observed: Any number of them.
            voters: How many scores each has.
            dimension: Length of an embedding; 0 when nobody gives any.
        """
        every = list(observed)
        nothing = np.full(dimension, np.nan, dtype=np.float32)
        rows = [each.embedding if each.embedding is not None else nothing for each in every]
        return cls(
            ids=tuple(each.id for each in every),
            flights=tuple(each.flight for each in every),
            attributes=np.array([each.attributes for each in every], dtype=np.float64).reshape(
                len(every), len(ATTRIBUTE_OF)
            ),
            scores=np.array([each.scores for each in every], dtype=np.float32).reshape(
                len(every), voters
            ),
            kept=np.array([each.kept for each in every], dtype=bool),
            embeddings=np.array(rows, dtype=np.float32).reshape(len(every), dimension),
            seconds=np.array([each.seconds for each in every], dtype=np.float64),
            places=tuple(each.place for each in every),
        )

    def joined_with(self, other: "Observations") -> "Observations":
        """Return the frames of both, those of the other last."""
        return Observations(
            ids=self.ids + other.ids,
            flights=self.flights + other.flights,
            attributes=np.concatenate([self.attributes, other.attributes]),
            scores=np.concatenate([self.scores, other.scores]),
            kept=np.concatenate([self.kept, other.kept]),
            embeddings=np.concatenate([self.embeddings, other.embeddings]),
            seconds=np.concatenate([self.seconds, other.seconds]),
            places=self.places + other.places,
        )

    def take(self, rows: npt.NDArray[np.intp]) -> "Observations":
        """Return the chosen frames, in that order."""
        return Observations(
            ids=tuple(self.ids[row] for row in rows),
            flights=tuple(self.flights[row] for row in rows),
            attributes=self.attributes[rows],
            scores=self.scores[rows],
            kept=self.kept[rows],
            embeddings=self.embeddings[rows],
            seconds=self.seconds[rows],
            places=tuple(self.places[row] for row in rows),
        )


def scores_of(verdict: Verdict, voters: Sequence[str]) -> Floats:
    """Return the scores of a full ballot, NaN where a voter abstained, shape (v,)."""
    said = {vote.voter: vote.score for vote in verdict.votes}
    return np.array(
        [np.nan if said.get(name) is None else said[name] for name in voters], dtype=np.float32
    )


def posix_seconds(taken: datetime | None) -> float:
    """Return when a frame was taken, POSIX seconds; NaN when the file does not say.

    A camera's clock without a zone is read as UTC: only differences matter.
    """
    if taken is None:
        return NO_TIME
    return (taken if taken.tzinfo else taken.replace(tzinfo=UTC)).timestamp()


def rank_of(frame_id: str) -> int:
    """Return by which number frames of a flight are chosen: the same in every worker.

    It is not the number that chooses full ballots, or the chosen would all have small ones.
    """
    return int.from_bytes(blake2b(frame_id.encode(), digest_size=8, person=b"thin").digest())
