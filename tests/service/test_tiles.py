"""A small light in a large frame is answered with the tile it is in."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from starlette.testclient import TestClient

from models.ensemble import load_ensemble
from models.settings import ModelSettings
from monitoring.around import guard
from tests.service.fakes import client_of

ENSEMBLE = """
name: tiled
target: light
views: {tile: 64, overlap: 0}
voters: [{name: bright, kind: "tests.service.fake_kind:FakeOptions", threshold: 0.5}]
full_ballots: 0
"""


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    file = tmp_path / "tiled.yaml"
    file.write_text(ENSEMBLE)
    return client_of(load_ensemble(file, ModelSettings(), around=guard))


def frame_with_light() -> bytes:
    picture = Image.new("RGB", (256, 192))
    picture.paste((255, 255, 255), (128, 64, 192, 128))
    file = BytesIO()
    picture.save(file, "JPEG", quality=95)
    return file.getvalue()


@pytest.mark.parametrize("explain", ["false", "true"])
def test_the_answer_names_the_tile_that_decided(client: TestClient, explain: str) -> None:
    answer = client.post(f"/v1/triage?explain={explain}", content=frame_with_light()).json()

    assert answer["decision"] == "review"
    assert answer["box"] == {"left": 128, "top": 64, "right": 192, "bottom": 128}
    assert (answer["frame"]["width_px"], answer["frame"]["height_px"]) == (256, 192)


def test_the_tiles_of_an_ensemble_are_told(client: TestClient) -> None:
    told = client.get("/v1/ensembles/tiled").json()

    assert told["views"] == {"height": 64, "width": 64, "overlap": 0.0}
