"""What a manifest holds: its columns, and what it was made with."""

import json
from dataclasses import asdict, dataclass

import pyarrow as pa

from monitoring.attributes import ATTRIBUTES

SCORE = "score_"
"""Before the name of a voter."""

EMBEDDING = "embedding"

MADE_WITH = b"skysift"
"""Where the file's own metadata says what it was made with."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the manifest.

    Args:
        name: Of the column.
        type: What Arrow calls it.
        meaning: Units, ranges, and when it is null.
    """

    name: str
    type: pa.DataType
    meaning: str


LEADING = (
    Column("id", pa.string(), "hex SHA-256 of the file's bytes; null when it cannot be opened"),
    Column("source", pa.string(), "the path as it was named; one row each"),
    Column("size_bytes", pa.int64(), "of the file"),
    Column("modified_at", pa.timestamp("us", tz="UTC"), "of the file"),
    Column("width_px", pa.int32(), "of the original, upright"),
    Column("height_px", pa.int32(), "of the original, upright"),
    Column(
        "captured_at",
        pa.string(),
        "ISO 8601, from EXIF; without an offset when only the camera's clock is known",
    ),
    Column("latitude", pa.float64(), "degrees north, of the drone"),
    Column("longitude", pa.float64(), "degrees east, of the drone"),
    Column("altitude_m", pa.float64(), "metres, as the file has it; it can be far off"),
    Column("camera", pa.string(), "maker and model, from EXIF"),
    Column("group", pa.string(), "the flight, or what `--group` took for one"),
)
QUALITY = (
    *(Column(name, pa.float32(), "see docs/drift.md, on small crops") for name in ATTRIBUTES),
    Column("highlights", pa.float32(), "luma in [0, 1] that 99 % of the pixels do not exceed"),
    Column("blown_share", pa.float32(), "share of pixels, in [0, 1], that are white or nearly so"),
    Column("blur", pa.float32(), "in [0, 1]: how little is lost when it is blurred once more"),
    Column("entropy_bits", pa.float32(), "of the luma, in [0, 8]: what the pixels tell"),
    Column("perceptual_hash", pa.uint64(), "64 bits; pictures that look alike differ in few"),
)
"""Measures are taken on the frame as the voters see it, which may be smaller than the original."""

TRAILING = (
    Column("embedding_voter", pa.string(), "who gave the embedding"),
    Column("reason", pa.string(), "why there is no frame or no score, or a doubt; null if well"),
    Column("detail", pa.string(), "the same in words"),
)


@dataclass(frozen=True, slots=True)
class MadeWith:
    """What the scores and embeddings of a manifest come from.

    Args:
        ensemble: Its name.
        digest: Of the ensemble.
        voters: Names, in the order of the ensemble.
        embedding_voter: Who gives the embeddings; empty when nobody does.
        dimension: Numbers in an embedding; 0 when nobody gives any.
    """

    ensemble: str
    digest: str
    voters: tuple[str, ...]
    embedding_voter: str = ""
    dimension: int = 0


def schema_of(made_with: MadeWith) -> pa.Schema:
    """Return the columns of a manifest, in order, with what it was made with as metadata.

    `score_<voter>` is float32, in [0, 1], null when the voter gave none. `embedding` is a list of
    `dimension` float32, of length 1, and NaN throughout when the frame has none; the column is
    absent when nobody gives embeddings.
    """
    scores = [(SCORE + voter, pa.float32()) for voter in made_with.voters]
    vectors = [(EMBEDDING, pa.list_(pa.float32(), made_with.dimension))]
    return pa.schema(
        [
            *((column.name, column.type) for column in (*LEADING, *QUALITY)),
            *scores,
            *(vectors if made_with.dimension else []),
            *((column.name, column.type) for column in TRAILING),
        ],
        metadata={MADE_WITH: json.dumps(asdict(made_with))},
    )
