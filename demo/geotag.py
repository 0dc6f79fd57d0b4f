"""EXIF as a drone writes it: when and where a frame was taken."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import cos, radians

from PIL import Image
from PIL.ExifTags import GPS, IFD, Base
from PIL.TiffImagePlugin import IFDRational

METRES_PER_DEGREE = 111_320.0
"""Of latitude; of longitude at the equator."""


@dataclass(frozen=True, slots=True)
class Geotag:
    """When and where a frame was taken; degrees, metres above the ground."""

    captured_at: datetime
    latitude: float
    longitude: float
    altitude_m: float

    def moved(self, *, later: timedelta, east_m: float, north_m: float, climb: float) -> Geotag:
        """Return the tag so much later, that far away, `climb` times as high."""
        return replace(
            self,
            captured_at=self.captured_at + later,
            altitude_m=self.altitude_m * climb,
            latitude=self.latitude + north_m / METRES_PER_DEGREE,
            longitude=self.longitude + east_m / (METRES_PER_DEGREE * cos(radians(self.latitude))),
        )

    def exif(self) -> Image.Exif:
        """Return the EXIF block to save a JPEG with."""
        exif = Image.Exif()
        exif[Base.Make] = "Skysift"
        exif[Base.Model] = "Demo drone"
        exif[Base.Orientation] = 1
        taken = self.captured_at.strftime("%Y:%m:%d %H:%M:%S")
        exif[Base.DateTime] = taken
        exif.get_ifd(IFD.Exif)[Base.DateTimeOriginal] = taken
        gps = exif.get_ifd(IFD.GPSInfo)
        gps[GPS.GPSLatitudeRef] = "N" if self.latitude >= 0 else "S"
        gps[GPS.GPSLatitude] = _sexagesimal(self.latitude)
        gps[GPS.GPSLongitudeRef] = "E" if self.longitude >= 0 else "W"
        gps[GPS.GPSLongitude] = _sexagesimal(self.longitude)
        gps[GPS.GPSAltitudeRef] = b"\x00"
        gps[GPS.GPSAltitude] = IFDRational(round(self.altitude_m * 100), 100)
        return exif


def _sexagesimal(degrees: float) -> tuple[IFDRational, IFDRational, IFDRational]:
    """Return degrees, minutes and seconds to 0.0001 seconds (3 mm)."""
    ticks = round(abs(degrees) * 3600 * 10_000)
    minutes, second_ticks = divmod(ticks, 60 * 10_000)
    whole, minute = divmod(minutes, 60)
    return IFDRational(whole, 1), IFDRational(minute, 1), IFDRational(second_ticks, 10_000)
