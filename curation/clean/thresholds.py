"""From when a frame is of no use: numbers in a file, with defaults that are shown."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from curation.duplicates.alike import Likeness
from curation.duplicates.hash_pairs import MOST_BITS
from ensembles.errors import ConfigError
from ensembles.mistakes import mistakes_in
from ensembles.yaml_file import read_yaml


class Thresholds(BaseModel):
    """One number per defect; null switches it off. `docs/curation.md` says how they were chosen."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    underexposed: float | None = Field(
        default=0.22, ge=0, le=1, description="`highlights` below it"
    )
    overexposed: float | None = Field(
        default=0.25, ge=0, le=1, description="`blown_share` above it"
    )
    blurred: float | None = Field(default=0.42, ge=0, le=1, description="`blur` above it")
    low_information: float | None = Field(
        default=3.5, ge=0, le=8, description="`entropy_bits` below it"
    )
    alike_hash_bits: int | None = Field(
        default=6, ge=0, le=MOST_BITS, description="near duplicates: hashes differ in up to so many"
    )
    alike_cosine: float | None = Field(
        default=0.95, gt=0, le=1, description="or embeddings have at least this cosine,"
    )
    alike_loose_bits: int | None = Field(
        default=16, ge=0, le=64, description="and hashes differ in up to so many"
    )
    off_subject: float | None = Field(
        default=6.0,
        ge=0,
        description="deviations that it is farther from its neighbours than usual",
    )

    @property
    def likeness(self) -> Likeness:
        """From when two frames are near duplicates."""
        return Likeness(self.alike_hash_bits, self.alike_cosine, self.alike_loose_bits)


def read_thresholds(path: Path) -> Thresholds:
    """Return the thresholds of a YAML file; those it does not name have their defaults.

    Raises:
        ConfigError: With every mistake of the file.
    """
    said = read_yaml(path)
    try:
        return Thresholds.model_validate({} if said is None else said)
    except ValidationError as error:
        raise ConfigError(mistakes_in(error, Thresholds), source=str(path)) from None


def as_yaml(thresholds: Thresholds) -> str:
    """Return a file that `read_thresholds` reads, with what each line means."""
    values = thresholds.model_dump()
    lines = [
        f"{name}: {'null' if values[name] is None else values[name]}  # {field.description}"
        for name, field in Thresholds.model_fields.items()
    ]
    return "\n".join(lines) + "\n"
