"""Addresses: what is where, and what happens beside it."""

import pytest
from starlette.testclient import TestClient

from service.openapi import openapi
from service.routes import SITE_ROUTES, V1_ROUTES
from tests.service.fake_kind import Brightness
from tests.service.fakes import DIGEST, client_of, ensemble


@pytest.fixture
def client() -> TestClient:
    return client_of(ensemble(vote="and", first=Brightness(), second=Brightness()))


def test_the_loaded_ensembles_are_listed(client: TestClient) -> None:
    [listed] = client.get("/v1/ensembles").json()["ensembles"]

    assert listed["rule"] == {"name": "and", "weights": {"first": 1, "second": 1}, "needed": 2}
    assert [voter["name"] for voter in listed["voters"]] == ["first", "second"]
    assert (listed["digest"], listed["default"]) == (DIGEST, True)
    assert (listed["certificate_id"], listed["certificate_status"]) == (None, "none")
    assert client.get("/v1/ensembles/demo").json() == listed


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/nowhere", 404),
        ("GET", "/v1/", 404),
        ("GET", "/nowhere", 404),
        ("GET", "/v1/ensembles/other", 404),
        ("GET", "/v1/ensembles?all=1", 400),
        ("GET", "/v1/triage", 405),
        ("DELETE", "/v1/ensembles", 405),
        ("PUT", "/metrics", 405),
        ("TRACE", "/livez", 405),
        ("BREW", "/v1/triage", 405),
    ],
)
def test_a_wrong_address_is_answered_in_the_shape_of_all_errors(
    client: TestClient, method: str, path: str, status: int
) -> None:
    response = client.request(method, path)

    assert response.status_code == status
    assert set(response.json()) == {"error", "reason", "decision", "request_id"}
    assert response.json()["reason"] == "bad_request"


def test_a_wrong_method_names_the_right_one(client: TestClient) -> None:
    assert client.get("/v1/triage").headers["Allow"] == "POST"


def test_a_picture_posted_to_a_wrong_address_is_still_reviewed(client: TestClient) -> None:
    assert client.post("/v1/triag", content=b"...").json()["decision"] == "review"
    assert client.get("/v1/triag").json()["decision"] is None


def test_the_root_leads_to_the_docs(client: TestClient) -> None:
    response = client.get("/")

    assert response.url.path == "/v1/docs"
    assert "POST" in response.text


def test_the_docs_page_needs_nothing_from_outside(client: TestClient) -> None:
    response = client.get("/v1/docs")

    assert "<script" not in response.text
    assert "src=" not in response.text
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]


def test_every_route_is_in_the_openapi_document() -> None:
    documented = set(openapi()["paths"])

    ours = {f"/v1{route.path}" for route in V1_ROUTES} | {route.path for route in SITE_ROUTES}
    catch_all = {"/v1/{path:path}", "/{path:path}", "/"}
    assert ours - catch_all == documented - {"/livez", "/readyz"}


def test_a_fault_of_our_own_keeps_the_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.routes.EnsemblesOut", None)

    response = client_of().get("/v1/ensembles")

    assert (response.status_code, response.json()["reason"]) == (500, "internal")
    assert response.headers["X-Request-ID"] == response.json()["request_id"]
