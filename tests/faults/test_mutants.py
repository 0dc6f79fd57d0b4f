"""A few of the mutants that `python -m tests.faults.mutants` makes by the thousand."""

from tests.faults.mutants import good_files, mutants, outcome_of, tried

OF_EACH_FORMAT = 10


def test_every_file_that_is_damaged_was_whole() -> None:
    assert {outcome_of(data) for data in good_files().values()} <= {
        "decoded",
        "decoded, with a doubt",
    }


def test_a_seed_makes_the_same_mutants() -> None:
    assert list(mutants(40, seed=1)) == list(mutants(40, seed=1))
    assert list(mutants(40, seed=1)) != list(mutants(40, seed=2))


def test_damage_gives_a_frame_or_a_reason_and_nothing_else() -> None:
    count = OF_EACH_FORMAT * len(good_files())

    outcomes = tried(mutants(count, seed=3), warm_up=0)

    assert not outcomes.broken
    assert outcomes.counts.total() == count
    assert {"decoded", "truncated", "unreadable"} <= set(outcomes.counts)
