"""One address, one method."""

from collections.abc import Awaitable, Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from service.admission import read_on
from service.auth import Door
from service.exchange import Exchange
from service.keys import KeyScope
from service.refusals import Refusal

Answers = Callable[[Request], Awaitable[Response]]
LONGEST_ECHO = 80
BENTOMLS = frozenset({"/livez", "/readyz", "/healthz"})
"""What BentoML answers; only requests that are not GET come to us."""


class Only:
    """An endpoint that answers one method, to whoever may ask.

    It tells the request's record which route it is.

    Starlette would do this itself, but not beside a last route that answers what no other does.
    """

    def __init__(
        self,
        method: str,
        template: str,
        answer: Answers,
        *,
        scope: KeyScope | None,
        logged: bool = True,
        decides: bool = True,
    ) -> None:
        self.methods = ("GET", "HEAD") if method == "GET" else (method,)
        self.template = template
        self.answer = answer
        self.scope = scope
        self.logged = logged
        self.decides = decides

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, or say which method is right."""
        request = Request(scope, receive, send)
        exchange = Exchange.of(request)
        exchange.route, exchange.logged = self.template, self.logged
        exchange.decides = self.decides
        await self._admit(request, exchange)
        if request.method not in self.methods:
            right = " and ".join(self.methods)
            raise HTTPException(
                405,
                f"{self.template} answers {right}, not {request.method[:LONGEST_ECHO]}",
                {"Allow": ", ".join(self.methods)},
            )
        response = await self.answer(request)
        await response(scope, receive, send)

    async def _admit(self, request: Request, exchange: Exchange) -> None:
        """Let whoever asks in, before anything of the body is read.

        Raises:
            Refusal: It may not come in.
        """
        try:
            exchange.visitor = Door.of(request).admit(request, self.scope)
        except Refusal:
            await read_on(request, request.stream())
            raise
        if exchange.visitor.name:
            exchange.told["key"] = exchange.visitor.name


class Nowhere:
    """The last route: says that there is nothing here, in the shape of every other error."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI
        """Refuse any request."""
        path = scope["path"][:LONGEST_ECHO]
        if path in BENTOMLS:
            raise HTTPException(405, f"{path} answers GET", {"Allow": "GET"})
        raise HTTPException(404, f"there is nothing at {path}; /v1/docs lists what there is")
