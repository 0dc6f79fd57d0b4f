from collections.abc import Sequence
from pathlib import Path

import numpy as np
from prometheus_client import REGISTRY

from ensembles.gate import Gate
from ensembles.rules import rule_from
from ensembles.seat import Seat
from ensembles.voter import Reading
from ensembles.votes import Verdict, Vote
from monitoring.attributes import Pixels
from monitoring.delta_files import DeltaReader, DeltaWriter
from monitoring.drift import Drift
from monitoring.leader import REPORT, SETTLE_SECONDS, STATE, Leader
from monitoring.pane_state import Layout
from monitoring.panes import Arrival
from monitoring.profile import Profile
from monitoring.tap import Tap
from tests.monitoring.worlds import DIMENSION, THRESHOLDS, VOTERS, frames_of

SHARE = 0.3
GREY = np.full((16, 16, 3), 128, dtype=np.uint8)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Frame:
    """A frame of numbers only."""

    doubts = ()

    def __init__(self, frame_id: str) -> None:
        self.id = frame_id


class Says:
    """Scores every frame alike, and gives an embedding."""

    def __init__(self, score: float) -> None:
        self.score = score

    def read(self, views: Sequence[Frame]) -> Reading:
        count = len(views)
        embeddings = np.ones((count, DIMENSION), dtype=np.float32)
        return Reading(np.full(count, self.score, dtype=np.float32), embeddings)


def tap_in(folder: Path, profile: Profile, clock: Clock, *, full_ballots: float = SHARE) -> Tap:
    return Tap(
        "demo",
        profile,
        full_ballots=full_ballots,
        folder=folder,
        false_alarms_per_week=1,
        clock=clock,
    )


def verdict_of(scores: Sequence[float], *, full_ballot: bool = True) -> Verdict:
    votes = [
        Vote(voter, float(score), threshold)
        for voter, score, threshold in zip(VOTERS, scores, THRESHOLDS, strict=True)
    ]
    kept = any(vote.answer == "yes" for vote in votes)
    return Verdict("review" if kept else "skip", votes=tuple(votes), full_ballot=full_ballot)


def written(folder: Path, profile: Profile) -> int:
    reader = DeltaReader(folder, profile.layout.width)
    return len(reader.take(before=np.inf))


def test_only_frames_that_the_hash_chose_are_watched(tmp_path: Path, profile: Profile) -> None:
    tap = tap_in(tmp_path, profile, Clock())
    frames = [Frame(f"frame {number}") for number in range(200)]
    seats = [
        Seat(name, tap.around(name, Says(0.9)), threshold)
        for name, threshold in zip(VOTERS, THRESHOLDS, strict=True)
    ]
    gate = Gate(seats, rule_from("or", VOTERS), full_ballots=SHARE)
    chosen = [frame.id for frame in frames if tap.wants(frame.id)]

    for frame, verdict in zip(frames, gate.judge(frames), strict=True):
        tap.note(frame.id, GREY, verdict, "a flight")
    for frame, verdict in zip(frames, gate.judge(frames, ask_all=True), strict=True):
        if frame.id not in chosen:
            tap.note(frame.id, GREY, verdict, "asked for by a client")
    tap.take_down()

    assert 30 < len(chosen) < 90
    assert written(tmp_path, profile) == len(chosen)


def test_a_frame_that_a_short_circuit_showed_to_the_encoder_is_not_watched(
    tmp_path: Path, profile: Profile
) -> None:
    tap = tap_in(tmp_path, profile, Clock(), full_ballots=0.0)
    seats = [
        Seat(name, tap.around(name, Says(0.1)), threshold)
        for name, threshold in zip(VOTERS, THRESHOLDS, strict=True)
    ]
    gate = Gate(seats, rule_from("or", VOTERS), full_ballots=0.0)
    frame = Frame("every voter was asked, because nobody settled it")
    [verdict] = gate.judge([frame])
    tap.note(frame.id, GREY, verdict, "a flight")
    tap.take_down()

    assert not verdict.skipped
    assert written(tmp_path, profile) == 0


def feed(taps: Sequence[Tap], clock: Clock, *, flights: int = 60, owner: Sequence[int]) -> None:
    """Show the taps one stream of frames, each to one of them."""
    frames = frames_of(flights, seed=21)
    pictures: list[Pixels] = [np.full((16, 16, 3), 90 + level, np.uint8) for level in range(40)]
    for number, frame_id in enumerate(frames.ids):
        clock.now += 1.0
        tap = taps[owner[number % len(owner)]]
        tap.around("clip", Says(0.5)).read([Frame(frame_id)])
        tap.note(
            frame_id,
            pictures[number % 40],
            verdict_of(frames.scores[number]),
            frames.flights[number],
        )
        tap.take_down()
    clock.now += SETTLE_SECONDS + 1
    for tap in taps:
        tap.sweep()


def state_of(folder: Path) -> dict[str, object]:
    with (folder / STATE).open("rb") as raw, np.load(raw, allow_pickle=False) as kept:
        return {name: kept[name].tolist() for name in ("panes", "rows")}


def test_two_workers_equal_one(tmp_path: Path, profile: Profile) -> None:
    reports, states = [], []
    for name, owner in (("one", [0]), ("two", [0, 1, 1, 0, 1])):
        folder, clock = tmp_path / name, Clock()
        taps = [tap_in(folder, profile, clock, full_ballots=1.0) for _ in range(max(owner) + 1)]
        feed(taps, clock, owner=owner)
        reports.append((folder / REPORT).read_text())
        states.append(state_of(folder))
        for tap in taps:
            tap.close()

    assert reports[0] == reports[1]
    assert states[0] == states[1]


def test_another_worker_goes_on_where_the_leader_stopped(tmp_path: Path, profile: Profile) -> None:
    clock, whole_clock = Clock(), Clock()
    whole = tap_in(tmp_path / "whole", profile, whole_clock, full_ballots=1.0)
    feed([whole], whole_clock, owner=[0])
    feed([whole], whole_clock, owner=[0], flights=61)
    first = tap_in(tmp_path / "parts", profile, clock, full_ballots=1.0)
    feed([first], clock, owner=[0])
    first.close()
    second = tap_in(tmp_path / "parts", profile, clock, full_ballots=1.0)
    feed([second], clock, owner=[0], flights=61)

    assert state_of(tmp_path / "whole") == state_of(tmp_path / "parts")
    assert second.state == whole.state


def test_the_record_of_a_worker_that_was_killed_half_way_is_passed_over(
    tmp_path: Path, profile: Profile
) -> None:
    width = profile.layout.width
    writer = DeltaWriter(tmp_path, width)
    for rank in range(3):
        writer.append(Arrival(rank, "ab", float(rank), np.full(width, rank, dtype=np.int64)))
    data = writer.path.read_bytes()
    damaged = bytearray(data[:-7])
    damaged[40] ^= 1
    writer.path.write_bytes(bytes(damaged))

    ranks = [r.arrival.rank for r in DeltaReader(tmp_path, width).take(before=np.inf)]

    assert ranks == [1]


def test_a_reader_takes_no_record_twice(tmp_path: Path, profile: Profile) -> None:
    width = profile.layout.width
    writer, reader = DeltaWriter(tmp_path, width), DeltaReader(tmp_path, width)
    writer.append(Arrival(1, "ab", 1.0, np.zeros(width, dtype=np.int64)))
    first = reader.take(before=np.inf)
    writer.append(Arrival(2, "ab", 2.0, np.zeros(width, dtype=np.int64)))

    assert [record.arrival.rank for record in first] == [1]
    assert [record.arrival.rank for record in reader.take(before=np.inf)] == [2]


def test_there_is_one_leader(tmp_path: Path, profile: Profile) -> None:
    def start() -> Drift:
        return Drift(profile, false_alarms_per_week=1)

    first, second = (Leader("demo", tmp_path, start) for _ in range(2))
    first.sweep(0.0)
    second.sweep(0.0)
    led = [first.leads, second.leads]
    first.close()
    second.sweep(0.0)

    assert led == [True, False]
    assert second.leads
    second.close()


def test_a_state_that_cannot_be_read_is_begun_anew(tmp_path: Path, profile: Profile) -> None:
    (tmp_path / STATE).write_bytes(b"half a file")
    leader = Leader("demo", tmp_path, lambda: Drift(profile, false_alarms_per_week=1))
    leader.sweep(0.0)

    assert leader.leads
    leader.close()


def test_frames_beyond_what_can_wait_are_counted_as_lost(tmp_path: Path, profile: Profile) -> None:
    def lost() -> float:
        return REGISTRY.get_sample_value("skysift_drift_lost_total", {"ensemble": "demo"}) or 0.0

    tap = tap_in(tmp_path, profile, Clock(), full_ballots=1.0)
    before = lost()
    for number in range(300):
        tap.note(f"frame {number}", GREY, verdict_of((0.1, 0.1)), "a flight")

    assert lost() - before == 300 - 256


def test_the_layout_of_a_profile_is_that_of_its_reference(profile: Profile) -> None:
    assert profile.layout == Layout(voters=2, dimension=DIMENSION, clusters=profile.layout.clusters)
