"""Who may come in: keys, what each may do, and how often; without keys, this machine alone."""

from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import IPv6Address, ip_address
from math import ceil
from typing import NoReturn, Self
from urllib.parse import urlsplit

from starlette.requests import Request

from ensembles.reasons import Reason
from monitoring import metrics
from service.allowance import Allowance
from service.key_ring import Holder, KeyRing
from service.keys import KeyScope
from service.refusals import Refusal
from service.settings import ServiceSettings

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
NOT_LOCAL = (
    "without API keys only this machine is answered: set SKYSIFT_API_KEYS, or "
    "SKYSIFT_OPEN_TO_ALL=true where nobody but those you trust can reach the service"
)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever was let in.

    Args:
        name: Of the key; empty where none was needed.
        allowance: What is left of its rate; None without a limit.
    """

    name: str = ""
    allowance: Allowance | None = None

    def owe(self, more: int) -> None:
        """Count pictures beyond the request itself; the next request waits for them."""
        if self.allowance is not None:
            self.allowance.owe(more)


class Door:
    """Lets requests in, or says why not, before anything of their bodies is read.

    Args:
        settings: Name the file of keys, if there is one.

    Raises:
        ConfigError: The file of keys cannot be read.
    """

    def __init__(self, settings: ServiceSettings) -> None:
        self._ring = KeyRing(settings.api_keys) if settings.api_keys else None
        self._open = settings.open_to_all
        self._metrics = settings.metrics
        self._review = settings.review
        self._origins = frozenset(settings.cors_origins)

    @classmethod
    def of(cls, request: Request) -> Self:
        """Return the door of the app that answers the request."""
        door: Self = request.app.state.door
        return door

    def admit(self, request: Request, scope: KeyScope | None) -> Visitor:
        """Return who asks.

        Args:
            request: Nothing of its body has been read.
            scope: What it wants to do; None for what everybody may, such as the docs.

        Raises:
            Refusal: It may not, may not now, or there is nothing for anybody.
        """
        if scope is None:
            return Visitor()
        self._refuse_closed(request, scope)
        self._refuse_foreign_page(request)
        if scope is KeyScope.METRICS and self._metrics == "open":
            return Visitor()
        if self._ring is None:
            return self._admit_without_key(request)
        return self._admit_holder(self._ring, request, scope)

    def _refuse_closed(self, request: Request, scope: KeyScope) -> None:
        off = {KeyScope.METRICS: self._metrics, KeyScope.REVIEW: self._review}.get(scope) == "off"
        if off:
            raise Refusal(
                Reason.BAD_REQUEST,
                f"{request.url.path} is switched off here",
                status=HTTPStatus.NOT_FOUND,
            )

    def _refuse_foreign_page(self, request: Request) -> None:
        """Refuse what a page of another site makes a browser send; it could not read the answer.

        A browser says `Origin` whenever it posts. Programs do not.
        """
        origin = request.headers.get("origin")
        if origin is None or request.method in SAFE_METHODS or origin in self._origins:
            return
        if _authority(origin) != request.headers.get("host"):
            _refuse(
                "cross_origin",
                "a page of another origin may not call this; SKYSIFT_CORS_ORIGINS lists "
                "those that may",
            )

    def _admit_without_key(self, request: Request) -> Visitor:
        if not self._open and not _is_local(request):
            _refuse("not_local", NOT_LOCAL)
        return Visitor()

    @staticmethod
    def _admit_holder(ring: KeyRing, request: Request, scope: KeyScope) -> Visitor:
        holder = _holder(ring, request)
        key, allowance = holder.key, holder.allowance
        if scope not in key.scopes:
            _refuse("scope", f"the key {key.name!r} has not the scope {scope.value!r}")
        if allowance is not None and (seconds := allowance.take()):
            metrics.REFUSED_AT_THE_DOOR.labels("rate").inc()
            raise Refusal(
                Reason.RATE_LIMITED,
                f"the key {key.name!r} may ask {key.per_minute} times a minute; try again",
                retry_after=ceil(seconds),
            )
        return Visitor(key.name, allowance)


def _holder(ring: KeyRing, request: Request) -> Holder:
    kind, _, presented = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not presented:
        _refuse(
            "no_key",
            "this needs an API key: send the header `Authorization: Bearer KEY`",
            status=HTTPStatus.UNAUTHORIZED,
        )
    holder = ring.holder(presented.strip())
    if holder is None:
        _refuse(
            "unknown_key",
            "this API key opens nothing here; it may have been removed",
            status=HTTPStatus.UNAUTHORIZED,
        )
    return holder


def _refuse(why: str, message: str, *, status: int | None = None) -> NoReturn:
    metrics.REFUSED_AT_THE_DOOR.labels(why).inc()
    raise Refusal(Reason.NOT_ALLOWED, message, status=status)


def _is_local(request: Request) -> bool:
    """Say whether this machine asks, by a name of its own.

    The name counts too: a page can have its own host name resolved to 127.0.0.1, and then its
    scripts reach what listens here through the browser of somebody who trusts it.
    """
    peer = request.client.host if request.client else ""
    return is_loopback(peer) and is_loopback(_host_named(request))


def _host_named(request: Request) -> str:
    """Return the host that the client meant to reach; empty when it cannot be understood."""
    try:
        return urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    except ValueError:
        return ""


def is_loopback(host: str) -> bool:
    """Say whether a host name or address can only be this machine."""
    if host == "localhost":
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped.is_loopback
    return address.is_loopback


def _authority(origin: str) -> str:
    return origin.partition("://")[2]
