"""Voters fail while the service runs: degraded, or not ready, and no frame is lost."""

import asyncio
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from starlette.testclient import TestClient

from monitoring.pulse import SILENT_AFTER
from service.health import Readyz, health_of
from service.readiness import Readiness
from tests.service.fake_kind import HANG_SECONDS, Brightness
from tests.service.fakes import BRIGHT, DARK
from tests.service.test_reload import Place
from tests.service.wire import until

ENSEMBLE = """
name: demo
target: light
voters:
  - name: bright
    kind: "tests.service.fake_kind:FakeOptions"
    threshold: 0.5
    options: {{behaves: {first}}}
    timeout_ms: 30
  - name: broken
    kind: "tests.service.fake_kind:FakeOptions"
    threshold: 0.5
    options: {{behaves: {second}}}
    timeout_ms: 30
vote: {vote}
full_ballots: 1
"""
REASONS = {
    "raises": "voter_failed",
    "hangs": "voter_timeout",
    "opinionless": "voter_abstained",
    "says_too_little": "voter_failed",
    "exhausts": "voter_failed",
}


class Patient(Place):
    """A desk whose voters behave, and what it says of its health."""

    def __init__(self, folder: Path, second: str, *, first: str = "well", vote: str = "or") -> None:
        text = ENSEMBLE.format(first=first, second=second, vote=vote)
        (folder / "demo.yaml").write_text(text)
        super().__init__(folder)
        self.readiness = Readiness(self.desk)
        self.client = TestClient(Readyz(self.app, self.readiness))

    def readyz(self) -> tuple[int, dict[str, Any]]:
        response = self.client.get("/readyz")
        return response.status_code, response.json()

    async def tire(self) -> list[dict[str, Any]]:
        """Send dark pictures until a voter that is silent is called down."""
        return [await self.ask(DARK) for _ in range(SILENT_AFTER)]


@pytest.mark.parametrize("second", REASONS)
def test_with_a_dead_voter_it_is_degraded_and_every_open_frame_goes_to_people(
    tmp_path: Path, second: str
) -> None:
    async def story() -> None:
        patient = Patient(tmp_path, second)
        before = patient.readyz()
        answers = await patient.tire()
        bright = await patient.ask(BRIGHT)
        status, health = patient.readyz()

        assert (before[0], before[1]["status"]) == (200, "ready")
        assert {(one["decision"], one["settled"]) for one in answers} == {("review", False)}
        assert {tuple(one["reasons"]) for one in answers} == {(REASONS[second],)}
        assert (bright["decision"], bright["settled"]) == ("review", True)
        assert (status, health["status"]) == (200, "degraded")
        assert health["reasons"] == ["voter broken of demo gives no score"]
        assert health["ensembles"]["demo"]["voters_down"] == ["broken"]
        patient.desk.close()

    asyncio.run(story())


def test_a_dead_voter_under_and_leaves_what_the_others_can_settle(tmp_path: Path) -> None:
    async def story() -> None:
        patient = Patient(tmp_path, "raises", vote="and")
        answers = [await patient.ask(DARK), await patient.ask(BRIGHT)]

        assert [one["decision"] for one in answers] == ["skip", "review"]
        patient.desk.close()

    asyncio.run(story())


@pytest.mark.parametrize("both", REASONS)
def test_with_all_voters_dead_it_is_not_ready_and_says_review(tmp_path: Path, both: str) -> None:
    async def story() -> None:
        patient = Patient(tmp_path, both, first=both)
        await patient.tire()
        status, health = patient.readyz()
        answer = await patient.ask(DARK)

        assert (status, health["status"]) == (503, "not_ready")
        assert "no voter of demo gives scores" in health["reasons"]
        assert (answer["decision"], answer["settled"]) == ("review", False)
        patient.desk.close()

    asyncio.run(story())


def test_a_voter_that_hangs_is_not_waited_for_again_and_again(tmp_path: Path) -> None:
    async def story() -> None:
        patient = Patient(tmp_path, "hangs")
        await patient.tire()
        net = patient.desk.lineup.stations["demo"]._voters["broken"]
        start = perf_counter()
        net.timeout_seconds = HANG_SECONDS
        answer = await patient.ask(DARK)

        assert net.pulse.rests
        assert perf_counter() - start < HANG_SECONDS
        assert answer["reasons"] == ["voter_timeout"]
        patient.desk.close()

    asyncio.run(story())


def test_a_voter_that_gives_scores_again_is_found_without_a_frame(tmp_path: Path) -> None:
    async def story() -> None:
        patient = Patient(tmp_path, "raises", first="raises")
        await patient.tire()
        station = patient.desk.lineup.stations["demo"]
        station.probe()
        still = patient.readyz()[0]
        for net in station._voters.values():
            net.voter = Brightness()
        probing = asyncio.create_task(patient.desk.keep_probing(seconds=60))
        await until(lambda: not station.down)
        probing.cancel()

        assert still == 503
        assert patient.readyz()[1]["status"] == "ready"
        assert (await patient.ask(DARK))["decision"] == "skip"
        patient.desk.close()

    asyncio.run(story())


def test_a_file_that_cannot_be_loaded_is_told(tmp_path: Path) -> None:
    async def story() -> None:
        patient = Patient(tmp_path, "well")
        patient.file.write_text("name: [demo")
        await patient.noticed()
        status, health = patient.readyz()

        assert (status, health["status"]) == (200, "degraded")
        assert health["reasons"] == ["demo cannot be loaded as it is on the disk"]
        assert "is not YAML" in health["ensembles"]["demo"]["trouble"]
        patient.desk.close()

    asyncio.run(story())


def test_it_is_not_ready_before_its_models_are_loaded_and_when_it_is_told_to_end(
    tmp_path: Path,
) -> None:
    loading = health_of(Readiness())
    patient = Patient(tmp_path, "well")
    patient.readiness.draining = True
    status, health = patient.readyz()

    assert (loading.status, loading.reasons) == ("not_ready", ["models are being loaded"])
    assert (status, health["reasons"]) == (503, ["it was told to end"])
    patient.desk.close()


def test_other_addresses_are_left_to_the_app(tmp_path: Path) -> None:
    patient = Patient(tmp_path, "well")

    assert patient.client.get("/v1/ensembles").json()["ensembles"][0]["name"] == "demo"
    assert patient.client.post("/readyz").status_code == 404
    patient.desk.close()
