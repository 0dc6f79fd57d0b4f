"""Small files that want to become large, or to keep a reader busy."""

from tests.faults.posted import Posted, refused
from tests.faults.tricks import (
    flat,
    jpeg_of_many_exif_blocks,
    jpeg_of_many_scans,
    jpeg_of_many_segments,
    jpeg_that_claims,
    png_bomb,
    png_of_many_chunks,
    png_profile_bomb,
    png_text_bomb,
    png_that_claims,
    tiff_bomb,
)

TOO_LARGE = (413, ("too_large",))
UNREADABLE = (400, ("unreadable",))
PART = "Bombs"

FAULTS = (
    refused(
        "png-bomb",
        "a whole PNG of 30,000 x 30,000 pixels in 110 KB",
        Posted(lambda: png_bomb(30_000), *TOO_LARGE),
        part=PART,
    ),
    refused(
        "png-bomb-within-pixels",
        "a PNG of 10,900 x 10,900 pixels, fewer than the limit, that unpacks 7,000 times",
        Posted(lambda: png_bomb(10_900), *TOO_LARGE, says="unpacks"),
        part=PART,
    ),
    refused(
        "tiff-bomb",
        "a TIFF of 30,000 x 30,000 pixels whose 1,000 strips are the same 0.9 KB",
        Posted(lambda: tiff_bomb(30_000), *TOO_LARGE),
        part=PART,
    ),
    refused(
        "webp-bomb",
        "a flat WebP of 2,100 x 2,100 pixels",
        Posted(lambda: flat("WEBP", 2100), *TOO_LARGE, says="unpacks"),
        part=PART,
    ),
    refused(
        "gif-bomb",
        "a flat GIF of 2,100 x 2,100 pixels",
        Posted(lambda: flat("GIF", 2100), *TOO_LARGE, says="unpacks"),
        part=PART,
    ),
    refused(
        "jpeg-claims",
        "a JPEG of 640 x 480 whose header says 65,500 x 65,500",
        Posted(lambda: jpeg_that_claims(65_500, 65_500), *TOO_LARGE),
        part=PART,
    ),
    refused(
        "png-claims",
        "a PNG of 640 x 480 whose header says 1,000 x 1,000",
        Posted(lambda: png_that_claims(1000, 1000), *UNREADABLE),
        part=PART,
    ),
    refused(
        "scan-bomb",
        "a progressive JPEG with 3,000 scans",
        Posted(lambda: jpeg_of_many_scans(3000), *TOO_LARGE, says="scans"),
        part=PART,
    ),
    refused(
        "segment-bomb",
        "a JPEG with 1,500,000 empty segments, 6 MB",
        Posted(lambda: jpeg_of_many_segments(1_500_000), *UNREADABLE, says="parts"),
        part=PART,
        slow=True,
    ),
    refused(
        "chunk-bomb",
        "a PNG with 1,000,000 empty chunks, 12 MB",
        Posted(lambda: png_of_many_chunks(1_000_000), *UNREADABLE, says="parts"),
        part=PART,
        slow=True,
    ),
    refused(
        "exif-bomb",
        "a JPEG with 900 EXIF blocks, 59 MB",
        Posted(lambda: jpeg_of_many_exif_blocks(900), *UNREADABLE, says="header"),
        part=PART,
        slow=True,
    ),
    refused(
        "text-bomb",
        "a PNG with a comment (zTXt) of 100 MB in 100 KB",
        Posted(lambda: png_text_bomb(100), *UNREADABLE),
        part=PART,
    ),
    refused(
        "profile-bomb",
        "a PNG with a colour profile (iCCP) of 100 MB in 100 KB",
        Posted(lambda: png_profile_bomb(100), *UNREADABLE),
        part=PART,
    ),
)
