"""Status and switch: what is promised now, and who judges."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import structlog
import yaml

from ensembles.certificate import write_certificate
from ensembles.errors import ConfigError
from ensembles.standing import NO_CERTIFICATE
from models.catalog import read
from models.digest import digest
from models.settings import ModelSettings
from review.store import ReviewStore
from service.settings import ServiceSettings
from service.stand_in import StandIn, stand_ins_of
from tests.service.fake_kind import Raises
from tests.service.fakes import BRIGHT, DARK
from tests.service.promises import (
    Site,
    Weather,
    certificate,
    certified,
    positive,
    put_in_sample,
)

WIDE_DIGEST = "e" * 64
WIDE = {
    "demo": StandIn("wide", Path("wide.yaml"), frozenset({"watch", "void"}), 0.6),
}


def site_with_a_wider_gate(folder: Path, weather: Weather) -> Site:
    """The wider gate here keeps everything: its voter always fails."""
    own = certified(folder, "demo")
    wide = certified(folder, "wide", digest=WIDE_DIGEST, voter=Raises())
    return Site(folder, own, wide, stand_ins=WIDE, drift_alarms=weather)


def refute(site: Site) -> None:
    """Label five missed targets."""
    site.say(*map(positive, put_in_sample(site.store, range(5), "skip")))


def restore(store: ReviewStore) -> None:
    turn = store.last_turn("demo", "d" * 64)
    store.add_turn(turn.restore("looked at it", by="anna", after_label=store.newest_label()))


def test_a_drift_alarm_puts_the_certificate_on_watch_while_it_is_on(tmp_path: Path) -> None:
    weather = Weather()
    site = Site(tmp_path, drift_alarms=weather)
    seen = []

    for alarms in (frozenset[str](), frozenset({"data", "voter"}), frozenset[str]()):
        weather.alarms = alarms
        site.desk.lineup.watch.look()
        answer = site.judge(BRIGHT)
        seen.append((answer["certificate_status"], answer["certificate_id"] is not None))

    assert seen == [("valid", True), ("watch", False), ("valid", True)]


def test_the_reason_names_the_kinds_of_drift(tmp_path: Path) -> None:
    weather = Weather()
    weather.alarms = frozenset({"voter", "data"})

    listed = Site(tmp_path, drift_alarms=weather).listed()

    assert listed["certificate_reason"].startswith("drift (data, voter); it was: recall at least")


def test_labels_void_the_certificate_and_no_later_label_mends_it(tmp_path: Path) -> None:
    site = Site(tmp_path)

    refute(site)
    site.say(*map(positive, put_in_sample(site.store, range(100, 400), "review")))

    listed = site.listed()
    assert listed["live_recall"]["evidence"] < 20
    assert listed["certificate_status"] == "void"
    assert "5 of 305 labelled targets were missed" in listed["certificate_reason"]
    assert site.judge(BRIGHT)["certificate_id"] is None


def test_void_is_worse_than_watch(tmp_path: Path) -> None:
    weather = Weather()
    weather.alarms = frozenset({"data"})
    site = Site(tmp_path, drift_alarms=weather)

    refute(site)

    assert site.listed()["certificate_status"] == "void"


def test_drift_says_nothing_of_a_promise_that_was_never_made(tmp_path: Path) -> None:
    weather = Weather()
    weather.alarms = frozenset({"data"})
    plain = replace(certified(tmp_path), standing=NO_CERTIFICATE)

    assert Site(tmp_path, plain, drift_alarms=weather).listed()["certificate_status"] == "none"


def test_the_status_is_one_of_four_in_the_metrics(tmp_path: Path) -> None:
    site = Site(tmp_path, certified(tmp_path, "shown"))

    text = site.client.get("/metrics").text

    values = {
        status: f'skysift_certificate_status{{ensemble="shown",status="{status}"}} {value}' in text
        for status, value in {"valid": 1.0, "watch": 0.0, "void": 0.0, "none": 0.0}.items()
    }
    assert all(values.values()), values


def test_a_restored_ensemble_begins_its_evidence_anew(tmp_path: Path) -> None:
    site = Site(tmp_path)
    refute(site)

    restore(site.store)
    site.desk.lineup.watch.look()

    listed = site.listed()
    assert listed["certificate_status"] == "valid"
    assert listed["live_recall"]["missed"] == 0


def test_an_alarm_calls_in_the_wider_gate_and_every_verdict_says_who_judged(
    tmp_path: Path,
) -> None:
    weather = Weather()
    site = site_with_a_wider_gate(tmp_path, weather)
    before = site.judge(DARK)
    weather.alarms = frozenset({"data"})

    with structlog.testing.capture_logs() as logs:
        site.desk.lineup.watch.look()
    after = site.judge(DARK)

    assert (before["decision"], before["digest"]) == ("skip", "d" * 64)
    assert (after["decision"], after["digest"]) == ("review", WIDE_DIGEST)
    assert (after["ensemble"], after["certificate_status"]) == ("wide", "watch")
    listed = site.listed()
    assert listed["judged_by"] == "wide"
    assert listed["on_drift"] == {
        "switch_to": "wide",
        "when": ["void", "watch"],
        "switched": True,
        "more_review_hours_per_1000_frames": 0.6,
    }
    (line,) = [line for line in logs if line["event"] == "gate_switched"]
    assert (line["ensemble"], line["to"], line["more_review_hours_per_1000_frames"]) == (
        "demo",
        "wide",
        0.6,
    )
    assert 'skysift_gate_switched{ensemble="demo"} 1.0' in site.client.get("/metrics").text


def test_it_goes_back_only_by_hand_and_a_restart_changes_nothing(tmp_path: Path) -> None:
    weather = Weather()
    site = site_with_a_wider_gate(tmp_path, weather)
    weather.alarms = frozenset({"data"})
    site.desk.lineup.watch.look()
    weather.alarms = frozenset()
    site.desk.lineup.watch.look()

    restarted = site_with_a_wider_gate(tmp_path, weather)
    assert [one.judge(DARK)["ensemble"] for one in (site, restarted)] == ["wide", "wide"]

    restore(site.store)
    for one in (site, restarted):
        one.desk.lineup.watch.look()
    assert [one.judge(DARK)["ensemble"] for one in (site, restarted)] == ["demo", "demo"]


def test_an_alarm_that_a_person_has_seen_switches_again_only_after_it_ended(
    tmp_path: Path,
) -> None:
    weather = Weather()
    site = site_with_a_wider_gate(tmp_path, weather)
    judges = []

    def look() -> None:
        site.desk.lineup.watch.look()
        judges.append(site.desk.lineup.watch.judge_of("demo"))

    weather.alarms = frozenset({"data"})
    look()
    restore(site.store)
    look()  # still on: a person has said that it may be
    weather.alarms = frozenset()
    look()
    weather.alarms = frozenset({"data"})
    look()

    assert judges == ["wide", "demo", "demo", "wide"]


def test_of_two_workers_that_see_an_alarm_one_tells_of_it(tmp_path: Path) -> None:
    weather = Weather()
    sites = [site_with_a_wider_gate(tmp_path, weather) for _ in range(2)]
    weather.alarms = frozenset({"data"})

    with structlog.testing.capture_logs() as logs:
        for site in sites:
            site.desk.lineup.watch.look()

    assert [line["event"] for line in logs].count("gate_switched") == 1
    assert {site.judge(DARK)["ensemble"] for site in sites} == {"wide"}


def test_frames_that_the_wider_gate_judged_speak_of_the_wider_gate(tmp_path: Path) -> None:
    weather = Weather()
    weather.alarms = frozenset({"data"})
    site = site_with_a_wider_gate(tmp_path, weather)
    frame = site.judge(BRIGHT)["frame"]["id"]

    site.say(positive(frame))

    assert site.listed("demo")["live_recall"]["kept"] == 0
    assert site.listed("wide")["live_recall"]["kept"] == 1


def test_what_cannot_be_read_stays_as_it_was(tmp_path: Path) -> None:
    site = Site(tmp_path)
    refute(site)
    with closing(sqlite3.connect(tmp_path / "review.sqlite")) as connection:
        connection.execute("DROP TABLE labels")

    with structlog.testing.capture_logs() as logs:
        site.desk.lineup.watch.look()

    assert [line["event"] for line in logs] == ["watch_failed"]
    assert site.listed()["certificate_status"] == "void"


FAKE = {
    "target": "light",
    "voters": [{"name": "bright", "kind": "tests.service.fake_kind:FakeOptions", "threshold": 0.5}],
}


def written(folder: Path, name: str, *, hours: float | None = None, **keys: object) -> Path:
    """Write an ensemble file; with `hours` also a certificate for it."""
    path = folder / f"{name}.yaml"
    tree = FAKE | {"name": name} | keys
    if hours is not None:
        tree["certificate"] = f"{name}.json"
    path.write_text(yaml.safe_dump(tree))
    if hours is not None:
        made = certificate(name, digest(read(path), ModelSettings()), hours=hours)
        write_certificate(made, folder / f"{name}.json")
    return path


def found(path: Path, **settings: object) -> dict[str, StandIn]:
    chosen = ServiceSettings.model_validate({"ensembles": (path,)} | settings)
    return stand_ins_of(chosen, ModelSettings())


def test_the_cost_of_a_wider_gate_comes_from_the_two_certificates(tmp_path: Path) -> None:
    written(tmp_path, "wide", hours=0.5)
    own = written(tmp_path, "own", hours=0.2, on_drift={"switch_to": "wide.yaml", "when": "void"})

    (stand_in,) = found(own).values()

    assert stand_in.name == "wide"
    assert stand_in.when == {"void"}
    assert stand_in.review_hours == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("wide", "own", "told"),
    [
        ({"hours": 0.5}, {}, "needs a `certificate`"),
        ({}, {"hours": 0.2}, "must be certified beforehand, but its certificate is none"),
        ({"hours": 0.5, "target": "boat"}, {"hours": 0.2}, "looks for 'boat', not for 'light'"),
        (
            {"hours": 0.5, "on_drift": {"switch_to": "own.yaml"}},
            {"hours": 0.2},
            "has an `on_drift` of its own",
        ),
    ],
)
def test_a_gate_that_cannot_stand_in_is_refused_before_anything_is_loaded(
    tmp_path: Path, wide: dict[str, object], own: dict[str, object], told: str
) -> None:
    written(tmp_path, "wide", **wide)  # type: ignore[arg-type]  # keys of a file
    path = written(tmp_path, "own", on_drift={"switch_to": "wide.yaml"}, **own)  # type: ignore[arg-type]  # the same

    with pytest.raises(ConfigError, match=told):
        found(path)


def test_a_switch_needs_a_database_to_remember_it(tmp_path: Path) -> None:
    written(tmp_path, "wide", hours=0.5)
    own = written(tmp_path, "own", hours=0.2, on_drift={"switch_to": "wide.yaml"})

    with pytest.raises(ConfigError, match="SKYSIFT_DATABASE is none"):
        found(own, database="none")


def test_who_stands_in_decides_nothing_so_the_digest_does_not_cover_it(tmp_path: Path) -> None:
    plain = written(tmp_path, "own")
    before = digest(read(plain), ModelSettings())

    again = written(tmp_path, "own", on_drift={"switch_to": "wide.yaml"})

    assert digest(read(again), ModelSettings()) == before
