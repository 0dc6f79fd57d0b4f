from pathlib import Path

import pytest

from tests.docs.pages import PAGES, ROOT, anchors, links


def target_of(page: Path, link: str) -> tuple[Path, str]:
    path, _, anchor = link.partition("#")
    return ((page.parent / path).resolve() if path else page), anchor


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_between_pages_leads_somewhere(page: Path) -> None:
    inside = [link for link in links(page) if "://" not in link and not link.startswith("mailto:")]
    targets = {link: target_of(page, link) for link in inside}

    missing = [
        link
        for link, (path, _) in targets.items()
        if not path.exists() or not path.is_relative_to(ROOT)
    ]
    no_heading = [
        link
        for link, (path, anchor) in targets.items()
        if anchor and path.suffix == ".md" and path.exists() and anchor not in anchors(path)
    ]

    assert not missing, f"{page.name} links to what is not there: {missing}"
    assert not no_heading, f"{page.name} links to headings that are not there: {no_heading}"
