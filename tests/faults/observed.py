"""What was observed when each fault was last shown: kept beside the code, and in the docs."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.faults.fault import Fault

KEPT = Path(__file__).with_name("observed.json")
PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
HEAD = "| name | fault | expected | observed |\n|---|---|---|---|"
BEGIN, END = "<!-- faults: made by python -m tests.faults --keep -->", "<!-- end of faults -->"


@dataclass(frozen=True, slots=True)
class Observed:
    """What came of a fault, and when.

    Args:
        seen: As measured.
        held: Whether it is what was expected.
        seconds: That showing it took.
        day: In UTC, as 2026-11-27.
    """

    seen: str
    held: bool
    seconds: float
    day: str


def read() -> dict[str, Observed]:
    """Return what was kept, by name of the fault."""
    if not KEPT.exists():
        return {}
    return {name: Observed(**one) for name, one in json.loads(KEPT.read_text("utf-8")).items()}


def keep(observed: Mapping[str, Observed], faults: Iterable[Fault]) -> None:
    """Keep what was observed beside what was before, and renew the table in the docs."""
    all_of_them = read() | dict(observed)
    ordered = {one.name: all_of_them[one.name] for one in faults if one.name in all_of_them}
    lines = {name: asdict(one) for name, one in ordered.items()}
    KEPT.write_text(json.dumps(lines, indent=1, ensure_ascii=False) + "\n", "utf-8")
    if PAGE.exists():
        PAGE.write_text(with_table(PAGE.read_text("utf-8"), table(faults, ordered)), "utf-8")


def with_table(page: str, rows: str) -> str:
    """Return the page with the rows between its two marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{rows}{END}{after}"


def table(faults: Iterable[Fault], observed: Mapping[str, Observed]) -> str:
    """Return the rows as Markdown, part by part, in the order in which parts come first."""
    parts: dict[str, list[str]] = {}
    for fault in faults:
        parts.setdefault(fault.part, []).append(_row(fault, observed.get(fault.name)))
    return "\n".join(
        f"### {part}\n{HEAD}\n" + "\n".join(rows) + "\n" for part, rows in parts.items()
    )


def _row(fault: Fault, one: Observed | None) -> str:
    seen = "not shown yet" if one is None else f"{'' if one.held else '**not held**: '}{one.seen}"
    cells = (f"`{fault.name}`", fault.fault, fault.expected, seen)
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
