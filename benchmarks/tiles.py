"""What tiles find that whole frames miss, and what they cost, on the demo world.

    python -m benchmarks.tiles [--sizes 4000x3000 8000x6000] [--stages 3] [--hikers 20]

Empty frames are drawn, and hikers of 12 to 96 pixels put into them one at a time. Only the views
that change are scored again, so hundreds of frames of 48 MP take minutes. A hiker counts as found
by tiles when a tile that shows at least half of it is a yes with the hiker and a no without, and
by the whole frame likewise: a view that says yes to everything finds nobody. What empty views say
is counted beside it, since a frame has many tiles to be wrong about.
"Fitted" tiles are as large for every length as the fixed ones are for 24 pixels, which is what
`tile: auto` is for: the networks know hikers at one size only.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import process_time

import numpy as np
import numpy.typing as npt

from benchmarks.tile_stage import Pixels, Size, Stage, Staged
from ensembles.tiles import Tiles
from ensembles.votes import Box
from models.ensemble import Ensemble, load_ensemble
from models.frames import Frame
from models.settings import ModelSettings
from models.views import tile

CONFIG = Path(__file__).parents[1] / "configs" / "demo.yaml"
LENGTHS_PX = (12, 16, 24, 32, 48, 96)
TILES = Tiles(tile=(480, 640), overlap=0.2)
"""As large as the frames that the demo's voters learned from."""
FITTED_PX = 24
"""Length for which the fixed tiles are the fitted ones."""
EMPTY_TILES = 64
"""Empty tiles looked at per stage and tiling, at most."""
SHOWN = 0.5
"""A tile shows a hiker when at least this share of its box lies in it."""
KILOBYTES_PER_MEGABYTE = 2**10

Scores = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Trials:
    """Scores of what was shown, shape (n, voters) each.

    Args:
        empty_whole: Of empty frames.
        empty_tiles: Of some of their fixed tiles.
        empty_fitted: Of some of their fitted tiles, per length.
        whole: Whether whole frames find the hiker, bool (n,), per length.
        tiles: Whether fixed tiles do.
        fitted: Whether fitted tiles do.
    """

    empty_whole: Scores
    empty_tiles: Scores
    empty_fitted: dict[int, Scores]
    whole: dict[int, Bools]
    tiles: dict[int, Bools]
    fitted: dict[int, Bools]


@dataclass(frozen=True, slots=True)
class Cost:
    """What one empty frame costs; every tile of it has to be looked at.

    Args:
        width: Of the frame, pixels.
        height: The same.
        views: `whole` or `tiles`.
        looks: Views put to the first voter.
        decode_ms: CPU milliseconds.
        judge_ms: CPU milliseconds.
        peak_mb: Resident memory at its highest, without what the loaded models take.
    """

    width: int
    height: int
    views: str
    looks: int
    decode_ms: float
    judge_ms: float
    peak_mb: float


def fitted_tiles(length_px: int) -> Tiles:
    """Return tiles that are to a hiker of this length what the fixed ones are to 24 pixels."""
    height, width = (side * length_px // FITTED_PX for side in TILES.size)
    return Tiles(tile=(height, width), overlap=TILES.overlap)


def score_trials(ensemble: Ensemble, size: Size, *, stages: int, hikers: int) -> Trials:
    """Return what every voter says of empty frames, and which hikers are found."""
    empty: dict[tuple[str, int], list[Scores]] = defaultdict(list)
    found: dict[tuple[str, int], list[bool]] = defaultdict(list)
    for seed in range(stages):
        stage = Stage(size, seed)
        large, small = _decoded(stage.jpeg(), ensemble)
        empty["whole", 0].append(_scores(ensemble, [small]))
        empty["tiles", 0].append(_scores(ensemble, _some_tiles(large, TILES, seed)))
        for length in LENGTHS_PX:
            fitted = fitted_tiles(length)
            empty["fitted", length].append(_scores(ensemble, _some_tiles(large, fitted, seed)))
            for staged in (stage.put(length) for _ in range(hikers)):
                whole = [(small, _small_with(small, large, staged))]
                found["whole", length].append(_is_found(ensemble, whole))
                for name, tiles in (("tiles", TILES), ("fitted", fitted)):
                    pairs = list(_tiles_with(large, staged, tiles))
                    found[name, length].append(_is_found(ensemble, pairs))
        print(f"  {size[0]}x{size[1]}: stage {seed + 1} of {stages}", file=sys.stderr, flush=True)
    return Trials(
        np.concatenate(empty["whole", 0]),
        np.concatenate(empty["tiles", 0]),
        {length: np.concatenate(empty["fitted", length]) for length in LENGTHS_PX},
        *(
            {length: np.array(found[name, length]) for length in LENGTHS_PX}
            for name in ("whole", "tiles", "fitted")
        ),
    )


def _is_found(ensemble: Ensemble, pairs: Sequence[tuple[Frame, Frame]]) -> bool:
    """Return whether a view is a no without the hiker and a yes with it."""
    thresholds = [seat.threshold for seat in ensemble.gate.seats]
    with_hiker = _kept(_scores(ensemble, [after for _, after in pairs]), thresholds)
    candidates = [before for (before, _), yes in zip(pairs, with_hiker, strict=True) if yes]
    return bool(candidates) and not _kept(_scores(ensemble, candidates), thresholds).all()


def _some_tiles(frame: Frame, tiles: Tiles, seed: int) -> list[Frame]:
    """Return a random sample of a frame's tiles."""
    boxes = tiles.over(frame.width_px, frame.height_px)
    random = np.random.default_rng(seed)
    chosen = random.choice(len(boxes), size=min(EMPTY_TILES, len(boxes)), replace=False)
    return [tile(frame, boxes[index]) for index in chosen]


def _decoded(data: bytes, ensemble: Ensemble) -> tuple[Frame, Frame]:
    """Return the frame as tiles and as whole-frame voters get it."""
    return Frame.decode(data), Frame.decode(data, enough_px=ensemble.enough_px)


def _scores(ensemble: Ensemble, views: Sequence[Frame]) -> Scores:
    columns = [seat.voter.read(views).scores for seat in ensemble.gate.seats]
    return np.stack(columns, axis=1)


def _tiles_with(frame: Frame, staged: Staged, tiles: Tiles) -> Iterator[tuple[Frame, Frame]]:
    """Yield the tiles that show the hiker, without it and with it."""
    for box in tiles.over(frame.width_px, frame.height_px):
        if _share_inside(staged.box, box) >= SHOWN:
            piece = tile(frame, box)
            pixels = _pasted(piece.pixels, staged, box)
            yield piece, Frame(pixels, "", "", frame.width_px, frame.height_px)


def _share_inside(inner: Box, outer: Box) -> float:
    width = min(inner.right, outer.right) - max(inner.left, outer.left)
    height = min(inner.bottom, outer.bottom) - max(inner.top, outer.top)
    area = (inner.right - inner.left) * (inner.bottom - inner.top)
    return max(width, 0) * max(height, 0) / area


def _pasted(pixels: Pixels, staged: Staged, box: Box) -> Pixels:
    """Return a copy of the pixels in `box` with the patch in its place."""
    own, patch = pixels.copy(), staged.patch
    left, top = max(patch.left, box.left), max(patch.top, box.top)
    right, bottom = min(patch.right, box.right), min(patch.bottom, box.bottom)
    own[top - box.top : bottom - box.top, left - box.left : right - box.left] = staged.pixels[
        top - patch.top : bottom - patch.top, left - patch.left : right - patch.left
    ]
    return own


def _small_with(small: Frame, large: Frame, staged: Staged) -> Frame:
    """Return the scaled frame with the hiker: its patch averaged as the DCT averages blocks."""
    times = large.pixels.shape[0] // small.pixels.shape[0]
    patch, pixels = staged.patch, staged.pixels
    rows, columns = pixels.shape[0] // times, pixels.shape[1] // times
    blocks = pixels[: rows * times, : columns * times].reshape(rows, times, columns, times, 3)
    own = small.pixels.copy()
    top, left = patch.top // times, patch.left // times
    own[top : top + rows, left : left + columns] = blocks.mean(axis=(1, 3)).round()
    return Frame(own, "", "", small.width_px, small.height_px)


def cost_of(config: Path, picture: Path, views: str) -> Cost:
    """Measure one frame in this process, which must have looked at none before."""
    ensemble = load_ensemble(config, ModelSettings(threads=1))
    Path("/proc/self/clear_refs").write_text("5")  # the highest so far starts anew
    before = _memory_mb("VmRSS")
    started = process_time()
    frame = Frame.decode(
        picture.read_bytes(), enough_px=ensemble.enough_px, enough_scale=ensemble.enough_scale
    )
    decoded = process_time()
    ensemble.gate.judge([frame], ask_all=True)
    return Cost(
        frame.width_px,
        frame.height_px,
        views,
        len(ensemble.gate.cut(frame)),
        decode_ms=1000 * (decoded - started),
        judge_ms=1000 * (process_time() - decoded),
        peak_mb=_memory_mb("VmHWM") - before,
    )


def _memory_mb(line: str) -> float:
    """Return a line of the process's status on Linux: `VmRSS` now, `VmHWM` at its highest."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = next(row for row in status.splitlines() if row.startswith(line))
    return int(found.split()[1]) / KILOBYTES_PER_MEGABYTE


def costs(size: Size, folder: Path, source: Path) -> list[Cost]:
    """Return the cost of an empty frame, whole and in tiles, each in a process of its own."""
    picture = folder / f"{size[0]}x{size[1]}.jpg"
    picture.write_bytes(Stage(size, 0).jpeg())
    found = []
    for views in ("whole", "tiles"):
        config = folder / f"{views}.yaml"
        config.write_text(_config_text(source, views))
        this = [sys.executable, "-m", "benchmarks.tiles"]
        command = [*this, "--cost", str(config), str(picture), views]
        answer = subprocess.run(command, check=True, capture_output=True, text=True)
        found.append(Cost(**json.loads(answer.stdout)))
    return found


def _config_text(source: Path, views: str) -> str:
    text = source.read_text(encoding="utf-8").replace("../", f"{source.parents[1]}/")
    if views == "whole":
        return text
    height, width = TILES.size
    return f"{text}\nviews: {{tile: [{height}, {width}], overlap: {TILES.overlap}}}\n"


def _kept(scores: Scores, thresholds: Sequence[float]) -> Bools:
    """Return where OR says yes, shape (n,)."""
    return np.asarray((scores >= np.asarray(thresholds)).any(axis=1), dtype=np.bool_)


def report(trials: Trials, thresholds: Sequence[float]) -> dict[str, object]:
    """Return recall by length for whole frames and tiles, and what empty views say."""

    def share(yes: Bools) -> float:
        return round(float(yes.mean()), 4)

    def kept(scores: Scores) -> float:
        return share(_kept(scores, thresholds))

    return {
        "empty_frames": len(trials.empty_whole),
        "empty_whole_yes": kept(trials.empty_whole),
        "empty_tiles": len(trials.empty_tiles),
        "empty_tiles_yes": kept(trials.empty_tiles),
        "rows": [
            {
                "px": length,
                "n": len(trials.whole[length]),
                "whole": share(trials.whole[length]),
                "tiles": share(trials.tiles[length]),
                "fitted_tile": fitted_tiles(length).size,
                "fitted": share(trials.fitted[length]),
                "empty_fitted": len(trials.empty_fitted[length]),
                "empty_fitted_yes": kept(trials.empty_fitted[length]),
            }
            for length in LENGTHS_PX
        ],
    }


def main(arguments: argparse.Namespace) -> None:
    """Measure, and print JSON."""
    ensemble = load_ensemble(arguments.config, ModelSettings(threads=1))
    thresholds = [seat.threshold for seat in ensemble.gate.seats]
    results: dict[str, object] = {"tiles": TILES.model_dump(), "thresholds": thresholds}
    with tempfile.TemporaryDirectory() as folder:
        for size in arguments.sizes:
            trials = score_trials(ensemble, size, stages=arguments.stages, hikers=arguments.hikers)
            results["{}x{}".format(*size)] = {
                **report(trials, thresholds),
                "costs": [asdict(cost) for cost in costs(size, Path(folder), arguments.config)],
            }
    print(json.dumps(results, indent=1))


def _size(text: str) -> Size:
    width, height = text.split("x")
    return int(width), int(height)


if __name__ == "__main__":
    if "--cost" in sys.argv:
        _, _, config_path, picture_path, which = sys.argv
        print(json.dumps(asdict(cost_of(Path(config_path), Path(picture_path), which))))
    else:
        parser = argparse.ArgumentParser(description=__doc__)
        parser.add_argument("--config", type=Path, default=CONFIG)
        parser.add_argument("--sizes", nargs="+", type=_size, default=[(4000, 3000), (8000, 6000)])
        parser.add_argument("--stages", type=int, default=3, help="empty frames per size")
        parser.add_argument("--hikers", type=int, default=20, help="per length and empty frame")
        main(parser.parse_args())
