"""The call that takes labels: what people say of frames that were judged here."""

import asyncio

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from ensembles.mistakes import mistakes_in
from ensembles.reasons import Reason
from review.database import StoreError
from service.desk import Desk
from service.exchange import Exchange
from service.query import ensemble_asked
from service.refusals import Refusal
from service.schemas import LabelsAnswer, LabelsIn

BYTES_PER_LABEL = 1024
SHOWN = 5
"""Mistakes that are told; a wrong column makes thousands."""
COME_BACK_SECONDS = 30


async def labels(request: Request) -> Response:
    """Answer `POST /v1/labels`: keep what people said, all of it or nothing."""
    desk, exchange = Desk.of(request), Exchange.of(request)
    most = desk.settings.max_labels
    async with desk.bodies.receive(request, most=most * BYTES_PER_LABEL) as body:
        asked = desk.lineup.station(ensemble_asked(request)).name
        given = await asyncio.to_thread(_read, body, most)
    if desk.store is None:
        raise Refusal(
            Reason.BAD_REQUEST, "labels are not kept here: SKYSIFT_DATABASE is none", status=404
        )
    try:
        receipt = await asyncio.to_thread(desk.store.add_labels, asked, given.labels, source="api")
    except StoreError as error:
        raise Refusal(
            Reason.INTERNAL,
            f"the labels were not kept: {error}",
            status=503,
            retry_after=COME_BACK_SECONDS,
        ) from error
    await asyncio.to_thread(desk.lineup.watch.look)
    exchange.told |= {"ensemble": asked, "labels": receipt.received, "new": receipt.new}
    answer = LabelsAnswer(
        ensemble=asked,
        received=receipt.received,
        new=receipt.new,
        counted=receipt.counted,
        request_id=exchange.request_id,
    )
    return Response(answer.model_dump_json(), media_type="application/json")


def _read(body: bytes, most: int) -> LabelsIn:
    try:
        given = LabelsIn.model_validate_json(body)
    except ValidationError as error:
        problems = mistakes_in(error, LabelsIn)
        more = f"; and {len(problems) - SHOWN} more" if len(problems) > SHOWN else ""
        raise Refusal(Reason.BAD_REQUEST, "; ".join(problems[:SHOWN]) + more) from None
    if not given.labels:
        raise Refusal(Reason.BAD_REQUEST, "labels: at least one is needed")
    if len(given.labels) > most:
        raise Refusal(
            Reason.TOO_LARGE, f"{len(given.labels)} labels; at most {most} are taken at once"
        )
    return given
