"""Bytes on a socket, and what comes back: for what no HTTP client would send."""

import socket
from collections.abc import Iterable
from time import perf_counter
from urllib.parse import urlsplit

WAIT_SECONDS = 20.0


def connected(url: str, *, seconds: float = WAIT_SECONDS) -> socket.socket:
    """Return a socket to the server at a URL."""
    parts = urlsplit(url)
    return socket.create_connection((parts.hostname or "", parts.port or 80), seconds)


def request_with(body: bytes, *lines: bytes) -> bytes:
    """Return a POST of a picture with more header lines, after which the server closes."""
    head = [
        b"POST /v1/triage HTTP/1.1",
        b"Host: 127.0.0.1",
        b"Connection: close",
        b"Content-Length: %d" % len(body),
        *lines,
    ]
    return b"\r\n".join(head) + b"\r\n\r\n" + body


def exchange(url: str, sent: bytes) -> bytes:
    """Send bytes, and return all that comes back until the server closes or falls silent."""
    with connected(url) as wire:
        wire.sendall(sent)
        return received(wire)


def received(wire: socket.socket, *, silence_seconds: float = 2.0) -> bytes:
    """Return what comes until the other side closes, or is silent for so long after an answer."""
    pieces: list[bytes] = []
    try:
        while piece := wire.recv(65_536):
            pieces.append(piece)
            wire.settimeout(silence_seconds)
    except (TimeoutError, ConnectionError):
        pass
    return b"".join(pieces)


def trickled(wire: socket.socket, pieces: Iterable[bytes], *, every_seconds: float) -> bytes:
    """Send piece after piece with a pause before the next; stop as soon as something comes back."""
    for piece in pieces:
        try:
            wire.sendall(piece)
        except ConnectionError:
            return b""
        wire.settimeout(every_seconds)
        try:
            return wire.recv(65_536)
        except TimeoutError:
            continue
        except ConnectionError:
            return b""
    wire.settimeout(WAIT_SECONDS)
    return received(wire)


def heard(wire: socket.socket) -> bytes:
    """Return what has come meanwhile; nothing, when nothing has."""
    wire.settimeout(0.05)
    try:
        return wire.recv(65_536)
    except TimeoutError:
        return b""


def is_open(wire: socket.socket) -> bool:
    """Say whether the other side has not closed yet."""
    wire.settimeout(0.1)
    try:
        return wire.recv(1) != b""
    except TimeoutError:
        return True
    except ConnectionError:
        return False


def seconds_since(start: float) -> float:
    """Return the seconds that passed on the performance counter."""
    return perf_counter() - start
