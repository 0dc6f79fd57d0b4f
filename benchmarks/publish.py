"""Where results go: JSON and Markdown beside this file, ignored by git; what the README quotes."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.machine import machine

RESULTS = Path(__file__).with_name("results")
FIGURES = Path(__file__).with_name("figures")
"""Plots that the README shows; in git."""
README = Path(__file__).with_name("README.md")


def save(name: str, found: Mapping[str, object]) -> Path:
    """Write results with what they were got on, and return the file."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps({"machine": machine(), **found}, indent=1) + "\n")
    return path


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"


def quote(name: str, text: str, *, readme: Path = README) -> None:
    """Put a text between its two marks in the README.

    Raises:
        ValueError: The marks are missing.
    """
    start, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    whole = readme.read_text(encoding="utf-8")
    before, found, rest = whole.partition(start)
    _, found_end, after = rest.partition(end)
    if not (found and found_end):
        raise ValueError(f"{readme}: {start.strip()} and {end} are needed, to write between")
    readme.write_text(f"{before}{start}{text}{end}{after}", encoding="utf-8")
