"""The ground that a frame shows, where its height, its lens and its heading are known.

The ground is taken to be flat and as high as the take-off point, since that is all a picture
says; on a slope the footprint is off by as much as the slope. A camera that looks less than
steeply down has no footprint here: its far edge would run to the horizon.
"""

from math import cos, hypot, radians, sin

import numpy as np
import numpy.typing as npt

from batch.formats.catalog import Cells

FILM_DIAGONAL_MM = 43.267
"""Of 36 x 24 mm: the 35 mm equivalent focal length speaks of it (CIPA DCG-001)."""

STEEPEST_FROM_NADIR = 45.0
"""Degrees that the view may lean from straight down, its far corners included not."""

LOWEST_M = 2.0
EARTH_RADIUS_M = 6_378_137.0
METRES_PER_DEGREE = radians(1) * EARTH_RADIUS_M

Ring = list[tuple[float, float]]
"""Longitude and latitude of the corners, degrees, closed, counter-clockwise from above."""


def footprint(cells: Cells) -> Ring | None:
    """Return the outline of what the frame shows, on flat ground at take-off height; or None."""
    needed = (
        cells["latitude"],
        cells["longitude"],
        cells["height_above_takeoff_m"],
        cells["gimbal_yaw_degrees"],
        cells["gimbal_pitch_degrees"],
        cells["focal_length_35mm"],
        cells["width_px"],
        cells["height_px"],
    )
    if any(value is None for value in needed):
        return None
    latitude, longitude, height, yaw, pitch, focal, width, high = needed
    if height < LOWEST_M or focal <= 0 or 90 + pitch > STEEPEST_FROM_NADIR:
        return None
    ground = corners_on_ground(height, yaw, pitch, focal, width / high)
    if ground is None:
        return None
    east_degree = METRES_PER_DEGREE * cos(radians(latitude))
    ring = [
        (longitude + east / east_degree, latitude + north / METRES_PER_DEGREE)
        for east, north in ground
    ]
    return [*ring, ring[0]]


def corners_on_ground(
    height_m: float, yaw: float, pitch: float, focal_mm: float, aspect: float
) -> list[tuple[float, float]] | None:
    """Return where the four corners meet the ground: metres east and north of the drone.

    A pinhole camera without roll. None when a corner looks above the horizon.

    Args:
        height_m: Above the ground.
        yaw: Degrees clockwise from north.
        pitch: Degrees above the horizon; -90 looks straight down.
        focal_mm: Equivalent on film of 36 x 24 mm, by its diagonal.
        aspect: Width over height of the picture.
    """
    half = FILM_DIAGONAL_MM / 2 / hypot(aspect, 1)
    across, along = half * aspect / focal_mm, half / focal_mm
    turn = _axes(radians(yaw), radians(pitch))
    corners = []
    # Upper left, lower left, lower right, upper right: counter-clockwise seen from above.
    for right, up in ((-across, along), (-across, -along), (across, -along), (across, along)):
        east, north, rise = turn @ np.array([right, up, 1.0])
        if rise >= 0:
            return None
        corners.append((float(east * height_m / -rise), float(north * height_m / -rise)))
    return corners


def _axes(yaw: float, pitch: float) -> npt.NDArray[np.float64]:
    """Return right, up and forward of the camera as columns, in east, north, height."""
    forward = (sin(yaw) * cos(pitch), cos(yaw) * cos(pitch), sin(pitch))
    right = (cos(yaw), -sin(yaw), 0.0)
    up = (-sin(yaw) * sin(pitch), -cos(yaw) * sin(pitch), cos(pitch))
    return np.array([right, up, forward]).T
