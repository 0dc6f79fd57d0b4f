"""Clients as they are in the field. A wrong answer fails the run, not only a wrong status.

`python -m loadtests.run` starts a service and runs this against it; by hand:
`locust -f loadtests/locustfile.py --host http://127.0.0.1:3000`.
"""

import os
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep
from typing import Any, ClassVar

from locust import HttpUser, between

from loadtests.answers import (
    OVERLOADED,
    Json,
    Memory,
    WrongAnswer,
    check_batch,
    check_overload,
    check_single,
)
from loadtests.pictures import Sample, Samples, draw_samples

BURST = 10
BATCH = 8
LONGEST_WAIT_SECONDS = 5.0
"""A client in the field would wait as long as `Retry-After` says; this run has a minute."""

MEMORY = Memory()
Check = Callable[[int, Json], None]


def _drawn() -> Samples:
    with TemporaryDirectory() as folder:
        samples = draw_samples(Path(folder))
    # gevent's clock stands still while drawing; without a turn of its loop, which this gives,
    # the seconds spent here would count as seconds of the run.
    sleep(0.01)
    return samples


SAMPLES = _drawn()


class FieldUser(HttpUser):  # type: ignore[misc]  # locust is not followed by mypy
    """Knows how to post, and what must come back."""

    abstract = True

    def on_start(self) -> None:
        """Show the API key that the variable SKYSIFT_API_KEY holds, if any."""
        if key := os.environ.get("SKYSIFT_API_KEY"):
            self.client.headers["Authorization"] = f"Bearer {key}"

    def post_single(self, sample: Sample, *, name: str, explain: bool = False) -> None:
        """Post one picture as the body itself."""
        url = f"/v1/triage{'?explain=true' if explain else ''}"
        self._post(
            url,
            name,
            lambda status, answer: check_single(sample, status, answer, MEMORY, explain=explain),
            data=sample.data,
            headers={"Content-Type": "application/octet-stream"},
        )

    def post_batch(self, samples: list[Sample]) -> None:
        """Post several pictures as one multipart body."""
        self._post(
            "/v1/triage/batch",
            "batch",
            lambda status, answer: check_batch(samples, status, answer, MEMORY),
            files=[("images", (sample.name, sample.data, "image/jpeg")) for sample in samples],
        )

    def _post(self, url: str, name: str, check: Check, **body: Any) -> None:  # noqa: ANN401 - requests' own
        with self.client.post(url, name=name, catch_response=True, **body) as response:
            try:
                answer = response.json()
                if response.status_code == OVERLOADED:
                    wait = check_overload(answer, response.headers)
                    sleep(min(wait, LONGEST_WAIT_SECONDS))
                else:
                    check(response.status_code, answer)
            except (WrongAnswer, ValueError, KeyError, TypeError) as error:
                response.failure(f"{type(error).__name__}: {error}")
            else:
                response.success()


class Camera(FieldUser):
    """Sends each picture when it is taken."""

    weight = 4
    wait_time = between(0.1, 0.8)

    def take(self) -> None:
        """Post one frame."""
        self.post_single(random.choice(SAMPLES.good), name="one picture")

    def take_large(self) -> None:
        """Post a frame in the size a camera delivers."""
        self.post_single(SAMPLES.large, name="one picture of 12 MP")

    tasks: ClassVar = {take: 8, take_large: 1}


class Landed(FieldUser):
    """Sends what it collected when it has a connection again: everything at once."""

    weight = 1
    wait_time = between(2, 5)

    def unload(self) -> None:
        """Post several frames at the same time."""
        samples = random.choices(SAMPLES.good, k=BURST)
        with ThreadPoolExecutor(BURST) as together:  # locust turns threads into greenlets
            list(together.map(partial(self.post_single, name="burst"), samples))

    tasks: ClassVar = [unload]


class Office(FieldUser):
    """Uploads folders, in which now and then a picture is broken."""

    weight = 2
    wait_time = between(0.5, 2)

    def upload(self) -> None:
        """Post a batch with one broken picture somewhere."""
        samples = random.choices(SAMPLES.good, k=BATCH - 1)
        samples.insert(random.randrange(BATCH), random.choice(SAMPLES.broken))
        self.post_batch(samples)

    tasks: ClassVar = [upload]


class BadLink(FieldUser):
    """Sends what no decoder can read."""

    weight = 1
    wait_time = between(0.2, 1)

    def garble(self) -> None:
        """Post a broken picture, which must be answered `review` with the right reason."""
        self.post_single(random.choice(SAMPLES.broken), name="broken picture")

    tasks: ClassVar = [garble]


class Analyst(FieldUser):
    """Wants to know what every voter says."""

    weight = 1
    wait_time = between(0.5, 2)

    def ask_all(self) -> None:
        """Post one frame and have it explained."""
        self.post_single(random.choice(SAMPLES.good), name="explain", explain=True)

    tasks: ClassVar = [ask_all]
