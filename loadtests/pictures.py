"""Pictures to post: frames of the demo world, a large one, and some that are broken."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from PIL import Image

from demo.scenes import draw_flights
from ensembles.reasons import Reason

SEED = 71
FLIGHTS = 3
FRAMES_PER_FLIGHT = 8
LARGE = (4000, 3000)
"""What a camera on a drone delivers, 12 MP."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Something to post.

    Args:
        name: Its file name.
        data: Its bytes.
        fault: Why the service must refuse it; None when it is a good picture.
    """

    name: str
    data: bytes
    fault: Reason | None = None

    @property
    def id(self) -> str:
        """What the service calls a good picture."""
        return sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class Samples:
    """What all clients of a run choose from."""

    good: tuple[Sample, ...]
    large: Sample
    broken: tuple[Sample, ...]


def draw_samples(folder: Path) -> Samples:
    """Draw the pictures into `folder`; the same bytes every time."""
    draw_flights(folder, flights=FLIGHTS, frames_per_flight=FRAMES_PER_FLIGHT, seed=SEED)
    good = tuple(Sample(path.name, path.read_bytes()) for path in sorted(folder.glob("*/*.jpg")))
    return Samples(good, _enlarged(good[0]), tuple(_broken(good[0])))


def _enlarged(sample: Sample) -> Sample:
    """Return the frame in a camera's size; drawing one that large takes several seconds."""
    file = BytesIO()
    with Image.open(BytesIO(sample.data)) as picture:
        picture.resize(LARGE, Image.Resampling.BICUBIC).save(file, "JPEG", quality=88)
    return Sample("large.jpg", file.getvalue())


def _broken(sample: Sample) -> Iterator[Sample]:
    yield Sample("empty.jpg", b"", Reason.EMPTY)
    yield Sample("text.jpg", b"no picture, only words\n" * 20, Reason.NOT_AN_IMAGE)
    yield Sample("cut.jpg", sample.data[: len(sample.data) // 2], Reason.TRUNCATED)
    yield Sample("document.jpg", b"%PDF-1.7\n" + bytes(400), Reason.UNSUPPORTED_FORMAT)
