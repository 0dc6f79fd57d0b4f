"""Frames of no use as thumbnails by reason: one HTML file that needs no network."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from curation.clean.finding import Defect, Finding
from skysift.curate.page import write_page
from skysift.report.thumbnails import thumbnail

MOST_SHOWN = 48
"""Of each reason, the farthest beyond the threshold first; each thumbnail is about 12 KB."""


@dataclass(frozen=True, slots=True)
class Card:
    """One finding, as the sheet shows it."""

    source: str
    picture: str | None
    told: str
    kept: str
    kept_picture: str | None


@dataclass(frozen=True, slots=True)
class Shelf:
    """The findings of one reason."""

    defect: Defect
    count: int
    cards: tuple[Card, ...]


def write_clean_sheet(path: Path, table: pa.Table, found: Sequence[Finding]) -> None:
    """Write the page; a file of that name is replaced.

    Args:
        path: Of the page.
        table: With the columns `source` and `reason` of the manifest.
        found: What is wrong.

    Raises:
        ConfigError: It cannot be written.
    """
    write_page(
        path,
        "clean.html",
        shelves=list(_shelves(table, found)),
        frames=table.num_rows,
        faulty=len({finding.row for finding in found}),
    )


def _shelves(table: pa.Table, found: Sequence[Finding]) -> Iterator[Shelf]:
    sources, reasons = table["source"].to_pylist(), table["reason"].to_pylist()
    for defect in Defect:
        own = sorted((each for each in found if each.defect is defect), key=_excess, reverse=True)
        if own:
            cards = tuple(_card(each, sources, reasons) for each in own[:MOST_SHOWN])
            yield Shelf(defect, len(own), cards)


def _excess(finding: Finding) -> float:
    """Return how far a value lies beyond its threshold."""
    if finding.value is None or finding.threshold is None:
        return 0.0
    return abs(finding.value - finding.threshold)


def _card(finding: Finding, sources: Sequence[str], reasons: Sequence[str | None]) -> Card:
    source = sources[finding.row]
    kept = "" if finding.duplicate_of is None else sources[finding.duplicate_of]
    if finding.defect is Defect.BROKEN:
        told = reasons[finding.row] or ""
    elif finding.value is None:
        told = "the same bytes"
    else:
        told = f"{finding.measure} {finding.value:.3g}, threshold {finding.threshold:g}"
    return Card(
        source, thumbnail(Path(source)), told, kept, thumbnail(Path(kept)) if kept else None
    )
