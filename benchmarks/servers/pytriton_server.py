"""PyTriton: one model that takes encoded pictures, joined into batches by Triton."""

import numpy as np
import numpy.typing as npt
from pytriton.decorators import batch
from pytriton.model_config import DynamicBatcher, ModelConfig, Tensor
from pytriton.triton import Triton, TritonConfig

from benchmarks.servers.handed import port
from benchmarks.servers.three_networks import ThreeNetworks

MOST = 8
WAIT_MICROSECONDS = 10_000
NAMES = ("specialist", "clip", "resnet50")

if __name__ == "__main__":
    networks = ThreeNetworks.load()

    @batch
    def infer(image: npt.NDArray[np.object_]) -> dict[str, npt.NDArray[np.float32]]:
        """Return one column per network."""
        found = networks.scores([body[0] for body in image])
        return {
            name: np.array([[scores[name]] for scores in found], dtype=np.float32) for name in NAMES
        }

    config = TritonConfig(
        http_address="127.0.0.1", http_port=port(), allow_grpc=False, allow_metrics=False
    )
    with Triton(config=config) as triton:
        triton.bind(
            model_name="scores",
            infer_func=infer,
            inputs=[Tensor(name="image", dtype=np.bytes_, shape=(1,))],
            outputs=[Tensor(name=name, dtype=np.float32, shape=(1,)) for name in NAMES],
            config=ModelConfig(
                max_batch_size=MOST,
                batcher=DynamicBatcher(max_queue_delay_microseconds=WAIT_MICROSECONDS),
            ),
            strict=True,
        )
        triton.serve()
