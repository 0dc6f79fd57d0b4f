"""When and where a picture was taken, as far as its EXIF block can be believed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Literal, SupportsFloat

from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from models.xmp import NO_FLIGHT, Flight

Tags = Mapping[int, object]

BELOW = (1, 3)
"""Altitude references that mean below: sea level, or (EXIF 3.0) the ellipsoid."""
ABOVE_ELLIPSOID = (2, 3)
"""Altitude references (EXIF 3.0) that mean the ellipsoid; all others mean sea level."""
ALTITUDES_M = (-1_000.0, 50_000.0)
FARTHEST_ZONE = timedelta(hours=15)
"""No time zone is farther from UTC: a camera and a satellite that differ more disagree."""


@dataclass(frozen=True, slots=True)
class Taken:
    """When and where a picture was taken; None where the file does not say, or says nonsense.

    Args:
        at: Aware and in UTC when the file gives an offset or the satellites' time; naive when it
            gives only the camera's clock, whose zone nobody knows.
        latitude: Degrees north, where the drone was (not what it saw).
        longitude: Degrees east, likewise.
        altitude_m: Metres above what `altitude_above` says, as the file has it, which can be far
            off.
        altitude_above: What the altitude is measured from, as the file has it; None without one.
        height_above_takeoff_m: Metres above where the drone took off.
        gimbal_yaw_degrees: Where the camera looked, clockwise from north, in [0, 360).
        gimbal_pitch_degrees: Above the horizon; -90 is straight down.
        focal_length_35mm: Millimetres, of the lens with the same view on a film of 36 x 24 mm.
        camera: Maker and model, one after the other.
    """

    at: datetime | None = None
    latitude: float | None = None
    longitude: float | None = None
    altitude_m: float | None = None
    altitude_above: Literal["sea_level", "ellipsoid"] | None = None
    height_above_takeoff_m: float | None = None
    gimbal_yaw_degrees: float | None = None
    gimbal_pitch_degrees: float | None = None
    focal_length_35mm: float | None = None
    camera: str | None = None


UNKNOWN = Taken()


def read_exif(exif: Image.Exif, flight: Flight = NO_FLIGHT) -> Taken:
    """Return what the block says of time and place; never raises on odd values.

    Args:
        exif: The block.
        flight: What the picture's XMP packet says.
    """
    shot, gps = exif.get_ifd(IFD.Exif), exif.get_ifd(IFD.GPSInfo)
    latitude, longitude = _position(gps)
    satellites = _satellite_time(gps) if latitude is not None else None
    altitude = _altitude(gps)
    return Taken(
        at=_moment(_camera_time(exif, shot), shot, satellites),
        latitude=latitude,
        longitude=longitude,
        altitude_m=altitude,
        altitude_above=None if altitude is None else _altitude_above(gps),
        height_above_takeoff_m=flight.height_above_takeoff_m,
        gimbal_yaw_degrees=flight.gimbal_yaw_degrees,
        gimbal_pitch_degrees=flight.gimbal_pitch_degrees,
        focal_length_35mm=_number(shot.get(Base.FocalLengthIn35mmFilm)) or None,
        camera=_camera(exif),
    )


def _moment(camera: datetime | None, shot: Tags, satellites: datetime | None) -> datetime | None:
    offset = _offset(shot)
    if camera is not None and offset is not None:
        return (camera - offset).replace(tzinfo=UTC)
    if satellites is None:
        return camera
    if camera is not None and abs(satellites.replace(tzinfo=None) - camera) > FARTHEST_ZONE:
        return camera
    return satellites


def _camera_time(exif: Tags, shot: Tags) -> datetime | None:
    stamps = (
        shot.get(Base.DateTimeOriginal),
        shot.get(Base.DateTimeDigitized),
        exif.get(Base.DateTime),
    )
    return next((at for stamp in stamps if (at := _timestamp(_text(stamp))) is not None), None)


def _camera(exif: Tags) -> str | None:
    maker, model = (_text(exif.get(tag)) for tag in (Base.Make, Base.Model))
    if model.lower().startswith(maker.lower()):
        return model or None  # such as "Canon" and "Canon EOS 5D"
    return f"{maker} {model}".strip()


def _timestamp(text: str) -> datetime | None:
    try:
        # Naive on purpose: the zone of a camera's clock is not known.
        return datetime.strptime(text.replace("-", ":"), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007
    except ValueError:
        return None


def _offset(shot: Tags) -> timedelta | None:
    for tag in (Base.OffsetTimeOriginal, Base.OffsetTimeDigitized, Base.OffsetTime):
        text = _text(shot.get(tag))
        try:
            return datetime.strptime(text, "%z").utcoffset()
        except ValueError:
            continue
    return None


def _satellite_time(gps: Tags) -> datetime | None:
    parts = _numbers(gps.get(GPS.GPSTimeStamp))
    midnight = _timestamp(f"{_text(gps.get(GPS.GPSDateStamp))} 00:00:00")
    if midnight is None or parts is None:
        return None
    hours, minutes, seconds = parts
    since = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if not timedelta(0) <= since <= timedelta(days=1):
        return None
    return (midnight + since).replace(tzinfo=UTC)


def _position(gps: Tags) -> tuple[float, float] | tuple[None, None]:
    latitude = _degrees(gps.get(GPS.GPSLatitude), _text(gps.get(GPS.GPSLatitudeRef)), "N", "S", 90)
    longitude = _degrees(
        gps.get(GPS.GPSLongitude), _text(gps.get(GPS.GPSLongitudeRef)), "E", "W", 180
    )
    # Exactly 0, 0 is what receivers without a fix write, not a place in the Gulf of Guinea.
    if latitude is None or longitude is None or latitude == longitude == 0:
        return None, None
    return latitude, longitude


def _degrees(
    value: object, side: str, positive: str, negative: str, furthest: float
) -> float | None:
    parts = _numbers(value)
    if parts is None or min(parts) < 0 or side.upper() not in (positive, negative):
        return None
    degrees, minutes, seconds = parts
    angle = degrees + minutes / 60 + seconds / 3600
    if angle > furthest or max(minutes, seconds) > 60:
        return None
    return -angle if side.upper() == negative else angle


def _altitude(gps: Tags) -> float | None:
    height = _number(gps.get(GPS.GPSAltitude))
    if height is None:
        return None
    altitude = -height if _altitude_reference(gps) in BELOW else height
    return altitude if ALTITUDES_M[0] <= altitude <= ALTITUDES_M[1] else None


def _altitude_above(gps: Tags) -> Literal["sea_level", "ellipsoid"]:
    return "ellipsoid" if _altitude_reference(gps) in ABOVE_ELLIPSOID else "sea_level"


def _altitude_reference(gps: Tags) -> object:
    reference = gps.get(GPS.GPSAltitudeRef, 0)
    if isinstance(reference, bytes):
        return reference[0] if reference else 0
    return reference


def _numbers(value: object) -> tuple[float, float, float] | None:
    """Return three finite numbers, or None."""
    if not isinstance(value, tuple):
        return None
    match [_number(part) for part in value]:
        case [float(first), float(second), float(third)]:
            return first, second, third
    return None


def _number(value: object) -> float | None:
    """Return a finite number; a rational with denominator 0 reads as not a number."""
    if not isinstance(value, SupportsFloat):
        return None
    try:
        number = float(value)
    except (ArithmeticError, ValueError):
        return None
    return number if isfinite(number) else None


def _text(value: object) -> str:
    text = value.decode("ascii", "replace") if isinstance(value, bytes) else value
    return text.strip("\0 ") if isinstance(text, str) else ""
