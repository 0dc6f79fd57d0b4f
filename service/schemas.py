"""What the service answers, as JSON; the OpenAPI document is made from these classes."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from ensembles.certificate import Status
from ensembles.config import VoterConfig
from ensembles.reasons import Reason
from ensembles.tiles import Tiles
from ensembles.votes import Box, Decision, Said, Verdict, Vote
from models.ensemble import Ensemble
from models.frames import Frame
from review.labels import Label
from review.recall import LiveRecall
from service.examples import (
    BATCH_EXAMPLE,
    ENSEMBLE_EXAMPLE,
    ERROR_EXAMPLE,
    LABELS_ANSWER_EXAMPLE,
    LABELS_EXAMPLE,
    TRIAGE_EXAMPLE,
)
from service.outlook import Outlook
from service.shadow import Outcome, Shadow
from service.stand_in import StandIn

Score = Annotated[float, Field(ge=0, le=1)]


class Answer(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class VoteOut(Answer):
    """What one voter said."""

    voter: str = Field(description="Name of the voter in the ensemble.")
    score: Score | None = Field(description="null when the voter abstained.")
    threshold: Score = Field(description="Score from which the voter says yes.")
    floor: Score | None = Field(
        default=None,
        description="Score below which the voter ends a view by itself; null without one.",
    )
    answer: Said = Field(description="surely_no: below the floor, so nobody else was needed.")
    reason: Reason | None = Field(description="Why the voter abstained.")

    @classmethod
    def of(cls, vote: Vote) -> Self:
        """Return the vote as it is answered."""
        return cls(
            voter=vote.voter,
            score=vote.score,
            threshold=vote.threshold,
            floor=vote.floor,
            answer=vote.answer,
            reason=vote.reason,
        )


class BoxOut(Answer):
    """A part of the frame, in its own pixels; right and bottom are exclusive."""

    left: int
    top: int
    right: int
    bottom: int

    @classmethod
    def of(cls, box: Box) -> Self:
        """Return the box as it is answered."""
        return cls(left=box.left, top=box.top, right=box.right, bottom=box.bottom)


class FrameOut(Answer):
    """The picture that was judged."""

    id: str = Field(description="SHA-256 of its bytes.")
    source: str = Field(description="The file name it was sent with; empty for a raw body.")
    width_px: int = Field(description="Of the original, upright.")
    height_px: int = Field(description="Of the original, upright.")
    # Text, because JSON Schema's `date-time` wants an offset, which a camera's clock has not.
    captured_at: str | None = Field(
        description="ISO 8601, from EXIF; no offset when only the camera's clock is known."
    )
    latitude: float | None = Field(description="Degrees north of where the drone was.")
    longitude: float | None = Field(description="Degrees east of where the drone was.")
    altitude_m: float | None = Field(description="Metres above sea level, as the file has it.")

    @classmethod
    def of(cls, frame: Frame) -> Self:
        """Return the frame as it is answered, without its pixels."""
        return cls(
            id=frame.id,
            source=frame.source,
            width_px=frame.width_px,
            height_px=frame.height_px,
            captured_at=frame.captured_at.isoformat() if frame.captured_at else None,
            latitude=frame.latitude,
            longitude=frame.longitude,
            altitude_m=frame.altitude_m,
        )


class Judgement(Answer):
    """The verdict on one picture."""

    decision: Decision = Field(description="`skip` is the only answer that needs no person.")
    settled: bool = Field(description="false when missing votes left it open: then `review`.")
    reasons: list[Reason] = Field(description="What went wrong on the way; empty when nothing.")
    votes: list[VoteOut] = Field(description="In the order of the ensemble's voters.")
    skipped: list[str] = Field(description="Voters not asked: the others had settled it.")
    box: BoxOut | None = Field(description="The part that decided; null for the whole frame.")
    frame: FrameOut | None = Field(description="null when the bytes were no picture.")
    full_ballot: bool = Field(description="Every voter was asked, regardless of need.")

    @classmethod
    def of(cls, verdict: Verdict, frame: Frame | None, **more: object) -> Self:
        """Return the verdict as it is answered; `more` holds the fields a subclass adds."""
        judged = {
            "decision": verdict.decision,
            "settled": verdict.settled,
            "reasons": verdict.reasons,
            "votes": [VoteOut.of(vote) for vote in verdict.votes],
            "skipped": verdict.skipped,
            "box": BoxOut.of(verdict.view) if verdict.view else None,
            "frame": FrameOut.of(frame) if frame else None,
            "full_ballot": verdict.full_ballot,
        }
        return cls.model_validate(judged | more)


class Signed(Answer):
    """Who judged, and which request it was."""

    ensemble: str
    digest: str = Field(description="SHA-256 over all that decides a score.")
    certificate_id: str | None = Field(
        description="Of the promise on recall that holds; null when none does."
    )
    certificate_status: Status = Field(
        description="watch: drift makes it doubtful; void: it does not hold; none: there is none."
    )
    request_id: str
    latency_seconds: float = Field(ge=0)


class TriageAnswer(Signed, Judgement):
    """Answer to `POST /v1/triage`."""

    model_config = ConfigDict(json_schema_extra={"examples": [TRIAGE_EXAMPLE]})


class BatchItem(Judgement):
    """The verdict on one picture of a batch; a broken one is `review` with its reason."""

    index: int = Field(ge=0, description="Place in the request, from 0.")
    source: str = Field(description="The file name it was sent with.")
    error: str | None = Field(description="Why it was not judged, for a person.")


class BatchAnswer(Signed):
    """Answer to `POST /v1/triage/batch`: one result per picture, in their order."""

    model_config = ConfigDict(json_schema_extra={"examples": [BATCH_EXAMPLE]})

    results: list[BatchItem]


class VoterOut(Answer):
    """A voter of an ensemble."""

    name: str
    kind: str
    threshold: Score
    floor: Score | None = Field(
        default=None, description="Below it, the voter ends a view by itself; null without one."
    )
    timeout_ms: int = Field(description="After this it abstains.")

    @classmethod
    def of(cls, voter: VoterConfig) -> Self:
        """Return what a client may know of the voter."""
        return cls(
            name=voter.name,
            kind=voter.kind,
            threshold=voter.threshold,
            floor=voter.floor,
            timeout_ms=voter.timeout_ms,
        )


class RuleOut(Answer):
    """How the votes settle: yes iff the weight that said yes is at least `needed`."""

    name: str
    weights: dict[str, int]
    needed: int


class TilesOut(Answer):
    """How frames are cut, in pixels of the original."""

    height: int
    width: int
    overlap: float = Field(description="Share of a tile that the next one covers too, at least.")

    @classmethod
    def of(cls, tiles: Tiles) -> Self:
        """Return the tiles as they are answered."""
        height, width = tiles.size
        return cls(height=height, width=width, overlap=tiles.overlap)


class LiveRecallOut(Answer):
    """What people's labels of the blind sample say of the recall."""

    kept: int = Field(description="Labelled targets that were kept.")
    missed: int = Field(description="Labelled targets that were skipped.")
    lower_bound: float = Field(
        ge=0, le=1, description="Of the recall: 95 % confidence, at all looks together."
    )
    evidence: float | None = Field(description="Against the promise; null when none is held.")
    limit: float = Field(description="From this evidence on the promise is void.")

    @classmethod
    def of(cls, live: LiveRecall) -> Self:
        """Return the recall as it is answered."""
        return cls(
            kept=live.kept,
            missed=live.missed,
            lower_bound=live.lower_bound,
            evidence=live.evidence,
            limit=live.limit,
        )


class OnDriftOut(Answer):
    """The wider gate that judges when the promise comes into doubt."""

    switch_to: str = Field(description="Name of its ensemble.")
    when: list[Status] = Field(description="Statuses of the certificate that call for it.")
    switched: bool = Field(description="It judges now; only a person switches back.")
    more_review_hours_per_1000_frames: float | None = Field(
        description="What it costs people; null when the own certificate cannot be read."
    )

    @classmethod
    def of(cls, stand_in: StandIn, *, switched: bool) -> Self:
        """Return the wider gate as it is answered."""
        return cls(
            switch_to=stand_in.name,
            when=sorted(stand_in.when),
            switched=switched,
            more_review_hours_per_1000_frames=stand_in.review_hours,
        )


class ShadowOut(Answer):
    """A second gate that sees a share of the frames, and changes no answer."""

    name: str
    digest: str
    share: float = Field(ge=0, le=1, description="Of the frames that are judged.")
    frames: dict[Outcome, int] = Field(
        description="By what came of them, in the worker that answers, since it loaded the gate."
    )
    agreement: float | None = Field(
        description="Share of the compared frames with the same decision; null before the first."
    )

    @classmethod
    def of(cls, shadow: Shadow) -> Self:
        """Return the shadow as it is answered."""
        return cls(
            name=shadow.name,
            digest=shadow.gate.digest,
            share=shadow.share,
            frames=dict(shadow.counts),
            agreement=shadow.agreement,
        )


class EnsembleOut(Answer):
    """An ensemble that is loaded."""

    model_config = ConfigDict(json_schema_extra={"examples": [ENSEMBLE_EXAMPLE]})

    name: str
    target: str
    default: bool = Field(description="Used when a request names none.")
    rule: RuleOut
    voters: list[VoterOut] = Field(description="In the order of the ensemble file.")
    order: Literal["listed", "cheapest"] = Field(
        description="Whether voters are asked as listed, or as is found to cost least."
    )
    asked_first: list[str] = Field(
        description="Voters in the order the worker that answers asks them now."
    )
    views: Literal["whole"] | TilesOut
    full_ballots: float
    digest: str
    certificate_id: str | None = Field(description="null when there is no certificate.")
    certificate_status: Status = Field(
        description="watch: drift makes it doubtful; void: made for another digest, unreadable, "
        "or refuted by labels; none: recall is not certified."
    )
    certificate_reason: str = Field(description="Why, for a person.")
    live_recall: LiveRecallOut | None = Field(description="null without a review database.")
    on_drift: OnDriftOut | None = Field(description="null when no other gate stands by.")
    judged_by: str = Field(description="Name of the ensemble whose gate judges for it now.")
    shadow: ShadowOut | None = Field(default=None, description="null without one.")

    @classmethod
    def of(
        cls,
        ensemble: Ensemble,
        *,
        default: bool,
        outlook: Outlook,
        stand_in: StandIn | None,
        judged_by: str,
        shadow: Shadow | None = None,
    ) -> Self:
        """Return what a client may know of the ensemble."""
        standing = outlook.standing
        config, rule = ensemble.config, ensemble.config.rule
        names = [voter.name for voter in config.voters]
        return cls(
            name=config.name,
            target=config.target,
            default=default,
            rule=RuleOut(
                name=rule.name,
                weights=dict(zip(names, rule.weights, strict=True)),
                needed=rule.needed,
            ),
            voters=[VoterOut.of(voter) for voter in config.voters],
            order=config.order,
            asked_first=list(ensemble.gate.asked_first),
            views=TilesOut.of(config.tiles) if config.tiles else "whole",
            full_ballots=config.full_ballots,
            digest=ensemble.digest,
            certificate_id=standing.certificate_id,
            certificate_status=standing.status,
            certificate_reason=standing.reason,
            live_recall=LiveRecallOut.of(outlook.live) if outlook.live else None,
            on_drift=OnDriftOut.of(stand_in, switched=outlook.switched) if stand_in else None,
            judged_by=judged_by,
            shadow=ShadowOut.of(shadow) if shadow else None,
        )


class EnsemblesOut(Answer):
    """Answer to `GET /v1/ensembles`; the first is the default."""

    ensembles: list[EnsembleOut]


class LabelsIn(Answer):
    """Body of `POST /v1/labels`."""

    model_config = ConfigDict(json_schema_extra={"examples": [LABELS_EXAMPLE]})

    # Said to others and checked by us: pydantic's own message would count twice.
    labels: tuple[Label, ...] = Field(json_schema_extra={"minItems": 1})


class LabelsAnswer(Answer):
    """Answer to `POST /v1/labels`."""

    model_config = ConfigDict(json_schema_extra={"examples": [LABELS_ANSWER_EXAMPLE]})

    ensemble: str
    received: int
    new: int = Field(description="Those that were not known yet.")
    counted: int = Field(
        description="Frames among them that are in the blind sample: only they speak of the recall."
    )
    request_id: str


class ErrorOut(Answer):
    """Every answer that is no success; about a picture, the decision is always `review`."""

    model_config = ConfigDict(json_schema_extra={"examples": [ERROR_EXAMPLE]})

    error: str = Field(description="For a person: what is wrong, and what would be right.")
    reason: Reason
    decision: Literal["review"] | None = Field(description="null when it is about no picture.")
    request_id: str
