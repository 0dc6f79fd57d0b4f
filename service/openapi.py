"""Our own OpenAPI 3.1 document: BentoML's knows nothing of the apps it mounts."""

from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from service.flight import HEADER, WELL_FORMED
from service.keys import KeyScope
from service.schemas import (
    BatchAnswer,
    EnsembleOut,
    EnsemblesOut,
    ErrorOut,
    LabelsAnswer,
    LabelsIn,
    TriageAnswer,
)

Json = dict[str, Any]

ANSWERS: tuple[type[BaseModel], ...] = (
    TriageAnswer,
    BatchAnswer,
    EnsembleOut,
    EnsemblesOut,
    LabelsAnswer,
    ErrorOut,
)
ABOUT = (
    "Decides, for each picture a drone took, whether a person must look at it. Only the decision "
    "`skip` needs no person; every error about a picture carries `review`."
)
PICTURE_TYPES = ("image/jpeg", "image/png", "image/webp", "image/tiff", "application/octet-stream")
BINARY: Json = {"type": "string", "format": "binary"}

NO_ENTRY = {
    401: "An API key is needed, and there is none or an unknown one.",
    403: "The key is for other things, or other machines are not answered without one.",
}
PICTURE_ERRORS = NO_ENTRY | {
    400: "Empty, truncated or damaged picture; unknown parameter; broken form.",
    404: "No ensemble of that name.",
    408: "The body came too slowly.",
    413: "Too many bytes or pixels.",
    415: "Not a picture, or a format that is not read.",
    429: "Every slot and the queue are taken, or the key asks too often; `Retry-After` says "
    "when to try again.",
    500: "A fault of the service's own.",
    503: "Not judged within the deadline.",
}
LABELS_ERRORS = NO_ENTRY | {
    400: "A label that cannot be understood; unknown parameter.",
    404: "No ensemble of that name, or labels are not kept here.",
    408: "The body came too slowly.",
    413: "Too many labels or bytes.",
    429: "Too many large requests at once, or the key asks too often; `Retry-After` says when "
    "to try again.",
    500: "A fault of the service's own.",
    503: "The review database cannot be written; nothing was kept.",
}
ENSEMBLE_QUERY: Json = {
    "name": "ensemble",
    "in": "query",
    "description": "Which ensemble decides; the first that was loaded without it.",
    "schema": {"type": "string"},
    "example": "demo",
}
EXPLAIN_QUERY: Json = {
    "name": "explain",
    "in": "query",
    "description": "Ask every voter, even when fewer would settle it.",
    "schema": {"type": "boolean", "default": False},
}
REQUEST_ID: Json = {
    "name": "X-Request-ID",
    "in": "header",
    # No pattern: another id is no mistake, it is only not kept.
    "description": "Letters, digits, `.`, `_` and `-`, at most 64: comes back, and is logged. "
    "Anything else is replaced by one of ours.",
    "schema": {"type": "string"},
}
NAME_IN_PATH: Json = {
    "name": "name",
    "in": "path",
    "required": True,
    "schema": {"type": "string"},
    "example": "demo",
}

KEY = "key"
BEARER: Json = {
    "type": "http",
    "scheme": "bearer",
    "description": "An API key, where the service has any; `skysift keys add` makes one.",
}
FLIGHT: Json = {
    "name": HEADER,
    "in": "header",
    "description": "The flight the pictures are of: drift counts frames of one flight together.",
    "schema": {"type": "string", "pattern": f"^{WELL_FORMED.pattern}$"},
}


@cache
def openapi() -> Json:
    """Return the document; one for the life of the process, so do not change it."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Skysift",
            "version": _version(),
            "description": ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": _paths(),
        "components": {"schemas": _schemas(), "securitySchemes": {KEY: BEARER}},
    }


def _version() -> str:
    try:
        return version("skysift")
    except PackageNotFoundError:  # served from a Bento, which holds our code but no distribution
        return "source"


def _schemas() -> Json:
    _, document = models_json_schema(
        [(model, "serialization") for model in ANSWERS] + [(LabelsIn, "validation")],
        ref_template="#/components/schemas/{model}",
    )
    schemas: Json = document["$defs"]
    return schemas


def _paths() -> Json:
    asked = [ENSEMBLE_QUERY, EXPLAIN_QUERY, FLIGHT, REQUEST_ID]
    one = _multipart({"image": BINARY}, "image")
    many = _multipart({"images": {"type": "array", "items": BINARY, "minItems": 1}}, "images")
    return {
        "/v1/triage": {
            "post": {
                "operationId": "triage",
                "summary": "The verdict on one picture",
                "description": "The body is the picture, of any content type, or a form.",
                "security": _needs(KeyScope.TRIAGE),
                "parameters": asked,
                "requestBody": _body({kind: {"schema": BINARY} for kind in PICTURE_TYPES} | one),
                "responses": _responses(TriageAnswer, "The verdict.", PICTURE_ERRORS),
            }
        },
        "/v1/triage/batch": {
            "post": {
                "operationId": "triageBatch",
                "summary": "One verdict per picture, in their order",
                "description": "A broken picture is `review` and does not fail the others.",
                "security": _needs(KeyScope.TRIAGE),
                "parameters": asked,
                "requestBody": _body(many),
                "responses": _responses(BatchAnswer, "The verdicts.", PICTURE_ERRORS),
            }
        },
        "/v1/labels": {
            "post": {
                "operationId": "labels",
                "summary": "Say what is on frames that were judged",
                "description": "All are kept or none. A label that is known already stays one.",
                "security": _needs(KeyScope.REVIEW),
                "parameters": [ENSEMBLE_QUERY, REQUEST_ID],
                "requestBody": _body({"application/json": {"schema": _reference(LabelsIn)}}),
                "responses": _responses(LabelsAnswer, "What was new.", LABELS_ERRORS),
            }
        },
        "/v1/ensembles": _get("ensembles", "What is loaded", EnsemblesOut),
        "/v1/ensembles/{name}": _get("ensemble", "One ensemble", EnsembleOut, NAME_IN_PATH),
        "/v1/openapi.json": _get_other("openapi", "This document", "application/json"),
        "/v1/docs": _get_other("docs", "This document as a page", "text/html"),
        "/livez": _get_other("livez", "The process answers", "text/plain"),
        "/readyz": _get_other("readyz", "Models are loaded; 503 while draining", "text/plain"),
        "/metrics": _metrics(),
    }


def _get(operation: str, summary: str, answer: type[BaseModel], *parameters: Json) -> Json:
    errors = NO_ENTRY | {
        400: "Unknown parameter.",
        404: "No ensemble of that name.",
        429: "The key asks too often; `Retry-After` says when to try again.",
    }
    return {
        "get": {
            "operationId": operation,
            "summary": summary,
            "security": _needs(KeyScope.READ),
            "parameters": [*parameters, REQUEST_ID],
            "responses": _responses(answer, summary, errors),
        }
    }


def _get_other(operation: str, summary: str, media_type: str) -> Json:
    answer = {"description": summary, "content": {media_type: {}}}
    return {"get": {"operationId": operation, "summary": summary, "responses": {"200": answer}}}


def _metrics() -> Json:
    call = _get_other("metrics", "Prometheus metrics", "text/plain")
    call["get"]["security"] = _needs(KeyScope.METRICS)
    refusals = NO_ENTRY | {404: "Switched off.", 429: "The key asks too often."}
    call["get"]["responses"] |= _errors(refusals)
    return call


def _needs(scope: KeyScope) -> list[Json]:
    """Return that a key with this scope opens it, and that a service may need none."""
    return [{KEY: [scope.value]}, {}]


def _multipart(properties: Json, required: str) -> Json:
    schema = {"type": "object", "properties": properties, "required": [required]}
    return {"multipart/form-data": {"schema": schema}}


def _body(content: Json) -> Json:
    return {"required": True, "content": content}


def _responses(answer: type[BaseModel], description: str, errors: dict[int, str]) -> Json:
    return {"200": _response(answer, description)} | _errors(errors)


def _errors(errors: dict[int, str]) -> Json:
    return {str(status): _response(ErrorOut, what) for status, what in errors.items()}


def _response(answer: type[BaseModel], description: str) -> Json:
    content = {"application/json": {"schema": _reference(answer)}}
    return {"description": description, "content": content}


def _reference(model: type[BaseModel]) -> Json:
    return {"$ref": f"#/components/schemas/{model.__name__}"}
