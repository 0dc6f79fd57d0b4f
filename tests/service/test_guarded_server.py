"""The real thing with API keys and traces: what is closed is closed there too."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import urlsplit

import pytest

from service.child import Served, free_port, served
from service.client import Client
from service.key_file import read_keys, write_keys
from service.keys import new_key
from service.settings import ServiceSettings
from tests.service.collector import Collector, collecting
from tests.service.fakes import DARK
from tests.service.keyed import bearer, entry, key_file

ENSEMBLE = """
name: demo
target: light
voters:
  - {name: bright, kind: "tests.service.fake_kind:FakeOptions", threshold: 0.5, options: {}}
"""


@dataclass(frozen=True, slots=True)
class Guarded:
    server: Served
    keys: dict[str, str]
    file: Path
    log: Path
    collector: Collector

    def ask(
        self, method: str, path: str, key: str = "", body: bytes = b"", **headers: str
    ) -> tuple[int, HTTPMessage, str]:
        parts = urlsplit(self.server.url)
        with closing(HTTPConnection(parts.hostname or "", parts.port, timeout=20)) as connection:
            connection.request(method, path, body, (bearer(key) if key else {}) | headers)
            response = connection.getresponse()
            return response.status, response.headers, response.read().decode()

    def status(self, method: str, path: str, key: str = "", body: bytes = b"") -> int:
        return self.ask(method, path, key, body)[0]


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    folder = tmp_path_factory.mktemp("guarded")
    (folder / "fake.yaml").write_text(ENSEMBLE)
    file, keys = key_file(folder, drone="triage", prometheus="metrics", eye="read,review")
    with collecting() as collector, pytest.MonkeyPatch.context() as patch:
        patch.setenv("OTEL_BSP_SCHEDULE_DELAY", "200")
        settings = ServiceSettings(
            ensembles=(folder / "fake.yaml",),
            port=free_port(),
            drain_seconds=0,
            api_keys=file,
            traces_to=collector.url,
            traces_share=0,
        )
        with served(settings, log=folder / "log.txt") as running:
            yield Guarded(running, keys, file, folder / "log.txt", collector)


def test_metrics_are_closed_to_whoever_has_no_key_for_them(guarded: Guarded) -> None:
    assert guarded.status("GET", "/metrics") == 401
    assert guarded.status("GET", "/metrics", guarded.keys["drone"]) == 403
    assert guarded.status("GET", "/metrics", guarded.keys["prometheus"]) == 200


@pytest.mark.parametrize("path", ["/livez", "/healthz", "/readyz", "/v1/docs", "/v1/openapi.json"])
def test_probes_and_docs_are_open(guarded: Guarded, path: str) -> None:
    assert guarded.status("GET", path) == 200


@pytest.mark.parametrize("path", ["/readyz", "/v1/docs", "/metrics", "/docs.json", "/schema.json"])
def test_every_answer_of_the_server_keeps_browsers_careful(guarded: Guarded, path: str) -> None:
    _, headers, _ = guarded.ask("GET", path)

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Server"] is None


def test_what_bentoml_tells_of_itself_holds_no_setting(guarded: Guarded) -> None:
    _, _, text = guarded.ask("GET", "/schema.json")

    assert str(guarded.file.parent) not in text
    assert guarded.status("GET", "/docs.json") == 404


def test_our_client_shows_its_key(guarded: Guarded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKYSIFT_API_KEY", guarded.keys["drone"])

    reply = Client(guarded.server.url).triage(DARK)

    assert (reply.decision, reply.error) == ("skip", "")


def test_keys_change_while_it_runs(guarded: Guarded) -> None:
    before = read_keys(guarded.file)
    new = new_key()
    write_keys(guarded.file, [*before, entry("new", new)])
    came_in = becomes(200, guarded, new)
    write_keys(guarded.file, before)

    assert came_in
    assert becomes(401, guarded, new)
    assert guarded.status("POST", "/v1/triage", guarded.keys["drone"], DARK) == 200


def becomes(status: int, guarded: Guarded, key: str) -> bool:
    """Say whether a picture with this key is answered so, soon."""
    end = monotonic() + 20
    while monotonic() < end:
        if guarded.status("POST", "/v1/triage", key, DARK) == status:
            return True
        sleep(0.2)
    return False


def test_a_trace_that_a_caller_began_reaches_the_collector_stage_by_stage(
    guarded: Guarded,
) -> None:
    trace, caller = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
    traceparent = f"00-{trace}-{caller}-01"
    guarded.ask("POST", "/v1/triage", guarded.keys["drone"], DARK)
    guarded.ask("POST", "/v1/triage", guarded.keys["drone"], DARK, traceparent=traceparent)

    request = guarded.collector.until_named("POST /v1/triage", trace=trace)
    frame = guarded.collector.until_named("frame", trace=trace)

    assert request.parent_span_id.hex() == caller
    assert frame.parent_span_id == request.span_id
    for stage in ("decode", "wait", "voter bright", "settle"):
        span = guarded.collector.until_named(stage, trace=trace)
        assert span.parent_span_id == frame.span_id
        assert request.start_time_unix_nano <= span.start_time_unix_nano
        assert span.end_time_unix_nano <= request.end_time_unix_nano
    assert {span.trace_id.hex() for span in guarded.collector.spans} == {trace}
    assert f'"trace_id": "{trace}"' in guarded.log.read_text()


def test_no_key_is_in_the_log_or_the_metrics(guarded: Guarded) -> None:
    secret = guarded.keys["drone"]
    for headers in ({"X-Request-ID": secret}, {"X-Skysift-Flight": "a b"}, {"Host": "["}):
        guarded.ask("POST", "/v1/triage", secret, b"no picture", **headers)
    guarded.ask("POST", f"/v1/triage?ensemble={secret}", secret, DARK)
    guarded.ask("GET", f"/{secret}", secret)

    shown = guarded.log.read_text() + guarded.ask("GET", "/metrics", guarded.keys["prometheus"])[2]

    assert '"key": "drone"' in shown
    for key in guarded.keys.values():
        assert key not in shown
