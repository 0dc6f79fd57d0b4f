"""Pages of other origins that may call the service; none unless a setting lists them."""

from collections.abc import Sequence

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from service.exchange import REQUEST_ID
from service.flight import HEADER as FLIGHT


def cors(origins: Sequence[str]) -> list[Middleware]:
    """Return what lets pages of these origins call; nothing for none."""
    if not origins:
        return []
    return [
        Middleware(
            CORSMiddleware,
            allow_origins=list(origins),
            allow_methods=["GET", "POST"],
            # Keys come in a header that a page must set itself; cookies are never asked for.
            allow_headers=["Authorization", "Content-Type", REQUEST_ID, FLIGHT],
            expose_headers=[REQUEST_ID, "Retry-After"],
        )
    ]
