"""More clients than there is room for: some are told when to come back, the others do not wait."""

from tests.faults.crowd import Came, crowd
from tests.faults.disks import server_with
from tests.faults.fault import Fault, Place, Seen, unaccounted
from tests.faults.pictures import good_picture

ROOM = 16 + 64
"""Slots and queue of the service by default."""
BEYOND = 200
SLOWER = 2.0
"""How many times longer the accepted may wait at p99 beside the others, who share the cores."""


def beyond_the_limit(place: Place) -> Seen:
    """Let as many clients as there is room for come at once, and then 200 more."""
    database = f"sqlite:///{place.folder}/overload.sqlite"
    with server_with(place.folder / "overload.txt", database=database) as server:
        crowd(server.url, [good_picture()], clients=1, requests=10)
        alone = _rush(server.url, ROOM)
        crowded = _rush(server.url, ROOM + BEYOND)
        lost = unaccounted(server.url)
    held = (
        not alone.wrong
        and not crowded.wrong
        and crowded.refused > 0
        and crowded.within(99) < alone.within(99) * SLOWER
        and lost == 0
    )
    return Seen(
        f"{ROOM} at once: {alone.within(50):.1f} s at the median, {alone.within(99):.1f} s at "
        f"p99; with {BEYOND} more: {len(crowded.seconds)} judged in {crowded.within(50):.1f} and "
        f"{crowded.within(99):.1f} s, {crowded.refused} answered 429 with `Retry-After`, "
        f"{crowded.wrong} wrong",
        held,
    )


def _rush(url: str, clients: int) -> Came:
    """Let each client post three pictures; who is told to come back does so when told."""
    return crowd(url, [good_picture()], clients=clients, requests=clients * 3)


FAULTS = (
    Fault(
        "overload",
        "Load",
        f"{BEYOND} clients more than there is room for",
        "429 with `Retry-After`; the accepted wait hardly longer",
        beyond_the_limit,
        slow=True,
    ),
)
