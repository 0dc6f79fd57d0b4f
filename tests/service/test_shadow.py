"""A second gate scores a share of the traffic, and no answer knows of it."""

import asyncio
from hashlib import sha256
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
import structlog
from prometheus_client import REGISTRY
from starlette.testclient import TestClient

from ensembles.errors import ConfigError
from ensembles.gate import share_of
from models.settings import ModelSettings
from service.serve import refuse_what_cannot_start
from service.settings import ServiceSettings
from service.shadow import MOST_WAITING, SALT, Shadow
from tests.service.fake_kind import HANG_SECONDS, KINDS
from tests.service.fakes import BRIGHT, DARK, picture
from tests.service.test_reload import Place
from tests.service.wire import until

SHADOW = """
name: {name}
target: {target}
voters:
  - name: bright
    kind: "tests.service.fake_kind:FakeOptions"
    threshold: {threshold}
    options: {{behaves: {behaves}}}
    timeout_ms: 5000
full_ballots: 0
"""


def write_shadow(
    folder: Path,
    *,
    threshold: float = 0.5,
    behaves: str = "well",
    name: str = "demo",
    target: str = "light",
) -> Path:
    file = folder / "shadow.yaml"
    file.write_text(SHADOW.format(threshold=threshold, behaves=behaves, name=name, target=target))
    return file


class Lit(Place):
    """A desk whose gate has a shadow that sees every frame."""

    def __init__(self, folder: Path, *, share: float = 1, **shadow: Any) -> None:  # noqa: ANN401 - as `write_shadow` takes them
        file = write_shadow(folder, **shadow)
        super().__init__(folder, shadow=file, shadow_share=share)

    @property
    def shadow(self) -> Shadow:
        found = self.desk.shadow
        assert found is not None
        return found

    async def seen(self, frames: int) -> dict[str, int]:
        """Wait until the shadow is done with so many frames; return its counts above 0."""
        await until(lambda: sum(self.shadow.counts.values()) == frames)
        return {outcome: count for outcome, count in self.shadow.counts.items() if count}


@pytest.mark.parametrize(
    ("threshold", "body", "outcome"),
    [
        (0.5, BRIGHT, "both_review"),
        (0.5, DARK, "both_skip"),
        (0.0, DARK, "gained"),
        (0.9, picture(180), "lost"),
    ],
)
def test_what_it_would_have_changed_is_counted_and_told(
    tmp_path: Path, threshold: float, body: bytes, outcome: str
) -> None:
    async def story() -> None:
        lit = Lit(tmp_path, threshold=threshold, name="other")
        labels = {"ensemble": "demo", "shadow": "other", "outcome": outcome}
        before = REGISTRY.get_sample_value("skysift_shadow_frames_total", labels) or 0
        with structlog.testing.capture_logs() as logs:
            answer = await lit.ask(body)
            counts = await lit.seen(1)

        assert counts == {outcome: 1}
        assert REGISTRY.get_sample_value("skysift_shadow_frames_total", labels) == before + 1
        told = [line for line in logs if line["event"] == "shadow"]
        frames = [answer["frame"]["id"]] if outcome in {"gained", "lost"} else []
        assert [line["frame"] for line in told] == frames
        lit.desk.close()

    asyncio.run(story())


@pytest.mark.parametrize("behaves", KINDS)
def test_no_answer_knows_of_it(tmp_path: Path, behaves: str) -> None:
    async def story() -> None:
        plain = [await Place(tmp_path).ask(body) for body in (BRIGHT, DARK)]
        lit = Lit(tmp_path, behaves=behaves)
        shadowed = [await lit.ask(body) for body in (BRIGHT, DARK)]

        for one, other in zip(plain, shadowed, strict=True):
            of_the_request = {"request_id", "latency_seconds"}
            assert {key: one[key] for key in one.keys() - of_the_request} == {
                key: other[key] for key in other.keys() - of_the_request
            }
        lit.desk.close()

    asyncio.run(story())


@pytest.mark.parametrize("behaves", ["raises", "says_too_little", "exhausts"])
def test_one_that_fails_says_nothing_of_agreement(tmp_path: Path, behaves: str) -> None:
    async def story() -> None:
        lit = Lit(tmp_path, behaves=behaves)
        await lit.ask(DARK)

        assert await lit.seen(1) == {"failed": 1}
        assert lit.shadow.agreement is None
        lit.desk.close()

    asyncio.run(story())


def test_one_that_hangs_is_passed_by(tmp_path: Path) -> None:
    async def story() -> None:
        lit = Lit(tmp_path, behaves="hangs")
        start = perf_counter()
        for _ in range(MOST_WAITING + 5):
            await lit.ask(DARK)

        assert perf_counter() - start < HANG_SECONDS
        assert lit.shadow.counts["dropped"] >= 4
        lit.desk.close()

    asyncio.run(story())


def test_one_whose_gate_breaks_is_told_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        lit = Lit(tmp_path)
        with monkeypatch.context() as patch, structlog.testing.capture_logs() as logs:
            patch.setattr(lit.shadow, "_judge", lambda upload: 1 / 0)
            await lit.ask(DARK)
            await lit.seen(1)
        await lit.ask(DARK)
        counts = await lit.seen(2)

        assert counts == {"failed": 1, "both_skip": 1}
        assert "shadow_failed" in [line["event"] for line in logs]
        lit.desk.close()

    asyncio.run(story())


def test_its_share_is_chosen_by_the_frame(tmp_path: Path) -> None:
    async def story() -> None:
        lit = Lit(tmp_path, share=0.3)
        bodies = [DARK + bytes([number]) for number in range(100)]
        of_its_share = [body for body in bodies if share_of(SALT + sha256(body).hexdigest()) < 0.3]
        for body in bodies:
            await lit.ask(body)
        await lit.seen(len(of_its_share))

        assert 15 < len(of_its_share) < 45
        lit.desk.close()

    asyncio.run(story())


def test_what_it_saw_can_be_read(tmp_path: Path) -> None:
    async def story() -> None:
        lit = Lit(tmp_path, threshold=0.0, name="other")
        for body in (BRIGHT, DARK, DARK):
            await lit.ask(body)
            await until(lit.shadow._waiting.empty)
        await lit.seen(3)
        shown = TestClient(lit.app).get("/v1/ensembles/demo").json()["shadow"]

        assert (shown["name"], shown["share"]) == ("other", 1)
        assert shown["frames"]["gained"] == 2
        assert shown["agreement"] == pytest.approx(1 / 3)
        lit.desk.close()

    asyncio.run(story())


def test_it_follows_its_own_file(tmp_path: Path) -> None:
    async def story() -> None:
        lit = Lit(tmp_path, threshold=0.0)
        before = lit.shadow.gate.digest
        write_shadow(tmp_path, threshold=0.25)
        await lit.noticed()
        after = lit.shadow.gate.digest
        (tmp_path / "shadow.yaml").write_text("name: [")
        await lit.noticed()

        assert before != after == lit.shadow.gate.digest
        lit.desk.close()

    asyncio.run(story())


def test_an_edited_gate_keeps_its_shadow(tmp_path: Path) -> None:
    async def story() -> None:
        lit = Lit(tmp_path)
        lit.write(threshold=0.0)
        await lit.noticed()
        await lit.ask(DARK)

        assert await lit.seen(1) == {"lost": 1}
        lit.desk.close()

    asyncio.run(story())


def test_a_gate_is_served_without_a_shadow_that_cannot_be_loaded(tmp_path: Path) -> None:
    async def story() -> None:
        write_shadow(tmp_path)
        with structlog.testing.capture_logs() as logs:
            place = Place(tmp_path, shadow=tmp_path / "gone.yaml")

        assert (await place.ask(DARK))["decision"] == "skip"
        assert [line["event"] for line in logs if line["log_level"] == "error"] == [
            "shadow_cannot_start"
        ]
        place.desk.close()

    asyncio.run(story())


def test_at_the_start_a_person_is_told_of_a_shadow_that_is_wrong(tmp_path: Path) -> None:
    place = Place(tmp_path)
    shadow = write_shadow(tmp_path, target="darkness")
    settings = ServiceSettings(ensembles=(place.file,), shadow=shadow, database="none")

    with pytest.raises(ConfigError, match=r"looks for 'darkness', not for 'light'"):
        refuse_what_cannot_start(settings, ModelSettings())
    place.desk.close()
