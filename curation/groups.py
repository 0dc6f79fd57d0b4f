"""What is taken for one group of frames that belong together, such as a flight."""

from datetime import datetime
from enum import StrEnum
from pathlib import PurePath


class GroupBy(StrEnum):
    """What makes a group; see `group_of`."""

    FLIGHT = "flight"
    DAY = "day"
    HOUR = "hour"
    CAMERA = "camera"


def group_of(
    by: GroupBy, source: str, captured_at: datetime | None = None, camera: str | None = None
) -> str:
    """Return the name of a frame's group.

    A flight is a folder: cards and ground stations make one for each. So is the group of a frame
    that does not say when it was taken, or by which camera.

    Args:
        by: What makes a group.
        source: The path of the frame.
        captured_at: When it was taken, if it says so.
        camera: Which camera took it, if it says so.
    """
    folder = PurePath(source).parent.as_posix()
    if by is GroupBy.CAMERA:
        return camera or folder
    if by is GroupBy.FLIGHT or captured_at is None:
        return folder
    return captured_at.strftime("%Y-%m-%d" if by is GroupBy.DAY else "%Y-%m-%d %H:00")
