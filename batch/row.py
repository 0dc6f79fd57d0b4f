"""One row per input: what was decided, why, and by which ensemble.

The columns are the same in Parquet files, the database and JSON. `docs/command.md` says what
each one means.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ensembles.votes import Box, Decision, Verdict
from models.exif import UNKNOWN, Taken

Cell = str | int | float | bool | None | tuple[str, ...] | tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Picture:
    """Where a frame came from.

    Args:
        source: As it was named, such as a path.
        id: Hash of the bytes; None when they could not be read.
        frame_index: Which frame of the file, from 0.
        video_seconds: When it is shown, from the start of the video; None for a picture.
        taken: When, where and how, as far as the file says.
        width_px: Of the original, upright; None when it could not be decoded.
        height_px: The same.
    """

    source: str
    id: str | None = None
    frame_index: int = 0
    video_seconds: float | None = None
    taken: Taken = UNKNOWN
    width_px: int | None = None
    height_px: int | None = None


@dataclass(frozen=True, slots=True)
class Stamp:
    """What all rows of one run share.

    Args:
        ensemble: Name of the ensemble.
        digest: Hash over the ensemble file, its weights, prompts and preprocessing.
        voters: Names of all voters, in the order they are asked.
        skysift_version: Of the code that decided.
        certificate_id: Of the promise that covers this digest; None when there is none.
    """

    ensemble: str
    digest: str
    voters: tuple[str, ...]
    skysift_version: str
    certificate_id: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one input.

    Args:
        picture: What was looked at.
        verdict: What was decided; `Verdict.unjudged` when the picture never reached a voter.
        stamp: By whom.
        scored_at: When, with its zone.
        latency_seconds: From opening the file to the verdict, without waiting for earlier ones.
        detail: Why it could not be read, in words; empty otherwise.
    """

    picture: Picture
    verdict: Verdict
    stamp: Stamp
    scored_at: datetime
    latency_seconds: float
    detail: str = ""

    @property
    def decision(self) -> Decision:
        """What is to be done with the frame."""
        return self.verdict.decision

    @property
    def failed(self) -> bool:
        """Whether no voter ever saw it, because it could not be read."""
        return bool(self.detail)

    def columns(self) -> dict[str, Cell]:
        """Return the row by column name, in the order of the columns."""
        return {
            **self._seen(),
            **self._decided(),
            **_ballot_columns(self.verdict, self.stamp.voters),
            **self._made(),
        }

    def _seen(self) -> dict[str, Cell]:
        picture, taken = self.picture, self.picture.taken
        return {
            "id": picture.id,
            "source": picture.source,
            "frame_index": picture.frame_index,
            "video_seconds": picture.video_seconds,
            "captured_at": taken.at.isoformat() if taken.at else None,
            "latitude": taken.latitude,
            "longitude": taken.longitude,
            "altitude_m": taken.altitude_m,
            "altitude_above": taken.altitude_above,
            "height_above_takeoff_m": taken.height_above_takeoff_m,
            "gimbal_yaw_degrees": taken.gimbal_yaw_degrees,
            "gimbal_pitch_degrees": taken.gimbal_pitch_degrees,
            "focal_length_35mm": taken.focal_length_35mm,
            "width_px": picture.width_px,
            "height_px": picture.height_px,
        }

    def _decided(self) -> dict[str, Cell]:
        verdict = self.verdict
        return {
            "decision": verdict.decision,
            "settled": verdict.settled,
            "reasons": tuple(reason.value for reason in verdict.reasons),
            "detail": self.detail or None,
            "box": _corners(verdict.view),
        }

    def _made(self) -> dict[str, Cell]:
        return {
            "full_ballot": self.verdict.full_ballot,
            "ensemble": self.stamp.ensemble,
            "digest": self.stamp.digest,
            "certificate_id": self.stamp.certificate_id,
            "skysift_version": self.stamp.skysift_version,
            "scored_at": self.scored_at.isoformat(),
            "latency_seconds": round(self.latency_seconds, 6),
        }


def _corners(box: Box | None) -> tuple[int, int, int, int] | None:
    return (box.left, box.top, box.right, box.bottom) if box else None


def _ballot_columns(verdict: Verdict, voters: Sequence[str]) -> Mapping[str, Cell]:
    """Return `score_`, `vote_` and `asked_` of every voter, of those not asked too."""
    votes = {vote.voter: vote for vote in verdict.votes}
    columns: dict[str, Cell] = {}
    for voter in voters:
        vote = votes.get(voter)
        columns[f"score_{voter}"] = vote.score if vote else None
        columns[f"vote_{voter}"] = vote.answer if vote else None
        columns[f"asked_{voter}"] = vote is not None
    return columns
