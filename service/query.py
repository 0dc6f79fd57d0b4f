"""What a request asks for behind the question mark."""

from dataclasses import dataclass
from typing import Self

from starlette.requests import Request

from ensembles.mistakes import near_miss
from ensembles.reasons import Reason
from service.refusals import Refusal

KNOWN = ("ensemble", "explain")
TRUTH = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


@dataclass(frozen=True, slots=True)
class TriageQuery:
    """`?ensemble=name&explain=true`.

    Args:
        ensemble: None for the default.
        explain: Ask every voter, even when fewer would settle it.
    """

    ensemble: str | None = None
    explain: bool = False

    @classmethod
    def of(cls, request: Request) -> Self:
        """Return what the request asks for.

        Raises:
            Refusal: A parameter is unknown, given twice, or has a value that does not fit.
        """
        refuse_unknown(request, KNOWN)
        given = request.query_params
        explain = given.get("explain", "false")
        if explain.lower() not in TRUTH:
            raise Refusal(
                Reason.BAD_REQUEST, f"explain must be true or false, not {explain[:40]!r}"
            )
        return cls(given.get("ensemble"), TRUTH[explain.lower()])


def ensemble_asked(request: Request) -> str | None:
    """Return `?ensemble=`, the only parameter there may be; None for the default.

    Raises:
        Refusal: A parameter is unknown or given twice.
    """
    refuse_unknown(request, ("ensemble",))
    return request.query_params.get("ensemble")


def refuse_unknown(request: Request, known: tuple[str, ...] = ()) -> None:
    """Refuse parameters that would be ignored, since their sender expects an effect.

    Raises:
        Refusal: A parameter is unknown or given twice.
    """
    names = [name for name, _ in request.query_params.multi_items()]
    for name in names:
        if name not in known:
            hint = near_miss(name, known) or f"; known are: {', '.join(known) or 'none'}"
            raise Refusal(Reason.BAD_REQUEST, f"unknown query parameter {name[:40]!r}{hint}")
        if names.count(name) > 1:
            raise Refusal(Reason.BAD_REQUEST, f"query parameter {name!r} is given twice")
