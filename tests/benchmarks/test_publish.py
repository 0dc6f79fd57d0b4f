from pathlib import Path

import pytest

from benchmarks.publish import README, quote, table


def test_a_table_is_markdown() -> None:
    assert table(["a", "b"], [["1", "2"]]) == "| a | b |\n| --- | --- |\n| 1 | 2 |\n"


def test_a_quotation_replaces_the_last_one_and_nothing_else(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("before\n<!-- x -->\nold\n<!-- /x -->\nafter\n")

    quote("x", "new\n", readme=readme)
    quote("x", "newer\n", readme=readme)

    assert readme.read_text() == "before\n<!-- x -->\nnewer\n<!-- /x -->\nafter\n"


def test_without_its_marks_nothing_is_written(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("no marks")

    with pytest.raises(ValueError, match="<!-- x -->"):
        quote("x", "new", readme=readme)

    assert readme.read_text() == "no marks"


@pytest.mark.parametrize("name", ["compare", "prevalence", "growth"])
def test_the_readme_has_a_place_for_each(name: str, tmp_path: Path) -> None:
    copy = tmp_path / "README.md"
    copy.write_text(README.read_text(encoding="utf-8"))

    quote(name, "a table\n", readme=copy)
