"""Bodies that are too large, too slow, endless, or never come."""

from collections.abc import Iterator
from contextlib import suppress
from itertools import repeat
from time import perf_counter

from tests.faults.fault import Fault, Place, Seen
from tests.faults.http import get, post
from tests.faults.pictures import good_picture
from tests.faults.posted import decides, told
from tests.faults.raw import (
    WAIT_SECONDS,
    connected,
    heard,
    is_open,
    received,
    request_with,
    seconds_since,
    trickled,
)

PART = "Uploads"
MB = bytes(1_000_000)
HUNDRED_MB = 100
LONGEST_SECONDS = 40.0
GRACE_SECONDS = 5
HEADER_SECONDS = 20
SLACK_SECONDS = 8
"""What a busy machine may add."""


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    """Yield the bytes piece by piece."""
    for start in range(0, len(data), size):
        yield data[start : start + size]


def in_chunks(place: Place) -> Seen:
    """Post a good picture in chunks, without a length."""
    answer = post(f"{place.url}/v1/triage", pieces(good_picture(), 1000))
    return Seen(told(answer), answer.status == 200 and decides(answer))


def hundred_megabytes(place: Place) -> Seen:
    """Send 100 MB, as far as the server lets us."""
    with connected(place.url) as wire:
        wire.sendall(head_of_100_mb())
        sent, started = 0, perf_counter()
        with suppress(OSError):
            for piece in repeat(MB, HUNDRED_MB):
                wire.sendall(piece)
                sent += 1
        answer = received(wire)
    status = answer[9:12].decode() or "closed"
    return Seen(
        f"{status} after {sent} MB and {seconds_since(started):.1f} s",
        status == "closed" or refuses(answer),
    )


def asks_first(place: Place) -> Seen:
    """Ask whether 100 MB are welcome, and send none of them."""
    with connected(place.url) as wire:
        wire.sendall(head_of_100_mb(b"Expect: 100-continue"))
        answer = received(wire)
    return Seen(f"{answer[9:12].decode()}, nothing sent", refuses(answer))


def head_of_100_mb(*lines: bytes) -> bytes:
    """Return the head of a request with a body of 100 MB."""
    length = b"Content-Length: %d" % (HUNDRED_MB * len(MB))
    return b"\r\n".join((b"POST /v1/triage HTTP/1.1", b"Host: 127.0.0.1", length, *lines, b"", b""))


def refuses(answer: bytes) -> bool:
    """Say whether it is a refusal that is safe for a client that looks only at the decision."""
    return answer.startswith(b"HTTP/1.1 413") and b'"decision":"review"' in answer


def without_end(place: Place) -> Seen:
    """Send chunks until the server hangs up, and hear what it says meanwhile."""
    head = b"POST /v1/triage HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"%x\r\n" % len(MB) + MB + b"\r\n"
    answer, answered = b"", 0.0
    with connected(place.url) as wire, suppress(ConnectionError):
        started = perf_counter()
        wire.sendall(head)
        while seconds_since(started) < LONGEST_SECONDS:
            wire.settimeout(WAIT_SECONDS)
            wire.sendall(chunk)
            answer += heard(wire)
            if not answer:
                answered = seconds_since(started)
    seconds = seconds_since(started)
    status = answer[9:12].decode()
    return Seen(
        f"{status} after {answered:.1f} s, closed after {seconds:.0f} s",
        refuses(answer) and seconds < LONGEST_SECONDS,
    )


def shorter_than_told(place: Place) -> Seen:
    """Send half of what the length promises, and wait."""
    whole = request_with(good_picture())
    with connected(place.url) as wire:
        started = perf_counter()
        wire.sendall(whole[: len(whole) // 2])
        answer = received(wire)
    seconds = seconds_since(started)
    held = answer.startswith(b"HTTP/1.1 408") and b'"review"' in answer
    return Seen(f"{answer[9:12].decode()} after {seconds:.1f} s", held and seconds < 20)


def slow_body(place: Place) -> Seen:
    """Send a byte every half second."""
    head, _, body = request_with(good_picture()).partition(b"\r\n\r\n")
    with connected(place.url) as wire:
        wire.sendall(head + b"\r\n\r\n")
        started = perf_counter()
        answer = trickled(wire, pieces(body, 1), every_seconds=0.5)
    seconds = seconds_since(started)
    held = answer.startswith(b"HTTP/1.1 408") and seconds < GRACE_SECONDS + SLACK_SECONDS
    return Seen(f"{answer[9:12].decode()} after {seconds:.1f} s", held)


def slow_header(place: Place) -> Seen:
    """Send a byte of the header every half second, on 200 connections, while others are served."""
    wires = [connected(place.url) for _ in range(200)]
    head = b"POST /v1/triage HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: " + b"a" * 200
    started = perf_counter()
    for wire in wires[1:]:
        wire.sendall(head[:40])
    meanwhile = place.still_serves()
    trickled(wires[0], pieces(head, 1), every_seconds=0.5)
    seconds = seconds_since(started)
    left = sum(is_open(wire) for wire in wires[1:])
    for wire in wires:
        wire.close()
    held = meanwhile.status == 200 and seconds < HEADER_SECONDS * 1.25 + SLACK_SECONDS and not left
    return Seen(
        f"closed after {seconds:.0f} s, {left} left open; meanwhile {told(meanwhile)} "
        f"in {meanwhile.seconds:.2f} s",
        held,
    )


def leaves_while_sending(place: Place) -> Seen:
    """Hang up in the middle of a body: counted, and nothing judged."""
    before = get(f"{place.url}/metrics").counts
    whole = request_with(good_picture())
    for _ in range(20):
        with connected(place.url) as wire:
            wire.sendall(whole[: len(whole) // 2])
    return _gone(place, before)


def _gone(place: Place, before: dict[str, float]) -> Seen:
    started = perf_counter()
    after = get(f"{place.url}/metrics").counts
    name = "skysift_http_disconnects_total"
    while after[name] - before.get(name, 0) < 20 and seconds_since(started) < 10:
        after = get(f"{place.url}/metrics").counts
    left = after[name] - before.get(name, 0)
    lost = place.frames_unaccounted()
    return Seen(
        f"{left:.0f} of 20 counted as left, {lost:.0f} unaccounted for", left == 20 and lost == 0
    )


FAULTS = (
    Fault("chunks", PART, "a picture in chunks, without a length", "judged", in_chunks),
    Fault(
        "100-mb",
        PART,
        "100 MB, as the length tells",
        "413 too_large, `review`, or the door",
        hundred_megabytes,
        slow=True,
    ),
    Fault(
        "100-mb-expect",
        PART,
        "the same from a client that asks first (`Expect: 100-continue`)",
        "413 too_large, `review`, before a byte of it",
        asks_first,
    ),
    Fault(
        "endless",
        PART,
        "chunks without end",
        "413 at 64 MB; hung up on within 25 s",
        without_end,
        slow=True,
    ),
    Fault(
        "short-body",
        PART,
        "half of the bytes that the length promises, then nothing",
        "408 `review` after the grace and its size over 2 MB/s",
        shorter_than_told,
        slow=True,
    ),
    Fault(
        "slow-body",
        PART,
        "a byte of the body every half second",
        "408 after the grace of 5 s",
        slow_body,
        slow=True,
    ),
    Fault(
        "slow-header",
        PART,
        "200 connections that trickle their header, or never end it",
        "others are served; all are closed after 20 to 25 s",
        slow_header,
        slow=True,
    ),
    Fault(
        "leaves-while-sending",
        PART,
        "20 clients that hang up in the middle of a body",
        "counted as left, none judged, none unaccounted for",
        leaves_while_sending,
    ),
)
