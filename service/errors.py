"""Every error in one shape: `{"error", "reason", "decision", "request_id"}`."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ensembles.reasons import Reason
from service.exchange import REQUEST_ID, Exchange
from service.refusals import Refusal
from service.schemas import ErrorOut

ASKS_NOTHING = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that carry no picture, so an error to them decides nothing."""

Handler = Callable[[Request, Exception], Awaitable[Response]]


async def answer_refusal(request: Request, error: Exception) -> Response:
    """Answer what was refused; called with a `Refusal`."""
    refusal = error if isinstance(error, Refusal) else _internal()
    headers = {} if refusal.retry_after is None else {"Retry-After": str(refusal.retry_after)}
    if refusal.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return _answer(request, refusal.reason, str(refusal), refusal.status, headers)


async def answer_http(request: Request, error: Exception) -> Response:
    """Answer a wrong address or method; called with an `HTTPException`."""
    if not isinstance(error, HTTPException):
        return await answer_fault(request, error)
    headers = dict(error.headers or {})
    return _answer(request, Reason.BAD_REQUEST, error.detail, error.status_code, headers)


async def answer_fault(request: Request, error: Exception) -> Response:  # noqa: ARG001 - Starlette's signature
    """Answer a fault of our own; the server logs its traceback."""
    return await answer_refusal(request, _internal())


def _internal() -> Refusal:
    return Refusal(Reason.INTERNAL, "a fault of the service's own; its log has the request id")


def _answer(
    request: Request, reason: Reason, message: str, status: int, headers: dict[str, str]
) -> Response:
    exchange = Exchange.of(request)
    exchange.told |= {"reason": reason.value, "error": message}
    body = ErrorOut(
        error=message,
        reason=reason,
        decision="review" if exchange.decides and request.method not in ASKS_NOTHING else None,
        request_id=exchange.request_id,
    )
    return Response(
        body.model_dump_json(),
        status,
        # Set here too: what answers a fault stands outside of what adds it to all others.
        headers | {REQUEST_ID: exchange.request_id},
        "application/json",
    )


HANDLERS: dict[type[Exception], Handler] = {
    Refusal: answer_refusal,
    HTTPException: answer_http,
    Exception: answer_fault,
}
