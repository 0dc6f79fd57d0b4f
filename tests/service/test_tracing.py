"""A trace shows the way of each frame: decode, wait, each voter, settle; never its pixels."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import monotonic, sleep, time_ns

import pytest
from bentoml._internal.configuration.containers import BentoMLContainer
from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON, ParentBased, Sampler
from starlette.testclient import TestClient

from ensembles.errors import ConfigError
from models.ensemble import Ensemble
from service import tracing
from service.settings import ServiceSettings, read_settings
from service.tracing import bentoml_tracing, refuse_untraceable
from tests.service.fake_kind import Brightness
from tests.service.fakes import BRIGHT, DARK, DIGEST, Waits, app_of, ensemble

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SAMPLED, NOT_SAMPLED = f"00-{TRACE}-00f067aa0ba902b7-01", f"00-{TRACE}-00f067aa0ba902b7-00"


class Traced:
    """A site under a tracer, as BentoML puts one around it."""

    def __init__(self, sampler: Sampler, *ensembles: Ensemble) -> None:
        self.exporter = InMemorySpanExporter()
        provider = TracerProvider(sampler=sampler)
        provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        BentoMLContainer.tracer_provider.set(provider)
        self.app = app_of(*ensembles, target_latency_ms=0)
        site = OpenTelemetryMiddleware(
            self.app, tracer_provider=provider, exclude_spans=["receive", "send"]
        )
        self.client = TestClient(site, raise_server_exceptions=False)

    def until_waiting(self, frames: int) -> None:
        """Return when so many frames wait to be judged."""
        joiner = self.app.routes[0].app.state.desk.lineup.stations["demo"]._joiner  # type: ignore[attr-defined]  # a mount
        end = monotonic() + 10
        while len(joiner._queue) < frames and monotonic() < end:
            sleep(0.01)

    @property
    def spans(self) -> Sequence[ReadableSpan]:
        return self.exporter.get_finished_spans()

    def named(self, name: str) -> list[ReadableSpan]:
        return [span for span in self.spans if span.name == name]

    def inside(self, parent: ReadableSpan) -> list[str]:
        return [
            span.name
            for span in sorted(self.spans, key=lambda span: span.start_time or 0)
            if span.parent and span.parent.span_id == parent.context.span_id
        ]


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    tracing._tracer.cache_clear()
    yield
    BentoMLContainer.tracer_provider.reset()
    tracing._tracer.cache_clear()


def of(span: ReadableSpan, key: str) -> object:
    return (span.attributes or {})[f"skysift.{key}"]


def test_a_picture_has_a_span_for_each_stage_inside_the_request() -> None:
    two = ensemble(vote="and", first=Brightness(), second=Brightness())
    site = Traced(ALWAYS_ON, two)

    answer = site.client.post("/v1/triage", content=BRIGHT, headers={"traceparent": SAMPLED})

    [frame] = site.named("frame")
    [request] = [span for span in site.spans if "frame" in site.inside(span)]
    assert request.name.startswith("POST")
    assert f"{request.context.trace_id:032x}" == TRACE
    assert site.inside(request) == ["receive", "frame"]
    assert set(site.inside(frame)) == {"decode", "wait", "voter first", "voter second", "settle"}
    assert of(frame, "frame") == answer.json()["frame"]["id"]
    assert (of(frame, "decision"), of(frame, "ensemble")) == ("review", "demo")
    assert of(frame, "digest") == DIGEST


def test_stages_lie_inside_their_frame_and_have_the_time_of_day() -> None:
    site = Traced(ALWAYS_ON)
    before = time_ns()
    site.client.post("/v1/triage", content=BRIGHT)

    [frame] = site.named("frame")
    slack = 5_000_000  # ns between two readings of two clocks
    for span in site.spans:
        assert span.start_time is not None
        assert span.end_time is not None
        assert before - slack <= span.start_time <= span.end_time <= time_ns() + slack
        if span.parent and span.parent.span_id == frame.context.span_id:
            assert (frame.start_time or 0) - slack <= span.start_time
            assert span.end_time <= (frame.end_time or 0) + slack


def test_frames_that_are_judged_together_each_have_the_shared_stages() -> None:
    slow = Waits()
    site = Traced(ALWAYS_ON, ensemble(slow=slow, timeout_seconds=30))
    with ThreadPoolExecutor(4) as clients, site.client:  # one loop, as in the server
        asked = [clients.submit(site.client.post, "/v1/triage", content=BRIGHT)]
        slow.started.wait(10)
        asked += [clients.submit(site.client.post, "/v1/triage", content=DARK) for _ in range(3)]
        site.until_waiting(3)
        slow.go.set()
        for answer in asked:
            answer.result()

    assert slow.seen == [1, 3]
    assert len({span.context.trace_id for span in site.named("frame")}) == 4
    for frame in site.named("frame"):
        assert set(site.inside(frame)) == {"decode", "wait", "voter slow", "settle"}
    assert [of(span, "views") for span in site.named("voter slow")] == [1, 3, 3, 3]


def test_a_batch_has_a_span_for_each_picture() -> None:
    site = Traced(ALWAYS_ON)

    site.client.post("/v1/triage/batch", files=[("images", BRIGHT), ("images", b"text")])

    bad, good = sorted(site.named("frame"), key=lambda span: len(site.inside(span)))
    assert site.inside(bad) == ["decode"]
    assert set(site.inside(good)) == {"decode", "wait", "voter bright", "settle"}
    assert (of(bad, "decision"), of(bad, "reasons")) == ("review", ("not_an_image",))


@pytest.mark.parametrize(
    ("sampler", "parent"), [(ALWAYS_OFF, ""), (ParentBased(ALWAYS_ON), NOT_SAMPLED)]
)
def test_a_request_that_is_not_sampled_leaves_nothing(sampler: Sampler, parent: str) -> None:
    site = Traced(sampler)

    site.client.post("/v1/triage", content=BRIGHT, headers={"traceparent": parent})

    assert not site.spans


def test_no_span_holds_pixels_or_keys() -> None:
    site = Traced(ALWAYS_ON)
    site.client.post("/v1/triage", content=BRIGHT, headers={"Authorization": "Bearer secret"})

    for span in site.spans:
        for value in (span.attributes or {}).values():
            assert not isinstance(value, bytes)
            assert "secret" not in str(value)


def test_bentoml_looks_at_no_request_when_traces_go_nowhere() -> None:
    assert bentoml_tracing(ServiceSettings()) == {"excluded_urls": ".*"}


def test_what_sends_traces_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = ServiceSettings(traces_to="http://127.0.0.1:4318/v1/traces")
    refuse_untraceable(wanted)
    monkeypatch.setattr(tracing, "EXPORTER", "opentelemetry.exporter.nothing.here")

    with pytest.raises(ConfigError, match=r"skysift\[traces\]"):
        refuse_untraceable(wanted)


def test_traces_go_to_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKYSIFT_TRACES_TO", "collector:4318")

    with pytest.raises(ConfigError, match="SKYSIFT_TRACES_TO: must be an address"):
        read_settings()
