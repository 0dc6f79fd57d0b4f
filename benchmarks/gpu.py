"""What an NVIDIA GPU does: networks, copies, decoding, the service; one command.

    python -m benchmarks.gpu [--out gpu.json] [--compile]

Needs skysift[gpu,pretrained,quantize] and a card; without a card it says so and ends. CLIP
ViT-B/32, ResNet50 and MobileNetV3 with random weights, at batch 1, 8, 32 and 128, in float32 and
float16: as Skysift runs them (host array in, host array out), the same with nothing copied, and
torch with CUDA graphs (`--compile`: and compiled) on the same card, by turns. Then what decoding
takes beside it, and frames per second through the service.

`--provider cpu --batches 1 2` runs all of it without a card, to try the script: its figures mean
nothing.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from http.client import HTTPConnection
from pathlib import Path
from platform import processor
from tempfile import TemporaryDirectory
from time import perf_counter
from urllib.parse import urlsplit

from benchmarks.setting.pictures import drawn
from models.frames import Frame
from models.handles import available_providers, installed_runtimes
from models.providers import CUDA, card_is_there
from models.settings import ModelSettings, Provider
from service.child import free_port, served
from service.settings import ServiceSettings

BATCHES = (1, 8, 32, 128)
CLIENTS = (1, 8, 32)
FRAMES_A_CLIENT = 16
PICTURES = 8
ENOUGH_PX = 256

VOTER = """
  - name: {name}
    kind: onnx
    threshold: 0.5
    options: {{weights: {weights}, output: logits, labels: {labels}, positive: [c0],
               output_name: out, input: {{size: 224, mean: 0.45, std: 0.226}}}}"""
LABELS = {"clip_vit_b_32": 512, "resnet50": 1000, "mobilenet_v3_small": 1000}


@dataclass(frozen=True, slots=True)
class Line:
    """One network at one batch size; images per second.

    Args:
        copies: Share of Skysift's time that copying in and out takes.
    """

    network: str
    precision: str
    batch: int
    skysift: float
    copies: float
    torch_graph: float
    torch_compiled: float | None


@dataclass(frozen=True, slots=True)
class Served:
    """The service with all three networks, every voter asked; frames per second."""

    precision: str
    clients: int
    frames_per_second: float


def main() -> int:
    """Measure, print the tables, write the JSON, and return the exit code."""
    options = _arguments()
    if options.provider != "cpu" and (missing := _missing()):
        print(missing)
        return 0
    settings = ModelSettings(provider=options.provider)
    pictures = [drawn(seed) for seed in range(PICTURES)]
    with TemporaryDirectory() as name:
        folder = Path(name)
        lines = list(_networks(folder, options, settings))
        decode_ms = _decode_ms(pictures)
        print(f"decoding a 12 MP JPEG takes {decode_ms:.1f} ms of one core")
        services = list(_services(folder, pictures, options.provider, options.clients))
    if options.out:
        facts = {
            "machine": _machine(),
            "networks": [asdict(line) for line in lines],
            "decode_ms": decode_ms,
            "service": [asdict(one) for one in services],
        }
        options.out.write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path)
    parser.add_argument("--compile", action="store_true", help="minutes for each batch size")
    parser.add_argument("--provider", choices=["cuda", "tensorrt", "cpu"], default="cuda")
    parser.add_argument("--batches", type=int, nargs="+", default=BATCHES)
    parser.add_argument("--clients", type=int, nargs="+", default=CLIENTS)
    return parser.parse_args()


def _missing() -> str:
    """Return what keeps this machine from measuring; empty when nothing does."""
    if not card_is_there():
        return "there is no NVIDIA GPU here: nothing was measured"
    if CUDA not in available_providers():
        return "there is an NVIDIA GPU, but ONNX Runtime has no CUDA: install skysift[gpu]"
    import torch  # noqa: PLC0415 - only where there is a card

    if not torch.cuda.is_available():
        return "there is an NVIDIA GPU, but torch cannot use it: install a CUDA build of torch"
    return ""


def _networks(folder: Path, options: argparse.Namespace, settings: ModelSettings) -> Iterator[Line]:
    from benchmarks import gpu_networks, gpu_runners  # noqa: PLC0415 - they import torch

    device = "cpu" if options.provider == "cpu" else "cuda"
    print(
        f"{'network':<20}{'':<6}{'batch':>6}{'skysift/s':>12}{'copies':>8}{'graph/s':>12}"
        f"{'compiled/s':>12}"
    )
    for subject in gpu_networks.subjects(folder):
        for precision, path in subject.onnx.items():
            half = precision == "fp16"
            for size in options.batches:
                batch = gpu_networks.batch_of(size)
                ours = gpu_runners.seconds(gpu_runners.skysift(path, batch, settings))
                bare = gpu_runners.seconds(gpu_runners.without_copies(path, batch, settings))
                graph = gpu_runners.seconds(
                    gpu_runners.torch_graph(subject.module, batch, half=half, device=device)
                )
                compiled = (
                    gpu_runners.seconds(
                        gpu_runners.torch_compiled(subject.module, batch, half=half, device=device)
                    )
                    if options.compile
                    else None
                )
                line = Line(
                    subject.name,
                    precision,
                    size,
                    size / ours,
                    max(0.0, 1 - bare / ours),
                    size / graph,
                    size / compiled if compiled else None,
                )
                print(_row(line))
                yield line


def _row(line: Line) -> str:
    compiled = "-" if line.torch_compiled is None else f"{line.torch_compiled:.0f}"
    return (
        f"{line.network:<20}{line.precision:<6}{line.batch:>6}{line.skysift:>12.0f}"
        f"{line.copies:>8.0%}{line.torch_graph:>12.0f}{compiled:>12}"
    )


def _decode_ms(pictures: Sequence[bytes]) -> float:
    started = perf_counter()
    for data in pictures:
        Frame.decode(data, enough_px=ENOUGH_PX)
    return (perf_counter() - started) * 1000 / len(pictures)


def _services(
    folder: Path, pictures: Sequence[bytes], provider: Provider, clients: Sequence[int]
) -> Iterator[Served]:
    os.environ["SKYSIFT_PROVIDER"] = provider  # the service is a process of its own
    for precision, suffix in (("fp32", ".onnx"), ("fp16", ".fp16.onnx")):
        gate = _gate(folder, suffix)
        for count in clients:
            settings = ServiceSettings(
                ensembles=(gate,),
                port=free_port(),
                drain_seconds=0,
                slots=count,
                join_frames=count,
            )
            with served(settings, log=folder / "log.txt") as server:
                _post_all(server.url, pictures, count, 1)  # once unmeasured
                started = perf_counter()
                _post_all(server.url, pictures, count, FRAMES_A_CLIENT)
                passed = perf_counter() - started
            one = Served(precision, count, count * FRAMES_A_CLIENT / passed)
            print(f"service, {precision}, {count} clients: {one.frames_per_second:.1f} frames/s")
            yield one


def _gate(folder: Path, suffix: str) -> Path:
    path = folder / f"gate{suffix}.yaml"
    voters = "".join(
        VOTER.format(
            name=name,
            weights=folder / f"{name}{suffix}",
            labels=[f"c{index}" for index in range(classes)],
        )
        for name, classes in LABELS.items()
    )
    path.write_text(f"name: gpu\ntarget: anything\nvoters:{voters}\nvote: or\n", encoding="utf-8")
    return path


def _post_all(url: str, pictures: Sequence[bytes], clients: int, each: int) -> None:
    parts = urlsplit(url)

    def client(first: int) -> None:
        connection = HTTPConnection(parts.hostname or "", parts.port, timeout=120)
        for index in range(first, first + each):
            body = pictures[index % len(pictures)]
            connection.request("POST", "/v1/triage?explain=true", body)
            response = connection.getresponse()
            answer = response.read()
            if response.status != 200:
                raise RuntimeError(f"status {response.status}: {answer.decode()}")
        connection.close()

    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(client, range(clients)))


def _machine() -> dict[str, object]:
    import torch  # noqa: PLC0415 - imported already where it is measured

    card = torch.cuda.get_device_name(0) if torch.cuda.is_available() else None
    return {
        "card": card,
        "processor": processor(),
        "cores": os.cpu_count(),
        "torch": torch.__version__,
        **installed_runtimes(),
    }


if __name__ == "__main__":
    sys.exit(main())
