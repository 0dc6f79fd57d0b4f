"""Clients that leave before their answer: what they waited for is not done."""

from socket import create_connection
from time import sleep
from urllib.parse import urlsplit

from service.child import Served
from tests.faults.fault import Fault, Place, Seen
from tests.faults.gates import fake_gate
from tests.faults.http import Answer, get, post
from tests.faults.reloads import serving, until
from tests.service.fakes import DARK

LEAVERS = 16
PATIENCE_SECONDS = 0.5
JUDGED, LEFT = "skysift_judge_frames_sum", "skysift_http_disconnects_total"


def hang_up(place: Place) -> Seen:
    """Let clients send a picture each and leave, while the only voter takes two seconds a time."""
    file = fake_gate(place.folder / "hangups.yaml", "hangs", budget_ms=10_000)
    with serving(file) as server:
        _leave(server)
        until(
            lambda: get(f"{server.url}/metrics").counts.get(LEFT, 0) == LEAVERS, "all to be missed"
        )
        counts = get(f"{server.url}/metrics").counts
        answer: Answer = post(f"{server.url}/v1/triage", DARK)
    in_balance = counts["skysift_frames_received_total"] == counts["skysift_frames_total"]
    judged = counts.get(JUDGED, 0)
    held = judged <= LEAVERS / 2 and in_balance and answer.status == 200
    return Seen(
        f"{LEAVERS} left after {PATIENCE_SECONDS} s, {counts[LEFT]:.0f} counted as 499; "
        f"{judged:.0f} of their pictures were judged; the next client waits {answer.seconds:.1f} s",
        held,
    )


def _leave(server: Served) -> None:
    parts = urlsplit(server.url)
    head = (
        f"POST /v1/triage HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Length: {len(DARK)}\r\n\r\n"
    )
    lines = [create_connection((parts.hostname or "", parts.port or 0)) for _ in range(LEAVERS)]
    for line in lines:
        line.sendall(head.encode() + DARK)
    sleep(PATIENCE_SECONDS)
    for line in lines:
        line.close()


FAULTS = (
    Fault(
        "clients-hang-up",
        "Killed, or told to end",
        f"{LEAVERS} clients that leave while their picture waits for a judgement",
        "counted as 499; what was not begun is not done; no frame unaccounted for",
        hang_up,
        slow=True,
    ),
)
