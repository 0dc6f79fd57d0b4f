"""Usual and shifted frames of the demo world, observed once and kept in a cache folder."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from batch.observe import Observer
from demo.conditions import USUAL, Climate
from demo.scenes import draw_flights
from ensembles.votes import Verdict
from models.frames import Frame
from models.pixels import Pixels
from models.preprocess import Recipe
from models.settings import read_settings
from monitoring.identity import Identity
from monitoring.observation import Observations
from monitoring.observation_file import read_observations, write_observations

ENSEMBLE = Path(__file__).parents[1] / "configs" / "demo.yaml"
FRAMES_PER_FLIGHT = 6
SIZE = (320, 240)
ADVANCE = 0.3
LONG_FRAMES, LONG_ADVANCE, FIRST_LONG = 250, 0.05, 1000
"""Long flights take as many frames as a window has, each a twentieth of its width further on."""
FIRST_SEED = 50_000
CLIMATE_SEED = 7
TOGETHER = 8

NEW_LAND = "coast"
"""Left out of the usual flights, to be the new terrain."""

NO_COAST = replace(USUAL, places=tuple(p for p in USUAL.places if p[0] != NEW_LAND))
CLIMATES: Mapping[str, Climate] = {
    "usual": NO_COAST,
    "long": NO_COAST,
    "altitude": replace(NO_COAST, altitude_m=(62.0, 72.0)),
    "winter": replace(
        NO_COAST,
        places=(
            ("meadow", "winter"),
            ("farmland", "winter"),
            ("village", "winter"),
            ("lakeside", "winter"),
            ("snowfield", "winter"),
            ("mountain", "winter"),
            ("woodland", "winter"),
        ),
    ),
    "terrain": replace(NO_COAST, places=((NEW_LAND, "summer"),)),
}

Corrupt = Callable[[Pixels, np.random.Generator], Pixels]


def _gains(*gains: float) -> Corrupt:
    def corrupt(pixels: Pixels, _: np.random.Generator) -> Pixels:
        return np.asarray(np.clip(pixels * np.array(gains), 0, 255), dtype=np.uint8)

    return corrupt


def _fog(pixels: Pixels, _: np.random.Generator) -> Pixels:
    return np.asarray(pixels * 0.55 + 215 * 0.45, dtype=np.uint8)


def _blur(pixels: Pixels, _: np.random.Generator) -> Pixels:
    return np.asarray(Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(1.5)))


def _jpeg(pixels: Pixels, _: np.random.Generator) -> Pixels:
    encoded = BytesIO()
    Image.fromarray(pixels).save(encoded, "JPEG", quality=25)
    return np.asarray(Image.open(encoded), dtype=np.uint8)


def _noise(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    return np.asarray(np.clip(pixels + rng.normal(0, 14, pixels.shape), 0, 255), dtype=np.uint8)


CORRUPTIONS: Mapping[str, Corrupt] = {
    "brightness +20 %": _gains(1.2, 1.2, 1.2),
    "brightness -30 %": _gains(0.7, 0.7, 0.7),
    "fog": _fog,
    "blur": _blur,
    "JPEG quality 25": _jpeg,
    "colour cast": _gains(1.15, 1.0, 0.85),
    "sensor noise": _noise,
}


def draw(folder: Path, kind: str, flights: range) -> None:
    """Draw flights that are not there yet, each in a folder of its own."""
    for index in flights:
        place = folder / kind / f"{index:04d}"
        if place.exists():
            continue
        part = place.with_name(place.name + ".part")
        draw_flights(
            part,
            flights=1,
            frames_per_flight=LONG_FRAMES if kind == "long" else FRAMES_PER_FLIGHT,
            size=SIZE,
            seed=FIRST_SEED + index,
            conditions=CLIMATES[kind].draw(np.random.default_rng((CLIMATE_SEED, len(kind), index))),
            advance=LONG_ADVANCE if kind == "long" else ADVANCE,
        )
        part.rename(place)


def observe(folder: Path, kind: str, flights: range) -> tuple[Observations, Identity]:
    """Return what drift sees of drawn flights."""
    return _kept(folder / f"{kind} {flights}.watched.npz", lambda: _decoded(folder / kind, flights))


def observe_corrupted(
    folder: Path, name: str, flights: range, *, kind: str = "usual"
) -> tuple[Observations, Identity]:
    """Return what drift sees of usual flights that something happened to."""
    corrupt = CORRUPTIONS[name]

    def frames() -> Iterator[Frame]:
        rng = np.random.default_rng(11)
        for frame in _decoded(folder / kind, flights):
            yield Frame.of_pixels(corrupt(frame.pixels, rng), source=frame.source)

    return _kept(folder / f"{name} {flights}.watched.npz", frames)


def observe_broken(folder: Path, voter: str, flights: range) -> tuple[Observations, Identity]:
    """Return what drift sees when one voter takes red for blue, as OpenCV's readers give it."""

    def swap(observer: Observer) -> None:
        for seat in observer.ensemble.gate.seats:
            if seat.name == voter:
                inner = seat.voter.voter.voter.voter  # type: ignore[attr-defined] # Watched(Timed(Forgiving(it)))
                recipe: Recipe = inner.recipe
                object.__setattr__(inner, "recipe", recipe.model_copy(update={"channels": "BGR"}))

    return _kept(
        folder / f"{voter} swapped {flights}.watched.npz",
        lambda: _decoded(folder / "usual", flights),
        change=swap,
    )


def _decoded(folder: Path, flights: range) -> Iterator[Frame]:
    for index in flights:
        for path in sorted((folder / f"{index:04d}").rglob("*.jpg")):
            yield Frame.decode(path.read_bytes(), source=f"{folder.name}-{index:04d}")


def _kept(
    path: Path,
    frames: Callable[[], Iterator[Frame]],
    *,
    change: Callable[[Observer], None] | None = None,
) -> tuple[Observations, Identity]:
    if not path.exists():
        observer = Observer(ENSEMBLE, read_settings())
        if change:
            change(observer)
        tell = observer.tap(lambda frame: frame.source)
        waiting: list[Frame] = []
        for frame in frames():
            waiting.append(frame)
            if len(waiting) == TOGETHER:
                _judge(observer, waiting, tell)
                waiting.clear()
        _judge(observer, waiting, tell)
        if np.isnan(observer.observations.scores).any():
            raise RuntimeError("the machine is so busy that voters gave up: nothing is measured")
        write_observations(path, observer.observations, observer.identity)
    return read_observations(path)


def _judge(observer: Observer, frames: list[Frame], tell: Callable[[Frame, Verdict], None]) -> None:
    for frame, verdict in zip(
        frames, observer.ensemble.gate.judge(frames, ask_all=True), strict=True
    ):
        tell(frame, verdict)
