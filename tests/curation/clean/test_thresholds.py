from pathlib import Path

import pytest

from curation.clean.by_measure import RULES
from curation.clean.thresholds import Thresholds, as_yaml, read_thresholds
from ensembles.errors import ConfigError


@pytest.mark.parametrize("thresholds", [Thresholds(), Thresholds(blurred=0.5, off_subject=None)])
def test_what_is_printed_can_be_read(tmp_path: Path, thresholds: Thresholds) -> None:
    file = tmp_path / "limits.yaml"
    file.write_text(as_yaml(thresholds), encoding="utf-8")

    assert read_thresholds(file) == thresholds


def test_what_a_file_does_not_name_has_its_default(tmp_path: Path) -> None:
    file = tmp_path / "limits.yaml"
    file.write_text("blurred: 0.5\n", encoding="utf-8")

    assert read_thresholds(file) == Thresholds(blurred=0.5)


def test_an_empty_file_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "limits.yaml"
    file.write_text("", encoding="utf-8")

    assert read_thresholds(file) == Thresholds()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("blured: 0.5", "did you mean 'blurred'"),
        ("blurred: 1.5", "less than or equal to 1"),
        ("alike_hash_bits: 8", "less than or equal to 7"),
        ("blurred: [", "is not YAML"),
        ("[1, 2]", "dictionary"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "limits.yaml"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(ConfigError, match=words):
        read_thresholds(file)


def test_every_rule_has_its_threshold() -> None:
    assert {rule.defect.value for rule in RULES} <= set(Thresholds.model_fields)
