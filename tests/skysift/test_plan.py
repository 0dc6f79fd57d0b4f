"""`skysift plan`: what a promise costs before anything is labelled."""

import json

import pytest

from tests.skysift.conftest import Skysift


def test_the_table_names_positives_for_every_number_of_misses(skysift: Skysift) -> None:
    shown = skysift("plan", "--recall", 0.99, "--true-recall", 0.998)

    assert shown.code == 0
    for positives in (299, 473, 628, 773, 913, 1049):
        assert str(positives) in shown.out
    assert "for a chance of 80%: 628 positives" in shown.out
    assert "the cheapest way: collect 628 positive objects" in shown.out


def test_a_rare_target_makes_an_audit_too_dear(skysift: Skysift) -> None:
    shown = skysift(
        "plan", "--recall", 0.95, "--prevalence", 0.001, "--true-recall", 0.98, "--json"
    )

    facts = json.loads(shown.out)
    assert facts["audit_frames"] == pytest.approx(57_000, rel=0.01)
    assert "not to prove the recall" in facts["advice"]


def test_a_common_target_is_best_found_at_random_or_audited(skysift: Skysift) -> None:
    shown = skysift("plan", "--recall", 0.95, "--prevalence", 0.2, "--share-kept", 0.5, "--json")

    assert "audit 141 skipped frames" in json.loads(shown.out)["advice"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--recall", 0.95, "--true-recall", 0.95), "must lie above the promised 0.95"),
        (("--recall", 0.95, "--prevalence", 2), "prevalence must lie between 0 and 1"),
        (("--recall", 1), "recall must lie between 0 and 1"),
    ],
)
def test_what_cannot_be_planned_is_told(
    skysift: Skysift, arguments: tuple[object, ...], message: str
) -> None:
    shown = skysift("plan", *arguments)

    assert shown.code == 2
    assert message in shown.err
