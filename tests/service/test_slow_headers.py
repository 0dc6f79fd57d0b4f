"""Nobody holds a connection without asking for something."""

import asyncio
import signal
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from service.slow_headers import SlowHeaders, connections_of_this_server


@dataclass(eq=False)
class Request:
    response_complete: bool


class Closable(asyncio.BaseTransport):
    closed = False

    def close(self) -> None:
        self.closed = True


@dataclass(eq=False)
class Client:
    cycle: Request | None = None
    transport: Closable = field(default_factory=Closable)


def looked_at(*clients: Client, times: tuple[float, ...]) -> list[bool]:
    doors = SlowHeaders(clients, seconds=20)
    for now in times:
        doors.look(now)
    return [client.transport.closed for client in clients]


def test_a_connection_without_a_request_is_closed_in_time_and_not_before() -> None:
    assert looked_at(Client(), times=(0, 19)) == [False]
    assert looked_at(Client(), times=(0, 20)) == [True]


def test_a_request_that_is_being_answered_is_left_alone() -> None:
    assert looked_at(Client(Request(response_complete=False)), times=(0, 1000)) == [False]


def test_after_an_answer_the_time_begins_again() -> None:
    client = Client(Request(response_complete=True))
    doors = SlowHeaders([client], seconds=20)
    doors.look(0)

    client.cycle = Request(response_complete=True)
    doors.look(19)
    doors.look(38)

    assert not client.transport.closed
    doors.look(39)
    assert client.transport.closed


def test_the_server_that_answers_sigterm_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    everyone: set[Client] = {Client()}

    class Server:
        server_state = SimpleNamespace(connections=everyone)

        def handle_exit(self) -> None: ...

    monkeypatch.setattr(signal, "getsignal", lambda number: Server().handle_exit)
    assert connections_of_this_server() is everyone

    monkeypatch.setattr(signal, "getsignal", lambda number: signal.SIG_DFL)
    assert connections_of_this_server() is None
