"""Why a frame goes to a person although no vote sent it there."""

from enum import StrEnum


class Reason(StrEnum):
    """A bounded set: it labels metrics, fills the column `reasons` and answers clients."""

    # A voter gave no score.
    VOTER_FAILED = "voter_failed"
    """The model raised, or answered with the wrong number of scores."""
    VOTER_TIMEOUT = "voter_timeout"
    """The model did not answer within its time budget."""
    VOTER_ABSTAINED = "voter_abstained"
    """The model answered NaN: it has no opinion on this frame."""

    # The bytes are no picture that can be judged whole.
    EMPTY = "empty"
    """There were no bytes."""
    NOT_AN_IMAGE = "not_an_image"
    """The bytes are not a picture in any format Skysift reads."""
    UNSUPPORTED_FORMAT = "unsupported_format"
    """The format is known, but not one Skysift reads."""
    TRUNCATED = "truncated"
    """The picture ends before its pixels do."""
    UNREADABLE = "unreadable"
    """The decoder refused the picture."""
    TOO_LARGE = "too_large"
    """More bytes or pixels than the limits allow."""
    MORE_FRAMES = "more_frames"
    """An animation or a file of several pages: only the first was judged."""

    CRASHED = "crashed"
    """The process that judged it died, also when it held nothing else."""

    # The way to the gate failed.
    TIMEOUT = "timeout"
    """The frame was not judged within its deadline."""
    OVERLOADED = "overloaded"
    """Every slot and the queue were taken."""
    DISCONNECTED = "disconnected"
    """The connection ended before the answer."""
    BAD_REQUEST = "bad_request"
    """The request could not be understood."""
    NOT_ALLOWED = "not_allowed"
    """Who asked may not: no API key, an unknown one, or one for other things."""
    RATE_LIMITED = "rate_limited"
    """The API key asked more often than it may."""
    INTERNAL = "internal"
    """A fault of Skysift's own."""
