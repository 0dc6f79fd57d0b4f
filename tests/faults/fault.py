"""What a row of the table of faults is."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from service.child import Served
from service.settings import ServiceSettings
from tests.faults.http import Answer, get, post
from tests.faults.pictures import good_picture


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of a fault.

    Args:
        observed: For the table: measured, never a wish.
        held: Whether it is what was expected.
    """

    observed: str
    held: bool


@dataclass(frozen=True)
class Place:
    """Where faults are tried: a server with the demo gate, and an empty folder.

    Args:
        folder: For files of the fault, and for servers it starts for itself.
        start: Starts the shared server; called once, by the first fault that wants it.
        also: Starts another one, given its settings and where its log goes; it ends with the place.
    """

    folder: Path
    start: Callable[[], Served]
    also: Callable[[ServiceSettings, Path], Served]

    @cached_property
    def server(self) -> Served:
        """The server that faults share: each must leave it as good as it found it."""
        return self.start()

    @property
    def url(self) -> str:
        """Of the shared server, without a path."""
        return self.server.url

    def still_serves(self) -> Answer:
        """Return the shared server's answer to a good picture."""
        return post(f"{self.url}/v1/triage", good_picture())

    def frames_unaccounted(self) -> float:
        """Return frames of the shared server that nobody knows the fate of: 0, always."""
        return unaccounted(self.url)


def unaccounted(url: str) -> float:
    """Return frames that came in less those that went out and those at work: 0, always.

    Args:
        url: Of a server.
    """
    counts = get(f"{url}/metrics").counts
    out = counts["skysift_frames_total"] + counts["skysift_frames_in_flight"]
    return counts["skysift_frames_received_total"] - out


@dataclass(frozen=True, slots=True)
class Fault:
    """One row: `python -m tests.faults NAME` shows it.

    Args:
        name: Words with hyphens between them.
        part: What is at fault: a heading of the table.
        fault: What is sent or done.
        expected: What must come of it.
        show: Does it, and says what came of it.
        slow: It takes more than a second or so, or much memory: not in the test suite.
    """

    name: str
    part: str
    fault: str
    expected: str
    show: Callable[[Place], Seen]
    slow: bool = False
