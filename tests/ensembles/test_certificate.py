"""A certificate holds for one ensemble and says so."""

from pathlib import Path

import pytest

from ensembles.certificate import Certificate, Share, read_certificate, write_certificate
from ensembles.errors import ConfigError

DIGEST = "ab" * 32


def certificate(*, digest: str | None = DIGEST, bound: float = 0.951) -> Certificate:
    return Certificate(
        ensemble="boats",
        digest=digest,
        rule="or",
        thresholds={"a": 0.25, "b": 0.1},
        recall=0.95,
        confidence=0.95,
        counted="objects",
        positives=93,
        misses=1,
        bound=bound,
        share_kept=Share(successes=30, trials=100, low=0.21, high=0.4),
        prevalence=Share(successes=10, trials=100, low=0.05, high=0.18),
        review_seconds_per_frame=2,
        review_hours_per_1000_frames=0.17,
        method="one rule",
        rules_tried=1,
        skysift_version="0.1.0",
    )


def test_it_is_valid_for_its_own_digest_only() -> None:
    assert certificate().standing(DIGEST)[0] == "valid"
    assert certificate().standing("cd" * 32)[0] == "void"
    assert certificate(digest=None).standing(DIGEST)[0] == "void"


def test_it_comes_back_from_its_file_the_same(tmp_path: Path) -> None:
    file = tmp_path / "certificate.json"
    made = certificate()

    write_certificate(made, file)

    assert read_certificate(file) == made
    assert read_certificate(file).id == made.id


def test_its_id_is_that_of_its_content() -> None:
    made = certificate()

    assert made.id == made.model_copy().id
    assert made.id != made.model_copy(update={"bound": 0.96}).id


@pytest.mark.parametrize(
    ("text", "problem"),
    [("{}", "recall: is missing"), ("nonsense", "Invalid JSON"), ('{"recal": 1}', "'recall'")],
)
def test_a_file_that_is_no_certificate_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    file = tmp_path / "certificate.json"
    file.write_text(text)

    with pytest.raises(ConfigError, match=problem):
        read_certificate(file)


def test_a_missing_certificate_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_certificate(tmp_path / "none.json")
