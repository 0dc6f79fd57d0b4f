from datetime import UTC, datetime

import pytest

from batch.row import Picture, Row, Stamp
from ensembles.reasons import Reason
from ensembles.votes import Box, Verdict, Vote

COLUMNS = """
    id source frame_index video_seconds captured_at latitude longitude altitude_m altitude_above
    height_above_takeoff_m gimbal_yaw_degrees gimbal_pitch_degrees focal_length_35mm
    width_px height_px decision settled reasons detail box
    score_a vote_a asked_a score_b vote_b asked_b
    full_ballot ensemble digest certificate_id skysift_version scored_at latency_seconds
""".split()  # noqa: SIM905 - one name a line would fill a page
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
STAMP = Stamp("hikers", "abc", ("a", "b"), "0.1.0")


def row(verdict: Verdict, *, detail: str = "") -> Row:
    return Row(Picture("one.jpg", "id1"), verdict, STAMP, NOW, 0.25, detail)


def test_the_columns_are_those_of_the_design_in_its_order() -> None:
    assert list(row(Verdict("skip")).columns()) == COLUMNS


def test_a_row_that_was_never_judged_has_the_same_columns() -> None:
    columns = row(Verdict.unjudged(Reason.EMPTY), detail="no bytes").columns()

    assert list(columns) == COLUMNS
    assert columns["decision"] == "review"
    assert columns["reasons"] == ("empty",)
    assert columns["score_a"] is None


def test_a_voter_that_was_not_asked_differs_from_one_that_abstained() -> None:
    abstained = Vote("a", None, 0.5, Reason.VOTER_TIMEOUT)
    columns = row(Verdict("review", votes=(abstained,), skipped=("b",))).columns()

    assert (columns["asked_a"], columns["vote_a"], columns["score_a"]) == (True, "abstained", None)
    assert (columns["asked_b"], columns["vote_b"], columns["score_b"]) == (False, None, None)


def test_the_box_is_four_pixels() -> None:
    columns = row(Verdict("review", view=Box(1, 2, 3, 4))).columns()

    assert columns["box"] == (1, 2, 3, 4)


@pytest.mark.parametrize(("detail", "failed"), [("", False), ("no bytes", True)])
def test_a_row_with_a_detail_has_failed(detail: str, failed: bool) -> None:
    assert row(Verdict("review"), detail=detail).failed is failed


def test_times_are_written_with_their_zone() -> None:
    assert row(Verdict("skip")).columns()["scored_at"] == "2026-11-22T09:30:00+00:00"
