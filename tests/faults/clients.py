"""Clients that send one picture after the other, and remember what came of each."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from threading import Event, Lock, Thread
from time import perf_counter, sleep
from typing import Any, Literal
from urllib.parse import urlsplit

Outcome = Literal["answered", "turned_away", "no_door", "lost", "failed"]
"""Answered with a verdict; told to come back (429, 503); not let in (connection refused); nothing
came back; or another status."""

IN_WORDS: Mapping[Outcome, str] = {
    "turned_away": "told to come back",
    "no_door": "not let in",
    "failed": "failed",
}
PATIENCE_SECONDS = 60
REST_SECONDS = 0.05
"""Before a client that found no door knocks again."""
TOLERANCE = 1e-4
"""Scores may differ by this: sums in batches of other sizes round differently."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One request and what came of it.

    Args:
        picture: Which one was sent.
        outcome: What came of it.
        verdict: The answer, of those that were answered.
        sent_at: On the performance counter, seconds.
        seconds: Until the answer, or until it was clear that none comes.
    """

    picture: int
    outcome: Outcome
    verdict: Mapping[str, Any]
    sent_at: float
    seconds: float


@dataclass(slots=True)
class Clients:
    """What many clients saw.

    Args:
        url: Where they send their pictures.
        pictures: That they send by turns.
        shots: Of all of them, in the order of their ends.
    """

    url: str
    pictures: Sequence[bytes]
    shots: list[Shot] = field(default_factory=list)
    _stop: Event = field(default_factory=Event)
    _lock: Lock = field(default_factory=Lock)

    def stop(self) -> None:
        """Let every client end after its present request."""
        self._stop.set()

    def count(self, outcome: Outcome) -> int:
        """Return how many requests ended so."""
        return sum(shot.outcome == outcome for shot in self.shots)

    @property
    def answered(self) -> list[Shot]:
        """Those that got a verdict."""
        return [shot for shot in self.shots if shot.outcome == "answered"]

    @property
    def wrong(self) -> int:
        """Verdicts that contradict the first one of the same gate on the same picture."""
        first: dict[tuple[str, int], Mapping[str, Any]] = {}
        return sum(
            _differ(first.setdefault((shot.verdict["digest"], shot.picture), shot.verdict), shot)
            for shot in self.answered
        )

    def told(self) -> str:
        """Return the counts in a few words."""
        counts = Counter(shot.outcome for shot in self.shots)
        some = [f"{counts[key]} {word}" for key, word in IN_WORDS.items() if counts[key]]
        first = [f"{len(self.shots)} sent", f"{counts['answered']} answered"]
        return ", ".join([*first, *some, f"{counts['lost']} lost", f"{self.wrong} wrong"])

    def send_until_stopped(self, start: int) -> None:
        """Send pictures by turns, beginning with this one."""
        turn = start
        while not self._stop.is_set():
            shot = self.send(turn % len(self.pictures))
            with self._lock:
                self.shots.append(shot)
            if shot.outcome in {"no_door", "turned_away"}:
                sleep(REST_SECONDS)
            turn += 1

    def send(self, picture: int) -> Shot:
        """Send one picture on a connection of its own."""
        parts, started = urlsplit(self.url), perf_counter()
        outcome: Outcome = "no_door"
        verdict: Mapping[str, Any] = {}
        connection = HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE_SECONDS)
        with closing(connection):
            try:
                connection.connect()
                outcome = "lost"
                connection.request("POST", "/v1/triage", self.pictures[picture])
                response = connection.getresponse()
                answer = json.loads(response.read())
                outcome = _outcome(response.status)
                verdict = answer if outcome == "answered" else {}
            except (OSError, HTTPException, ValueError):
                pass  # the outcome is known: that is what is counted
        return Shot(picture, outcome, verdict, started, perf_counter() - started)


@contextmanager
def sending(url: str, pictures: Sequence[bytes], *, clients: int) -> Iterator[Clients]:
    """Let so many clients send pictures during the block; they have ended when it has."""
    crowd = Clients(url, pictures)
    threads = [
        Thread(target=crowd.send_until_stopped, args=(number,), daemon=True)
        for number in range(clients)
    ]
    for thread in threads:
        thread.start()
    try:
        yield crowd
    finally:
        crowd.stop()
        for thread in threads:
            thread.join(PATIENCE_SECONDS)


def quantile(seconds: Sequence[float], share: float) -> float:
    """Return the smallest time that this share of them does not exceed; 0 without any."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def _outcome(status: int) -> Outcome:
    if status == 200:
        return "answered"
    return "turned_away" if status in {429, 503} else "failed"


def _differ(first: Mapping[str, Any], shot: Shot) -> bool:
    verdict = shot.verdict
    if (verdict["decision"], verdict["frame"]["id"]) != (first["decision"], first["frame"]["id"]):
        return True
    known = {vote["voter"]: vote["score"] for vote in first["votes"]}
    return any(
        _apart(vote["score"], known[vote["voter"]])
        for vote in verdict["votes"]
        if vote["voter"] in known
    )


def _apart(score: float | None, first: float | None) -> bool:
    if score is None or first is None:
        return score is not first
    return abs(score - first) > TOLERANCE
