"""Who may come in: what each key opens, and what nobody learns who has none."""

import asyncio
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from monitoring import metrics
from service.auth import is_loopback
from service.key_file import write_keys
from service.keys import new_key
from service.routes import SITE_ROUTES, V1_ROUTES
from tests.service.fakes import BRIGHT, DARK, app_of, client_of
from tests.service.keyed import bearer, entry, key_file
from tests.service.wire import Wire

LABELS = '{"labels": []}'
CALLS = {
    "triage": ("POST", "/v1/triage"),
    "batch": ("POST", "/v1/triage/batch"),
    "labels": ("POST", "/v1/labels"),
    "ensembles": ("GET", "/v1/ensembles"),
    "ensemble": ("GET", "/v1/ensembles/demo"),
    "metrics": ("GET", "/metrics"),
}
SCOPE_OF = {
    "triage": "triage",
    "batch": "triage",
    "labels": "review",
    "ensembles": "read",
    "ensemble": "read",
    "metrics": "metrics",
}
NO_ENTRY = (401, 403)


@pytest.fixture
def keys(tmp_path: Path) -> dict[str, str]:
    return key_file(tmp_path, triage="triage", review="review", read="read", metrics="metrics")[1]


@pytest.fixture
def client(tmp_path: Path, keys: dict[str, str]) -> TestClient:
    return client_of(api_keys=tmp_path / "keys.yaml")


def refused(why: str) -> float:
    return float(metrics.REFUSED_AT_THE_DOOR.labels(why)._value.get())


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("scope", ["triage", "review", "read", "metrics"])
def test_a_key_opens_what_its_scope_says_and_nothing_else(
    client: TestClient, keys: dict[str, str], call: str, scope: str
) -> None:
    method, path = CALLS[call]

    response = client.request(method, path, headers=bearer(keys[scope]), content=BRIGHT)

    if scope == SCOPE_OF[call]:
        assert response.status_code not in NO_ENTRY
    else:
        assert response.status_code == 403
        assert response.json()["reason"] == "not_allowed"


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        "Basic {key}",
        "Bearer {key}x",
        "Bearer \xe4{key}",
        "{key}",
    ],
)
def test_without_a_known_key_nothing_opens(
    client: TestClient, keys: dict[str, str], call: str, header: str | None
) -> None:
    method, path = CALLS[call]
    key = keys[SCOPE_OF[call]]
    headers = [] if header is None else [(b"authorization", header.format(key=key).encode())]

    response = client.request(method, path, headers=headers, content=BRIGHT)

    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert set(response.json()) == {"error", "reason", "decision", "request_id"}
    assert key not in response.text


@pytest.mark.parametrize("path", ["/v1/triage", "/v1/triage/batch"])
def test_a_picture_that_is_not_let_in_is_for_a_person(client: TestClient, path: str) -> None:
    assert client.post(path, content=BRIGHT).json()["decision"] == "review"


@pytest.mark.parametrize("path", ["/v1/docs", "/v1/openapi.json", "/"])
def test_the_docs_are_open(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 200


def test_every_route_says_who_may_ask() -> None:
    scopes = {
        route.path: getattr(route.endpoint, "scope", None) for route in (*V1_ROUTES, *SITE_ROUTES)
    }

    open_to_everybody = {path for path, scope in scopes.items() if scope is None}
    assert open_to_everybody == {"/openapi.json", "/docs", "/", "/{path:path}"}


def test_a_refused_body_is_not_read_into_memory_or_counted_as_a_frame(client: TestClient) -> None:
    received = metrics.FRAMES_RECEIVED._value.get()
    before = refused("no_key")

    client.post("/v1/triage", content=BRIGHT)

    assert metrics.FRAMES_RECEIVED._value.get() == received
    assert refused("no_key") == before + 1


def test_a_client_that_still_sends_gets_its_refusal(tmp_path: Path, keys: dict[str, str]) -> None:
    async def story() -> Wire:
        wire = Wire(app_of(api_keys=tmp_path / "keys.yaml"))
        return await wire.send(b"begin", more=True).send(b"end").done()

    wire = asyncio.run(story())

    assert (wire.status, wire.answer["decision"]) == (401, "review")


def test_a_key_that_asks_too_often_is_told_when_to_come_back(tmp_path: Path) -> None:
    key = new_key()
    write_keys(tmp_path / "keys.yaml", [entry("drone", key, per_minute=1)])
    client = client_of(api_keys=tmp_path / "keys.yaml")
    first = client.post("/v1/triage", headers=bearer(key), content=DARK)

    second = client.post("/v1/triage", headers=bearer(key), content=DARK)

    assert first.status_code == 200
    assert (second.status_code, second.headers["Retry-After"]) == (429, "60")
    assert second.json() | {"request_id": "", "error": ""} == {
        "error": "",
        "reason": "rate_limited",
        "decision": "review",
        "request_id": "",
    }


def test_a_batch_counts_for_as_many_as_it_holds(tmp_path: Path) -> None:
    key = new_key()
    write_keys(tmp_path / "keys.yaml", [entry("drone", key, per_minute=60)])
    client = client_of(api_keys=tmp_path / "keys.yaml")
    batch = [("images", DARK)] * 12
    client.post("/v1/triage/batch", headers=bearer(key), files=batch)

    late = client.post("/v1/triage", headers=bearer(key), content=DARK)

    assert (late.status_code, late.headers["Retry-After"]) == (429, "3")


@pytest.mark.parametrize(
    ("settings", "call", "status"),
    [
        ({"metrics": "off"}, "metrics", 404),
        ({"review": "off"}, "labels", 404),
        ({"metrics": "open"}, "metrics", 200),
    ],
)
def test_metrics_and_review_close_each_by_itself(
    tmp_path: Path, keys: dict[str, str], settings: dict[str, str], call: str, status: int
) -> None:
    client = client_of(api_keys=tmp_path / "keys.yaml", **settings)
    method, path = CALLS[call]
    key = {} if status == 200 else bearer(keys[SCOPE_OF[call]])

    assert client.request(method, path, headers=key, content=LABELS).status_code == status
    assert client.get("/v1/ensembles", headers=bearer(keys["read"])).status_code == 200


@pytest.mark.parametrize(
    ("peer", "host", "status"),
    [
        ("127.0.0.1", "127.0.0.1:3000", 200),
        ("127.0.0.1", "localhost:3000", 200),
        ("::1", "[::1]:3000", 200),
        ("::ffff:127.0.0.1", "localhost", 200),
        ("10.0.0.7", "localhost:3000", 403),
        ("172.17.0.1", "127.0.0.1:3000", 403),
        ("127.0.0.1", "rebound.example:3000", 403),
        ("127.0.0.1", "localhost.example", 403),
        ("127.0.0.1", "", 403),
        ("127.0.0.1", "[", 403),
    ],
)
def test_without_keys_this_machine_alone_is_answered(peer: str, host: str, status: int) -> None:
    client = TestClient(app_of(open_to_all=False), client=(peer, 5000))

    response = client.post("/v1/triage", content=DARK, headers={"Host": host})

    assert response.status_code == status
    assert response.json()["decision"] == ("review" if status == 403 else "skip")


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (None, 200),
        ("http://testserver", 200),
        ("https://listed.example", 200),
        ("https://other.example", 403),
        ("https://listed.example.evil", 403),
        ("null", 403),
    ],
)
def test_a_page_of_another_site_cannot_make_a_browser_post(origin: str | None, status: int) -> None:
    client = client_of(cors_origins="https://listed.example")
    headers = {"Origin": origin} if origin else {}

    assert client.post("/v1/triage", content=DARK, headers=headers).status_code == status


def test_no_page_of_another_site_may_read_answers_by_default() -> None:
    response = client_of().get("/v1/ensembles", headers={"Origin": "https://other.example"})

    assert "Access-Control-Allow-Origin" not in response.headers


def test_a_page_of_a_listed_site_may_call() -> None:
    client = client_of(cors_origins="https://listed.example")
    origin = {"Origin": "https://listed.example"}
    asked = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "X-Request-ID",
    }

    preflight = client.options("/v1/triage", headers=origin | asked)
    answer = client.post("/v1/triage", content=DARK, headers=origin)

    assert preflight.status_code == 200
    for response in (preflight, answer):
        assert response.headers["Access-Control-Allow-Origin"] == "https://listed.example"
    assert "Access-Control-Allow-Credentials" not in preflight.headers


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),  # noqa: S104 - nothing listens there
        ("::", False),
        ("", False),
        ("192.168.1.1", False),
        ("example.org", False),
    ],
)
def test_only_this_machine_is_loopback(host: str, local: bool) -> None:
    assert is_loopback(host) is local


@pytest.mark.parametrize(
    "path", ["/v1/ensembles", "/v1/docs", "/v1/nowhere", "/metrics", "/", "/v1/triage"]
)
def test_every_answer_keeps_browsers_careful(path: str) -> None:
    response = client_of().get(path, follow_redirects=False)

    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]
    assert "Server" not in response.headers
