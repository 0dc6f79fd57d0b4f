"""What a person says of a frame, and files full of it."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
)

from ensembles.errors import ConfigError
from ensembles.mistakes import mistakes_in

COLUMNS = ("frame", "label", "object", "by", "at")
NEEDED = ("frame", "label", "by", "at")
BETWEEN_OBJECTS = ";"
CLOCKS_DIFFER_BY = timedelta(hours=1)
SHOWN = 10
NUMBER = re.compile(r"[-+]?[\d.]+(?:[eE][-+]?\d+)?")
SHA256 = re.compile("^[0-9a-f]{64}$")

Source = Literal["api", "import"]


def _not_from_tomorrow(moment: datetime) -> datetime:
    if moment > datetime.now(UTC) + CLOCKS_DIFFER_BY:
        raise ValueError(f"lies in the future: {moment.isoformat()}")
    return moment.astimezone(UTC)


def _no_bare_number(moment: object) -> object:
    if isinstance(moment, int | float) or (
        isinstance(moment, str) and NUMBER.fullmatch(moment.strip())
    ):
        raise ValueError(
            f"should be ISO 8601 with an offset, such as 2026-05-01T09:30:00Z, not {moment}"
        )
    return moment


def _of_a_picture(frame: str) -> str:
    if not SHA256.fullmatch(frame):
        raise ValueError(
            f"should be the 64 hex digits by which verdicts name the frame, not {frame[:80]!r}"
        )
    return frame


class Label(BaseModel):
    """Whether a frame shows the target, who says so, and when.

    The same label given twice is one label. Of several on one frame the latest counts.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    frame: Annotated[str, AfterValidator(_of_a_picture)] = Field(
        description="SHA-256 of the picture's bytes, as verdicts name it.",
        json_schema_extra={"pattern": SHA256.pattern},
    )
    label: Literal["positive", "negative"] = Field(
        description="`positive`: it shows the target; look without knowing what the gate said."
    )
    object: str = Field(
        default="",
        max_length=200,
        description="Which target it shows, such as `hiker-3`; several with `;` between.",
    )
    by: str = Field(min_length=1, max_length=200, description="Who says so.")
    at: Annotated[
        AwareDatetime, BeforeValidator(_no_bare_number), AfterValidator(_not_from_tomorrow)
    ] = Field(
        description="When they said so: ISO 8601 with an offset, such as 2026-05-01T09:30:00Z."
    )

    @property
    def objects(self) -> tuple[str, ...]:
        """The targets it names."""
        return tuple(filter(None, (part.strip() for part in self.object.split(BETWEEN_OBJECTS))))


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of labels that were handed in.

    Args:
        received: All of them.
        new: Those that were not known yet.
        counted: Frames among them that are in the blind sample: only they speak of the recall.
    """

    received: int
    new: int
    counted: int

    def __add__(self, other: Self) -> "Receipt":
        """Return both together."""
        return Receipt(
            self.received + other.received, self.new + other.new, self.counted + other.counted
        )


def read_label_file(path: Path) -> tuple[Label, ...]:
    """Return the labels of a CSV file with the columns `frame`, `label`, `by`, `at`, `object`.

    Raises:
        ConfigError: With the first mistakes, each with its line.
    """
    try:
        lines = list(_lines(path))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigError(f"cannot be read as CSV: {error}", source=str(path)) from error
    labels: list[Label] = []
    problems: list[str] = []
    for number, cells in lines:
        try:
            labels.append(Label.model_validate(cells))
        except ValidationError as error:
            problems += [f"line {number}: {line}" for line in mistakes_in(error, Label)]
    if problems:
        more = [f"and {len(problems) - SHOWN} more"] if len(problems) > SHOWN else []
        raise ConfigError([*problems[:SHOWN], *more], source=str(path))
    return tuple(labels)


def _lines(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        names = reader.fieldnames or ()
        if problems := _wrong_columns(names):
            raise ConfigError(problems, source=str(path))
        for cells in reader:
            if None in cells or None in cells.values():
                raise ConfigError(
                    f"line {reader.line_num}: expected {len(names)} cells", source=str(path)
                )
            yield reader.line_num, cells


def _wrong_columns(names: Sequence[str]) -> list[str]:
    missing = [f"there is no column {name!r}" for name in NEEDED if name not in names]
    unknown = [
        f"unknown column {name!r}; known are {', '.join(COLUMNS)}"
        for name in names
        if name not in COLUMNS
    ]
    return missing + unknown
