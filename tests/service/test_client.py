"""The client never calls a frame skipped without an answer."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from ensembles.errors import ConfigError
from ensembles.reasons import Reason
from service.client import Client
from service.examples import ENSEMBLE_EXAMPLE, ERROR_EXAMPLE, TRIAGE_EXAMPLE
from service.schemas import EnsemblesOut, ErrorOut, TriageAnswer

SKIP = TriageAnswer.model_validate(TRIAGE_EXAMPLE | {"decision": "skip"}).model_dump_json()
BUSY = ErrorOut.model_validate(ERROR_EXAMPLE | {"reason": "overloaded"}).model_dump_json()
BROKEN = ErrorOut.model_validate(ERROR_EXAMPLE).model_dump_json()
Scripted = tuple[int, str, dict[str, str]]


class Script:
    """What a server answers, in order; what it was asked; how long the client waited."""

    def __init__(self, *answers: Scripted) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, bytes]] = []
        self.waited: list[float] = []
        self.url = ""

    def client(self, attempts: int = 3, ensemble: str | None = None) -> Client:
        return Client(
            self.url, attempts=attempts, ensemble=ensemble, seed=1, wait=self.waited.append
        )


@contextmanager
def playing(*answers: Scripted) -> Iterator[Script]:
    script = Script(*answers)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            script.asked.append((self.path, body))
            status, text, headers = script.answers.pop(0)
            if not status:
                return  # hangs up without an answer
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text.encode())

        do_GET = do_POST  # noqa: N815 - theirs

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - theirs
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    script.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield script
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_verdict_is_given_on() -> None:
    with playing((200, SKIP, {})) as script:
        reply = script.client(ensemble="demo").triage(b"picture", explain=True)

    assert reply.decision == "skip"
    assert reply.answer is not None
    assert script.asked == [("/v1/triage?ensemble=demo&explain=true", b"picture")]


def test_a_file_may_hold_the_picture(tmp_path: Path) -> None:
    (tmp_path / "one.jpg").write_bytes(b"picture")
    with playing((200, SKIP, {})) as script:
        script.client().triage(tmp_path / "one.jpg")

    assert script.asked[0][1] == b"picture"


def test_an_overloaded_service_is_asked_again_after_the_time_it_named() -> None:
    with playing((429, BUSY, {"Retry-After": "7"}), (503, BUSY, {}), (200, SKIP, {})) as script:
        reply = script.client().triage(b"picture")

    assert reply.decision == "skip"
    assert 7 <= script.waited[0] <= 10.5
    assert 1 <= script.waited[1] <= 1.5


def test_a_lost_connection_is_tried_again() -> None:
    with playing((0, "", {}), (200, SKIP, {})) as script:
        assert script.client().triage(b"picture").decision == "skip"


def test_when_all_attempts_fail_the_frame_is_reviewed_with_the_reason() -> None:
    with playing(*[(429, BUSY, {})] * 3) as script:
        reply = script.client().triage(b"picture")

    assert (reply.decision, reply.answer, reply.reasons) == ("review", None, (Reason.OVERLOADED,))
    assert len(script.waited) == 2


def test_without_a_service_the_frame_is_reviewed() -> None:
    with playing() as script:
        client = script.client(attempts=1)

    reply = client.triage(b"picture")

    assert (reply.decision, reply.reasons) == ("review", (Reason.DISCONNECTED,))


@pytest.mark.parametrize(
    ("status", "text"),
    [(200, "<html>a proxy</html>"), (200, '{"decision": "skip"}'), (502, "bad gateway"), (200, "")],
)
def test_an_answer_that_is_not_skysifts_is_no_answer(status: int, text: str) -> None:
    with playing((status, text, {})) as script:
        reply = script.client().triage(b"picture")

    assert (reply.decision, reply.reasons) == ("review", (Reason.INTERNAL,))


def test_a_broken_picture_is_not_sent_twice() -> None:
    with playing((400, BROKEN, {})) as script:
        reply = script.client().triage(b"picture")

    assert (reply.decision, reply.reasons) == ("review", (Reason.TRUNCATED,))
    assert reply.error == ERROR_EXAMPLE["error"]
    assert len(script.asked) == 1


def test_the_ensembles_are_listed() -> None:
    listed = EnsemblesOut.model_validate({"ensembles": [ENSEMBLE_EXAMPLE]})
    with playing((200, listed.model_dump_json(), {}), (404, "", {})) as script:
        assert script.client().ensembles() == listed
        with pytest.raises(ConfigError, match="does not answer as Skysift does"):
            script.client().ensembles()


def test_a_url_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigError, match="http://host:port"):
        Client("localhost:3000")
