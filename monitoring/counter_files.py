"""Room on the disk for the counters of a worker, taken before they are counted with.

Under several processes prometheus_client keeps each value in a file that it writes as memory. The
file is made long and empty: a page of it takes room when it is first written, and where there is
none the kernel ends the process (SIGBUS) in the middle of a request. So the room is taken first.
"""

import os

from prometheus_client import values
from prometheus_client.mmap_dict import MmapedDict

ROOM_BYTES = 2**20
"""Some ten thousand series; there are a few hundred in each of seven files."""


class RoomyDict(MmapedDict):
    """A file of values whose room is taken when it is made.

    Raises:
        OSError: There is no room.
    """

    def __init__(self, filename: str, read_mode: bool = False) -> None:
        if not read_mode:
            with open(filename, "ab") as file:  # noqa: PTH123 - as they name it
                os.posix_fallocate(file.fileno(), 0, ROOM_BYTES)
        super().__init__(filename, read_mode)  # type: ignore[no-untyped-call] # theirs


def take_room_first() -> None:
    """Make files of values with their room; call it before the first metric is made."""
    # The only place where it can be told.
    values.MmapedDict = RoomyDict  # type: ignore[attr-defined]
