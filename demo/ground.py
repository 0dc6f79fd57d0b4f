"""The ground of a land as painted pixels: materials over each other, lit by the sun."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from demo.conditions import Conditions
from demo.land import LANDS, wind
from demo.materials import CROPS, Material, surfaces
from demo.noise import Floats, Noise, Window

BLOCK_PX = 320
"""Side of the blocks that a land is painted in; memory beyond the picture itself stays small."""
MAP_STEP_PX = 8
"""One cell of the material map covers this many pixels each way."""
MIXED = 3.0
"""Sharpness of the border between two materials, per deviation of the zone noise."""
ON_TOP = 0.5
"""Cover from which a layer, and not what it lies on, is the material of a place."""
Point = tuple[float, float]
Layers = list[tuple[Material, Floats]]


@dataclass(frozen=True, slots=True)
class Ground:
    """A painted land.

    Attributes:
        pixels: uint8 (height, width, 3).
        materials: uint8 (height / 8, width / 8), values of `Material`.
        wood: float32, same shape, how deep inside a wood (below 0: outside).
    """

    pixels: npt.NDArray[np.uint8]
    materials: npt.NDArray[np.uint8]
    wood: Floats

    def material_at(self, place: Point) -> Material:
        """Return what the ground is made of at a place, pixels."""
        return Material(int(self.materials[self._cell(place)]))

    def wood_at(self, place: Point) -> float:
        """Return how deep in a wood a place is."""
        return float(self.wood[self._cell(place)])

    def _cell(self, place: Point) -> tuple[int, int]:
        rows, columns = self.materials.shape
        row, column = int(place[1] / MAP_STEP_PX), int(place[0] / MAP_STEP_PX)
        return min(max(row, 0), rows - 1), min(max(column, 0), columns - 1)


class Painter:
    """Paints one land under one sun; the same seed paints the same land."""

    def __init__(self, conditions: Conditions, *, width: int, height: int, seed: int) -> None:
        """Lay out tracks and parcels."""
        self._conditions = conditions
        self._land = LANDS[conditions.land]
        self._surfaces = surfaces(conditions.season)
        self._noise = Noise(seed)
        self._scale = conditions.px_per_m
        rng = np.random.default_rng((seed, 1))
        self._tracks = [wind(rng, width, height, self._scale) for _ in range(self._land.tracks)]
        self._field_angle = float(rng.uniform(0, np.pi))
        self._parcel_px = rng.uniform(14, 24, size=2) * self._scale
        self._crops = rng.integers(0, len(CROPS[conditions.season]), size=(64, 64))
        self._furrow_px = float(rng.uniform(0.45, 0.8)) * self._scale
        self._size = (width, height)

    def paint(self) -> Ground:
        """Return the whole land, painted block by block."""
        width, height = self._size
        shape = (-(-height // MAP_STEP_PX), -(-width // MAP_STEP_PX))
        ground = Ground(
            np.empty((height, width, 3), np.uint8),
            np.empty(shape, np.uint8),
            np.empty(shape, np.float32),
        )
        for top in range(0, height, BLOCK_PX):
            for left in range(0, width, BLOCK_PX):
                block = Window(left, top, min(BLOCK_PX, width - left), min(BLOCK_PX, height - top))
                self._paint_block(block, ground)
        return ground

    def _paint_block(self, block: Window, ground: Ground) -> None:
        """Paint one block, with a rim of one pixel for the slopes, into `ground`."""
        window = Window(block.left - 1, block.top - 1, block.width + 2, block.height + 2)
        tint = self._noise.fractal(window, 7 * self._scale, octaves=3, salt=1)
        grain = self._noise.fractal(window, 0.55 * self._scale, octaves=3, salt=2, gain=0.8)
        relief = self._noise.fractal(window, 16 * self._scale, octaves=4, salt=3)
        layers, wood = self._layers(window)
        colour, bump, material = self._mix(window, layers, tint, grain)
        colour *= self._light(relief, grain, bump)[..., None]
        rows = slice(block.top, block.top + block.height)
        columns = slice(block.left, block.left + block.width)
        ground.pixels[rows, columns] = np.clip(colour[1:-1, 1:-1], 0, 255)
        cells = np.s_[
            block.top // MAP_STEP_PX : -(-rows.stop // MAP_STEP_PX),
            block.left // MAP_STEP_PX : -(-columns.stop // MAP_STEP_PX),
        ]
        ground.materials[cells] = material[1:-1:MAP_STEP_PX, 1:-1:MAP_STEP_PX]
        ground.wood[cells] = wood[1:-1:MAP_STEP_PX, 1:-1:MAP_STEP_PX]

    def _layers(self, window: Window) -> tuple[Layers, Floats]:
        """Return materials with their cover (h, w) from the ground up, and depth in the wood."""
        land, scale = self._land, self._scale
        zone = self._noise.fractal(window, 20 * scale, octaves=4, salt=4, gain=0.55)
        layers = [(land.other, _cover(zone, land.other_share))]
        x, y = window.axes()
        if land.fields:
            layers.append((Material.FIELD, np.ones_like(zone)))
        wood = zone - np.float32(ndtri(1 - land.wood_share)) if land.wood_share else zone - 9
        for track in self._tracks:
            across = track.distance(x, y) + 0.1 * scale * zone
            layers.append(
                (
                    Material.ROAD if track.paved else Material.SAND,
                    np.clip((track.width - across) / 3 + 0.5, 0, 1),
                )
            )
            wood = np.minimum(wood, (across / track.width - 2.2).astype(np.float32))
        if land.water_share:
            basin = self._noise.fractal(window, 34 * scale, octaves=3, salt=5, gain=0.4)
            shore = Material.SAND if land.ground is Material.SAND else Material.ROCK
            layers.append((shore, _cover(basin, land.water_share + 0.05)))
            layers.append((Material.WATER, _cover(basin, land.water_share, sharpness=9.0)))
            wood = np.minimum(wood, np.float32(ndtri(1 - land.water_share)) - basin - 0.5)
        return layers, wood

    def _mix(
        self, window: Window, layers: Layers, tint: Floats, grain: Floats
    ) -> tuple[Floats, Floats, npt.NDArray[np.uint8]]:
        """Return colours (h, w, 3), bumpiness (h, w) and material (h, w) of all layers together."""
        base = self._surfaces[self._land.ground]
        colour = base.colour(tint, grain)
        bump = np.full(tint.shape, base.bump, np.float32)
        material = np.full(tint.shape, self._land.ground, np.uint8)
        for name, cover in layers:
            if not cover.any():
                continue
            surface = self._surfaces[name]
            top = self._top(name, window, tint, grain)
            colour += (top - colour) * cover[..., None]
            bump += (surface.bump - bump) * cover
            material[cover > ON_TOP] = name
        return colour, bump, material

    def _top(self, material: Material, window: Window, tint: Floats, grain: Floats) -> Floats:
        """Return a layer's colours (h, w, 3); water has waves and fields have parcels."""
        if material is Material.FIELD:
            return self._parcels(window, tint, grain)
        if material is Material.WATER:
            waves = self._noise.octave(window, 0.5 * self._scale, salt=6, stretch=3.0)
            ripples = self._noise.octave(window, 0.22 * self._scale, salt=7, stretch=2.5)
            return self._surfaces[material].colour(tint, 2.2 * waves + 1.6 * ripples)
        return self._surfaces[material].colour(tint, grain)

    def _parcels(self, window: Window, tint: Floats, grain: Floats) -> Floats:
        """Return the colours of fields: a turned grid of parcels, furrows, grass between them."""
        x, y = window.axes()
        u = x * np.float32(np.cos(self._field_angle)) + y * np.float32(np.sin(self._field_angle))
        v = y * np.float32(np.cos(self._field_angle)) - x * np.float32(np.sin(self._field_angle))
        column, row = u / self._parcel_px[0], v / self._parcel_px[1]
        crop = self._crops[np.floor(column).astype(int) % 64, np.floor(row).astype(int) % 64]
        colour = np.array(CROPS[self._conditions.season], np.float32)[crop]
        furrows = np.sin(2 * np.pi * (v + 2 * tint) / self._furrow_px).astype(np.float32)
        colour *= (1 + 0.07 * furrows + 0.05 * tint + 0.05 * grain)[..., None]
        edge = np.minimum(
            np.abs(column - np.round(column)) * self._parcel_px[0],
            np.abs(row - np.round(row)) * self._parcel_px[1],
        )
        verge = np.clip(1.2 - edge / (0.5 * self._scale), 0, 1)[..., None].astype(np.float32)
        grass = self._surfaces[Material.GRASS].colour(tint, grain)
        return np.asarray(colour + (grass - colour) * verge, dtype=np.float32)

    def _light(self, relief: Floats, grain: Floats, bump: Floats) -> Floats:
        """Return how bright (h, w) each place is: slopes towards the sun are lighter."""
        sun_x, sun_y = self._conditions.sunward
        height = relief * (0.45 * self._scale) * np.minimum(bump, 1.2) + grain * bump * 0.55
        down, right = np.gradient(height)
        slope = (right * sun_x + down * sun_y) * self._conditions.shadow_per_height
        return np.asarray(np.clip(1.0 - 0.55 * slope, 0.5, 1.55), dtype=np.float32)


def _cover(zone: Floats, share: float, sharpness: float = MIXED) -> Floats:
    """Return 0 to 1: where a unit-normal surface is in its upper `share`."""
    cover = (zone - np.float32(ndtri(1 - share))) * sharpness + 0.5
    return np.asarray(np.clip(cover, 0, 1), dtype=np.float32)
