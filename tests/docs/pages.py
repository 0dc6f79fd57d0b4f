"""The documentation as data: pages, code blocks, links, headings."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = (ROOT / "README.md", *sorted(DOCS.rglob("*.md")))

_BLOCK = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its page, its language and what stands in it."""

    page: Path
    language: str
    text: str

    def __str__(self) -> str:
        first = self.text.strip().splitlines()[0] if self.text.strip() else "empty"
        return f"{self.page.name}: {first[:40]}"


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def all_docs() -> str:
    """The pages a user looks things up in; decisions are history and do not count."""
    return "\n".join(text_of(page) for page in PAGES if page.parent.name != "decisions")


def blocks(*languages: str) -> Iterator[Block]:
    for page in PAGES:
        for language, text in _BLOCK.findall(text_of(page)):
            if language in languages:
                yield Block(page, language, text)


def links(page: Path) -> list[str]:
    return _LINK.findall(_BLOCK.sub("", text_of(page)))


def anchors(page: Path) -> set[str]:
    """The names that a heading can be linked by, as GitHub makes them."""
    headings = _HEADING.findall(_BLOCK.sub("", text_of(page)))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def section(page: Path, heading: str) -> str:
    """The text under a heading, up to the next heading of any level."""
    found = re.search(
        rf"^#+ +`?{re.escape(heading)}`?\b[^\n]*\n(.*?)(?=^#|\Z)",
        text_of(page),
        re.MULTILINE | re.DOTALL,
    )
    return found[1] if found else ""
