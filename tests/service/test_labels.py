"""`POST /v1/labels`: what people say is kept once, and speaks of the recall."""

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from service.openapi import openapi
from tests.service.fakes import BRIGHT, DARK
from tests.service.promises import AT, Site, certified, frame_id, positive, put_in_sample

EVERYBODY: dict[str, Any] = {"audit_skipped": 1, "audit_kept": 1}
DOCUMENT = openapi()


def described(status: int) -> dict[str, object]:
    response = DOCUMENT["paths"]["/v1/labels"]["post"]["responses"][str(status)]
    schema: dict[str, object] = response["content"]["application/json"]["schema"]
    return schema | {"components": DOCUMENT["components"]}


def test_labels_of_judged_frames_show_as_live_recall(tmp_path: Path) -> None:
    site = Site(tmp_path, **EVERYBODY)
    kept, missed = (site.judge(body)["frame"]["id"] for body in (BRIGHT, DARK))

    answer = site.say(positive(kept), positive(missed))

    assert (answer["received"], answer["new"], answer["counted"]) == (2, 2, 2)
    live = site.listed()["live_recall"]
    assert (live["kept"], live["missed"]) == (1, 1)
    assert live["evidence"] == pytest.approx(0.95 * 1.95, abs=0.1)
    Draft202012Validator(described(200)).validate(answer)


def test_the_same_labels_sent_again_change_nothing(tmp_path: Path) -> None:
    site = Site(tmp_path, **EVERYBODY)
    frame = site.judge(DARK)["frame"]["id"]
    site.say(positive(frame))
    before = site.listed()["live_recall"]

    again = site.say(positive(frame))

    assert (again["new"], again["counted"]) == (0, 1)
    assert site.listed()["live_recall"] == before


def test_pictures_of_a_batch_are_in_the_sample_too(tmp_path: Path) -> None:
    site = Site(tmp_path, **EVERYBODY)
    files = [("images", BRIGHT), ("images", DARK), ("images", b"text")]
    results = site.client.post("/v1/triage/batch", files=files).json()["results"]

    answer = site.say(*(positive(one["frame"]["id"]) for one in results if one["frame"]))

    assert answer["counted"] == 2


@pytest.mark.parametrize(("skipped", "kept", "counted"), [(1, 0, 0), (0, 1, 0), (1, 1, 2)])
def test_with_one_share_at_zero_there_is_no_sample(
    tmp_path: Path, skipped: float, kept: float, counted: int
) -> None:
    site = Site(tmp_path, audit_skipped=skipped, audit_kept=kept)
    frames = [site.judge(body)["frame"]["id"] for body in (BRIGHT, DARK)]

    assert site.say(*map(positive, frames))["counted"] == counted


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        ({"labels": [positive("12")]}, 400, "labels[0].frame: should be the 64 hex digits"),
        ({"labels": [positive("a" * 64, label="yes")]}, 400, "labels[0].label: "),
        ({"labels": [positive("a" * 64, at="2026-05-01")]}, 400, "labels[0].at: "),
        ({"labels": [positive("a" * 64, at="2126-05-01T00:00:00Z")]}, 400, "lies in the future"),
        ({"labels": [positive("a" * 64) | {"at": 0}]}, 400, "labels[0].at: should be ISO 8601"),
        ({"labels": [positive("a" * 64, at="1.5e9")]}, 400, "labels[0].at: should be ISO 8601"),
        ({"labels": [positive("a" * 64, colour="red")]}, 400, "labels[0].colour: unknown key"),
        ({"labels": []}, 400, "labels: at least one is needed"),
        ({"label": []}, 400, "did you mean 'labels'?"),
        ([], 400, "should be an object"),
        ({"labels": [positive(frame_id(n)) for n in range(4)]}, 413, "at most 3 are taken"),
        ({"labels": [positive("a" * 64, object="x" * 5000)]}, 413, "bytes or more"),
    ],
)
def test_a_wrong_label_is_refused_with_its_place_and_nothing_is_kept(
    tmp_path: Path, body: object, status: int, told: str
) -> None:
    site = Site(tmp_path, max_labels=3)

    response = site.client.post("/v1/labels", json=body)

    assert response.status_code == status
    assert told in response.json()["error"]
    assert response.json()["decision"] is None
    assert site.store.label_counts() == {}
    Draft202012Validator(described(status)).validate(response.json())


@pytest.mark.parametrize(
    ("query", "status"), [("?ensemble=other", 404), ("?explain=true", 400), ("", 200)]
)
def test_labels_are_for_one_ensemble(tmp_path: Path, query: str, status: int) -> None:
    site = Site(tmp_path)

    response = site.client.post(f"/v1/labels{query}", json={"labels": [positive("a" * 64)]})

    assert response.status_code == status


def test_without_a_database_labels_are_refused_and_frames_are_answered(tmp_path: Path) -> None:
    site = Site(tmp_path, database="none")

    assert site.judge(BRIGHT)["decision"] == "review"
    assert "SKYSIFT_DATABASE is none" in site.say(positive("a" * 64))["error"]
    assert site.listed()["live_recall"] is None


def test_a_database_that_fails_loses_labels_loudly_and_no_verdict(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    site = Site(tmp_path, database=f"sqlite:///{tmp_path / 'file' / 'review.sqlite'}", **EVERYBODY)

    assert site.judge(BRIGHT)["decision"] == "review"
    response = site.client.post("/v1/labels", json={"labels": [positive("a" * 64)]})
    failures = site.client.get("/metrics").text

    assert response.status_code == 503
    assert "Retry-After" in response.headers
    assert 'skysift_audit_failures_total{ensemble="demo"}' in failures
    assert "skysift_watch_failures_total" in failures


def test_a_restarted_service_knows_what_it_knew(tmp_path: Path) -> None:
    site = Site(tmp_path)
    frames = put_in_sample(site.store, range(30), "review") + put_in_sample(
        site.store, range(30, 33), "skip"
    )
    site.say(*map(positive, frames))

    assert Site(tmp_path).listed()["live_recall"] == site.listed()["live_recall"]


def test_two_workers_see_the_same_whoever_takes_the_label(tmp_path: Path) -> None:
    one, other = Site(tmp_path), Site(tmp_path)
    frames = put_in_sample(one.store, range(20), "skip")

    for number, frame in enumerate(frames):
        (one, other)[number % 2].say(positive(frame))
    for site in (one, other):
        site.desk.lineup.watch.look()

    assert one.listed() == other.listed()
    assert one.listed()["certificate_status"] == "void"


def test_a_target_seen_on_several_frames_counts_once_and_is_found_when_one_was_kept(
    tmp_path: Path,
) -> None:
    site = Site(tmp_path)
    skipped = put_in_sample(site.store, ["a", "b"], "skip")
    (kept,) = put_in_sample(site.store, ["c"], "review")

    site.say(*(positive(frame, object="hiker-3") for frame in (*skipped, kept)))
    site.say(positive(skipped[1], object="hiker-3;hiker-4", at=AT.replace("09", "10")))

    live = site.listed()["live_recall"]
    assert (live["kept"], live["missed"]) == (1, 1)


def test_labels_are_counted_by_what_they_say_and_how_they_came(tmp_path: Path) -> None:
    site = Site(tmp_path, certified(tmp_path, "counted"))

    site.say(positive("a" * 64), positive("b" * 64, label="negative"), ensemble="counted")

    text = site.client.get("/metrics").text
    for what in ("positive", "negative"):
        labels = f'ensemble="counted",label="{what}",source="api"'
        assert f"skysift_labels{{{labels}}} 1.0" in text
