"""A service with the demo gate and a broken one, and a Prometheus that scrapes it."""

import json
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.parse import urlencode, urlsplit

import yaml

from ensembles.certificate import write_certificate
from models.catalog import read
from models.digest import digest
from models.settings import ModelSettings
from service.child import free_port
from service.settings import DEMO
from tests.docs.pages import ROOT
from tests.service.promises import certificate

PATIENCE_SECONDS = 150
"""For what must happen at all; a busy machine is not a broken promise."""
RULES = ROOT / "deploy" / "prometheus" / "rules.yml"
BROKEN = """
name: broken
target: light
voters:
  - {name: bright, kind: "tests.service.fake_kind:FakeOptions", threshold: 0.5, options: {}}
  - name: fails
    kind: "tests.service.fake_kind:FakeOptions"
    threshold: 0.5
    options: {behaves: raises}
vote: and
"""


def demo_gate() -> dict[str, Any]:
    """Return the demo gate's file, with places that hold wherever it is written."""
    demo: dict[str, Any] = yaml.safe_load(DEMO.read_text(encoding="utf-8"))
    for voter in demo["voters"]:
        for key in ("weights", "pretrained"):
            if str(voter["options"].get(key, "")).startswith("../"):
                voter["options"][key] = str((DEMO.parent / voter["options"][key]).resolve())
    return demo


def write_gates(folder: Path) -> tuple[Path, Path]:
    """Write the demo gate with a certificate and a wider gate beside it, and a broken one."""
    demo = demo_gate()
    wide = demo | {"name": "demo-wide"}
    wide["voters"] = [voter | {"threshold": voter["threshold"] / 2} for voter in demo["voters"]]
    own = demo | {"on_drift": {"switch_to": "wide.yaml"}}
    for name, tree, hours in (("wide", wide, 0.5), ("demo", own, 0.2)):
        path = folder / f"{name}.yaml"
        path.write_text(yaml.safe_dump(tree | {"certificate": f"{name}.json"}))
        made = certificate(tree["name"], digest(read(path), ModelSettings()), hours=hours)
        write_certificate(made, folder / f"{name}.json")
    (folder / "broken.yaml").write_text(BROKEN)
    return folder / "demo.yaml", folder / "broken.yaml"


def until(condition: Callable[[], bool], what: str | Callable[[], str]) -> None:
    """Wait for something that must happen."""
    deadline = monotonic() + PATIENCE_SECONDS
    while not condition():
        waited_for = what if isinstance(what, str) else what()
        assert monotonic() < deadline, f"waited for {waited_for}"
        sleep(0.2)


def call(
    url: str,
    method: str,
    path: str,
    body: bytes | None = None,
    *,
    headers: Mapping[str, str] | None = None,
) -> tuple[int, bytes]:
    parts = urlsplit(url)
    with closing(HTTPConnection(parts.hostname or "", parts.port, timeout=60)) as connection:
        connection.request(method, path, body, dict(headers or {}))
        response = connection.getresponse()
        return response.status, response.read()


@dataclass(frozen=True, slots=True)
class Watching:
    """A Prometheus that runs."""

    url: str

    def ask(self, path: str, **asked: str) -> Any:  # noqa: ANN401 - JSON
        return json.loads(call(self.url, "GET", f"/api/v1/{path}?{urlencode(asked)}")[1])["data"]

    def value(self, expression: str) -> float | None:
        found = self.ask("query", query=expression)["result"]
        return float(found[0]["value"][1]) if found else None

    def firing(self) -> set[tuple[str, str]]:
        """Alerts that fire, each with the ensemble it speaks of."""
        return {
            (alert["labels"]["alertname"], alert["labels"].get("ensemble", ""))
            for alert in self.ask("alerts")["alerts"]
            if alert["state"] == "firing"
        }


def hurried(rules: str) -> str:
    """Return the rules with minutes made seconds: nobody waits a quarter of an hour in a test."""
    faster = re.sub(r"\bfor: (\d+)m", r"for: \1s", rules)
    faster = re.sub(r"\boffset 1h", "offset 60s", faster)
    return re.sub(r"\[(\d+)m\]", r"[10s]", faster)


@contextmanager
def watching(targets: list[str], folder: Path) -> Iterator[Watching]:
    """Run a Prometheus that scrapes the targets once a second, with the rules in a hurry."""
    folder.mkdir()
    (folder / "rules.yml").write_text(hurried(RULES.read_text(encoding="utf-8")))
    config = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": ["rules.yml"],
        "scrape_configs": [{"job_name": "skysift", "static_configs": [{"targets": targets}]}],
    }
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config))
    address = f"127.0.0.1:{free_port()}"
    with (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen(
            [
                "prometheus",
                f"--config.file={folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={folder / 'data'}",
                f"--web.listen-address={address}",
            ],
            stdout=log,
            stderr=log,
        )
    try:
        until(lambda: _ready(f"http://{address}"), "Prometheus")
        yield Watching(f"http://{address}")
    finally:
        process.terminate()
        process.wait(30)


def _ready(url: str) -> bool:
    try:
        return call(url, "GET", "/-/ready")[0] == 200
    except OSError:
        return False
