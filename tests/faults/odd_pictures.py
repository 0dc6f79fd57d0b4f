"""Pictures that are whole, and of a kind that other decoders get wrong."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from PIL import Image
from PIL.ExifTags import Base

from tests.faults.fault import Fault, Place, Seen
from tests.faults.forms import FORM, form
from tests.faults.http import Answer, post
from tests.faults.pictures import HEIC, encoded, good_image, good_picture
from tests.faults.posted import Posted, decides, reasons_of, refused, told
from tests.faults.tricks import jpeg_with_overlapping_exif, jpeg_with_xml_bomb

PART = "Odd pictures"
NEARLY = 0.05
"""Scores of the same picture differ by this much at most where its pixels were rounded."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A picture that must be judged.

    Args:
        body: Makes it.
        reasons: In the verdict.
        size: Width and height that the answer must name, pixels.
        twin: Makes a plain picture whose scores it must have.
        near: By how much a score may differ.
        headers: Sent with it.
    """

    body: Callable[[], bytes]
    reasons: tuple[str, ...] = ()
    size: tuple[int, int] = (640, 480)
    twin: Callable[[], bytes] | None = None
    near: float = NEARLY
    headers: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, place: Place) -> Seen:
        """Post it, and its twin."""
        url = f"{place.url}/v1/triage?explain=true"
        answer = post(url, self.body(), self.headers)
        frame = answer.json.get("frame") or {}
        size = (frame.get("width_px"), frame.get("height_px"))
        held = (
            answer.status == 200
            and decides(answer)
            and reasons_of(answer) == list(self.reasons)
            and size == self.size
        )
        seen = f"{told(answer)}, {size[0]} x {size[1]}"
        if self.twin is None or not held:
            return Seen(seen, held)
        apart = _apart(answer, post(url, self.twin()))
        return Seen(f"{seen}, scores within {apart:.3f} of its twin's", apart <= self.near)


def _apart(one: Answer, other: Answer) -> float:
    scores = [
        np.array([vote["score"] for vote in answer.json["votes"]], dtype=float)
        for answer in (one, other)
    ]
    return float(np.abs(scores[0] - scores[1]).max())


def judged(name: str, fault: str, picture: Judged, expected: str = "judged") -> Fault:
    """Return the row of a picture that is judged."""
    reasons = f", {', '.join(picture.reasons)}" if picture.reasons else ""
    same = " as its plain twin" if picture.twin else ""
    return Fault(name, PART, fault, f"200, {expected}{same}{reasons}", picture)


def plain() -> bytes:
    """Return the good picture without anything around its pixels."""
    return encoded(good_image(), "PNG")


def animated(form: str) -> bytes:
    """Return three pictures in one file; the first is the good one."""
    first = good_image()
    return encoded(first, form, save_all=True, append_images=[first.rotate(90), first.rotate(180)])


def turned() -> bytes:
    """Return the good picture as a camera held on its side stores it."""
    exif = Image.Exif()
    exif[Base.Orientation] = 6
    return encoded(good_image().transpose(Image.Transpose.ROTATE_90), "PNG", exif=exif)


def deep() -> bytes:
    """Return its brightness as a thermal camera stores it: 16 bits, of which few are used."""
    grey = np.asarray(good_image().convert("L")).astype(np.uint16)
    return encoded(Image.fromarray(29_000 + 4 * grey), "TIFF")


def grey() -> bytes:
    """Return its brightness, stretched."""
    levels = np.asarray(good_image().convert("L")).astype(float)
    stretched = (levels - levels.min()) * 255 / (levels.max() - levels.min())
    return encoded(Image.fromarray(stretched.round().astype(np.uint8)), "PNG")


def without_numbers() -> bytes:
    """Return heights that are nowhere a number."""
    return encoded(Image.fromarray(np.full((480, 640), np.nan, np.float32)), "TIFF")


def half_numbers() -> bytes:
    """Return heights of which the lower half is not known."""
    heights = np.asarray(good_image().convert("L")).astype(np.float32)
    heights[240:] = np.nan
    return encoded(Image.fromarray(heights), "TIFF")


def palette() -> bytes:
    """Return 256 colours, one of them transparent."""
    image = good_image().quantize(256)
    return encoded(image, "PNG", transparency=0)


def hidden() -> bytes:
    """Return the good picture, wholly transparent."""
    image = good_image().convert("RGBA")
    image.putalpha(0)
    return encoded(image, "PNG")


def nothing() -> bytes:
    """Return what a wholly transparent picture shows."""
    return encoded(Image.new("RGB", (640, 480), (128, 128, 128)), "PNG")


def small_twin() -> bytes:
    """Return the good picture in the size of the HEIC."""
    return encoded(good_image().resize((320, 240)), "PNG")


def mpo() -> bytes:
    """Return the good picture and a preview of it."""
    first = good_image()
    preview = first.resize((160, 120))
    return encoded(first, "MPO", save_all=True, append_images=[preview], quality=95)


def jpeg() -> bytes:
    """Return the good picture without anything around its pixels, as an MPO holds it."""
    return encoded(good_image(), "JPEG", quality=95)


def without_loss() -> bytes:
    """Return an AVIF that is nearly the good picture, dot by dot."""
    return encoded(good_image(), "AVIF", quality=100, subsampling="4:4:4", speed=9)


MORE = ("more_frames",)
FAULTS = (
    judged(
        "wrong-type",
        "a good JPEG as `a.txt` of type `text/plain`: neither is believed",
        Judged(
            lambda: form(("image", "a.txt", good_picture())),
            twin=plain,
            near=0.0,
            headers=FORM,
        ),
    ),
    judged("animated-gif", "an animated GIF", Judged(lambda: animated("GIF"), MORE), "`review`"),
    judged("animated-webp", "an animated WebP", Judged(lambda: animated("WEBP"), MORE), "`review`"),
    judged("apng", "an animated PNG", Judged(lambda: animated("PNG"), MORE), "`review`"),
    judged("pages", "a TIFF of three pages", Judged(lambda: animated("TIFF"), MORE), "`review`"),
    judged("mpo", "an MPO with a preview", Judged(mpo, twin=jpeg, near=0.0)),
    judged(
        "cmyk",
        "a JPEG in CMYK",
        Judged(lambda: encoded(good_image().convert("CMYK"), "JPEG", quality=95), twin=plain),
    ),
    judged("deep", "a thermal picture of 16 bits", Judged(deep, twin=grey)),
    judged("palette", "a palette with a transparent colour", Judged(palette)),
    judged("hidden", "a wholly transparent picture", Judged(hidden, twin=nothing, near=0.0)),
    judged("turned", "a picture that EXIF turns", Judged(turned, twin=plain, near=0.0)),
    refused(
        "nan",
        "a TIFF of heights, none of which is a number",
        Posted(without_numbers, 400, ("unreadable",), says="no pixel"),
        part=PART,
    ),
    judged(
        "some-nan",
        "a TIFF of heights, half of which are not a number",
        Judged(half_numbers),
    ),
    judged(
        "one-pixel",
        "a picture of one pixel",
        Judged(lambda: encoded(Image.new("RGB", (1, 1)), "PNG"), size=(1, 1)),
    ),
    judged("avif", "an AVIF", Judged(without_loss, twin=plain)),
    judged(
        "heic",
        "a HEIC, with the extra `heic` (without it 415, which names the extra)",
        Judged(HEIC.read_bytes, size=(320, 240), twin=small_twin, near=0.1),
    ),
    judged(
        "xml-bomb",
        "a billion laughs in a JPEG's XMP: not expanded",
        Judged(jpeg_with_xml_bomb, twin=plain, near=0.0),
    ),
    judged(
        "exif-overlap",
        "a JPEG with 4,000 EXIF tags of 12 KB that overlap",
        Judged(jpeg_with_overlapping_exif, twin=plain, near=0.0),
    ),
)
