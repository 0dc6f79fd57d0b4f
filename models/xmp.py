"""What a drone writes into a picture's XMP packet: how it flew and where the camera looked.

The tags are DJI's (namespace `http://www.dji.com/drone-dji/1.0/`), which other makers and tools
copy; they stand as attributes or as elements.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

DRONE = "{http://www.dji.com/drone-dji/1.0/}"
MOST_BYTES = 256 * 1024
"""A packet is a few KB; more is an attempt to keep a parser busy."""

HEIGHTS_M = (-1_000.0, 50_000.0)
FULL_TURN = 360.0
STRAIGHT_UP = 90.0


@dataclass(frozen=True, slots=True)
class Flight:
    """How the camera hung; None where the packet does not say, or says nonsense.

    Args:
        height_above_takeoff_m: Metres above where the drone took off, not above the ground below.
        gimbal_yaw_degrees: Where the camera looks, clockwise from north, in [0, 360).
        gimbal_pitch_degrees: Above the horizon, in [-90, 90]; -90 is straight down.
    """

    height_above_takeoff_m: float | None = None
    gimbal_yaw_degrees: float | None = None
    gimbal_pitch_degrees: float | None = None


NO_FLIGHT = Flight()


def read_xmp(packet: object) -> Flight:
    """Return what the packet says; never raises on a damaged or a hostile one.

    Args:
        packet: As Pillow gives it: bytes, text, or None.
    """
    if not isinstance(packet, bytes | str) or not 0 < len(packet) <= MOST_BYTES:
        return NO_FLIGHT
    try:
        # DJI pads its packets with zero bytes, and begins them with a byte order mark in quotes.
        root = fromstring(
            packet.strip("\0 \n") if isinstance(packet, str) else packet.strip(b"\0 \n")
        )
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        return NO_FLIGHT
    said = dict(_tags(root))
    yaw, pitch = said.get("GimbalYawDegree"), said.get("GimbalPitchDegree")
    height = said.get("RelativeAltitude")
    return Flight(
        height if height is not None and HEIGHTS_M[0] <= height <= HEIGHTS_M[1] else None,
        yaw % FULL_TURN if yaw is not None and abs(yaw) <= FULL_TURN else None,
        _above_horizon(pitch),
    )


def _tags(root: Element) -> Iterator[tuple[str, float]]:
    for element in root.iter():
        for name, text in (*element.attrib.items(), (element.tag, element.text or "")):
            if name.startswith(DRONE) and (number := _number(text)) is not None:
                yield name.removeprefix(DRONE), number


def _above_horizon(pitch: float | None) -> float | None:
    """Return the pitch; a gimbal that overshoots straight down by a little looks straight down."""
    if pitch is None or abs(pitch) > FULL_TURN / 2:
        return None
    return max(-STRAIGHT_UP, min(STRAIGHT_UP, pitch))


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) else None
