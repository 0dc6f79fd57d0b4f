"""What a flight is flown over and in: land, season, light, air and camera, all as plain numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import cos, radians, sin, tan
from typing import Literal

import numpy as np

Season = Literal["summer", "autumn", "winter"]
Span = tuple[float, float]

FOCAL_PX = 620.0
"""Pixels per metre times altitude: the lens. A wider frame sees more land, never a finer one."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """One flight's conditions; later shifts (fog, blur, winter) are `dataclasses.replace` away.

    Attributes:
        land: A name from `demo.land.LANDS`.
        season: Colours of plants; winter also puts snow on the ground.
        altitude_m: Above the ground; things are 12 to 96 pixels long between 30 and 52 m.
        sun_azimuth_deg: Where the sun stands, 0 = right edge of the land, counted clockwise.
        sun_elevation_deg: Above the horizon; low sun casts long shadows.
        brightness: Exposure, 1 is normal.
        haze: Share of the light that is scattered in the air, 0 to 1 (0.6 is fog).
        blur_px: Standard deviation of the blur, pixels.
        noise: Standard deviation of the sensor noise, 8-bit levels.
        jpeg_quality: As Pillow counts it, 1 to 95.
        colour_cast: Gains of red, green and blue.
    """

    land: str = "meadow"
    season: Season = "summer"
    altitude_m: float = 40.0
    sun_azimuth_deg: float = 220.0
    sun_elevation_deg: float = 45.0
    brightness: float = 1.0
    haze: float = 0.05
    blur_px: float = 0.5
    noise: float = 3.0
    jpeg_quality: int = 88
    colour_cast: tuple[float, float, float] = (1.0, 1.0, 1.0)

    @property
    def px_per_m(self) -> float:
        """Pixels that a metre on the ground takes."""
        return FOCAL_PX / self.altitude_m

    @property
    def sunward(self) -> tuple[float, float]:
        """Unit vector (right, down) on the ground, towards the sun."""
        return cos(radians(self.sun_azimuth_deg)), sin(radians(self.sun_azimuth_deg))

    @property
    def shadow_per_height(self) -> float:
        """Metres of shadow per metre of height."""
        return 1.0 / tan(radians(self.sun_elevation_deg))


@dataclass(frozen=True, slots=True)
class Climate:
    """What flights may be like: pairs of land and season, and a (low, high) span per number."""

    places: tuple[tuple[str, Season], ...]
    altitude_m: Span = (32.0, 50.0)
    sun_azimuth_deg: Span = (0.0, 360.0)
    sun_elevation_deg: Span = (28.0, 68.0)
    brightness: Span = (0.85, 1.15)
    haze: Span = (0.0, 0.22)
    blur_px: Span = (0.3, 0.9)
    noise: Span = (1.5, 6.0)
    jpeg_quality: Span = (72.0, 94.0)
    cast: Span = (0.94, 1.06)

    def draw(self, rng: np.random.Generator) -> Conditions:
        """Return the conditions of one flight."""
        land, season = self.places[rng.integers(len(self.places))]
        red, green, blue = (float(gain) for gain in rng.uniform(*self.cast, size=3))
        return Conditions(
            land=land,
            season=season,
            altitude_m=float(rng.uniform(*self.altitude_m)),
            sun_azimuth_deg=float(rng.uniform(*self.sun_azimuth_deg)),
            sun_elevation_deg=float(rng.uniform(*self.sun_elevation_deg)),
            brightness=float(rng.uniform(*self.brightness)),
            haze=float(rng.uniform(*self.haze)),
            blur_px=float(rng.uniform(*self.blur_px)),
            noise=float(rng.uniform(*self.noise)),
            jpeg_quality=int(rng.uniform(*self.jpeg_quality)),
            colour_cast=(red, green, blue),
        )


USUAL = Climate(
    places=(
        ("meadow", "summer"),
        ("meadow", "autumn"),
        ("woodland", "summer"),
        ("woodland", "winter"),
        ("coast", "summer"),
        ("mountain", "summer"),
        ("mountain", "winter"),
        ("snowfield", "winter"),
        ("farmland", "summer"),
        ("village", "summer"),
        ("village", "autumn"),
        ("lakeside", "summer"),
    )
)
"""Where the shipped voters learned and where their thresholds were chosen."""

UNSEEN = replace(
    USUAL,
    places=(
        ("meadow", "summer"),
        ("woodland", "autumn"),
        ("coast", "autumn"),
        ("mountain", "autumn"),
        ("snowfield", "winter"),
        ("farmland", "autumn"),
        ("village", "summer"),
        ("lakeside", "autumn"),
    ),
    sun_elevation_deg=(24.0, 72.0),
    haze=(0.0, 0.26),
    noise=(1.5, 7.0),
)
"""Held-out flights: lands in seasons that mostly no training flight had, wider light and air."""

INLAND = ("meadow", "farmland", "village", "lakeside", "mountain", "woodland")

SUMMER = replace(
    USUAL, places=tuple((land, season) for land in INLAND for season in ("summer", "autumn"))
)
"""A team that began in spring: no snow yet."""

WINTER = replace(
    USUAL,
    places=tuple((land, "winter") for land in (*INLAND, "snowfield")),
    sun_elevation_deg=(12.0, 24.0),
    brightness=(0.65, 0.9),
    haze=(0.12, 0.35),
    noise=(3.0, 8.0),
)
"""What comes to it then: snow, a low sun with long shadows, less light, thicker air."""

CLIMATES: dict[str, Climate] = {
    "usual": USUAL,
    "unseen": UNSEEN,
    "summer": SUMMER,
    "winter": WINTER,
}
