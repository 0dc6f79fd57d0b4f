"""The alert rules with one thing changed at a time, as a slip of the hand would change them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Rule = dict[str, Any]

FLIPPED = {">": "<", "==": "!=", "!=": "=="}
NEGATED = {"=": "!=", "!=": "=", "=~": "!~"}
OTHER_WORDS = (
    ("max by", "min by"),
    (" - ", " + "),
    (" / ", " * "),
    ("unless", "and"),
    (" offset 1h", ""),
    ("(audit|watch)", "audit"),
    ("(audit|watch)", "watch"),
)
_LIMIT = re.compile(r"(==|!=|>|<)\s+([\d.]+)\s*$")
_MATCHER = re.compile(r'(\w+)(=~|!=|=)"([^"]*)"')
_GROUPING = re.compile(r"\s+by \([^)]*\)")
_WINDOW = re.compile(r"\[(\d+)m\]")
_UNLESS = re.compile(r"\s+unless.*?(?=\s+\)\s+!=)", re.DOTALL)
_QUANTILE = re.compile(r"(?<=histogram_quantile\()[\d.]+")


@dataclass(frozen=True, slots=True)
class Mutant:
    """A changed rule, and what was changed."""

    alert: str
    change: str
    rule: Rule


def mutants(rule: Rule) -> Iterator[Mutant]:
    """Return every mutant of a rule, as YAML gives it."""
    for change, changed in _mutants_of(rule):
        yield Mutant(rule["alert"], change, changed)


def _mutants_of(rule: Rule) -> Iterator[tuple[str, Rule]]:
    expression = rule["expr"]
    for change in (_limits, _matchers, _groupings, _windows, _words):
        for what, changed in change(expression):
            yield what, rule | {"expr": changed}
    if "for" in rule:
        yield "for dropped", {key: value for key, value in rule.items() if key != "for"}
        minutes = int(rule["for"].removesuffix("m"))
        yield "for doubled", rule | {"for": f"{2 * minutes}m"}
    severity = "info" if rule["labels"]["severity"] == "warning" else "warning"
    yield "severity changed", rule | {"labels": {"severity": severity}}
    yield "labels lost", {key: value for key, value in rule.items() if key != "labels"}
    yield "runbook lost", rule | {"annotations": {"summary": rule["annotations"]["summary"]}}


def _limits(expression: str) -> Iterator[tuple[str, str]]:
    found = _LIMIT.search(expression.strip())
    if found is None:
        raise ValueError(f"no limit at the end of {expression!r}")
    before, (operator, limit) = expression.strip()[: found.start()], found.groups()
    yield f"{operator} flipped", f"{before}{FLIPPED[operator]} {limit}"
    moved: Callable[[float], float]
    for name, moved in (("raised", lambda x: 10 * x + 1 * (x == 0)), ("lowered", _lower)):
        yield f"limit {name}", f"{before}{operator} {moved(float(limit)):g}"


def _lower(limit: float) -> float:
    """Return a limit below: gauges that are 0 or 1 know nothing between the two."""
    return -1 if limit == 0 else 0 if limit == 1 else limit / 10


def _matchers(expression: str) -> Iterator[tuple[str, str]]:
    for found in _MATCHER.finditer(expression):
        before, after = expression[: found.start()], expression[found.end() :]
        name, operator, value = found.groups()
        if name == "__name__":
            continue
        yield f"matcher {found[0]} lost", f"{before}{after}"
        yield f"matcher {found[0]} negated", f'{before}{name}{NEGATED[operator]}"{value}"{after}'


def _groupings(expression: str) -> Iterator[tuple[str, str]]:
    for found in _GROUPING.finditer(expression):
        yield f"{found[0].strip()} lost", expression[: found.start()] + expression[found.end() :]


def _windows(expression: str) -> Iterator[tuple[str, str]]:
    for minutes in sorted({int(found[1]) for found in _WINDOW.finditer(expression)}):
        for other in (3 * minutes, 2 * minutes // 5):
            changed = expression.replace(f"[{minutes}m]", f"[{other}m]")
            yield f"window of {minutes} minutes became {other}", changed


def _words(expression: str) -> Iterator[tuple[str, str]]:
    for word, other in OTHER_WORDS:
        if word in expression:
            yield f"{word.strip()} became {other.strip()}", expression.replace(word, other, 1)
    if " offset 1h" in expression:
        yield "an hour became half of one", expression.replace("offset 1h", "offset 30m")
    if found := _UNLESS.search(expression):
        yield "the exception lost", expression[: found.start()] + expression[found.end() :]
    if found := _QUANTILE.search(expression):
        yield "quantile moved", expression[: found.start()] + "0.5" + expression[found.end() :]
