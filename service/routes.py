"""Which address does what: our own apps, which BentoML mounts."""

import asyncio
from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Lifespan

from monitoring.exposition import CONTENT_TYPE, exposition
from service.cors import cors
from service.desk import Desk
from service.docs_page import CONTENT_SECURITY_POLICY, docs_page
from service.endpoint import Nowhere, Only
from service.errors import HANDLERS
from service.exchange import Recorded
from service.keys import KeyScope
from service.labels import labels
from service.openapi import openapi
from service.query import refuse_unknown
from service.schemas import EnsembleOut, EnsemblesOut
from service.triage import triage, triage_batch

PREFIX = "/v1"


async def ensembles(request: Request) -> Response:
    """Answer `GET /v1/ensembles`: everything that is loaded."""
    refuse_unknown(request)
    desk = Desk.of(request)
    listed = EnsemblesOut(ensembles=[_described(desk, name) for name in desk.lineup.stations])
    return Response(listed.model_dump_json(), media_type="application/json")


async def one_ensemble(request: Request) -> Response:
    """Answer `GET /v1/ensembles/{name}`."""
    refuse_unknown(request)
    desk = Desk.of(request)
    name = desk.lineup.station(request.path_params["name"]).name
    return Response(_described(desk, name).model_dump_json(), media_type="application/json")


def _described(desk: Desk, name: str) -> EnsembleOut:
    lineup, watch = desk.lineup, desk.lineup.watch
    return EnsembleOut.of(
        lineup.stations[name].ensemble,
        default=name == lineup.default,
        outlook=watch.outlook(name),
        stand_in=watch.stand_in(name),
        judged_by=watch.judge_of(name),
        shadow=desk.shadow if name == lineup.default else None,
    )


async def openapi_document(request: Request) -> Response:
    """Answer `GET /v1/openapi.json`."""
    refuse_unknown(request)
    return JSONResponse(openapi())


async def docs(request: Request) -> Response:
    """Answer `GET /v1/docs`: a page that needs nothing from outside."""
    refuse_unknown(request)
    headers = {"Content-Security-Policy": CONTENT_SECURITY_POLICY}
    return HTMLResponse(docs_page(), headers=headers)


async def metrics_page(request: Request) -> Response:  # noqa: ARG001 - an endpoint
    """Answer `GET /metrics`."""
    return Response(await asyncio.to_thread(exposition), headers={"Content-Type": CONTENT_TYPE})


async def to_docs(request: Request) -> Response:  # noqa: ARG001 - an endpoint
    """Answer `GET /`."""
    return RedirectResponse(f"{PREFIX}/docs")


V1_ROUTES = (
    Route("/triage", Only("POST", "/v1/triage", triage, scope=KeyScope.TRIAGE)),
    Route("/triage/batch", Only("POST", "/v1/triage/batch", triage_batch, scope=KeyScope.TRIAGE)),
    Route("/labels", Only("POST", "/v1/labels", labels, scope=KeyScope.REVIEW, decides=False)),
    Route("/ensembles", Only("GET", "/v1/ensembles", ensembles, scope=KeyScope.READ)),
    Route(
        "/ensembles/{name}", Only("GET", "/v1/ensembles/{name}", one_ensemble, scope=KeyScope.READ)
    ),
    Route("/openapi.json", Only("GET", "/v1/openapi.json", openapi_document, scope=None)),
    Route("/docs", Only("GET", "/v1/docs", docs, scope=None)),
    Route("/{path:path}", Nowhere()),
)
SITE_ROUTES = (
    Route("/", Only("GET", "/", to_docs, scope=None)),
    Route("/metrics", Only("GET", "/metrics", metrics_page, scope=KeyScope.METRICS, logged=False)),
    Route("/{path:path}", Nowhere()),
)


def v1_app(
    lifespan: Lifespan[Starlette] | None = None, *, origins: Sequence[str] = ()
) -> Starlette:
    """Return the app under `/v1`; its state must hold desk and door before a request comes.

    Args:
        lifespan: Around its life.
        origins: Of pages that may call it.
    """
    return _app(V1_ROUTES, lifespan, origins)


def site_app() -> Starlette:
    """Return the app around it: `/`, `/metrics`, and an answer to every wrong address.

    Its state must hold the door.
    """
    return _app(SITE_ROUTES)


def _app(
    routes: Sequence[Route],
    lifespan: Lifespan[Starlette] | None = None,
    origins: Sequence[str] = (),
) -> Starlette:
    return Starlette(
        routes=routes,
        middleware=[*cors(origins), Middleware(Recorded)],
        exception_handlers=HANDLERS,
        lifespan=lifespan,
    )
