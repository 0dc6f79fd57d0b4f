"""What people post instead of a picture, and pictures that are damaged."""

import numpy as np

from tests.faults.pictures import encoded, good_image, good_picture
from tests.faults.posted import Posted, refused
from tests.faults.tricks import flat

HTML = b"<!doctype html><html><body>504 Gateway Timeout</body></html>"
EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) (r) file\n"
SVG = b"<?xml version='1.0'?>\n<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>"
VIDEO = b"\0\0\0\x18ftypisom" + bytes(64)
JPEG_TYPE = {"Content-Type": "image/jpeg"}


def half(form: str) -> Posted:
    """Return the first half of a picture in this format."""

    def body() -> bytes:
        data = encoded(good_image(), form)
        return data[: len(data) // 2]

    return Posted(body, 400, ("truncated",))


def damaged() -> bytes:
    """Return a PNG with a hole in its pixels."""
    data = bytearray(encoded(good_image(), "PNG"))
    data[len(data) // 2 : len(data) // 2 + 400] = bytes(400)
    return bytes(data)


def polyglot() -> bytes:
    """Return what is a PDF for a PDF reader, an archive for another, and begins like a GIF."""
    return b"GIF89a" + b"%PDF-1.7\n" + flat("GIF", 8)[6:20] + b"PK\x03\x04" + bytes(40)


FAULTS = (
    refused("empty", "an empty body", Posted(lambda: b"", 400, ("empty",))),
    refused("text", "a letter", Posted(lambda: b"Dear sir or madam,", 415, ("not_an_image",))),
    refused(
        "html",
        "a gateway's error page, called `image/jpeg`",
        Posted(lambda: HTML, 415, ("not_an_image",), headers=JPEG_TYPE),
    ),
    refused(
        "noise",
        "64 KB of noise",
        Posted(lambda: np.random.default_rng(7).bytes(65_536), 415, ("not_an_image",)),
    ),
    refused(
        "video", "an MP4 video", Posted(lambda: VIDEO, 415, ("unsupported_format",), says="video")
    ),
    refused(
        "eps",
        "EPS that opens a file, called `image/jpeg`: never given to Ghostscript",
        Posted(lambda: EPS, 415, ("unsupported_format",), headers=JPEG_TYPE, says="EPS"),
    ),
    refused(
        "svg",
        "SVG with a script, called `image/jpeg`",
        Posted(lambda: SVG, 415, ("unsupported_format",), headers=JPEG_TYPE, says="SVG"),
    ),
    refused("truncated-jpeg", "the first half of a JPEG", half("JPEG")),
    refused("truncated-png", "the first half of a PNG", half("PNG")),
    refused("truncated-webp", "the first half of a WebP", half("WEBP")),
    refused("truncated-tiff", "the first half of a TIFF", half("TIFF")),
    refused("truncated-avif", "the first half of an AVIF", half("AVIF")),
    refused(
        "one-byte-missing",
        "a JPEG without its last 2 bytes",
        Posted(lambda: good_picture()[:-2], 400, ("truncated",)),
    ),
    refused(
        "damaged-png", "a PNG with a hole in its pixels", Posted(damaged, 400, ("unreadable",))
    ),
    refused(
        "polyglot",
        "a file that is a GIF, a PDF and an archive by its marks",
        Posted(polyglot, 400, ("truncated",)),
    ),
)
