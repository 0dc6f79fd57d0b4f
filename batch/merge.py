"""The parts of a divided job joined into one, with the sums checked."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any

from batch.entries import Counts, Entry
from batch.input import Input
from batch.job import Part, refuse_incomplete
from batch.journal import ROWS_AT_ONCE, Journal
from batch.lock import held
from ensembles.errors import ConfigError, SkysiftError

WHOLE = "1/1"


def merge(parts: Sequence[Path], out: Path) -> Counts:
    """Join complete parts into a new job in `out`; return what it holds.

    Args:
        parts: Folders of the jobs, in any order.
        out: Gets the joined journal.

    Raises:
        ConfigError: They are parts of different jobs, or not all parts of one.
        SkysiftError: A part is not complete, or `out` holds a job already or cannot be written.
    """
    with ExitStack() as stack:
        stack.enter_context(held(out))
        journals = _in_order([stack.enter_context(Journal(folder)) for folder in parts])
        for journal in journals:
            refuse_incomplete(journal.counts())
        whole = stack.enter_context(Journal(out, create=True))
        if whole.about():
            raise SkysiftError(f"{out}: there is a job in this folder; choose another --out")
        about = {**journals[0].about(), "part": WHOLE}
        repeated = whole.begin(about, (given for given, _ in _alternating(journals)))
        if repeated:
            raise ConfigError(f"{repeated} inputs are in more than one part")
        _copy_rows(journals, whole)
        refuse_incomplete(whole.counts())
        return whole.counts()


def _copy_rows(journals: Sequence[Journal], whole: Journal) -> None:
    entries = (
        Entry(number, cells)
        for number, (_, cells) in enumerate(_alternating(journals), start=1)
        if cells is not None
    )
    while block := list(islice(entries, ROWS_AT_ONCE)):
        whole.commit(block, {})
    for journal in journals:
        whole.commit((), journal.spent())


def _in_order(journals: Sequence[Journal]) -> list[Journal]:
    """Return the parts by their number."""
    abouts = [journal.about() for journal in journals]
    of = Part.of_text(abouts[0]["part"]).of
    wanted = [f"{number}/{of}" for number in range(1, of + 1)]
    given = [about["part"] for about in abouts]
    if sorted(given) != sorted(wanted):
        missing = ", ".join(part for part in wanted if part not in given) or "none"
        raise ConfigError(
            f"parts 1 to {of} of {of} are needed, each once; named were {', '.join(given)}, "
            f"missing: {missing}"
        )
    for each in abouts[1:]:
        _refuse_other(abouts[0], each)
    by_part = dict(zip(given, journals, strict=True))
    return [by_part[part] for part in wanted]


def _refuse_other(first: dict[str, Any], other: dict[str, Any]) -> None:
    differ = sorted(
        name for name, value in first.items() if name != "part" and other.get(name) != value
    )
    if differ:
        raise ConfigError(
            f"part {other['part']} is of another job than part {first['part']}: they differ in "
            + ", ".join(differ)
        )


def _alternating(
    journals: Sequence[Journal],
) -> Iterator[tuple[Input, dict[str, Any] | None]]:
    """Yield the inputs in the order they were named: part after part took one in turn."""
    turns = [journal.pairs() for journal in journals]
    while turns:
        for turn in tuple(turns):
            pair = next(turn, None)
            if pair is None:
                turns.remove(turn)
            else:
                yield pair
