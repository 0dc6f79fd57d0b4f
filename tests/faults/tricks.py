"""Files that are made to do harm: bombs, headers that lie, and two formats in one file."""

import struct
import zlib

from PIL import Image

from tests.faults.pictures import encoded, good_image, good_picture

GIVEN_AWAY = 8
"""Bytes of a TIFF's header before its directory."""


def png_bomb(side: int) -> bytes:
    """Return a whole PNG of one bit a pixel, flat: 30,000 x 30,000 pixels fit into 110 KB."""
    row = bytes(1 + (side + 7) // 8)
    pack = zlib.compressobj(9)
    packed = b"".join(pack.compress(row) for _ in range(side)) + pack.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    chunks = (
        png_chunk(b"IHDR", header),
        png_chunk(b"IDAT", packed),
        png_chunk(b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def png_chunk(kind: bytes, data: bytes) -> bytes:
    """Return one chunk with its checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_with(*chunks: bytes) -> bytes:
    """Return a good small PNG with these chunks after its header."""
    good = encoded(good_image().resize((64, 48)), "PNG")
    end_of_header = 33
    return good[:end_of_header] + b"".join(chunks) + good[end_of_header:]


def png_text_bomb(megabytes: int) -> bytes:
    """Return a PNG with a compressed comment that unpacks to so much."""
    return png_with(png_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(megabytes * 10**6), 9)))


def png_profile_bomb(megabytes: int) -> bytes:
    """Return a PNG with a colour profile that unpacks to so much."""
    return png_with(png_chunk(b"iCCP", b"icc\0\0" + zlib.compress(bytes(megabytes * 10**6), 9)))


def png_of_many_chunks(count: int) -> bytes:
    """Return a PNG with so many empty chunks before its pixels."""
    return png_with(png_chunk(b"teSt", b"") * count)


def tiff_bomb(side: int, strips: int = 1000) -> bytes:
    """Return a TIFF whose strips are all the same few bytes, which unpack to a thousandth of it."""
    rows = side // strips
    strip = zlib.compress(bytes(side * rows), 9)
    tags = 9
    tables = GIVEN_AWAY + 2 + 12 * tags + 4
    where = tables + 8 * strips
    entries = [
        (256, 4, 1, side),
        (257, 4, 1, side),
        (258, 3, 1, 8),
        (259, 3, 1, 8),
        (262, 3, 1, 1),
        (273, 4, strips, tables),
        (277, 3, 1, 1),
        (278, 4, 1, rows),
        (279, 4, strips, tables + 4 * strips),
    ]
    directory = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"".join(
        (
            b"II*\0" + struct.pack("<IH", GIVEN_AWAY, tags) + directory + bytes(4),
            struct.pack("<I", where) * strips,
            struct.pack("<I", len(strip)) * strips,
            strip,
        )
    )


def flat(form: str, side: int) -> bytes:
    """Return a flat picture, which packs a thousand times."""
    return encoded(Image.new("RGB", (side, side), (40, 90, 40)), form)


def jpeg_of_many_segments(count: int) -> bytes:
    """Return a JPEG with so many empty segments before its pixels."""
    return after_start(b"\xff\xe5\0\x02" * count)


def jpeg_of_many_exif_blocks(count: int) -> bytes:
    """Return a JPEG with so many EXIF blocks of 64 KB, which a reader joins."""
    block = b"Exif\0\0MM\0*\0\0\0\x08" + bytes(65_000)
    return after_start((b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block) * count)


def jpeg_with_overlapping_exif(tags: int = 4000) -> bytes:
    """Return a JPEG whose EXIF tags all claim the same 12 KB, 48 MB together."""
    entry = [struct.pack("<HHII", 1000 + tag, 1, 12_000, 0) for tag in range(tags)]
    block = b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", tags) + b"".join(entry) + bytes(12_000)
    return after_start(b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block)


def jpeg_with_xml_bomb() -> bytes:
    """Return a JPEG whose XMP packet is a billion laughs."""
    entities = ['<!ENTITY a0 "ha">']
    entities += [f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)]
    packet = f"<?xml version='1.0'?><!DOCTYPE x [{''.join(entities)}]><x>&a9;</x>".encode()
    block = b"http://ns.adobe.com/xap/1.0/\0" + packet
    return after_start(b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block)


def jpeg_of_many_scans(count: int, side: int = 1000) -> bytes:
    """Return a progressive JPEG whose last scan is there so many times."""
    picture = encoded(Image.new("RGB", (side, side), (40, 90, 40)), "JPEG", progressive=True)
    last = picture[picture.rindex(b"\xff\xda") : -2]
    return picture[:-2] + last * count + picture[-2:]


def jpeg_that_claims(width: int, height: int) -> bytes:
    """Return a JPEG whose header lies about its size."""
    data = bytearray(good_picture())
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def png_that_claims(width: int, height: int) -> bytes:
    """Return a PNG whose header, its checksum right, lies about its size."""
    data = bytearray(encoded(good_image(), "PNG"))
    data[16:24] = struct.pack(">II", width, height)
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    return bytes(data)


def after_start(more: bytes) -> bytes:
    """Return the good JPEG with more right after its first marker."""
    return good_picture()[:2] + more + good_picture()[2:]
