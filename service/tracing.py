"""Traces: BentoML's own span of a request, and inside it one for each frame and each stage.

Frames of several requests are judged together, on threads that know of no request. So spans of
stages are made afterwards, from the times that were kept (`monitoring/laps.py`), with the frame's
span as their parent; a stage that several frames shared is in the trace of each. A request that
is not sampled costs a look at a context variable.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from time import perf_counter_ns, time_ns

from opentelemetry.trace import INVALID_SPAN, Span, Tracer, format_trace_id, get_current_span

from ensembles.errors import ConfigError
from ensembles.votes import Verdict
from models.frames import Frame
from monitoring.laps import Lap, Laps, keep
from service.refusals import Refusal
from service.settings import ServiceSettings

EXPORTER = "opentelemetry.exporter.otlp.proto.http"
EVERYTHING = ".*"
NANO = 1e9


def bentoml_tracing(settings: ServiceSettings) -> dict[str, object]:
    """Return BentoML's own settings: where spans go, or that no request is looked at."""
    if not settings.traces_to:
        # Even with nowhere to send them, its middleware would cost more than our whole route.
        return {"excluded_urls": EVERYTHING}
    return {
        "exporter_type": "otlp",
        "sample_rate": settings.traces_share,
        "otlp": {"protocol": "http", "endpoint": settings.traces_to},
    }


def refuse_untraceable(settings: ServiceSettings) -> None:
    """Refuse to start where spans could not be sent.

    Raises:
        ConfigError: What sends them is not installed.
    """
    if settings.traces_to and not _is_installed(EXPORTER):
        raise ConfigError("SKYSIFT_TRACES_TO needs OpenTelemetry's exporter: skysift[traces]")


def trace_id() -> str:
    """Return the id of the trace that the request is in; empty when it is not sampled."""
    context = get_current_span().get_span_context()
    return format_trace_id(context.trace_id) if context.trace_flags.sampled else ""


@contextmanager
def stage_spans() -> Iterator[None]:
    """Show the stages that the block goes through as children of the current span."""
    if not get_current_span().get_span_context().trace_flags.sampled:
        yield
        return
    laps: Laps = []
    try:
        with keep(laps):
            yield
    finally:
        _show(laps)


@contextmanager
def frame_span(ensemble: str, digest: str) -> Iterator[Span]:
    """Show the block as the way of one frame, with its stages; never with its pixels.

    Args:
        ensemble: That judges it.
        digest: Of its gate.
    """
    if not get_current_span().get_span_context().trace_flags.sampled:
        yield INVALID_SPAN
        return
    told = {"skysift.ensemble": ensemble, "skysift.digest": digest}
    with (
        _tracer().start_as_current_span("frame", attributes=told, record_exception=False) as span,
        stage_spans(),
    ):
        try:
            yield span
        except Refusal as refusal:
            span.set_attributes({"skysift.decision": "review", "skysift.reasons": [refusal.reason]})
            raise


def show_verdict(span: Span, frame: Frame, verdict: Verdict) -> None:
    """Tell the span what was judged, and how."""
    if span.is_recording():
        span.set_attributes(
            {
                "skysift.frame": frame.id,
                "skysift.decision": verdict.decision,
                "skysift.reasons": list(verdict.reasons),
                "skysift.unasked": list(verdict.skipped),
            }
        )


def _show(laps: Laps) -> None:
    # The clock of the day may be set while a frame is on its way; spans keep their lengths.
    shift = time_ns() - perf_counter_ns()
    for lap in laps:
        span = _tracer().start_span(
            f"voter {lap.voter}" if lap.voter else lap.stage,
            start_time=shift + int(lap.start * NANO),
            attributes=_attributes(lap),
        )
        span.end(shift + int(lap.end * NANO))


def _attributes(lap: Lap) -> dict[str, str | int]:
    told: dict[str, str | int] = {"skysift.stage": lap.stage}
    if lap.voter:
        told |= {"skysift.voter": lap.voter, "skysift.views": lap.views}
    return told


@cache
def _tracer() -> Tracer:
    from bentoml._internal.configuration.containers import BentoMLContainer  # noqa: PLC0415 - slow

    tracer: Tracer = BentoMLContainer.tracer_provider.get().get_tracer("skysift")
    return tracer


def _is_installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False
