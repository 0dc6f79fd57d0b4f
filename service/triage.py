"""The two calls that decide: one picture, and many."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from ensembles.reasons import Reason
from ensembles.votes import Verdict
from service.desk import Desk
from service.exchange import Exchange
from service.flight import Flight
from service.multipart import Upload, is_multipart, uploads
from service.outlook import Watch
from service.query import TriageQuery
from service.refusals import Refusal
from service.schemas import Answer, BatchAnswer, BatchItem, TriageAnswer
from service.station import Judged, Station
from service.tally import Tally
from service.waiting import while_wanted

Result = Judged | Refusal


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks for, and who answers it to the end, whatever is loaded meanwhile.

    Args:
        name: Of the ensemble that was asked for.
        station: That judges for it.
        watch: Over the promise of that gate.
        explain: Ask every voter.
    """

    name: str
    station: Station
    watch: Watch
    explain: bool

    @property
    def digest(self) -> str:
        """Of the gate that judges."""
        return self.station.ensemble.digest


async def triage(request: Request) -> Response:
    """Answer `POST /v1/triage`: the verdict on one picture."""
    desk, exchange = Desk.of(request), Exchange.of(request)
    limits = desk.settings
    with Tally() as tally:
        tally.receive()
        async with desk.bodies.receive(request, most=limits.max_body_bytes) as body:
            asked = _asked(request, desk, tally)
            flight = Flight.of(request)
            with asked.station.in_use():
                [upload] = await _uploads(request, body, field="image", most=1)
                work = _in_slot(desk, asked, upload, flight)
                judged = await while_wanted(request, work, seconds=limits.deadline_seconds)
        tally.judged(judged.verdict)
    await desk.audit.record(asked.name, [judged], digest=asked.digest, flight=flight.name)
    _tell(exchange, asked, [judged])
    return _json(TriageAnswer.of(judged.verdict, judged.frame, **_signature(exchange, asked)))


async def triage_batch(request: Request) -> Response:
    """Answer `POST /v1/triage/batch`: one verdict per picture, in their order."""
    desk, exchange = Desk.of(request), Exchange.of(request)
    limits = desk.settings
    with Tally() as tally:
        tally.receive()
        async with desk.bodies.receive(request, most=limits.max_batch_bytes) as body:
            asked = _asked(request, desk, tally)
            flight = Flight.of(request)
            with asked.station.in_use():
                pictures = await _uploads(
                    request, body, field="images", most=limits.max_batch_files
                )
                tally.receive(len(pictures) - 1)
                exchange.visitor.owe(len(pictures) - 1)
                results = await _judge_all(request, desk, asked, pictures, flight)
        _count(tally, results)
    await desk.audit.record(asked.name, _judged(results), digest=asked.digest, flight=flight.name)
    _tell(exchange, asked, results)
    items = [
        _item(index, upload, result)
        for index, (upload, result) in enumerate(zip(pictures, results, strict=True))
    ]
    signature = _signature(exchange, asked)
    return _json(BatchAnswer.model_validate({"results": items} | signature))


def _asked(request: Request, desk: Desk, tally: Tally) -> Asked:
    """Return what is asked for, and who judges; settled here, once for the whole request."""
    query, lineup = TriageQuery.of(request), desk.lineup
    name = lineup.station(query.ensemble).name
    asked = Asked(name, lineup.judge_of(name), lineup.watch, explain=query.explain)
    tally.ensemble = asked.station.name
    return asked


async def _uploads(request: Request, body: bytes, *, field: str, most: int) -> list[Upload]:
    content_type = request.headers.get("content-type", "")
    if is_multipart(content_type):
        return await asyncio.to_thread(uploads, body, content_type, name=field, most=most)
    if most == 1:
        return [Upload(body)]
    raise Refusal(
        Reason.BAD_REQUEST,
        f"a batch is multipart/form-data with the field {field!r} repeated, "
        f"not {content_type[:80]!r}",
    )


async def _in_slot(desk: Desk, asked: Asked, upload: Upload, flight: Flight) -> Judged:
    async with desk.slots.slot():
        return await asked.station.triage(upload, explain=asked.explain, flight=flight)


async def _judge_all(
    request: Request,
    desk: Desk,
    asked: Asked,
    pictures: Sequence[Upload],
    flight: Flight,
) -> list[Result]:
    """Return one result per picture; what is not judged within the deadline is a refusal."""
    late = Refusal(Reason.TIMEOUT, "not judged within the deadline of the batch")
    results: list[Result] = [late] * len(pictures)
    turns = asyncio.Semaphore(desk.settings.pictures_at_once)

    async def judge(index: int, upload: Upload) -> None:
        async with turns:
            try:
                desk.refuse_too_large(upload)
                results[index] = await asked.station.triage(
                    upload, explain=asked.explain, flight=flight
                )
            except Refusal as refusal:
                results[index] = refusal

    async def judge_all() -> None:
        async with desk.slots.slot(), asyncio.TaskGroup() as group:
            for index, upload in enumerate(pictures):
                group.create_task(judge(index, upload))

    try:
        await while_wanted(request, judge_all(), seconds=desk.settings.batch_deadline_seconds)
    except Refusal as refusal:
        if refusal.reason != Reason.TIMEOUT:
            raise
    return results


def _count(tally: Tally, results: Sequence[Result]) -> None:
    for result in results:
        if isinstance(result, Refusal):
            tally.unjudged(result)
        else:
            tally.judged(result.verdict)


def _item(index: int, upload: Upload, result: Result) -> BatchItem:
    if isinstance(result, Refusal):
        verdict, frame, error = Verdict.unjudged(result.reason), None, str(result)
    else:
        verdict, frame, error = result.verdict, result.frame, None
    return BatchItem.of(verdict, frame, index=index, source=upload.name, error=error)


def _signature(exchange: Exchange, asked: Asked) -> dict[str, object]:
    """Return the fields of `Signed`."""
    standing = asked.watch.outlook(asked.station.name).standing
    return {
        "ensemble": asked.station.name,
        "digest": asked.digest,
        "certificate_id": standing.promise_id,
        "certificate_status": standing.status,
        "request_id": exchange.request_id,
        "latency_seconds": round(exchange.seconds, 6),
    }


def _tell(exchange: Exchange, asked: Asked, results: Sequence[Result]) -> None:
    judged = _judged(results)
    refused = [result.reason.value for result in results if isinstance(result, Refusal)]
    exchange.told |= {
        "ensemble": asked.station.name,
        "digest": asked.digest,
        "frames": [result.frame.id for result in judged],
        "decisions": [result.verdict.decision for result in judged],
        "reasons": [reason.value for result in judged for reason in result.verdict.reasons]
        + refused,
    }


def _judged(results: Sequence[Result]) -> list[Judged]:
    return [result for result in results if isinstance(result, Judged)]


def _json(answer: Answer) -> Response:
    return Response(answer.model_dump_json(), media_type="application/json")
