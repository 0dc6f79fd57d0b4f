"""What cost is measured against: frames, voters, workers, picture size, tiles, clients."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import yaml

from benchmarks.asking import raw, votes
from benchmarks.batch_job import prepare_batch, prepare_counting
from benchmarks.growth_axis import Axis, Value
from benchmarks.inside import Prepare, inside
from benchmarks.laps import Running
from benchmarks.load import HttpRunning
from benchmarks.setting.ensembles import Gate
from benchmarks.setting.pictures import Picture, pictures
from benchmarks.setting.setting import READY_SECONDS, Setting, in_turn
from demo.scenes import draw_flights
from demo.shipped import CONFIG
from service.child import free_port, served
from service.settings import ServiceSettings

FRAMES, QUICK_FRAMES, LONG_FRAMES = (1000, 3000, 10_000), (200, 1000), (100_000,)
FLIGHTS, FRAMES_PER_FLIGHT, SEED = 8, 12, 91
WORKERS = (1, 2)
MEGAPIXELS = {
    1: (1200, 900),
    3: (2000, 1500),
    6: (2880, 2160),
    12: (4000, 3000),
    24: (5760, 4320),
    50: (8160, 6120),
}
TILES_PX = (1920, 1280, 960, 640)
CLIENTS = (1, 2, 4, 8, 16, 32, 64, 128)
PATIENT_SECONDS = 300
"""The service's deadline: 128 clients on two cores wait long, and are all to be answered."""


def frames(setting: Setting, stack: ExitStack, quick: bool) -> list[Value]:
    """The demo gate on its own small frames, a job of so many of them."""
    return _jobs(setting, stack, QUICK_FRAMES if quick else FRAMES)


def many_frames(setting: Setting, stack: ExitStack, quick: bool) -> list[Value]:  # noqa: ARG001 - see Values
    """The same, for most of an hour."""
    return _jobs(setting, stack, LONG_FRAMES)


def voters(setting: Setting, stack: ExitStack, quick: bool) -> list[Value]:
    """So many voters, each asked: the three, then a second specialist and a second CLIP."""
    whole = yaml.safe_load(setting.ensemble(Gate("plain")).read_text(encoding="utf-8"))
    three = whole["voters"]
    five = [*three, *({**voter, "name": f"{voter['name']}_2"} for voter in three[:2])]
    return [
        Value(
            count,
            _job(
                stack,
                _written(setting, whole | {"name": f"voters_{count}", "voters": five[:count]}),
                prepare_batch,
            ),
            setting.pictures[: 4 if quick else 12],
        )
        for count in ((1, 3) if quick else range(1, len(five) + 1))
    ]


def workers(setting: Setting, stack: ExitStack, quick: bool) -> list[Value]:
    """So many worker processes of the service, all voters, 8 clients."""
    return [
        Value(
            count,
            _service(setting, stack, ServiceSettings(workers=count, port=free_port())),
            in_turn(setting.pictures, 8 if quick else 24),
            8,
        )
        for count in WORKERS
    ]


def megapixels(setting: Setting, stack: ExitStack, quick: bool) -> list[Value]:
    """Pictures of so many megapixels, all voters, as a batch job."""
    job = _job(stack, setting.ensemble(Gate("plain")), prepare_batch)
    sizes = {1: MEGAPIXELS[1], 12: MEGAPIXELS[12]} if quick else MEGAPIXELS
    return [
        Value(size, job, in_turn(pictures(setting.folder / "pictures", 4, size_px), 8))
        for size, size_px in sizes.items()
    ]


def tiles(setting: Setting, stack: ExitStack, quick: bool) -> list[Value]:
    """The demo gate on 12 MP pictures cut into tiles of so many pixels; 0 is the whole frame."""
    shown = setting.pictures[:2]
    whole = Value(0, _job(stack, CONFIG, prepare_batch), shown, label="whole")
    return [whole] + [
        Value(side, _job(stack, _tiled(setting, side), prepare_batch), shown)
        for side in (TILES_PX[:1] if quick else TILES_PX)
    ]


def clients(setting: Setting, stack: ExitStack, quick: bool) -> list[Value]:
    """So many clients, each posting its next picture when the last one is answered."""
    settings = ServiceSettings(
        port=free_port(), queue=max(CLIENTS), deadline_seconds=PATIENT_SECONDS
    )
    service = _service(setting, stack, settings)
    return [
        Value(count, service, in_turn(setting.pictures, max(16, count)), count)
        for count in ((1, 8) if quick else CLIENTS)
    ]


def _jobs(setting: Setting, stack: ExitStack, counts: Sequence[int]) -> list[Value]:
    small = _demo_frames(setting)
    return [
        Value(count, _job(stack, CONFIG, prepare_counting), in_turn(small, count), 1, f"{count:,}")
        for count in counts
    ]


def _job(stack: ExitStack, ensemble_file: Path, prepare: Prepare) -> Running:
    return stack.enter_context(inside(prepare, ensemble_file))


def _service(setting: Setting, stack: ExitStack, settings: ServiceSettings) -> Running:
    """Start a service of the three networks that asks all of them."""
    ensembles = (setting.ensemble(Gate("plain")),)
    settings = settings.model_copy(update={"ensembles": ensembles, "drain_seconds": 0})
    log = setting.logs / f"growth-{settings.port}.log"
    server = stack.enter_context(served(settings, log=log, seconds=READY_SECONDS))
    return HttpRunning(server.process_id, server.url, raw("/v1/triage?explain=true"), votes)


def _demo_frames(setting: Setting) -> Sequence[Picture]:
    folder = setting.folder / "demo" / "small"
    if not (folder / "labels.csv").exists():
        draw_flights(folder, flights=FLIGHTS, frames_per_flight=FRAMES_PER_FLIGHT, seed=SEED)
    return [Picture(path) for path in sorted(folder.glob("*/*.jpg"))]


def _tiled(setting: Setting, side: int) -> Path:
    text = CONFIG.read_text(encoding="utf-8").replace("../", f"{CONFIG.parents[1]}/")
    whole = yaml.safe_load(text)
    return _written(
        setting, whole | {"name": f"tiles_{side}", "views": {"tile": side, "overlap": 0.2}}
    )


def _written(setting: Setting, ensemble: dict[str, object]) -> Path:
    path = setting.folder / "ensembles" / f"{ensemble['name']}.yaml"
    path.write_text(yaml.safe_dump(ensemble, sort_keys=False), encoding="utf-8")
    return path


LONG = Axis("many-frames", "the same with 100,000 frames", many_frames, 1)
"""Only when it is asked for by name."""
AXES = (
    Axis("frames", "the demo gate on frames of 640 x 480, a batch job of so many", frames, 1),
    Axis("voters", "so many full-size voters, all asked, batch job, 12 MP", voters),
    Axis("workers", "so many worker processes, all voters, HTTP, 12 MP, 8 clients", workers),
    Axis("megapixels", "pictures of so many megapixels, all voters, batch job", megapixels),
    Axis("tiles", "the demo gate on 12 MP in tiles of so many pixels, every voter asked", tiles),
    Axis("clients", "so many clients at a time, all voters, HTTP, 12 MP, one worker", clients),
)
