"""What the review database keeps: the blind sample, what people say of it, and who judges now."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from sqlalchemy import Select, and_, exists, func, select
from sqlalchemy.engine import Connection

from ensembles.votes import Decision
from review.database import NO_DATABASE, Database
from review.labels import Label, Receipt, Source
from review.sample import SampledFrame
from review.tables import FRAMES, LABELS, TURNS
from review.turns import Turn

FRAMES_AT_ONCE = 500
"""Of one question: databases bound the values it may carry."""


@dataclass(frozen=True, slots=True)
class LabelledFrame:
    """A frame of the blind sample and what people say of it.

    Args:
        number: Of its first label: the order in which labels came.
        frame: Its id.
        decision: What the gate said.
        weight: p_least / p, in (0, 1].
        positive: Whether it shows the target, by the latest label.
        objects: The targets it shows, where they were named.
    """

    number: int
    frame: str
    decision: Decision
    weight: float
    positive: bool
    objects: tuple[str, ...]


class ReviewStore:
    """Keeps everything in the database and nothing in memory: any process may ask.

    Every method raises `StoreError` when the database cannot be read or written.

    Args:
        database: Opened when first needed.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    def at(cls, url: str) -> Self | None:
        """Return the store at the URL, or None when it says `none`.

        Raises:
            ConfigError: The URL is none, or of another kind of database.
        """
        return None if url == NO_DATABASE else cls(Database(url))

    def check(self) -> None:
        """Make the tables if there are none, and see that they can be read."""
        with self._database.begin():
            pass

    def close(self) -> None:
        """Let the connections go."""
        self._database.close()

    def record(self, frames: Sequence[SampledFrame]) -> None:
        """Keep frames of the blind sample; one that is there already is left as it is."""
        rows = [asdict(frame) for frame in frames]
        with self._database.begin() as connection:
            self._database.insert_new(connection, FRAMES, rows)

    def add_labels(self, ensemble: str, labels: Sequence[Label], *, source: Source) -> Receipt:
        """Keep what people said, all of it or nothing; a label that is known already stays one."""
        rows = [_row_of(ensemble, label, source) for label in labels]
        frames = sorted({label.frame for label in labels})
        with self._database.begin() as connection:
            new = self._database.insert_new(connection, LABELS, rows)
            counted = sum(
                _in_sample(connection, ensemble, frames[start : start + FRAMES_AT_ONCE])
                for start in range(0, len(frames), FRAMES_AT_ONCE)
            )
        return Receipt(len(labels), new, counted)

    def labelled(self, digest: str, *, after: int = 0) -> list[LabelledFrame]:
        """Return the frames that this gate judged and that somebody called positive.

        Args:
            digest: Of the gate.
            after: Leave out frames whose first label has this number or a lower one.

        Returns:
            In the order of their first labels.
        """
        with self._database.begin(writes=False) as connection:
            rows = connection.execute(_labels_of(digest)).mappings().all()
        first: dict[str, int] = {}
        last: dict[str, Any] = {}
        for row in rows:
            first.setdefault(row["frame"], row["number"])
            if row["frame"] not in last or row["labelled_at"] >= last[row["frame"]]["labelled_at"]:
                last[row["frame"]] = row
        return [_labelled(first[frame], last[frame]) for frame in first if first[frame] > after]

    def newest_label(self) -> int:
        """Return the number of the label that came last; 0 when there is none."""
        with self._database.begin(writes=False) as connection:
            return connection.scalar(select(func.max(LABELS.c.number))) or 0

    def label_counts(self) -> dict[tuple[str, str, str], int]:
        """Return how many labels there are by ensemble, label and source."""
        by = (LABELS.c.ensemble, LABELS.c.label, LABELS.c.source)
        with self._database.begin(writes=False) as connection:
            counted = connection.execute(select(*by, func.count()).group_by(*by)).all()
        return {(ensemble, label, source): count for ensemble, label, source, count in counted}

    def last_turn(self, ensemble: str, digest: str) -> Turn:
        """Return who judges for the ensemble since when; its own gate when nothing was said."""
        with self._database.begin(writes=False) as connection:
            row = connection.execute(_turns_of(ensemble, digest).limit(1)).mappings().first()
        return Turn(**row) if row else Turn.first(ensemble, digest)

    def add_turn(self, turn: Turn) -> bool:
        """Keep the next turn; return False when another process was quicker."""
        with self._database.begin() as connection:
            return self._database.insert_new(connection, TURNS, [asdict(turn)]) == 1


def _labels_of(digest: str) -> Select[Any]:
    """Return every label on frames that anybody ever called positive: few of all."""
    same = and_(FRAMES.c.ensemble == LABELS.c.ensemble, FRAMES.c.frame == LABELS.c.frame)
    positive = LABELS.alias()
    called_positive = exists().where(
        positive.c.ensemble == LABELS.c.ensemble,
        positive.c.frame == LABELS.c.frame,
        positive.c.label == "positive",
    )
    return (
        select(LABELS, FRAMES.c.decision, FRAMES.c.propensity, FRAMES.c.least_propensity)
        .join(FRAMES, same)
        .where(FRAMES.c.digest == digest, called_positive)
        .order_by(LABELS.c.number)
    )


def _turns_of(ensemble: str, digest: str) -> Select[Any]:
    here = and_(TURNS.c.ensemble == ensemble, TURNS.c.digest == digest)
    return select(TURNS).where(here).order_by(TURNS.c.number.desc())


def _labelled(number: int, row: Any) -> LabelledFrame:  # noqa: ANN401 - a row of SQLAlchemy's
    objects = tuple(filter(None, (part.strip() for part in row["object"].split(";"))))
    return LabelledFrame(
        number,
        row["frame"],
        row["decision"],
        row["least_propensity"] / row["propensity"],
        row["label"] == "positive",
        objects,
    )


def _row_of(ensemble: str, label: Label, source: Source) -> dict[str, Any]:
    return {
        "ensemble": ensemble,
        "frame": label.frame,
        "label": label.label,
        "object": label.object,
        "labelled_by": label.by,
        "labelled_at": label.at,
        "source": source,
    }


def _in_sample(connection: Connection, ensemble: str, frames: Iterable[str]) -> int:
    """Return how many of the frames are in the blind sample of the ensemble."""
    wanted = and_(FRAMES.c.ensemble == ensemble, FRAMES.c.frame.in_(list(frames)))
    return connection.scalar(select(func.count(FRAMES.c.frame.distinct())).where(wanted)) or 0
