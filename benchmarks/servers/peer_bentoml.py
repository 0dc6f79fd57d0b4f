"""BentoML with one service per network, and one in front that asks all three at once."""

import asyncio
from pathlib import Path

import bentoml
import numpy as np
import numpy.typing as npt

from benchmarks.servers.three_networks import Network, decoded, described, prepared

Floats = npt.NDArray[np.float32]
MOST = 8
"""Views that BentoML joins into one batch."""


@bentoml.service
class Specialist:
    """MobileNetV3."""

    def __init__(self) -> None:
        self._network = Network(described()["specialist"])

    @bentoml.api(batchable=True, max_batch_size=MOST)
    def scores(self, views: Floats) -> Floats:
        """Return one score per view."""
        return self._network.scores_of(views)


@bentoml.service
class Clip:
    """CLIP."""

    def __init__(self) -> None:
        self._network = Network(described()["clip"])

    @bentoml.api(batchable=True, max_batch_size=MOST)
    def scores(self, views: Floats) -> Floats:
        """Return one score per view."""
        return self._network.scores_of(views)


@bentoml.service
class ResNet50:
    """ResNet50."""

    def __init__(self) -> None:
        self._network = Network(described()["resnet50"])

    @bentoml.api(batchable=True, max_batch_size=MOST)
    def scores(self, views: Floats) -> Floats:
        """Return one score per view."""
        return self._network.scores_of(views)


@bentoml.service
class Front:
    """Decodes, and asks the three."""

    specialist = bentoml.depends(Specialist)
    clip = bentoml.depends(Clip)
    resnet50 = bentoml.depends(ResNet50)

    def __init__(self) -> None:
        self._recipes = {name: one["recipe"] for name, one in described().items()}

    @bentoml.api
    async def scores(self, image: Path) -> dict[str, float]:
        """Return the scores of an uploaded picture."""
        views = await asyncio.to_thread(self._views, image)
        found = await asyncio.gather(
            *(getattr(self, name).to_async.scores(view) for name, view in views.items())
        )
        return {name: float(scores[0]) for name, scores in zip(views, found, strict=True)}

    def _views(self, image: Path) -> dict[str, Floats]:
        picture = decoded(image.read_bytes())
        return {name: prepared(picture, recipe)[None] for name, recipe in self._recipes.items()}
