"""On the same pictures, HTTP and a job decide the same: they share everything after the bytes."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from batch.crew import Crew
from batch.input import Input
from batch.journal import Journal
from batch.local import LocalRun
from batch.score import stamp_of
from batch.worker import Station
from models.ensemble import load_ensemble
from models.settings import ModelSettings
from monitoring.around import guard
from skysift.app import run
from tests.service.fakes import client_of

DEMO = Path(__file__).parents[2] / "configs" / "demo.yaml"
SETTINGS = ModelSettings(provider="cpu", threads=1)


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    """Frames of the demo world, and three files that are broken in ways of their own."""
    sizes = ("--flights", "2", "--frames", "8", "--width", "320", "--height", "240")
    assert run(["demo", "draw", str(tmp_path / "flights"), *sizes, "--seed", "13"]) == 0
    drawn = sorted((tmp_path / "flights").glob("*/*.jpg"))
    drawn[3].write_bytes(drawn[3].read_bytes()[:-2000])
    drawn[5].write_bytes(b"")
    drawn[7].write_text("no picture")
    return drawn


def answers_over_http(client: TestClient, pictures: list[Path]) -> list[dict[str, object]]:
    said = []
    for path in pictures:
        response = client.post("/v1/triage", content=path.read_bytes())
        answer = response.json()
        votes = {vote["voter"]: vote["score"] for vote in answer.get("votes", ())}
        reasons = answer["reasons"] if response.is_success else [answer["reason"]]
        said.append({"decision": answer["decision"], "reasons": reasons, "votes": votes})
    return said


def rows_of_a_job(folder: Path, pictures: list[Path]) -> list[dict[str, object]]:
    ensemble = load_ensemble(DEMO, SETTINGS)
    folder.mkdir()
    with Journal(folder, create=True) as journal:
        journal.begin({"digest": ensemble.digest}, map(Input.of_path, pictures))
        crew = Crew(1, 60.0, Station(DEMO, SETTINGS))
        stamp = stamp_of(ensemble)
        LocalRun(journal, crew, stamp, stopping=lambda: False, tell=lambda _: None)()
        return [
            {
                "decision": row["decision"],
                "reasons": row["reasons"],
                "votes": {
                    name: row[f"score_{name}"] for name in stamp.voters if row[f"asked_{name}"]
                },
            }
            for row in journal.rows()
        ]


def test_a_job_decides_as_the_service_does(pictures: list[Path], tmp_path: Path) -> None:
    client = client_of(load_ensemble(DEMO, SETTINGS, around=guard))

    over_http = answers_over_http(client, pictures)
    in_a_job = rows_of_a_job(tmp_path / "run", pictures)

    assert [each["decision"] for each in in_a_job] == [each["decision"] for each in over_http]
    assert [each["reasons"] for each in in_a_job] == [each["reasons"] for each in over_http]
    for mine, theirs in zip(in_a_job, over_http, strict=True):
        assert mine["votes"] == pytest.approx(theirs["votes"], abs=1e-6)
    assert {each["decision"] for each in over_http} == {"review", "skip"}
