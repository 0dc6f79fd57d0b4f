import pytest

from skysift.progress import LINES, progress


def test_a_line_now_and_then_where_there_is_no_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with progress("pictures decided") as advance:
        for done in range(1, 1001):
            advance(done, 1000)

    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == LINES
    assert lines[-1] == "pictures decided: 1000 of 1000"


def test_few_steps_are_told_one_by_one(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("flights drawn") as advance:
        advance(1, 2)
        advance(2, 2)

    assert capsys.readouterr().err.splitlines() == [
        "flights drawn: 1 of 2",
        "flights drawn: 2 of 2",
    ]
