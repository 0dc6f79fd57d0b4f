"""What int8 and fp16 do to real networks, and whether to keep optimised graphs.

    python -m benchmarks.fewer_bits [--pictures 133]

Needs ../shared/data, skysift[pretrained,quantize] and SKYSIFT_HOME for the exports. ResNet50 with
real weights: top-1 on the half of the labelled sample that gave no ranges, and how often the class
is that of fp32. CLIP ViT-B/32 with random weights: cosines to the embeddings of fp32. CPU
milliseconds per picture, one thread, batches of 8, every form by turns. Then what opening a
network costs, and what it costs when its graph was optimised before.
"""

import argparse
import csv
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

import numpy as np
import onnxruntime

from ensembles.voter import Floats
from models.catalog import options_of, read
from models.convertible import Convertible
from models.export.fp16 import write_fp16
from models.export.int8 import write_int8
from models.frames import Frame
from models.handles import DISABLED_OPTIMIZERS
from models.prepare import prepare as prepare_voters
from models.preprocess import prepare
from models.settings import read_settings
from models.vectors import unit_rows

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("SKYSIFT_DATA", ROOT.parent / "shared" / "data"))
BATCH = 8
ROUNDS = 5
ENSEMBLE = """
name: bits
target: anything
voters:
  - name: resnet50
    kind: resnet50
    threshold: 0.5
    options: {{weights: {weights}, positive: {{minivan: 1.0}}}}
  - name: clip
    kind: clip
    threshold: 0.5
    options: {{model: ViT-B-32, pretrained: random, positive: [a car], negative: [a field]}}
"""
Session = Any  # onnxruntime is not followed: it is optional


@dataclass(frozen=True, slots=True)
class Form:
    """A network as it is, or converted."""

    name: str
    path: Path
    session: Session


def main() -> int:
    """Measure and print; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pictures", type=int, default=133)
    count = parser.parse_args().pictures
    frames, classes = _labelled(count)
    with TemporaryDirectory() as name:
        folder = Path(name)
        for voter, options in _voters(folder):
            settings = read_settings()
            rows = prepare(frames, options.recipe(settings))
            forms = list(_forms(options.network(settings), rows[::2], folder / voter))
            _print_scores(voter, forms, rows[1::2], classes[1::2])
            _print_costs(forms, rows[:BATCH])
            for form in forms:
                _print_opening(form, folder / "optimised.onnx")
    return 0


def _labelled(count: int) -> tuple[list[Frame], np.ndarray[tuple[int], np.dtype[np.int64]]]:
    folder = SHARED / "imagenet"
    with (folder / "labels.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))[:count]
    found = {path.name: path for path in folder.rglob("*.JPEG")}
    frames = [
        Frame.decode(found[Path(line["file"]).name].read_bytes(), enough_px=256) for line in lines
    ]
    return frames, np.array([int(line["class_index"]) for line in lines])


def _voters(folder: Path) -> Iterator[tuple[str, Convertible]]:
    file = folder / "bits.yaml"
    weights = SHARED / "models" / "resnet50-imagenet-fp16.safetensors"
    file.write_text(ENSEMBLE.format(weights=weights), encoding="utf-8")
    config = read(file)
    list(prepare_voters(config, read_settings()))
    for voter in config.voters:
        options = options_of(voter)
        if isinstance(options, Convertible):
            yield voter.name, options


def _forms(network: Path, views: Floats, place: Path) -> Iterator[Form]:
    writers: Mapping[str, Callable[[Path, Path, Floats], int]] = {
        "int8": write_int8,
        "fp16": write_fp16,
    }
    yield Form("fp32", network, _opened(network))
    for name, write in writers.items():
        made = place.with_suffix(f".{name}.onnx")
        write(network, made, views)
        yield Form(name, made, _opened(made))


def _opened(path: Path, *, optimise: bool = True, keep: Path | None = None) -> Session:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    if not optimise:
        level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.graph_optimization_level = level
    if keep:
        options.optimized_model_filepath = str(keep)
    return onnxruntime.InferenceSession(path, options, disabled_optimizers=DISABLED_OPTIMIZERS)


def _answers(session: Session, rows: Floats) -> Floats:
    parts = [
        session.run(None, {"image": rows[start : start + BATCH]})[0]
        for start in range(0, len(rows), BATCH)
    ]
    return np.concatenate(parts)


def _print_scores(
    voter: str,
    forms: list[Form],
    rows: Floats,
    classes: np.ndarray[tuple[int], np.dtype[np.int64]],
) -> None:
    print(f"\n{voter}: {len(rows)} pictures that gave no ranges")
    before = _answers(forms[0].session, rows)
    for form in forms:
        after = _answers(form.session, rows)
        cosines = (unit_rows(before) * unit_rows(after)).sum(axis=1)
        line = f"  {form.name}: cosine {cosines.mean():.5f}, least {cosines.min():.5f}"
        if voter == "resnet50":
            best = after.argmax(axis=1)
            line += f"; top-1 {(best == classes).mean():.3f}"
            line += f", as fp32 {(best == before.argmax(axis=1)).mean():.3f}"
        print(f"{line}; {form.path.stat().st_size / 1e6:.1f} MB")


def _print_costs(forms: list[Form], rows: Floats) -> None:
    spent: dict[str, list[float]] = {form.name: [] for form in forms}
    for _ in range(ROUNDS):
        for form in forms:
            started = process_time()
            form.session.run(None, {"image": rows})
            spent[form.name].append((process_time() - started) * 1000 / len(rows))
    print("  CPU ms: " + ", ".join(f"{name} {median(one):.1f}" for name, one in spent.items()))


def _print_opening(form: Form, keep: Path) -> None:
    _opened(form.path, keep=keep)
    plain, kept = [], []
    for _ in range(ROUNDS):
        started = process_time()
        _opened(form.path)
        middle = process_time()
        _opened(keep, optimise=False)
        plain.append(middle - started)
        kept.append(process_time() - middle)
    milliseconds = (1000 * median(one) for one in (plain, kept))
    print(
        f"  opening {form.name}: "
        + ", optimised before ".join(f"{one:.0f} CPU ms" for one in milliseconds)
    )


if __name__ == "__main__":
    sys.exit(main())
