"""Nothing hangs, and nobody locks the others out."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from service.admission import Slots
from service.refusals import Refusal
from tests.service.fakes import BRIGHT, DARK, Waits, app_of, ensemble, picture
from tests.service.wire import Wire, until


def run(story: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(story())  # type: ignore[arg-type] # an async function's awaitable is a coroutine


def test_a_full_queue_is_answered_at_once() -> None:
    async def story() -> None:
        voter = Waits()
        app = app_of(ensemble(waits=voter), slots=1, queue=1)
        first = Wire(app).send(DARK)
        await until(voter.started.is_set)
        second = Wire(app).send(DARK)
        await asyncio.sleep(0.01)

        third = await Wire(app).send(DARK).done()
        voter.go.set()

        assert (third.status, third.answer["reason"]) == (429, "overloaded")
        assert third.answer["decision"] == "review"
        assert int(third.headers["retry-after"]) >= 1
        assert (await first.done()).status == (await second.done()).status == 200

    run(story)


def test_slow_bodies_take_no_slot() -> None:
    async def story() -> None:
        app = app_of(slots=1, queue=0)
        slow = [Wire(app).send(DARK[:100], more=True) for _ in range(8)]

        quick = await Wire(app).send(DARK).done()

        assert quick.status == 200
        for wire in slow:
            wire.send(DARK[100:])
        statuses = [(await wire.done()).status for wire in slow]
        assert set(statuses) <= {200, 429}

    run(story)


def test_a_body_that_stops_coming_is_given_up() -> None:
    async def story() -> None:
        app = app_of(receive_grace_seconds=0.05)

        wire = await Wire(app).send(DARK[:100], more=True).done()

        assert (wire.status, wire.answer["reason"]) == (408, "timeout")

    run(story)


def test_a_body_that_comes_fast_enough_may_take_longer_than_the_grace() -> None:
    async def story() -> None:
        # 1 MB/s after 50 ms: 400 kB buy 400 ms.
        app = app_of(receive_grace_seconds=0.05, receive_mb_per_second=1)
        wire = Wire(app).send(b"\xff\xd8\xff" + bytes(400_000), more=True)
        await asyncio.sleep(0.1)

        await wire.send(b"").done()

        assert wire.status == 400

    run(story)


def test_a_declared_size_over_the_limit_is_refused_before_it_arrives() -> None:
    async def story() -> None:
        app = app_of(max_body_mb=1)

        headers = {"Content-Length": "2000000", "Expect": "100-continue"}
        wire = await Wire(app, headers=headers).done()

        assert wire.status == 413

    run(story)


def test_an_undeclared_size_is_refused_when_it_is_reached_and_the_rest_is_read_away() -> None:
    async def story() -> None:
        app = app_of(max_body_mb=0.001)
        wire = Wire(app).send(bytes(2000), more=True)

        await wire.send(bytes(2000)).done()

        assert (wire.status, wire.answer["reason"]) == (413, "too_large")

    run(story)


def test_bodies_together_have_a_limit_and_give_their_memory_back() -> None:
    async def story() -> None:
        app = app_of(max_body_mb=0.01, max_batch_mb=0.01, bodies_mb=0.01)
        first = Wire(app).send(bytes(9000), more=True)
        await asyncio.sleep(0.01)

        second = await Wire(app).send(bytes(9000)).done()
        await first.send(b"").done()
        third = await Wire(app).send(bytes(9000)).done()

        assert (first.status, second.status, third.status) == (415, 429, 415)

    run(story)


def test_a_client_that_leaves_while_sending_is_counted_and_not_judged() -> None:
    async def story() -> None:
        voter = Waits()
        wire = Wire(app_of(ensemble(waits=voter))).send(DARK[:100], more=True)
        wire.hang_up()

        assert (await wire.done()).status == 499
        assert voter.seen == []

    run(story)


def test_a_client_that_leaves_while_waiting_is_not_worked_for() -> None:
    async def story() -> None:
        voter = Waits()
        app = app_of(ensemble(waits=voter))
        first = Wire(app).send(DARK)
        await until(voter.started.is_set)
        second = Wire(app).send(picture(10))
        await asyncio.sleep(0.01)

        second.hang_up()
        gone = await second.done()
        voter.go.set()
        await first.done()
        await Wire(app).send(BRIGHT).done()

        assert gone.status == 499
        assert voter.seen == [1, 1]

    run(story)


def test_a_picture_that_is_not_judged_in_time_is_reviewed() -> None:
    async def story() -> None:
        voter = Waits()
        app = app_of(ensemble(waits=voter), deadline_seconds=0.05, slots=1, queue=0)

        late = await Wire(app).send(DARK).done()
        voter.go.set()

        assert (late.status, late.answer["reason"]) == (503, "timeout")
        assert late.answer["decision"] == "review"
        assert "retry-after" in late.headers
        # Its slot is free again.
        assert (await Wire(app).send(DARK).done()).status != 429

    run(story)


def test_retry_after_follows_how_long_requests_take() -> None:
    async def story() -> None:
        slots = Slots(1, 0)
        slots._mean_seconds = 20.0
        async with slots.slot():
            with pytest.raises(Refusal) as refused:
                async with slots.slot():
                    pass

        assert refused.value.retry_after == 10

    run(story)
