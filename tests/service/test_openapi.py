"""What the document says is what the service answers."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient

from service.openapi import openapi
from service.refusals import CLIENT_LEFT, STATUS
from tests.service.fake_kind import Brightness, Opinionless
from tests.service.fakes import BRIGHT, DARK, client_of, ensemble

DOCUMENT = openapi()


def described(path: str, method: str, status: int) -> dict[str, Any]:
    response = DOCUMENT["paths"][path][method]["responses"][str(status)]
    schema: dict[str, Any] = response["content"]["application/json"]["schema"]
    return schema | {"components": DOCUMENT["components"]}


def check(value: object, schema: dict[str, Any]) -> None:
    Draft202012Validator(schema).validate(value)


@pytest.fixture
def client() -> TestClient:
    return client_of(ensemble(silent=Opinionless(), bright=Brightness()), max_body_mb=0.1)


@pytest.mark.parametrize(
    ("body", "status"),
    [(BRIGHT, 200), (DARK, 200), (b"", 400), (b"text", 415), (bytes(200_000), 413)],
)
def test_answers_about_one_picture_are_as_described(
    client: TestClient, body: bytes, status: int
) -> None:
    response = client.post("/v1/triage", content=body)

    assert response.status_code == status
    check(response.json(), described("/v1/triage", "post", status))


def test_answers_about_a_batch_are_as_described(client: TestClient) -> None:
    response = client.post("/v1/triage/batch", files=[("images", BRIGHT), ("images", b"text")])

    check(response.json(), described("/v1/triage/batch", "post", 200))


@pytest.mark.parametrize(
    ("path", "template", "status"),
    [
        ("/v1/ensembles", "/v1/ensembles", 200),
        ("/v1/ensembles/demo", "/v1/ensembles/{name}", 200),
        ("/v1/ensembles/other", "/v1/ensembles/{name}", 404),
    ],
)
def test_answers_about_ensembles_are_as_described(
    client: TestClient, path: str, template: str, status: int
) -> None:
    response = client.get(path)

    assert response.status_code == status
    check(response.json(), described(template, "get", status))


def test_every_example_fits_its_schema() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    examples = [
        (example, schema) for schema in schemas.values() for example in schema.get("examples", [])
    ]

    assert len(examples) == 6
    for example, schema in examples:
        check(example, schema | {"components": DOCUMENT["components"]})


def test_every_status_the_service_refuses_with_is_described() -> None:
    described_statuses = {int(one) for one in DOCUMENT["paths"]["/v1/triage"]["post"]["responses"]}

    assert set(STATUS.values()) - {CLIENT_LEFT} <= described_statuses


def test_the_document_is_served(client: TestClient) -> None:
    assert client.get("/v1/openapi.json").json() == DOCUMENT
    Draft202012Validator.check_schema(DOCUMENT["components"]["schemas"]["TriageAnswer"])
