"""Drift in the service: which flight a frame is of, and what the tap is told."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from ensembles.config import EnsembleConfig
from ensembles.errors import ConfigError
from models.catalog import read
from models.digest import made_by
from models.settings import ModelSettings
from monitoring.identity import Identity
from monitoring.make_profile import make_profile
from monitoring.observation import Observations
from monitoring.profile import Golden
from monitoring.profile_file import write_profile
from monitoring.simulation import Effort
from service.flight import BLOCK_SECONDS, HEADER, Flight
from service.settings import ServiceSettings
from service.watching import open_tap
from tests.service.fakes import BRIGHT, client_of

ENSEMBLE = """
name: demo
target: light
voters:
  - name: bright
    kind: "tests.service.fake_kind:FakeOptions"
    threshold: {threshold}
    options: {{}}
full_ballots: 1
profile: profile.npz
"""


def profile_in(folder: Path) -> None:
    """Write a profile of a gate whose threshold is 0.5, without embeddings."""
    config = read(ensemble_in(folder))
    rng = np.random.default_rng(0)
    count = 200
    frames = Observations(
        ids=tuple(map(str, range(count))),
        flights=tuple(str(number // 5) for number in range(count)),
        attributes=rng.normal(size=(count, 8)),
        scores=rng.uniform(size=(count, 1)).astype(np.float32),
        kept=rng.uniform(size=count) > 0.5,
        embeddings=np.zeros((count, 0), np.float32),
        seconds=np.arange(count, dtype=np.float64),
        places=("",) * count,
    )
    identity = Identity.of(config, made_by(config, ModelSettings()), encoder="")
    golden = Golden((), np.zeros((0, 1), np.float32), np.zeros((0, 0), np.float32))
    profile = make_profile(frames, identity, golden, effort=Effort(2, 30))
    write_profile(profile, folder / "profile.npz")


def ensemble_in(folder: Path, *, threshold: float = 0.5) -> Path:
    file = folder / "demo.yaml"
    file.write_text(ENSEMBLE.format(threshold=threshold))
    (folder / "profile.npz").touch()
    return file


def settings_in(folder: Path) -> ServiceSettings:
    return ServiceSettings(ensembles=(folder / "demo.yaml",), drift_folder=folder / "drift")


def test_a_flight_is_what_the_client_calls_it() -> None:
    assert Flight("morning", "10.0.0.1").of_frame(None, now=0.0) == "morning"


def test_without_a_name_it_is_a_client_and_twenty_minutes_of_the_cameras_clock() -> None:
    noon = datetime(2026, 5, 1, 12, tzinfo=UTC)
    flight = Flight(None, "10.0.0.1")
    same = [flight.of_frame(noon, now=now) for now in (0.0, 9e9)]
    later = flight.of_frame(datetime(2026, 5, 1, 12, 20, tzinfo=UTC), now=0.0)
    other = Flight(None, "10.0.0.2").of_frame(noon, now=0.0)

    assert same[0] == same[1]
    assert len({same[0], later, other}) == 3


def test_a_frame_without_a_time_is_of_the_time_it_came() -> None:
    flight = Flight(None, "10.0.0.1")

    assert flight.of_frame(None, now=0.0) == flight.of_frame(None, now=BLOCK_SECONDS - 1.0)
    assert flight.of_frame(None, now=0.0) != flight.of_frame(None, now=float(BLOCK_SECONDS))


@pytest.mark.parametrize("name", ["", "x" * 65, "a b", "a/b"])
def test_a_flight_that_is_called_strangely_is_refused(name: str) -> None:
    answer = client_of().post("/v1/triage", content=BRIGHT, headers={HEADER: name})

    assert answer.status_code == 400
    assert answer.json()["decision"] == "review"
    assert HEADER in answer.json()["error"]


def test_an_ensemble_with_a_profile_is_watched(tmp_path: Path) -> None:
    profile_in(tmp_path)
    settings = settings_in(tmp_path)
    tap = open_tap(tmp_path / "demo.yaml", ModelSettings(), settings)

    assert tap is not None
    assert tap.state.alarms == frozenset()
    tap.close()


def test_a_profile_of_another_gate_does_not_start(tmp_path: Path) -> None:
    profile_in(tmp_path)
    ensemble = tmp_path / "demo.yaml"
    ensemble.write_text(ENSEMBLE.format(threshold=0.6))

    with pytest.raises(ConfigError, match=r"threshold 0.5, but the gate has 0.6"):
        open_tap(ensemble, ModelSettings(), settings_in(tmp_path))


def test_the_profile_is_not_part_of_what_is_digested() -> None:
    plain = EnsembleConfig(name="demo", target="", voters=(), profile=None)

    assert plain.model_dump() == plain.model_copy(update={"profile": Path("x")}).model_dump()
