"""Ray Serve: one deployment that joins requests into batches, and runs the three networks."""

from threading import Event

import ray
from ray import serve
from starlette.requests import Request

from benchmarks.servers.handed import port
from benchmarks.servers.three_networks import ThreeNetworks

MOST = 8
WAIT_SECONDS = 0.01


@serve.deployment(max_ongoing_requests=64)
class Front:
    """Takes pictures over HTTP."""

    def __init__(self) -> None:
        self._networks = ThreeNetworks.load()

    @serve.batch(max_batch_size=MOST, batch_wait_timeout_s=WAIT_SECONDS)
    async def scores(self, bodies: list[bytes]) -> list[dict[str, float]]:
        """Return the scores of a batch."""
        return self._networks.scores(bodies)

    async def __call__(self, request: Request) -> dict[str, float]:
        """Answer one request; the readiness probe has no body."""
        body = await request.body()
        return await self.scores(body) if body else {}


if __name__ == "__main__":
    ray.init(include_dashboard=False, log_to_driver=False)
    serve.start(http_options={"host": "127.0.0.1", "port": port()})
    serve.run(Front.bind())  # type: ignore[attr-defined]  # the decorator adds it
    Event().wait()
