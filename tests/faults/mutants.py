"""Damaged pictures by the thousand: what the decoder makes of them.

    python -m tests.faults.mutants [--count 10000] [--seed 7]

Good files of every format that is read are damaged by seeded bit flips, cuts and splices, and every
known trick (`tests/faults/tricks.py`) is tried as well. Each must give a frame or a reason; nothing
else may come out, nothing may hang, and memory must not grow.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np
import psutil
from PIL import Image

from ensembles.errors import BadImageError
from models.frames import Frame
from tests.faults import tricks
from tests.faults.pictures import HEIC, encoded, good_image

ENOUGH_PX = 64
SLOWEST_SECONDS = 10.0
"""More would be a hang: a whole picture of the largest size takes as long."""
GROWN_MB = 64.0
"""More than this at the end, over what a tenth of the mutants left, would be a leak."""
MB = 1_000_000

TRICKS: dict[str, Callable[[], bytes]] = {
    "png bomb": lambda: tricks.png_bomb(30_000),
    "tiff bomb": lambda: tricks.tiff_bomb(30_000),
    "webp bomb": lambda: tricks.flat("WEBP", 2100),
    "gif bomb": lambda: tricks.flat("GIF", 2100),
    "avif bomb": lambda: tricks.flat("AVIF", 2100),
    "jpeg that claims 65,500": lambda: tricks.jpeg_that_claims(65_500, 65_500),
    "jpeg that claims 1": lambda: tricks.jpeg_that_claims(1, 1),
    "png that claims 1,000": lambda: tricks.png_that_claims(1000, 1000),
    "scan bomb": lambda: tricks.jpeg_of_many_scans(3000),
    "segment bomb": lambda: tricks.jpeg_of_many_segments(1_500_000),
    "chunk bomb": lambda: tricks.png_of_many_chunks(1_000_000),
    "exif bomb": lambda: tricks.jpeg_of_many_exif_blocks(900),
    "exif overlap": tricks.jpeg_with_overlapping_exif,
    "xmp bomb": tricks.jpeg_with_xml_bomb,
    "text bomb": lambda: tricks.png_text_bomb(100),
    "profile bomb": lambda: tricks.png_profile_bomb(100),
    "eps": lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n(/etc/passwd) (r) file\n",
    "eps in a jpeg": lambda: tricks.after_start(
        b"\xff\xfe\0\x20%!PS-Adobe-3.0 EPSF-3.0" + bytes(7)
    ),
    "svg": lambda: (
        b"<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>"
    ),
    "gif, pdf and archive": lambda: b"GIF89a%PDF-1.7\n" + bytes(20) + b"PK\x03\x04" + bytes(40),
    "jpeg with an archive behind": lambda: tricks.after_start(b"") + b"PK\x03\x04" + bytes(4000),
}


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What came of the mutants.

    Args:
        counts: By `decoded` or the reason of the refusal.
        slowest_seconds: Of one of them.
        slowest: Its kind.
        grown_mb: Resident memory at the end over that after the first tenth.
        broken: What came out that is neither a frame nor a reason, by kind.
    """

    counts: Counter[str]
    slowest_seconds: float
    slowest: str
    grown_mb: float
    broken: Counter[str]

    @property
    def held(self) -> bool:
        """Whether nothing but frames and reasons came out, in time, and memory is flat."""
        return (
            not self.broken and self.slowest_seconds < SLOWEST_SECONDS and self.grown_mb < GROWN_MB
        )

    def __str__(self) -> str:
        counts = ", ".join(f"{name} {count}" for name, count in self.counts.most_common())
        broken = ", ".join(f"{name} {count}" for name, count in self.broken.items()) or "none"
        return (
            f"{sum(self.counts.values())} files: {counts}; anything else: {broken}; slowest "
            f"{self.slowest_seconds:.2f} s ({self.slowest}); memory {self.grown_mb:+.0f} MB"
        )


def good_files() -> dict[str, bytes]:
    """Return a small whole file of every format and kind that is read."""
    image = good_image().resize((96, 72))
    second = image.rotate(180)
    deep = Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 99)
    exif = good_exif()

    def several(form: str) -> bytes:
        # A copy: Pillow keeps in a picture what an encoder was told.
        return encoded(image, form, save_all=True, append_images=[second.copy()])

    return {
        "jpeg": encoded(image, "JPEG", exif=exif),
        "progressive jpeg": encoded(image, "JPEG", progressive=True, exif=exif),
        "cmyk jpeg": encoded(image.convert("CMYK"), "JPEG"),
        "mpo": several("MPO"),
        "png": encoded(image, "PNG", exif=exif),
        "palette png": encoded(image.quantize(64), "PNG", transparency=0),
        "apng": several("PNG"),
        "webp": encoded(image, "WEBP", exif=exif),
        "lossless webp": encoded(image, "WEBP", lossless=True),
        "animated webp": several("WEBP"),
        "gif": encoded(image, "GIF"),
        "animated gif": several("GIF"),
        "tiff": encoded(image, "TIFF", exif=exif),
        "lzw tiff": encoded(image, "TIFF", compression="tiff_lzw"),
        "deflate tiff": encoded(image, "TIFF", compression="tiff_adobe_deflate"),
        "jpeg tiff": encoded(image, "TIFF", compression="jpeg"),
        "pages of tiff": several("TIFF"),
        "thermal tiff": encoded(deep, "TIFF"),
        "fax tiff": encoded(image.convert("1"), "TIFF", compression="group4"),
        "bmp": encoded(image, "BMP"),
        "palette bmp": encoded(image.quantize(64), "BMP"),
        "avif": encoded(image, "AVIF", exif=exif, speed=9),
        "heic": HEIC.read_bytes(),
    }


def good_exif() -> Image.Exif:
    """Return EXIF with a turn, a time and a place."""
    exif = Image.Exif()
    exif[274] = 6
    exif[306] = "2026:05:14 09:47:10"
    exif.get_ifd(34853).update({1: "N", 2: (53.0, 45.0, 22.9), 3: "E", 4: (3.0, 21.0, 11.0)})
    return exif


def mutants(count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Yield so many damaged files and their kinds, the same for the same seed."""
    chance = np.random.default_rng(seed)
    files = good_files()
    names = list(files)
    for number in range(count):
        name = names[number % len(names)]
        other = files[names[int(chance.integers(len(names)))]]
        yield name, damaged(files[name], other, chance)


def damaged(data: bytes, other: bytes, chance: np.random.Generator) -> bytes:
    """Return the file with bits flipped, bytes cut out, doubled or filled, or another spliced in.

    Half of the damage is done to the first 300 bytes, where headers are.
    """
    mutant = bytearray(data)
    span = len(data) if chance.random() < 0.5 else min(len(data), 300)
    start, length = int(chance.integers(span)), int(chance.integers(1, 40))
    match int(chance.integers(6)):
        case 0:
            for place in chance.integers(span, size=length):
                mutant[int(place)] ^= 1 << int(chance.integers(8))
        case 1:
            del mutant[start : start + length]
        case 2:
            del mutant[start:]
        case 3:
            mutant[start:start] = mutant[start : start + length]
        case 4:
            mutant[start : start + length] = bytes([int(chance.choice([0, 255]))]) * length
        case _:
            mutant[start:] = other[int(chance.integers(len(other))) :]
    return bytes(mutant)


def tried(files: Iterator[tuple[str, bytes]], *, warm_up: int) -> Outcomes:
    """Decode each, and count what comes of it.

    Args:
        files: Kind and bytes.
        warm_up: After how many memory is looked at for the first time.
    """
    counts: Counter[str] = Counter()
    broken: Counter[str] = Counter()
    slowest, slowest_kind, first_mb = 0.0, "", 0.0
    for number, (kind, data) in enumerate(files):
        if number == warm_up:
            first_mb = resident_mb()
        started = perf_counter()
        try:
            outcome = outcome_of(data)
        except Exception as fault:  # noqa: BLE001 - exactly this is what is looked for
            broken[f"{kind}: {type(fault).__name__}"] += 1
            outcome = "broken"
        seconds = perf_counter() - started
        counts[outcome] += 1
        if seconds > slowest:
            slowest, slowest_kind = seconds, kind
    return Outcomes(counts, slowest, slowest_kind, resident_mb() - first_mb, broken)


def outcome_of(data: bytes) -> str:
    """Return `decoded`, or the reason of the refusal."""
    try:
        frame = Frame.decode(data, enough_px=ENOUGH_PX)
    except BadImageError as error:
        return error.reason.value
    return "decoded" if not frame.doubts else "decoded, with a doubt"


def resident_mb() -> float:
    """Return the resident memory of this process."""
    return float(psutil.Process().memory_info().rss / MB)


def main(arguments: Sequence[str] | None = None) -> int:
    """Try mutants and tricks, print what came of them, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.mutants", description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=7)
    chosen = parser.parse_args(arguments)
    damaged_files = tried(mutants(chosen.count, chosen.seed), warm_up=chosen.count // 10)
    sys.stdout.write(f"mutants, seed {chosen.seed}: {damaged_files}\n")
    known = tried(((name, make()) for name, make in TRICKS.items()), warm_up=0)
    sys.stdout.write(f"known tricks: {known}\n")
    return int(not (damaged_files.held and not known.broken))


if __name__ == "__main__":
    sys.exit(main())
