"""MLServer: a runtime of one's own that takes encoded pictures and runs the three networks."""

import asyncio
import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from mlserver import MLModel
from mlserver.cli import main
from mlserver.codecs import Base64Codec
from mlserver.types import InferenceRequest, InferenceResponse, ResponseOutput

from benchmarks.servers.handed import port
from benchmarks.servers.three_networks import ThreeNetworks

MOST = 8
WAIT_SECONDS = 0.01


class ThreeNetworksModel(MLModel):
    """What MLServer calls."""

    async def load(self) -> bool:
        """Load the networks."""
        self._networks = ThreeNetworks.load()
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        """Return one column per network."""
        bodies = Base64Codec.decode_input(payload.inputs[0])
        found = await asyncio.to_thread(self._networks.scores, bodies)
        return InferenceResponse(
            model_name=self.name,
            outputs=[
                ResponseOutput(
                    name=name,
                    shape=[len(found), 1],
                    datatype="FP32",
                    data=[scores[name] for scores in found],
                )
                for name in self._networks.networks
            ],
        )


def _settings(folder: Path) -> None:
    """Write what MLServer reads from its folder."""
    server = {
        "host": "127.0.0.1",
        "http_port": port(),
        "grpc_port": port() + 1,
        "metrics_endpoint": None,
        "parallel_workers": 0,
    }
    model = {
        "name": "scores",
        "implementation": "benchmarks.servers.mlserver_runtime.ThreeNetworksModel",
        "max_batch_size": MOST,
        "max_batch_time": WAIT_SECONDS,
    }
    (folder / "settings.json").write_text(json.dumps(server))
    (folder / "model-settings.json").write_text(json.dumps(model))


if __name__ == "__main__":
    with TemporaryDirectory() as home:
        _settings(Path(home))
        sys.argv = ["mlserver", "start", home]
        main()
