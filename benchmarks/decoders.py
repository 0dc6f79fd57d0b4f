r"""What decoding costs with Pillow and with other libraries, and how far their results differ.

    python -m venv /tmp/decoders
    /tmp/decoders/bin/pip install -e ".[cpu]" opencv-python-headless simplejpeg pyvips \
        pyvips-binary imagecodecs
    /tmp/decoders/bin/python -m benchmarks.decoders [--rounds 5] [--megapixels 0.3 1 4 12 20 48]

The peers live in an environment of their own and are no dependency of Skysift; what is not
installed is left out. All decode the same pictures by turns, so that other work on the machine
meets all alike. CPU time is the process's, from the encoded bytes to RGB pixels, and on to the one
input that the demo's three voters share. Deviations are from Pillow's full decode: of levels, 0 to
255, at the 288 x 384 pixels that the demo's voters look at, and of their scores. `frame` is what
Skysift does, with all its checks, the picture's id and its EXIF; the others only decode.
"""

import argparse
import json
import platform
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

import numpy as np
from PIL import Image

from benchmarks.tile_stage import Stage
from models.ensemble import Ensemble, load_ensemble
from models.frames import Frame
from models.pixels import Pixels
from models.preprocess import Recipe, fitted, prepare
from models.settings import ModelSettings

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "decoders.json"
DRAWN = (4000, 3000)
OTHER_FORMATS_MP = 4.0
"""Size of the PNG and the WebP."""
SEEN = Recipe(size=(288, 384))

Decode = Callable[[bytes, int, int], Pixels]
"""Takes encoded bytes, the side that is enough, and the largest factor that keeps it."""


def pillow(data: bytes, enough: int, factor: int) -> Pixels:  # noqa: ARG001 - the yardstick
    """Decode every pixel."""
    return np.asarray(Image.open(BytesIO(data)).convert("RGB"))


def frame(data: bytes, enough: int, factor: int) -> Pixels:  # noqa: ARG001 - it finds its own
    """Decode as Skysift does."""
    return Frame.decode(data, enough_px=enough).pixels


def opencv(data: bytes, enough: int, factor: int) -> Pixels:  # noqa: ARG001 - it is told how much
    """Decode scaled; OpenCV scales other formats afterwards."""
    cv2 = import_module("cv2")
    flag = {1: "COLOR", 2: "REDUCED_COLOR_2", 4: "REDUCED_COLOR_4", 8: "REDUCED_COLOR_8"}[factor]
    levels = cv2.imdecode(np.frombuffer(data, np.uint8), getattr(cv2, f"IMREAD_{flag}"))
    rgb: Pixels = cv2.cvtColor(levels, cv2.COLOR_BGR2RGB)
    return rgb


def simplejpeg(data: bytes, enough: int, factor: int) -> Pixels:  # noqa: ARG001 - it finds its own
    """Decode scaled; JPEG only."""
    found: Pixels = import_module("simplejpeg").decode_jpeg(
        data, min_height=enough, min_width=enough, min_factor=1
    )
    return found


def pyvips(data: bytes, enough: int, factor: int) -> Pixels:  # noqa: ARG001 - it is told how much
    """Decode scaled while loading, JPEG and WebP; others in full."""
    vips = import_module("pyvips").Image
    if data[:2] == b"\xff\xd8":
        picture = vips.jpegload_buffer(data, shrink=factor)
    else:
        picture = vips.new_from_buffer(data, "")
    found: Pixels = picture.numpy()
    return found


def imagecodecs(data: bytes, enough: int, factor: int) -> Pixels:  # noqa: ARG001 - it cannot scale
    """Decode every pixel."""
    found: Pixels = import_module("imagecodecs").imread(data)
    return found


DECODERS: dict[str, tuple[Decode, tuple[str, ...]]] = {
    "pillow": (pillow, ("pillow",)),
    "frame": (frame, ("pillow",)),
    "opencv": (opencv, ("opencv-python-headless",)),
    "simplejpeg": (simplejpeg, ("simplejpeg",)),
    "pyvips": (pyvips, ("pyvips", "pyvips-binary")),
    "imagecodecs": (imagecodecs, ("imagecodecs",)),
}
JPEG_ONLY = ("simplejpeg",)


def installed(name: str) -> bool:
    """Say whether a decoder's module can be imported."""
    try:
        import_module({"opencv": "cv2", "pillow": "PIL", "frame": "PIL"}.get(name, name))
    except ImportError:
        return False
    return True


def encoded(scene: Image.Image, megapixels: float, kind: str) -> bytes:
    """Return the scene in another size and format."""
    ratio = (megapixels * 1e6 / (scene.width * scene.height)) ** 0.5
    size = round(scene.width * ratio), round(scene.height * ratio)
    file = BytesIO()
    scene.resize(size, Image.Resampling.LANCZOS).save(file, kind, quality=88)
    return file.getvalue()


def measured(
    data: bytes, names: Sequence[str], ensemble: Ensemble, rounds: int
) -> dict[str, dict[str, float]]:
    """Return per decoder its costs and deviations for one picture."""
    enough = ensemble.enough_px
    with Image.open(BytesIO(data)) as picture:
        factor = max(f for f in (1, 2, 4, 8) if f == 1 or min(picture.size) >= f * enough)
    decode_ms: dict[str, list[float]] = {name: [] for name in names}
    inputs_ms: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(rounds):
        for name in names:
            start = process_time()
            pixels = DECODERS[name][0](data, enough, factor)
            decoded = process_time()
            prepare([Frame(pixels, "", "", 1, 1)], SEEN)
            inputs_ms[name].append((process_time() - start) * 1e3)
            decode_ms[name].append((decoded - start) * 1e3)
    whole = pillow(data, enough, factor)
    found = {name: DECODERS[name][0](data, enough, factor) for name in names}
    return {
        name: {
            "decode_ms": median(decode_ms[name]),
            "inputs_ms": median(inputs_ms[name]),
            **_deviations(pixels, whole, ensemble),
        }
        for name, pixels in found.items()
    }


def _deviations(pixels: Pixels, whole: Pixels, ensemble: Ensemble) -> dict[str, float]:
    levels = np.abs(fitted(pixels, SEEN).astype(int) - fitted(whole, SEEN))
    views = [Frame(each, "", "", 1, 1) for each in (pixels, whole)]
    scores = np.stack([seat.voter.read(views).scores for seat in ensemble.gate.seats])
    return {
        "levels_mean": float(levels.mean()),
        "levels_max": float(levels.max()),
        "score_max": float(np.abs(np.diff(scores)).max()),
        "side_px": float(min(pixels.shape[:2])),
    }


def main(arguments: argparse.Namespace) -> None:
    """Measure, print a table, and write the JSON."""
    ensemble = load_ensemble(ROOT / "configs" / "demo.yaml", ModelSettings(threads=1))
    names = [name for name in DECODERS if installed(name)]
    with Image.open(BytesIO(Stage(DRAWN, seed=1).jpeg())) as drawn:
        scene = drawn.convert("RGB")
    pictures = [("JPEG", megapixels) for megapixels in arguments.megapixels]
    pictures += [("PNG", OTHER_FORMATS_MP), ("WEBP", OTHER_FORMATS_MP)]
    rows: list[dict[str, Any]] = []
    print("| picture | MB | decoder | decode, ms | to inputs, ms | levels mean, max | score |")
    print("|---|---|---|---|---|---|---|")
    for kind, megapixels in pictures:
        data = encoded(scene, megapixels, kind)
        able = [name for name in names if kind == "JPEG" or name not in JPEG_ONLY]
        for name, row in measured(data, able, ensemble, arguments.rounds).items():
            rows.append({"kind": kind, "megapixels": megapixels, "decoder": name, **row})
            print(
                f"| {kind} {megapixels:g} MP | {len(data) / 1e6:.1f} | {name} "
                f"| {row['decode_ms']:.1f} | {row['inputs_ms']:.1f} "
                f"| {row['levels_mean']:.2f}, {row['levels_max']:.0f} | {row['score_max']:.3f} |",
                flush=True,
            )
    _write(rows, names, arguments.rounds)


def _write(rows: Sequence[dict[str, Any]], names: Sequence[str], rounds: int) -> None:
    packages = sorted({package for name in names for package in DECODERS[name][1]})
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    report = {
        "machine": {"system": platform.platform(), "processor": platform.machine()},
        "versions": {"python": platform.python_version()}
        | {package: version(package) for package in packages},
        "rounds": rounds,
        "rows": rows,
    }
    RESULTS.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--megapixels", type=float, nargs="+", default=[0.3, 1, 4, 12, 20, 48])
    main(parser.parse_args())
