"""Frames in = frames out, whatever happens to them."""

import asyncio

import structlog
from prometheus_client import REGISTRY

from tests.service.fake_kind import Brightness, Raises
from tests.service.fakes import BRIGHT, DARK, Waits, app_of, client_of, ensemble
from tests.service.wire import Wire, until


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def total(name: str, **labels: str) -> float:
    """The sum over all series of a metric that have these labels."""
    return sum(
        sample.value
        for family in REGISTRY.collect()
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    )


def balance() -> float:
    """Frames received that were not answered: 0 when nothing is in flight."""
    return total("skysift_frames_received_total") - total("skysift_frames_total")


def test_every_ending_is_counted_once() -> None:
    client = client_of(ensemble("endings"), max_body_mb=0.01)
    before = total("skysift_frames_received_total")

    client.post("/v1/triage", content=BRIGHT)
    client.post("/v1/triage", content=DARK)
    client.post("/v1/triage", content=b"")
    client.post("/v1/triage", content=bytes(20_000))
    client.post("/v1/triage?explian=1", content=DARK)
    client.post("/v1/triage/batch", files=[("images", DARK), ("images", b"text"), ("images", DARK)])
    client.post("/v1/triage/batch", content=b"no form")

    assert total("skysift_frames_received_total") - before == 9
    assert balance() == 0
    assert total("skysift_frames_in_flight") == 0

    def ended(decision: str, outcome: str, reason: str) -> float:
        labels = {"decision": decision, "outcome": outcome, "reason": reason}
        return value("skysift_frames_total", ensemble="endings", **labels)

    assert ended("review", "judged", "none") == 1
    assert ended("skip", "judged", "none") == 3
    assert ended("review", "refused", "empty") == 1
    assert ended("review", "refused", "not_an_image") == 1


def test_lost_and_late_frames_are_counted_as_failed() -> None:
    async def story() -> None:
        voter = Waits()
        app = app_of(ensemble("lost", waits=voter), deadline_seconds=0.2)
        leaver = Wire(app).send(DARK)
        await until(voter.started.is_set)
        leaver.hang_up()
        await leaver.done()
        await Wire(app).send(DARK).done()
        voter.go.set()

    before = value("skysift_http_disconnects_total")
    asyncio.run(story())

    failed = {"ensemble": "lost", "decision": "review", "outcome": "failed"}
    assert value("skysift_frames_total", **failed, reason="disconnected") == 1
    assert value("skysift_frames_total", **failed, reason="timeout") == 1
    assert value("skysift_http_disconnects_total") == before + 1
    assert balance() == 0


def test_votes_scores_and_stages_are_counted() -> None:
    client = client_of(ensemble("votes", vote="and", broken=Raises(), counted=Brightness()))

    client.post("/v1/triage", content=DARK)

    votes = {"ensemble": "votes"}
    assert value("skysift_votes_total", **votes, voter="broken", answer="abstained") == 1
    assert value("skysift_votes_total", **votes, voter="counted", answer="no") == 1
    assert value("skysift_voter_score_count", **votes, voter="counted") == 1
    assert (
        value("skysift_stage_duration_seconds_count", **votes, stage="voter", voter="counted") == 1
    )
    assert value("skysift_voter_failures_total", **votes, voter="broken", kind="voter_failed") == 1
    for stage in ("receive", "decode", "wait", "settle"):
        assert value("skysift_stage_duration_seconds_count", stage=stage, ensemble="", voter="") > 0


def test_what_clients_make_up_never_becomes_a_label() -> None:
    client = client_of()

    def bother(made_up: str) -> None:
        client.get(f"/v1/{made_up}")
        client.get(f"/elsewhere/{made_up}?x={made_up}")
        client.get(f"/v1/ensembles/{made_up}")
        client.request(made_up, "/v1/triage")
        client.post(f"/v1/triage?ensemble={made_up}", content=DARK)

    bother("FIRST")
    series = _series()
    for index in range(20):
        bother(f"MORE{index}")

    assert _series() == series


def test_a_request_leaves_one_line_without_pixels() -> None:
    client = client_of()

    with structlog.testing.capture_logs() as logs:
        client.post("/v1/triage", content=BRIGHT, headers={"X-Request-ID": "flight-1"})
        client.post("/v1/triage", content=b"text")
        client.get("/metrics")

    good, bad = logs
    assert (good["request_id"], good["route"], good["status"]) == ("flight-1", "/v1/triage", 200)
    assert good["decisions"] == ["review"]
    assert len(good["frames"][0]) == len(good["digest"]) == 64
    assert (bad["status"], bad["reason"]) == (415, "not_an_image")


def test_the_metrics_page_has_no_request_metrics_of_bentoml() -> None:
    response = client_of(ensemble("listed")).get("/metrics")

    assert response.headers["content-type"].startswith("text/plain")
    assert 'skysift_ensemble_info{digest="' in response.text
    assert "bentoml" not in response.text


def _series() -> set[tuple[str, str]]:
    return {
        (sample.name, str(sorted(sample.labels.items())))
        for family in REGISTRY.collect()
        for sample in family.samples
    }
