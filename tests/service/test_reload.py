"""An ensemble file is edited while the service runs."""

import asyncio
import gc
import threading
import weakref
from collections.abc import Callable
from operator import call
from pathlib import Path
from typing import Any

import psutil
import pytest
import structlog
from prometheus_client import REGISTRY
from starlette.applications import Starlette
from starlette.routing import Mount

from ensembles.certificate import write_certificate
from models.settings import ModelSettings
from service.auth import Door
from service.reload import open_desk
from service.routes import v1_app
from service.settings import ServiceSettings
from tests.service.fakes import BRIGHT, DARK
from tests.service.promises import certificate
from tests.service.test_drift import profile_in
from tests.service.wire import Wire, until

ENSEMBLE = """
name: demo
target: light
voters:
  - name: bright
    kind: "tests.service.fake_kind:FakeOptions"
    threshold: {threshold}
    options: {{weights: lamp.bin{options}}}
full_ballots: 0
{more}
"""


class Place:
    """A desk over an ensemble file in a folder, and what follows the file."""

    def __init__(self, folder: Path, **settings: object) -> None:
        self.file = folder / "demo.yaml"
        self.weights = folder / "lamp.bin"
        if not self.file.exists():
            self.weights.write_text("whole")
            self.write()
        base = {"ensembles": (self.file,), "database": "none", "drift_folder": folder / "drift"}
        chosen = ServiceSettings.model_validate(base | {"open_to_all": True} | settings)
        self.desk, self.reloads = open_desk(chosen, ModelSettings())
        app = v1_app()
        app.state.desk, app.state.door = self.desk, Door(chosen)
        self.app = Starlette(routes=[Mount("/v1", app)])

    def write(self, threshold: float = 0.5, *, options: str = "", more: str = "") -> None:
        self.file.write_text(ENSEMBLE.format(threshold=threshold, options=options, more=more))

    async def noticed(self) -> None:
        """Two looks: one that sees a change, one that finds it at rest."""
        await self.reloads.look()
        await self.reloads.look()

    async def ask(self, body: bytes = DARK) -> dict[str, Any]:
        return (await Wire(self.app).send(body).done()).answer

    @property
    def digest(self) -> str:
        return self.desk.lineup.stations["demo"].ensemble.digest


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def failed() -> float:
    return value("skysift_ensemble_reload_failed", ensemble="demo")


def test_an_edited_file_judges_from_the_next_request_on(tmp_path: Path) -> None:
    async def story() -> None:
        place = Place(tmp_path)
        first = await place.ask()
        place.write(threshold=0.0)
        await place.noticed()
        second = await place.ask()

        assert (first["decision"], second["decision"]) == ("skip", "review")
        assert first["digest"] != second["digest"] == place.digest
        assert value("skysift_ensemble_info", **labels_of(first["digest"])) == 0
        assert value("skysift_ensemble_info", **labels_of(second["digest"])) == 1

    asyncio.run(story())


def labels_of(digest: str) -> dict[str, str]:
    return {"ensemble": "demo", "digest": digest, "target": "light", "rule": "or"}


def test_a_file_that_is_still_written_waits_for_the_next_look(tmp_path: Path) -> None:
    async def story() -> None:
        place = Place(tmp_path)
        before = place.digest
        digests = []
        for threshold in (0.1, 0.2):
            place.write(threshold)
            await place.reloads.look()
            digests.append(place.digest)
        await place.reloads.look()

        assert digests == [before, before]
        assert place.digest != before

    asyncio.run(story())


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda place: place.write(threshold=7), "threshold"),
        (lambda place: place.file.write_text("name: [demo"), "is not YAML"),
        (lambda place: place.file.unlink(), "there is no such file"),
        (lambda place: place.weights.unlink(), "lamp.bin: cannot be read"),
        (lambda place: place.weights.write_text("who"), "lamp.bin: is cut short"),
        (lambda place: place.write(options=", behaves: odd"), "behaves"),
        (
            lambda place: place.file.write_text(place.file.read_text().replace("demo", "other")),
            "clients ask for 'demo'",
        ),
    ],
    ids=["value", "syntax", "gone", "weights gone", "weights cut short", "option", "renamed"],
)
def test_a_bad_edit_keeps_the_gate_and_says_why_once(
    tmp_path: Path, spoil: Callable[[Place], object], says: str
) -> None:
    async def story() -> None:
        place = Place(tmp_path)
        file, before = place.file.read_text(), place.digest
        loaded = value("skysift_ensemble_reloads_total", ensemble="demo", outcome="loaded")
        spoil(place)
        with structlog.testing.capture_logs() as logs:
            for _ in range(3):
                await place.noticed()

        assert (await place.ask())["digest"] == before
        assert failed() == 1
        [line] = [line for line in logs if line["event"] == "reload_failed"]
        assert says in line["error"]
        assert line["judges"] == before

        place.file.write_text(file)
        place.weights.write_text("whole")
        await place.noticed()

        assert (place.digest, failed()) == (before, 0)
        again = value("skysift_ensemble_reloads_total", ensemble="demo", outcome="loaded")
        assert again == loaded

    asyncio.run(story())


def test_replaced_weights_are_another_gate(tmp_path: Path) -> None:
    async def story() -> None:
        place = Place(tmp_path)
        before = place.digest
        other = tmp_path / "other"
        other.write_text("anew, whole")
        other.replace(place.weights)
        await place.noticed()

        assert place.digest != before

    asyncio.run(story())


def test_a_touched_file_loads_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        place = Place(tmp_path)
        station = place.desk.lineup.stations["demo"]
        place.file.write_text("# a remark\n" + place.file.read_text())
        place.weights.touch()
        await place.noticed()

        assert place.desk.lineup.stations["demo"] is station

    asyncio.run(story())


def test_what_a_new_edition_names_is_waited_for(tmp_path: Path) -> None:
    async def story() -> None:
        place = Place(tmp_path)
        place.file.write_text(place.file.read_text().replace("lamp.bin", "sun.bin"))
        await place.noticed()
        await place.noticed()
        missed = failed()
        (tmp_path / "sun.bin").write_text("bright and whole")
        await place.noticed()

        assert (missed, failed()) == (1, 0)

    asyncio.run(story())


def test_a_certificate_takes_effect_when_it_is_put_there(tmp_path: Path) -> None:
    async def story() -> None:
        tmp_path.joinpath("lamp.bin").write_text("whole")
        text = ENSEMBLE.format(threshold=0.5, options="", more="certificate: demo.json")
        tmp_path.joinpath("demo.yaml").write_text(text)
        place = Place(tmp_path)
        before = await place.ask()
        write_certificate(certificate("demo", place.digest), tmp_path / "demo.json")
        await place.noticed()
        after = await place.ask()

        assert before["digest"] == after["digest"]
        assert (before["certificate_status"], after["certificate_status"]) == ("void", "valid")
        assert after["certificate_id"]

    asyncio.run(story())


def test_a_request_ends_on_the_gate_it_began_with(tmp_path: Path) -> None:
    async def story() -> None:
        place = Place(tmp_path)
        before = place.digest
        wire = Wire(place.app).send(DARK)
        station = place.desk.lineup.stations["demo"]
        await until(lambda: station._users == 1)
        place.write(threshold=0.0)
        await place.noticed()
        done = await wire.done()

        assert place.digest != before
        assert (done.answer["digest"], done.answer["decision"]) == (before, "skip")

    asyncio.run(story())


def test_a_wider_gate_is_followed_too(tmp_path: Path) -> None:
    async def story() -> None:
        (tmp_path / "lamp.bin").write_text("whole")
        wide = ENSEMBLE.format(threshold=0.1, options="", more="certificate: wide.json")
        (tmp_path / "wide.yaml").write_text(wide.replace("name: demo", "name: wide"))
        place = Place(tmp_path, database=f"sqlite:///{tmp_path / 'review.sqlite'}")
        promise(tmp_path, "wide", place)
        place.write(more="certificate: demo.json\non_drift: {switch_to: wide.yaml}")
        promise(tmp_path, "demo", place)
        await place.noticed()
        with_wide = list(place.desk.lineup.stations), place.desk.lineup.watch.stand_in("demo")
        (tmp_path / "wide.json").write_text("{}")
        await place.noticed()
        doubted = failed()
        place.write()
        await place.noticed()

        assert with_wide[0] == ["demo", "wide"]
        assert with_wide[1]
        assert (doubted, failed()) == (1, 0)
        assert list(place.desk.lineup.stations) == ["demo"]

    asyncio.run(story())


def promise(folder: Path, name: str, place: Place) -> None:
    """Certify the ensemble file of this name as it is."""
    from models.catalog import read  # noqa: PLC0415
    from models.digest import digest  # noqa: PLC0415

    now = digest(read(folder / f"{name}.yaml"), ModelSettings())
    write_certificate(certificate(name, now), folder / f"{name}.json")


def test_nothing_of_a_gate_that_went_is_left(tmp_path: Path) -> None:
    others = set(threading.enumerate())

    def threads_of_voters() -> int:
        mine = set(threading.enumerate()) - others
        return sum(thread.name.startswith("voter-") for thread in mine)

    async def story() -> None:
        place = Place(tmp_path)
        went = []
        await place.ask(BRIGHT)
        handles = psutil.Process().num_fds()
        for step in range(20):
            went.append(weakref.ref(place.desk.lineup.stations["demo"]))
            place.write(threshold=0.4 + step % 2 / 10)
            await place.noticed()
            await place.ask(BRIGHT)
        await until(lambda: not place.reloads._retiring)
        gc.collect()

        assert not [station for station in map(call, went) if station is not None]
        assert psutil.Process().num_fds() <= handles
        await until(lambda: threads_of_voters() == 1)
        place.desk.close()

    asyncio.run(story())


def test_drift_follows_the_new_gate_and_lets_the_old_one_go(tmp_path: Path) -> None:
    async def story() -> None:
        profile_in(tmp_path)
        place = Place(tmp_path, ensembles=(tmp_path / "demo.yaml",))
        old = place.desk.lineup.stations["demo"]
        text = place.file.read_text()
        place.file.write_text(text.replace("full_ballots: 1", "full_ballots: 0.5"))
        await place.noticed()
        new = place.desk.lineup.stations["demo"]
        await until(lambda: not place.reloads._retiring)

        assert old.tap
        assert new.tap
        assert old.tap is not new.tap
        assert not old.tap._thread.is_alive()
        assert new.tap._thread.is_alive()

        place.file.write_text(text.replace("threshold: 0.5", "threshold: 0.6"))
        await place.noticed()

        assert place.desk.lineup.stations["demo"] is new
        assert failed() == 1
        place.desk.close()

    asyncio.run(story())
