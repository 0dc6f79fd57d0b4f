"""The tables of the review database: what was judged, what people say of it, who judges now."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Column,
    DateTime,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect

SCHEMA_VERSION = 1
"""Of these tables; a database of another version is refused."""
NAME, HEX, WORD, TEXT = 40, 64, 20, 200


class Moment(TypeDecorator[datetime]):
    """A point in time, kept as UTC without an offset, which SQLite does not know."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Return the moment as it is stored."""
        return value.astimezone(UTC).replace(tzinfo=None) if value else None

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ANN401, ARG002 - SQLAlchemy's signature
        """Return the moment as it was given, in UTC."""
        return value.replace(tzinfo=UTC) if value else None


METADATA = MetaData()

ABOUT = Table("about", METADATA, Column("schema_version", Integer, primary_key=True))
FRAMES = Table(
    "audit_frames",
    METADATA,
    Column("ensemble", String(NAME), primary_key=True),
    Column("digest", String(HEX), primary_key=True),
    Column("frame", String(HEX), primary_key=True),
    Column("decision", String(WORD), nullable=False),
    Column("propensity", Float, nullable=False),
    Column("least_propensity", Float, nullable=False),
    Column("flight", String(TEXT)),
    Column("judged_at", Moment, nullable=False),
)
LABELS = Table(
    "labels",
    METADATA,
    # Its order is the order in which labels came: evidence is counted along it.
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("ensemble", String(NAME), nullable=False, index=True),
    Column("frame", String(HEX), nullable=False),
    Column("label", String(WORD), nullable=False),
    Column("object", String(TEXT), nullable=False),
    Column("labelled_by", String(TEXT), nullable=False),
    Column("labelled_at", Moment, nullable=False),
    Column("source", String(WORD), nullable=False),
    UniqueConstraint("ensemble", "frame", "label", "object", "labelled_by", "labelled_at"),
)
TURNS = Table(
    "gate_turns",
    METADATA,
    Column("ensemble", String(NAME), primary_key=True),
    Column("digest", String(HEX), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("state", String(WORD), nullable=False),
    Column("reason", String(1000), nullable=False),
    Column("turned_by", String(TEXT), nullable=False),
    Column("after_label", Integer, nullable=False),
    Column("turned_at", Moment, nullable=False),
)

Row = Mapping[str, Any]
