"""What a user would write: a BentoML service with an upload, three torch networks."""

from pathlib import Path

import bentoml

from benchmarks.servers.three_torch_networks import ThreeTorchNetworks


@bentoml.service
class UserService:
    """Three networks in one process."""

    def __init__(self) -> None:
        self._networks = ThreeTorchNetworks()

    @bentoml.api
    def scores(self, image: Path) -> dict[str, float]:
        """Return the scores of an uploaded picture."""
        return self._networks.scores(image.read_bytes())
