"""Everything that is wrong with a score table, in words."""

from collections import Counter
from collections.abc import Iterator, Sequence

from batch.columns import Table
from batch.score_cells import LABELS, POSITIVE_CELLS, SHOWN, objects_in, rows_with_objects


def problems_in(read: Table, *, split: str | None, needs_positives: bool) -> list[str]:
    """Return one line per mistake; empty when the table can be used.

    Args:
        read: The columns that are known.
        split: The one that was asked for.
        needs_positives: Whether a table without a frame labelled 1 is of no use.
    """
    problems = [*_missing(read), *_wrong_ids(read), *_wrong_labels(read), *_wrong_scores(read)]
    if needs_positives and not problems and not POSITIVE_CELLS & set(read.text["label"]):
        problems.append("label: no frame is labelled 1, so there is no recall to speak of")
    return [*problems, *_wrong_split(read, split), *([] if problems else _wrong_objects(read))]


def _missing(read: Table) -> Iterator[str]:
    for name in ("id", "label"):
        if name not in read.text:
            yield f"there is no column {name!r}"
    if not read.numbers:
        yield "there is no score column; each voter needs one called score_<voter>"


def _wrong_ids(read: Table) -> Iterator[str]:
    ids = read.text.get("id")
    if ids is None:
        return
    if not ids.size:
        yield "there are no frames, only a header"
    if len(set(ids)) != len(ids):
        twice = [name for name, count in Counter(ids).items() if count > 1]
        yield f"id: {len(twice)} ids stand in more than one row, such as {_examples(twice)}"
    if "" in set(ids):
        yield "id: a row has none"


def _wrong_labels(read: Table) -> Iterator[str]:
    wrong = [label for label in set(read.text.get("label", ())) if label not in LABELS]
    if wrong:
        yield f"label: must be 1, 0 or empty, not {_examples(sorted(wrong))}"


def _wrong_scores(read: Table) -> Iterator[str]:
    for name, scores in read.numbers.items():
        outside = scores[(scores < 0) | (scores > 1)]
        if outside.size:
            yield f"{name}: {outside.size} scores lie outside [0, 1], such as {outside[0]:g}"


def _wrong_split(read: Table, wanted: str | None) -> Iterator[str]:
    counts = Counter(read.text.get("split", ()))
    named = ", ".join(f"{name or '(empty)'} ({count} frames)" for name, count in counts.items())
    if wanted is None and len(counts) > 1:
        yield f"split: there are several, {named}: say which one with --split"
    if wanted is not None and wanted not in counts:
        yield f"split: there is no {wanted!r}; there are {named or 'none'}"


def _wrong_objects(read: Table) -> Iterator[str]:
    """Yield an object that stands in two groups: it is two objects, or leaks over a split."""
    if "object" not in read.text or "group" not in read.text:
        return
    home: dict[str, str] = {}
    for row in rows_with_objects(read):
        group = read.text["group"][row]
        for name in objects_in(read.text["object"][row]):
            if home.setdefault(name, group) != group:
                yield (
                    f"object: {name!r} is in the groups {home[name]!r} and {group!r}; if these "
                    "are two objects, give each an id of its own, if it is one, join the groups"
                )
                return


def _examples(values: Sequence[object]) -> str:
    return ", ".join(repr(str(value)) for value in list(values)[:SHOWN])
