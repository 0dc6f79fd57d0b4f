"""LitServe: one API that joins requests into batches, and runs the three networks on them."""

from base64 import b64decode

import litserve

from benchmarks.servers.handed import port
from benchmarks.servers.three_networks import ThreeNetworks

MOST = 8
WAIT_SECONDS = 0.01


class ThreeNetworksApi(litserve.LitAPI):
    """Its hooks, in the order in which they are called."""

    def setup(self, device: str) -> None:  # noqa: ARG002 - its signature
        """Load the networks."""
        self._networks = ThreeNetworks.load()

    def decode_request(self, request: dict[str, str]) -> bytes:
        """Return the picture, which is in a JSON body: LitServe hands on no other whole."""
        return b64decode(request["image"])

    def predict(self, bodies: list[bytes]) -> list[dict[str, float]]:
        """Return the scores of a batch."""
        return self._networks.scores(bodies)

    def encode_response(self, scores: dict[str, float]) -> dict[str, float]:
        """Return the answer to one request."""
        return scores


if __name__ == "__main__":
    api = ThreeNetworksApi(max_batch_size=MOST, batch_timeout=WAIT_SECONDS)
    server = litserve.LitServer(api, accelerator="cpu", timeout=300)
    server.run(host="127.0.0.1", port=port(), generate_client_file=False)
