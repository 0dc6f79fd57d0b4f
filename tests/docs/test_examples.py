"""What the documentation shows, works."""

import shlex
from hashlib import sha256
from pathlib import Path

import pytest

from ensembles.checked_file import read_ensemble
from models.catalog import options_for
from service.schemas import TriageAnswer
from tests.docs.pages import ROOT, Block, blocks
from tests.docs.test_documented import usages

ENSEMBLES = [block for block in blocks("yaml") if "voters:" in block.text]
PYTHON = list(blocks("python"))
COMMAND_LINES = sorted(
    {
        line.strip().removeprefix("$ ")
        for block in blocks("sh", "bash", "console")
        for line in block.text.splitlines()
        if line.strip().removeprefix("$ ").startswith("skysift ")
    }
)


@pytest.mark.parametrize("block", ENSEMBLES, ids=str)
def test_an_ensemble_in_the_docs_can_be_read(block: Block, tmp_path: Path) -> None:
    file = tmp_path / "ensemble.yaml"
    file.write_text(block.text, encoding="utf-8")

    config = read_ensemble(file, options_for)

    assert config.voters


@pytest.mark.parametrize("block", PYTHON, ids=str)
def test_python_in_the_docs_compiles(block: Block) -> None:
    compile(block.text, block.page.name, "exec")


@pytest.mark.parametrize("line", COMMAND_LINES)
def test_a_command_in_the_docs_exists_with_its_options(line: str) -> None:
    words = shlex.split(line, comments=True)
    known = {tuple(usage.split()): options for usage, options in usages()}
    matching = [usage for usage in known if tuple(words[: len(usage)]) == usage]

    if words[1] in {"--version", "--help"}:
        return
    assert matching, f"there is no command like {line!r}"
    asked = {word.split("=")[0] for word in words if word.startswith("--")}
    assert asked <= {*known[matching[0]], "--help"}


def test_the_answer_in_the_readme_is_one_that_the_service_gives() -> None:
    (block,) = [block for block in blocks("json") if block.page.name == "README.md"]
    example = ROOT / "demo" / "example.jpg"

    answer = TriageAnswer.model_validate_json(block.text)

    assert answer.frame is not None
    assert answer.frame.id == sha256(example.read_bytes()).hexdigest()
    assert answer.decision == "review"
