"""The Bento holds all that it needs, and serves its own code."""

import os
import subprocess
import sys
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from time import monotonic, sleep

import pytest

from service.child import free_port
from service.serve import ROOT, is_ready
from service.settings import DEMO
from tests.service.fakes import BRIGHT

WEIGHTS = ROOT / "demo" / "weights" / "specialist.onnx"
SECONDS = 60
MARK = "<!-- the Bento's own -->"


@pytest.mark.skipif(not WEIGHTS.exists(), reason="the demo's weights are not here")
@pytest.mark.skipif(not DEMO.exists(), reason="the demo's ensemble is not here")
def test_a_bento_answers_from_another_folder(tmp_path: Path) -> None:
    home = {"BENTOML_HOME": str(tmp_path / "home"), "BENTOML_DO_NOT_TRACK": "True"}
    elsewhere = tmp_path / "elsewhere"
    for folder in (tmp_path / "home", elsewhere):
        folder.mkdir()
    variables = os.environ | home | {"SKYSIFT_DRAIN_SECONDS": "0"}
    bentoml = [sys.executable, "-m", "bentoml"]
    subprocess.run([*bentoml, "build"], cwd=ROOT, env=variables, check=True, capture_output=True)
    [page] = (tmp_path / "home").glob("bentos/skysift_gate/*/src/service/docs_page.html")
    page.write_text(MARK + page.read_text())
    port = free_port()

    serve = [*bentoml, "serve", "skysift_gate:latest", "--host", "127.0.0.1", "--port", str(port)]
    with (elsewhere / "log.txt").open("wb") as log:
        server = subprocess.Popen(serve, cwd=elsewhere, env=variables, stdout=log, stderr=log)
    try:
        verdict, docs = ask(port, "POST", "/v1/triage", BRIGHT), ask(port, "GET", "/v1/docs")
    finally:
        server.terminate()
        server.wait(SECONDS)

    assert '"ensemble":"demo"' in verdict, (elsewhere / "log.txt").read_text()
    assert docs.startswith(MARK)


def ask(port: int, method: str, path: str, body: bytes | None = None) -> str:
    deadline = monotonic() + SECONDS
    while not is_ready(f"http://127.0.0.1:{port}") and monotonic() < deadline:
        sleep(0.1)
    with closing(HTTPConnection("127.0.0.1", port, timeout=SECONDS)) as connection:
        connection.request(method, path, body)
        return connection.getresponse().read().decode()
