"""Whether a run kept its promise: one row for each input, no more and no fewer."""

from batch.journal import Journal

SHOWN = 10


def faults_of(journal: Journal) -> list[str]:
    """Return what is wrong with a run, in words; nothing is well."""
    counts = journal.counts()
    faults = [f"the journal itself is damaged: {text}" for text in journal.check()]
    if counts.inputs != counts.scored + counts.failed:
        faults.append(
            f"{counts.inputs} inputs, but {counts.scored} scored + {counts.failed} failed"
        )
    return faults + _rows_at_fault(journal)


def _rows_at_fault(journal: Journal) -> list[str]:
    """Compare every row with its input: the sums alone could hide two mistakes."""
    faults: list[str] = []
    more = 0
    for given, cells in journal.pairs():
        fault = _fault(given.source, given.frame_index, cells)
        if fault and len(faults) < SHOWN:
            faults.append(fault)
        elif fault:
            more += 1
    return [*faults, *([f"and {more} more like these"] if more else [])]


def _fault(source: str, frame_index: int, cells: dict[str, object] | None) -> str | None:
    named = f"{source} ({frame_index})" if frame_index else source
    if cells is None:
        return f"{named}: has no row"
    if (cells["source"], cells["frame_index"]) != (source, frame_index):
        return f"{named}: its row speaks of {cells['source']}"
    if cells["decision"] not in ("review", "skip"):
        return f"{named}: its row decides {cells['decision']!r}"
    if cells["detail"] is not None and cells["decision"] != "review":
        return f"{named}: failed, and yet not in review"
    return None
