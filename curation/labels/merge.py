"""What people said before, and what they say now: the later word counts, and none is lost."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from curation.labels.label_file import MODEL, Label
from ensembles.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Merged:
    """Labels after new ones came in.

    Args:
        labels: As they stand now, one a frame.
        replaced: Labels that were overruled by later ones, oldest first.
        new: How many frames had no label before.
        corrected: How many frames got another label.
        confirmed: How many were labelled alike once more.
        late: New labels that are older than what stands, and so changed nothing.
        of_models: Proposals that no person confirmed; none of them is taken.
    """

    labels: tuple[Label, ...]
    replaced: tuple[Label, ...]
    new: int
    corrected: int
    confirmed: int
    late: int
    of_models: int


def merged(before: Iterable[Label], coming: Sequence[Label]) -> Merged:
    """Return what stands when new labels come in.

    Only what a person says is taken. Of two labels on one frame the later one stands; a label
    without a time counts as older than any with one.

    Args:
        before: Labels that stand, one a frame.
        coming: New ones, each with `by`.

    Raises:
        ConfigError: Somebody's label has a time that is none, or has no time zone.
    """
    for label in coming:
        when(label)
    standing = {label.key: label for label in before}
    counts = dict.fromkeys(("new", "corrected", "confirmed", "late", "of_models"), 0)
    replaced = []
    for label in coming:
        fate = _fate(standing.get(label.key), label)
        counts[fate] += 1
        if fate in {"corrected", "confirmed"}:
            replaced.append(standing[label.key])
        if fate in {"new", "corrected", "confirmed"}:
            standing[label.key] = label
    return Merged(tuple(standing.values()), tuple(replaced), **counts)


def _fate(old: Label | None, label: Label) -> str:
    if label.by.startswith(MODEL):
        return "of_models"
    if old is None:
        return "new"
    if when(label) < when(old):
        return "late"
    return "confirmed" if old.label == label.label else "corrected"


def when(label: Label) -> datetime:
    """Return when a label was given, in UTC; long ago when nobody noted it.

    Raises:
        ConfigError: `at` is no ISO 8601 time with an offset.
    """
    if not label.at:
        return datetime.min.replace(tzinfo=UTC)
    try:
        moment = datetime.fromisoformat(label.at)
    except ValueError:
        raise ConfigError(f"{label.frame}: at: {label.at!r} is no ISO 8601 time") from None
    if moment.tzinfo is None:
        raise ConfigError(f"{label.frame}: at: {label.at!r} has no offset, such as Z")
    return moment.astimezone(UTC)
