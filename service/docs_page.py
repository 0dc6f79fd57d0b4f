"""The OpenAPI document as a page that loads nothing from anywhere."""

import json
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from service.examples import LABELS_EXAMPLE
from service.openapi import openapi

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"
)
"""Nothing is loaded, and nothing runs."""
CURL = {
    "/v1/triage": "curl --data-binary @picture.jpg http://localhost:3000/v1/triage",
    "/v1/triage/batch": (
        "curl -F images=@one.jpg -F images=@two.jpg http://localhost:3000/v1/triage/batch"
    ),
    "/v1/labels": (f"curl --data '{json.dumps(LABELS_EXAMPLE)}' http://localhost:3000/v1/labels"),
}
_PAGE = Path(__file__).with_name("docs_page.html")

Json = dict[str, Any]


@cache
def docs_page() -> str:
    """Return the HTML of the page."""
    document = openapi()
    operations = [
        _operation(path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    schemas = [_schema(name, schema) for name, schema in document["components"]["schemas"].items()]
    return Template(_PAGE.read_text(encoding="utf-8")).substitute(
        title=escape(document["info"]["title"]),
        version=escape(document["info"]["version"]),
        about=_words(document["info"]["description"]),
        operations="\n".join(operations),
        schemas="\n".join(schemas),
    )


def _operation(path: str, method: str, operation: Json) -> str:
    return f"""<section class="operation" id="{operation["operationId"]}">
<h3><span class="method {method}">{method.upper()}</span> <code>{escape(path)}</code></h3>
<p>{_words(operation["summary"])}. {_words(operation.get("description", ""))}</p>
{_curl(path, method)}
{_parameters(operation.get("parameters", []))}
{_request(operation.get("requestBody", {}))}
{_answers(operation["responses"])}
</section>"""


def _curl(path: str, method: str) -> str:
    command = CURL.get(path, f"curl http://localhost:3000{path.replace('{name}', 'demo')}")
    return f"<pre>{escape(command)}</pre>" if method in ("get", "post") else ""


def _parameters(parameters: list[Json]) -> str:
    rows = [
        f"<tr><td><code>{escape(one['name'])}</code></td><td>{one['in']}</td>"
        f"<td>{_words(one.get('description', ''))}</td></tr>"
        for one in parameters
    ]
    return _table(("Parameter", "In", "Meaning"), rows)


def _request(body: Json) -> str:
    types = ", ".join(_typed(name, media) for name, media in body.get("content", {}).items())
    return f"<p>Body: {types}</p>" if types else ""


def _typed(media_type: str, media: Json) -> str:
    link = _link(media)
    return f"<code>{escape(media_type)}</code>{f' {link}' if link else ''}"


def _answers(responses: Json) -> str:
    rows = [
        f"<tr><td>{status}</td><td>{_words(response['description'])}</td>"
        f"<td>{_reference(response)}</td></tr>"
        for status, response in responses.items()
    ]
    return _table(("Status", "Meaning", "Body"), rows)


def _reference(response: Json) -> str:
    for media_type, media in response["content"].items():
        return _link(media) or f"<code>{escape(media_type)}</code>"
    return ""


def _link(media: Json) -> str:
    """Return a link to the schema of a body; empty when it has none of its own."""
    name = media.get("schema", {}).get("$ref", "").rpartition("/")[2]
    return f'<a href="#{name}">{name}</a>' if name else ""


def _schema(name: str, schema: Json) -> str:
    rows = [
        f"<tr><td><code>{escape(field)}</code></td><td>{_type(details)}</td>"
        f"<td>{_words(details.get('description', ''))}</td></tr>"
        for field, details in schema.get("properties", {}).items()
    ]
    values = ", ".join(f"<code>{escape(value)}</code>" for value in schema.get("enum", []))
    examples = [escape(json.dumps(one, indent=2)) for one in schema.get("examples", [])]
    example = "".join(
        f"<details><summary>Example</summary><pre>{one}</pre></details>" for one in examples
    )
    return f"""<section class="schema" id="{escape(name)}">
<h3>{escape(name)}</h3>
<p>{_words(schema.get("description", "").partition(chr(10))[0])} {values}</p>
{_table(("Field", "Type", "Meaning"), rows)}
{example}
</section>"""


def _type(details: Json) -> str:
    if "$ref" in details:
        name = details["$ref"].rpartition("/")[2]
        return f'<a href="#{name}">{name}</a>'
    if "anyOf" in details:
        return " or ".join(_type(one) for one in details["anyOf"])
    if "enum" in details:
        return " or ".join(f"<code>{escape(json.dumps(value))}</code>" for value in details["enum"])
    if details.get("type") == "array":
        return f"list of {_type(details['items'])}"
    return escape(str(details.get("type", json.dumps(details.get("const", "any")))))


def _table(heads: tuple[str, ...], rows: list[str]) -> str:
    if not rows:
        return ""
    head = "".join(f"<th>{name}</th>" for name in heads)
    return f'<div class="scroll"><table><tr>{head}</tr>{"".join(rows)}</table></div>'


def _words(text: str) -> str:
    """Return the text with its `code` marked up."""
    parts = escape(text).split("`")
    return "".join(
        f"<code>{part}</code>" if index % 2 else part for index, part in enumerate(parts)
    )
