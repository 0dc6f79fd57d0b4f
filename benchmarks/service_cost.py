"""What the service costs: CPU per picture through HTTP, against calling what it calls directly.

    python -m benchmarks.service_cost [--pictures 8] [--rounds 5] [--clients 1 4]

The same 12 MP JPEGs go through the decoder and the three voters in one process, and through a
service with the same models in another, by turns in one run, so that other work on the machine
meets both alike. CLIP ViT-B/32 and ResNet50 have random weights (a picture costs the same), the
specialist is EmergencyNet where the shared data has it, else the demo's. CPU time is that of the
whole process tree; `explain` makes the service ask every voter, as the direct calls do.
"""

import argparse
import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from io import BytesIO
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time
from urllib.parse import urlsplit

import numpy as np
import psutil
from PIL import Image

from models.catalog import load_ensemble, read
from models.frames import Frame
from models.prepare import prepare
from models.settings import read_settings as read_model_settings
from service.child import Served, free_port, served
from service.settings import ServiceSettings

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("SKYSIFT_DATA", ROOT.parent / "shared" / "data"))
SIZE_PX = (4000, 3000)
TARGET = 1.10
"""The service may add at most 10 %."""

EMERGENCYNET = """
    options: {{weights: {weights}, labels: [collapsed_building, fire, flooded_areas, normal,
               traffic_incident], positive: [fire], input: {{size: 240, scale: 255}}}}"""
DEMO_SPECIALIST = """
    options: {{weights: {weights}, output: sigmoid,
               input: {{size: [288, 384], mean: 0.45, std: 0.22}}}}"""
ENSEMBLE = """
name: full
target: anything
voters:
  - name: specialist
    kind: onnx
    threshold: 0.5{specialist}
  - name: clip
    kind: clip
    threshold: 0.5
    options: {{model: ViT-B-32, pretrained: random, positive: [a fire], negative: [a field]}}
  - name: resnet50
    kind: resnet50
    threshold: 0.5
    options: {{weights: random, positive: {{volcano: 1.0}}}}
vote: or
"""


@dataclass(frozen=True, slots=True)
class Round:
    """CPU milliseconds per picture in one round."""

    direct: float
    service: float


def main() -> int:
    """Measure, print the table, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pictures", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 4])
    options = parser.parse_args()
    pictures = [picture(seed) for seed in range(options.pictures)]
    sizes = ", ".join(f"{len(one) / 1e6:.1f}" for one in pictures)
    print(f"{options.pictures} JPEGs of {SIZE_PX[0]} x {SIZE_PX[1]}, MB: {sizes}")
    with TemporaryDirectory() as folder:
        ensemble = _ensemble(Path(folder))
        medians = [
            measured(ensemble, pictures, clients, options.rounds, Path(folder))
            for clients in options.clients
        ]
    return 0 if max(medians) <= TARGET else 1


def _ensemble(folder: Path) -> Path:
    """Write the ensemble file, and prepare its models where they are not."""
    net = SHARED / "models" / "emergencynet.onnx"
    demo = ROOT / "demo" / "weights" / "specialist.onnx"
    specialist = (
        EMERGENCYNET.format(weights=net) if net.exists() else DEMO_SPECIALIST.format(weights=demo)
    )
    path = folder / "full.yaml"
    path.write_text(ENSEMBLE.format(specialist=specialist))
    for done in prepare(read(path), read_model_settings()):
        print(f"{done.voter}: {done.model} is prepared")
    return path


def picture(seed: int) -> bytes:
    """Return a 12 MP JPEG with structure at every scale, as photographs have."""
    chance = np.random.default_rng(seed)
    width, height = SIZE_PX
    pixels = np.zeros((height, width, 3), dtype=np.float32)
    for side in (8, 40, 200, 1000):
        coarse = chance.normal(0, 25, (side * 3 // 4, side, 3)).clip(-60, 60) + 64
        layer = Image.fromarray(coarse.astype(np.uint8)).resize(SIZE_PX, Image.Resampling.BICUBIC)
        pixels += np.asarray(layer, dtype=np.float32) - 64
    pixels += chance.normal(128, 4, (height, width, 1)).astype(np.float32)
    file = BytesIO()
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(file, "JPEG", quality=88)
    return file.getvalue()


def measured(
    ensemble: Path, pictures: Sequence[bytes], clients: int, rounds: int, folder: Path
) -> float:
    """Print one line per round, and return the median ratio."""
    settings = ServiceSettings(
        ensembles=(ensemble,), port=free_port(), drain_seconds=0, max_body_mb=64
    )
    with (
        direct_calls(ensemble, pictures) as direct,
        served(settings, log=folder / "log.txt") as server,
    ):
        direct()
        through_http(server, pictures, clients)  # both once unmeasured
        results = [Round(direct(), through_http(server, pictures, clients)) for _ in range(rounds)]
    print(f"\n{clients} client(s)\n{'round':>6}{'direct ms':>12}{'service ms':>12}{'ratio':>8}")
    for index, one in enumerate(results, 1):
        ratio = one.service / one.direct
        print(f"{index:6}{one.direct:12.1f}{one.service:12.1f}{ratio:8.3f}")
    ratio = median(one.service / one.direct for one in results)
    print(f"median ratio {ratio:.3f}, at most {TARGET:.2f} is wanted")
    return ratio


def through_http(server: Served, pictures: Sequence[bytes], clients: int) -> float:
    """Post every picture, and return CPU ms per picture over all processes of the server."""
    parts = urlsplit(server.url)

    def post(body: bytes) -> None:
        with closing(HTTPConnection(parts.hostname or "", parts.port, timeout=120)) as connection:
            connection.request("POST", "/v1/triage?explain=true", body)
            response = connection.getresponse()
            answer = response.read()
            if response.status != 200:
                raise RuntimeError(f"status {response.status}: {answer.decode()}")

    before = _tree_seconds(server.process_id)
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(post, pictures))
    return (_tree_seconds(server.process_id) - before) * 1000 / len(pictures)


def _tree_seconds(process_id: int) -> float:
    parent = psutil.Process(process_id)
    times = [one.cpu_times() for one in (parent, *parent.children(recursive=True))]
    return float(sum(one.user + one.system for one in times))


@contextmanager
def direct_calls(ensemble: Path, pictures: Sequence[bytes]) -> Iterator[Callable[[], float]]:
    """Give a call that decodes and scores every picture in a process of its own.

    The call returns CPU ms per picture.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_judge_directly, args=(theirs, ensemble, pictures))
    process.start()

    def call() -> float:
        ours.send("go")
        milliseconds: float = ours.recv()
        return milliseconds

    try:
        yield call
    finally:
        ours.send("end")
        process.join()


def _judge_directly(connection: Connection, path: Path, pictures: Sequence[bytes]) -> None:
    ensemble = load_ensemble(path, read_model_settings())
    while connection.recv() == "go":
        start = process_time()
        for data in pictures:
            frame = Frame.decode(data, enough_px=ensemble.enough_px)
            for seat in ensemble.gate.seats:
                seat.voter.read([frame])
        connection.send((process_time() - start) * 1000 / len(pictures))


if __name__ == "__main__":
    sys.exit(main())
