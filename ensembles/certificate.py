"""A calibrated promise on recall for one ensemble digest, with its evidence and scope."""

import json
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, ValidationError

from ensembles.errors import ConfigError
from ensembles.mistakes import mistakes_in

Status = Literal["valid", "watch", "void", "none"]
"""`watch`: valid by itself, but the world is not the one it was made for (drift)."""


def _numbers_in(value: object) -> object:
    return value.split() if isinstance(value, str) else value


def _one_line(numbers: tuple[float, ...]) -> str:
    return " ".join(map(repr, numbers))


Numbers = Annotated[
    tuple[float, ...], BeforeValidator(_numbers_in), PlainSerializer(_one_line, when_used="json")
]
"""Many numbers, on one line of JSON so that a person can read past them; exact."""


def _is_unset(value: object) -> bool:
    return value is None or value == {}


class Part(BaseModel):
    """A part of a certificate: no unknown keys, no change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Share(Part):
    """A share of whole numbers with its exact two-sided interval."""

    successes: int
    trials: int
    low: float
    high: float


class Slice(Part):
    """How the promise fares on a part of the frames that certified it.

    Attributes:
        name: The group, or the condition.
        positives: Objects in it.
        misses: Those of them that are skipped.
        bound: Lower confidence bound of the recall on this part alone.
        certified: Whether that bound reaches the promised recall. Too few positives leave a
            part not certified, whatever its misses.
    """

    name: str
    positives: int
    misses: int
    bound: float
    certified: bool


class LabelCheck(Part):
    """A blind second look at every calibration miss and as many random hits.

    Attributes:
        misses_checked: Misses that were looked at again.
        hits_checked: Hits that were looked at again.
        labels_changed: Labels that the second look found wrong.
        hits_changed: Those of them that were hits; their share says how many of the hits that
            nobody looked at are wrong as well.
        misses_unchecked: Missed frames that are still to be looked at: a corrected label moves
            the thresholds, which can make new misses.
    """

    misses_checked: int
    hits_checked: int
    labels_changed: int
    hits_changed: int = 0
    misses_unchecked: int = 0

    @property
    def complete(self) -> bool:
        """Whether every miss had its second look."""
        return self.misses_unchecked == 0


class Certificate(Part):
    """What is promised, for which gate, on which evidence.

    Attributes:
        ensemble: Name of the ensemble.
        digest: The promise holds for exactly this ensemble; None when the certificate was made
            from scores alone, and so holds for no gate yet.
        rule: As in the ensemble file.
        thresholds: Raw score per voter from which it says yes.
        floors: Raw score per gatekeeper below which it ends a frame; empty without any.
        recall: R, the promised share of objects that are found.
        confidence: C, the probability with which the promise is kept.
        counted: What recall is counted on.
        positives: Objects that certified.
        misses: Those of them that the gate skips.
        charged_misses: What the bound counts, where a floor costs one more than is seen; None
            without a floor.
        bound: Lower confidence bound of the recall, at least R.
        share_kept: Frames that go to review.
        prevalence: Positive frames among the labelled ones.
        review_seconds_per_frame: What a look at one frame is taken to cost a person.
        review_hours_per_1000_frames: What that makes for a thousand frames like these.
        method: How the choice among rules was paid for.
        rules_tried: How many rules were looked at.
        seed: Of the split; None when there was none.
        slices: The promise on each part.
        label_check: None until the labels had their second look.
        scope: What it holds for, in words: sensor, heights, terrain.
        scores_sha256: Of the score table; None when it was not a file.
        made_at: UTC.
        skysift_version: That made it.
        scales: Frozen with the thresholds: per voter the scores of negative frames that its
            scores are measured by (`ensembles.dial.Scale`), so that the dial can be moved later.
    """

    ensemble: str
    digest: str | None
    rule: str
    thresholds: dict[str, float]
    # Left out where they are not used, so that earlier certificates keep their ids.
    floors: dict[str, float] = Field(default_factory=dict, exclude_if=_is_unset)
    recall: float
    confidence: float
    counted: Literal["objects", "frames"]
    positives: int
    misses: int
    charged_misses: int | None = Field(default=None, exclude_if=_is_unset)
    bound: float
    share_kept: Share
    prevalence: Share
    review_seconds_per_frame: float
    review_hours_per_1000_frames: float
    method: str
    rules_tried: int
    seed: int | None = None
    slices: tuple[Slice, ...] = ()
    label_check: LabelCheck | None = None
    scope: dict[str, str] = Field(default_factory=dict)
    scores_sha256: str | None = None
    made_at: datetime = Field(default_factory=lambda: datetime.now(UTC))
    skysift_version: str
    scales: dict[str, Numbers] = Field(default_factory=dict)

    @property
    def id(self) -> str:
        """The first 16 hex digits of the SHA-256 of its content; verdicts carry it."""
        content = json.dumps(self.model_dump(mode="json"), sort_keys=True)
        return sha256(content.encode()).hexdigest()[:16]

    def standing(self, digest: str) -> tuple[Status, str]:
        """Return whether the promise holds for the ensemble with this digest, and why.

        Args:
            digest: Of the ensemble as it is now.
        """
        if self.digest is None:
            return "void", "made from scores alone: it is bound to no ensemble"
        if self.digest != digest:
            return "void", (
                f"made for digest {self.digest[:12]}, but the ensemble has {digest[:12]}: "
                "calibrate again"
            )
        return "valid", (
            f"recall at least {self.recall:g} with confidence {self.confidence:g}, "
            f"{self.misses} of {self.positives} {self.counted} missed"
        )


def read_certificate(path: Path) -> Certificate:
    """Return the certificate that the JSON file holds.

    Raises:
        ConfigError: The file is missing, or not a certificate.
    """
    try:
        return Certificate.model_validate_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", source=str(path)) from None
    except UnicodeDecodeError:
        raise ConfigError("is not UTF-8 text", source=str(path)) from None
    except ValidationError as error:
        raise ConfigError(mistakes_in(error, Certificate), source=str(path)) from None


def write_certificate(certificate: Certificate, path: Path) -> None:
    """Write the certificate as JSON that a person can read; its id is that of the content."""
    path.write_text(certificate.model_dump_json(indent=2) + "\n", encoding="utf-8")
