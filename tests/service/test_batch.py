"""Many pictures in one request: each gets its own verdict."""

import asyncio

import pytest

from ensembles.gate import Gate
from tests.service.fakes import BRIGHT, DARK, Waits, app_of, client_of, ensemble, picture
from tests.service.wire import Wire


def files(*bodies: bytes) -> list[tuple[str, tuple[str, bytes]]]:
    return [("images", (f"{index}.jpg", body)) for index, body in enumerate(bodies)]


def test_every_picture_gets_its_verdict_in_order() -> None:
    pictures = [picture(value) for value in range(0, 256, 15)]

    answer = client_of().post("/v1/triage/batch", files=files(*pictures)).json()

    decisions = [result["decision"] for result in answer["results"]]
    assert decisions == ["skip"] * 9 + ["review"] * 9
    assert [result["index"] for result in answer["results"]] == list(range(18))
    assert answer["results"][3]["source"] == "3.jpg"


def test_a_broken_picture_does_not_fail_the_others() -> None:
    response = client_of().post(
        "/v1/triage/batch", files=files(DARK, b"", b"text", BRIGHT[:300], DARK)
    )

    results = response.json()["results"]
    assert response.status_code == 200
    assert [result["reasons"] for result in results] == [
        [],
        ["empty"],
        ["not_an_image"],
        ["truncated"],
        [],
    ]
    assert [result["decision"] for result in results] == ["skip", *["review"] * 3, "skip"]
    assert results[1]["error"] == "the picture is empty: 0 bytes"
    assert results[1]["frame"] is None


def test_a_picture_too_large_to_come_alone_is_too_large_in_a_batch() -> None:
    client = client_of(max_body_mb=0.001)

    results = client.post("/v1/triage/batch", files=files(bytes(1500), DARK)).json()["results"]

    assert [result["reasons"] for result in results] == [["too_large"], []]


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"files": files(*[DARK] * 4)}, "4 pictures in 'images'; at most 3"),
        ({"files": [("image", DARK)]}, "'images' is missing"),
        ({"content": DARK, "headers": {"Content-Type": "image/jpeg"}}, "'images' repeated"),
        ({"files": [("images", DARK), *[("other", b"")] * 40]}, "more than 19 parts"),
    ],
)
def test_a_wrong_batch_is_refused(sent: dict[str, object], words: str) -> None:
    response = client_of(max_batch_files=3).post("/v1/triage/batch", **sent)  # type: ignore[arg-type]

    assert response.status_code == 400
    assert words in response.json()["error"]
    assert response.json()["decision"] == "review"


def test_what_is_not_judged_within_the_deadline_is_reviewed() -> None:
    async def story() -> Wire:
        voter = Waits()
        app = app_of(ensemble(waits=voter), batch_deadline_seconds=0.1, join_frames=1)
        form = client_of().build_request("POST", "/", files=files(DARK, b"text", DARK))
        headers = {"Content-Type": form.headers["content-type"]}
        wire = await Wire(app, "/v1/triage/batch", headers).send(form.read()).done()
        voter.go.set()
        return wire

    wire = asyncio.run(story())

    assert wire.status == 200
    reasons = [result["reasons"] for result in wire.answer["results"]]
    assert reasons == [["timeout"], ["not_an_image"], ["timeout"]]


def test_a_gate_that_fails_as_a_whole_is_an_error_alone_and_a_review_in_a_batch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Gate, "judge", lambda *_, **__: 1 / 0)
    client = client_of()

    alone = client.post("/v1/triage", content=DARK)
    batch = client.post("/v1/triage/batch", files=files(DARK, DARK))

    assert (alone.status_code, alone.json()["reason"]) == (500, "internal")
    assert alone.json()["decision"] == "review"
    assert [result["reasons"] for result in batch.json()["results"]] == [["internal"]] * 2
