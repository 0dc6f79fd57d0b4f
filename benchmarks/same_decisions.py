"""The same frames over HTTP, by a job and by a job on Ray: are they decided alike?

    make .venv/.installed-ray
    python -m benchmarks.same_decisions --frames 1000

Draws frames of the demo world, breaks some of them, posts each to a service on the loopback from
several clients, and scores them in a job of two workers and in one of two actors of a local Ray
cluster. Exits 1 when a decision, its reasons or who was asked differ, or a score by more than
1e-6. `--ways http local` leaves Ray out.
"""

import argparse
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

from batch.journal import Journal
from service.child import free_port, served
from service.client import Client, Reply
from service.settings import ServiceSettings

CLIENTS = 4
WORKERS = 2
FRAMES_PER_FLIGHT = 20
ALLOWED = 1e-6
BREAK_EACH = 50
"""One frame in as many is cut short, emptied or replaced by text, in turn."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What came back for one picture.

    Args:
        decision: `review` or `skip`.
        reasons: What went wrong.
        scores: Of the voters that were asked; None where one abstained.
    """

    decision: str
    reasons: tuple[str, ...]
    scores: Mapping[str, float | None]

    @classmethod
    def of_reply(cls, reply: Reply) -> "Judged":
        """Return what a service answered."""
        votes = reply.answer.votes if reply.answer else ()
        reasons = tuple(reason.value for reason in reply.reasons)
        return cls(reply.decision, reasons, {vote.voter: vote.score for vote in votes})

    @classmethod
    def of_row(cls, cells: Mapping[str, Any], voters: Sequence[str]) -> "Judged":
        """Return what a job's row says."""
        asked = [name for name in voters if cells[f"asked_{name}"]]
        scores = {name: cells[f"score_{name}"] for name in asked}
        return cls(cells["decision"], tuple(cells["reasons"]), scores)


@dataclass(frozen=True, slots=True)
class Apart:
    """How far two ways differ, over all pictures.

    Args:
        decisions: How many decisions differ.
        reasons: How many pictures have other reasons.
        asked: For how many pictures other voters were asked, or abstained.
        score: The largest difference between two scores.
    """

    decisions: int
    reasons: int
    asked: int
    score: float

    @property
    def alike(self) -> bool:
        """Whether that is nothing, up to the order of sums."""
        return not (self.decisions or self.reasons or self.asked) and self.score <= ALLOWED


def apart(one: Sequence[Judged], other: Sequence[Judged]) -> Apart:
    """Return how far two ways differ on the same pictures in the same order."""
    pairs = list(zip(one, other, strict=True))
    return Apart(
        decisions=sum(a.decision != b.decision for a, b in pairs),
        reasons=sum(a.reasons != b.reasons for a, b in pairs),
        asked=sum(_who(a) != _who(b) for a, b in pairs),
        score=max((_between(a, b) for a, b in pairs), default=0.0),
    )


def _who(judged: Judged) -> set[tuple[str, bool]]:
    return {(name, score is None) for name, score in judged.scores.items()}


def _between(one: Judged, other: Judged) -> float:
    both = (
        (score, other.scores.get(name)) for name, score in one.scores.items() if score is not None
    )
    return max((abs(mine - its) for mine, its in both if its is not None), default=0.0)


def over_http(folder: Path, pictures: Sequence[Path], ensemble: Path) -> list[Judged]:
    """Return what a service on the loopback answers."""
    settings = ServiceSettings(ensembles=(ensemble,), port=free_port(), database="none")
    with (
        served(settings, log=folder / "service.log") as service,
        ThreadPoolExecutor(CLIENTS) as clients,
    ):
        replies = clients.map(Client(service.url).triage, pictures)
        return [Judged.of_reply(reply) for reply in replies]


def by_a_job(
    folder: Path, pictures: Sequence[Path], ensemble: Path, *, engine: str = "local"
) -> list[Judged]:
    """Return what the rows of a job say."""
    run, named = folder / engine, folder / f"{engine}.txt"
    named.write_text("\n".join(map(str, pictures)), encoding="utf-8")
    options = ("--engine", engine, "--workers", WORKERS, "--ensemble", ensemble, "--out", run)
    said = skysift("score", named, *options, codes=(0, 1))
    with Journal(run) as journal:
        if journal.counts().done != len(pictures):
            sys.exit(said)
        voters = journal.about()["voters"]
        rows = {row["source"]: Judged.of_row(row, voters) for row in journal.rows()}
    return [rows[str(path)] for path in pictures]


def on_ray(folder: Path, pictures: Sequence[Path], ensemble: Path) -> list[Judged]:
    """Return what the rows of a job on a local Ray cluster say."""
    return by_a_job(folder, pictures, ensemble, engine="ray")


WAYS: dict[str, Callable[[Path, Sequence[Path], Path], list[Judged]]] = {
    "http": over_http,
    "local": by_a_job,
    "ray": on_ray,
}


def main() -> int:
    """Run it and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--ensemble", type=Path, default=Path("configs/demo.yaml"))
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    asked = parser.parse_args()
    with TemporaryDirectory() as name:
        folder = Path(name)
        pictures = drawn(folder / "flights", asked.frames, asked.seed)
        found = {}
        for way in asked.ways:
            began = monotonic()
            found[way] = WAYS[way](folder, pictures, asked.ensemble.absolute())
            print(f"{way:6} {len(pictures)} frames, {monotonic() - began:.0f} s", flush=True)
    return report(found)


def drawn(folder: Path, frames: int, seed: int) -> list[Path]:
    """Draw frames, break some, and return their paths in order."""
    flights = -(-frames // FRAMES_PER_FLIGHT)
    size = ("--width", 160, "--height", 120, "--frames", FRAMES_PER_FLIGHT)
    skysift("demo", "draw", folder, "--flights", flights, "--seed", seed, *size)
    pictures = sorted(folder.glob("*/*.jpg"))[:frames]
    breaks = (lambda data: data[: len(data) // 2], lambda _: b"", lambda _: b"no picture")
    for number, path in enumerate(pictures[::BREAK_EACH]):
        path.write_bytes(breaks[number % len(breaks)](path.read_bytes()))
    return pictures


def report(found: Mapping[str, Sequence[Judged]]) -> int:
    """Print how far each way is from the first; return 1 when they are not alike."""
    first, *others = found
    kept = sum(judged.decision == "review" for judged in found[first])
    broken = sum(not judged.scores for judged in found[first])
    print(f"{kept} review, {len(found[first]) - kept} skip; no voter saw {broken}")
    print("against | decisions | reasons | asked | largest score difference")
    print("---|---|---|---|---")
    results = {way: apart(found[first], found[way]) for way in others}
    for way, result in results.items():
        counts = f"{result.decisions} | {result.reasons} | {result.asked}"
        print(f"{first}, {way} | {counts} | {result.score:.1e}")
    for way in found:
        reasons = Counter(reason for judged in found[way] for reason in judged.reasons)
        print(f"reasons, {way}: {dict(reasons)}")
    return 0 if all(result.alike for result in results.values()) else 1


def skysift(*arguments: object, codes: Sequence[int] = (0,)) -> str:
    """Run the command, silently unless it fails; return what it said on stderr."""
    done = subprocess.run(
        [sys.executable, "-m", "skysift", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in codes:
        sys.exit(done.stderr)
    return done.stderr


if __name__ == "__main__":
    sys.exit(main())
