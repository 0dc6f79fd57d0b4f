"""One picture: the verdict, and every way not to get one."""

from io import BytesIO

import pytest
from PIL import Image
from starlette.testclient import TestClient

from tests.service.fake_kind import Brightness, Opinionless, Raises
from tests.service.fakes import BRIGHT, DARK, DIGEST, Waits, client_of, ensemble, picture

BAD = [
    (b"", 400, "empty"),
    (b"just some text, not a picture", 415, "not_an_image"),
    (b"%PDF-1.7 and so on", 415, "unsupported_format"),
    (picture(side=400)[:-200], 400, "truncated"),
    (BRIGHT[:300], 400, "truncated"),
]


@pytest.fixture
def client() -> TestClient:
    return client_of()


def test_a_picture_in_the_body_gets_a_verdict(client: TestClient) -> None:
    response = client.post("/v1/triage", content=BRIGHT)

    answer = response.json()
    assert response.status_code == 200
    assert (answer["decision"], answer["settled"], answer["reasons"]) == ("review", True, [])
    assert answer["votes"][0]["voter"] == "bright"
    assert answer["votes"][0]["answer"] == "yes"
    assert answer["frame"]["width_px"] == 48
    assert (answer["ensemble"], answer["digest"]) == ("demo", DIGEST)
    assert answer["certificate_id"] is None
    assert answer["latency_seconds"] > 0


def test_a_dark_picture_is_skipped(client: TestClient) -> None:
    assert client.post("/v1/triage", content=DARK).json()["decision"] == "skip"


@pytest.mark.parametrize(
    "content_type",
    [
        "image/jpeg",
        "image/jpg",
        "application/octet-stream",
        "text/plain",
        "",
        "nonsense",
        "application/x-www-form-urlencoded",
    ],
)
def test_the_declared_content_type_is_not_believed(client: TestClient, content_type: str) -> None:
    response = client.post("/v1/triage", content=DARK, headers={"Content-Type": content_type})

    assert response.json()["decision"] == "skip"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF"])
def test_every_format_is_read(client: TestClient, kind: str) -> None:
    assert client.post("/v1/triage", content=picture(0, kind)).json()["decision"] == "skip"


def test_a_cmyk_jpeg_is_read(client: TestClient) -> None:
    file = BytesIO()
    Image.new("CMYK", (48, 48), (0, 0, 0, 255)).save(file, "JPEG")

    assert client.post("/v1/triage", content=file.getvalue()).status_code == 200


def test_a_form_may_carry_the_picture(client: TestClient) -> None:
    answer = client.post("/v1/triage", files={"image": ("été.jpg", DARK)}).json()

    assert answer["decision"] == "skip"
    assert answer["frame"]["source"] == "été.jpg"


def test_other_form_fields_are_left_alone(client: TestClient) -> None:
    response = client.post("/v1/triage", files={"image": DARK}, data={"note": "from the ridge"})

    assert response.json()["decision"] == "skip"


def test_a_form_without_the_field_names_what_it_has(client: TestClient) -> None:
    response = client.post("/v1/triage", files={"file": DARK})

    assert response.status_code == 400
    assert "'image' is missing; there are: 'file'" in response.json()["error"]


def test_two_pictures_are_a_batch_and_not_one(client: TestClient) -> None:
    response = client.post("/v1/triage", files=[("image", DARK), ("image", DARK)])

    assert response.status_code == 400
    assert "at most 1" in response.json()["error"]


@pytest.mark.parametrize("body", [b"", b"junk", b"--X\r\nContent-Disposition: form-data; na"])
def test_a_broken_form_is_refused(client: TestClient, body: bytes) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=X"}

    response = client.post("/v1/triage", content=body, headers=headers)

    assert response.status_code == 400
    assert response.json()["decision"] == "review"


def test_a_form_without_a_boundary_is_refused(client: TestClient) -> None:
    response = client.post(
        "/v1/triage", content=b"x", headers={"Content-Type": "multipart/form-data"}
    )

    assert "boundary" in response.json()["error"]


@pytest.mark.parametrize(("body", "status", "reason"), BAD, ids=[reason for _, _, reason in BAD])
def test_what_is_no_picture_is_refused_and_reviewed(
    client: TestClient, body: bytes, status: int, reason: str
) -> None:
    response = client.post("/v1/triage", content=body)

    answer = response.json()
    assert (response.status_code, answer["reason"]) == (status, reason)
    assert answer["decision"] == "review"
    assert set(answer) == {"error", "reason", "decision", "request_id"}
    assert answer["request_id"] == response.headers["X-Request-ID"]


def test_a_picture_that_unpacks_too_far_is_refused() -> None:
    flat = picture(0, "PNG", side=4000)

    response = client_of().post("/v1/triage", content=flat)

    assert (response.status_code, response.json()["reason"]) == (413, "too_large")


def test_a_body_over_the_size_limit_is_refused() -> None:
    response = client_of(max_body_mb=0.001).post("/v1/triage", content=b"x" * 2000)

    assert (response.status_code, response.json()["reason"]) == (413, "too_large")
    assert response.json()["decision"] == "review"


def test_an_animation_is_reviewed_whatever_the_votes_say(client: TestClient) -> None:
    file = BytesIO()
    frames = [Image.new("L", (48, 48), value) for value in (0, 1)]
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])

    answer = client.post("/v1/triage", content=file.getvalue()).json()

    assert (answer["decision"], answer["reasons"]) == ("review", ["more_frames"])


def test_a_voter_that_raises_abstains_and_says_so() -> None:
    client = client_of(ensemble(broken=Raises(), bright=Brightness()))

    answer = client.post("/v1/triage", content=DARK).json()

    assert answer["decision"] == "review"
    assert answer["settled"] is False
    assert answer["reasons"] == ["voter_failed"]
    assert answer["votes"][0] == {
        "voter": "broken",
        "score": None,
        "threshold": 0.5,
        "floor": None,
        "answer": "abstained",
        "reason": "voter_failed",
    }


def test_a_voter_without_an_opinion_leaves_it_open() -> None:
    client = client_of(ensemble(silent=Opinionless()))

    answer = client.post("/v1/triage", content=DARK).json()

    assert (answer["decision"], answer["reasons"]) == ("review", ["voter_abstained"])


def test_a_voter_that_hangs_abstains_after_its_budget() -> None:
    voter = Waits()
    client = client_of(ensemble(timeout_seconds=0.05, hangs=voter))

    answer = client.post("/v1/triage", content=DARK).json()
    voter.go.set()

    assert (answer["decision"], answer["reasons"]) == ("review", ["voter_timeout"])


def test_explain_asks_every_voter() -> None:
    client = client_of(ensemble(first=Brightness(), second=Brightness()))

    short = client.post("/v1/triage", content=BRIGHT).json()
    whole = client.post("/v1/triage?explain=true", content=BRIGHT).json()

    assert short["skipped"] == ["second"]
    assert [vote["voter"] for vote in whole["votes"]] == ["first", "second"]
    assert whole["decision"] == short["decision"]


def test_a_request_may_pick_an_ensemble() -> None:
    client = client_of(ensemble("first"), ensemble("second"))

    default = client.post("/v1/triage", content=DARK).json()
    chosen = client.post("/v1/triage?ensemble=second", content=DARK).json()

    assert (default["ensemble"], chosen["ensemble"]) == ("first", "second")


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("ensemble=dmeo", 404, "did you mean 'demo'?"),
        ("ensemble=other", 404, "loaded are: demo"),
        ("explian=true", 400, "did you mean 'explain'?"),
        ("explain=perhaps", 400, "true or false"),
        ("explain=true&explain=false", 400, "given twice"),
    ],
)
def test_a_wrong_query_is_refused(client: TestClient, query: str, status: int, words: str) -> None:
    response = client.post(f"/v1/triage?{query}", content=DARK)

    assert response.status_code == status
    assert words in response.json()["error"]
    assert response.json()["decision"] == "review"


def test_a_well_formed_request_id_comes_back(client: TestClient) -> None:
    response = client.post("/v1/triage", content=DARK, headers={"X-Request-ID": "flight-7.42_a"})

    assert response.headers["X-Request-ID"] == "flight-7.42_a"
    assert response.json()["request_id"] == "flight-7.42_a"


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, 'x"y', "<script>"])
def test_another_request_id_is_replaced(client: TestClient, given: str) -> None:
    response = client.post("/v1/triage", content=DARK, headers={"X-Request-ID": given})

    assert len(response.headers["X-Request-ID"]) == 32
