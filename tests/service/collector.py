"""A collector of traces: takes OTLP over HTTP, as a real one would."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import monotonic, sleep
from zlib import MAX_WBITS, decompress

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

GZIP = 16 + MAX_WBITS


class Collector:
    """What was sent to it."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1/traces"

    def named(self, name: str, *, trace: str) -> list[Span]:
        return [span for span in self.spans if span.name == name and span.trace_id.hex() == trace]

    def until_named(self, name: str, *, trace: str) -> Span:
        """Return the span of this name in the trace, once it has come."""
        end = monotonic() + 30
        while not (found := self.named(name, trace=trace)):
            if monotonic() > end:
                raise TimeoutError(f"no span {name!r} in {trace} came; these did: {self.spans}")
            sleep(0.05)
        return found[0]


@contextmanager
def collecting() -> Iterator[Collector]:
    """Collect during the block."""
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.headers.get("Content-Encoding") == "gzip":
                body = decompress(body, GZIP)
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                for scope in resource.scope_spans:
                    collector.spans += scope.spans
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - theirs
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    collector.port = server.server_address[1]
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield collector
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
