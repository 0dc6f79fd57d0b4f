"""Voters that fail while a real service asks them: no vote of theirs counts as a no."""

from functools import cache, partial

from service.child import Served, free_port
from service.settings import ServiceSettings
from tests.faults.fault import Fault, Place, Seen
from tests.faults.http import get, post
from tests.faults.posted import decides, reasons_of, told
from tests.service.fakes import DARK

PART = "Voters"
GATE = """
name: {name}
target: light
voters:
  - name: good
    kind: "tests.service.fake_kind:FakeOptions"
    threshold: 0.5
    options: {{behaves: {first}}}
  - name: bad
    kind: "tests.service.fake_kind:FakeOptions"
    threshold: 0.5
    timeout_ms: 200
    options: {{behaves: {second}}}
vote: or
full_ballots: 0
"""
WAYS = {
    "raises": "voter_failed",
    "hangs": "voter_timeout",
    "opinionless": "voter_abstained",
    "says_too_little": "voter_failed",
    "exhausts": "voter_failed",
}
SOON_SECONDS = 5.0


@cache
def server_of_bad_voters(place: Place) -> Served:
    """Return a server with a gate for each way to fail, beside a voter that says no."""
    folder = place.folder / "voters"
    folder.mkdir()
    for way in WAYS:
        text = GATE.format(name=way.replace("_", "-"), first="well", second=way)
        (folder / f"{way}.yaml").write_text(text)
    settings = ServiceSettings(
        ensembles=tuple(folder / f"{way}.yaml" for way in WAYS),
        port=free_port(),
        drain_seconds=0,
        database="none",
    )
    return place.also(settings, folder / "log.txt")


def fails(place: Place, *, way: str) -> Seen:
    """Post a picture that the good voter would skip, five times."""
    server = server_of_bad_voters(place)
    url = f"{server.url}/v1/triage?ensemble={way.replace('_', '-')}"
    answers = [post(url, DARK) for _ in range(5)]
    good = all(
        answer.status == 200
        and decides(answer)
        and answer.json["decision"] == "review"
        and not answer.json["settled"]
        and reasons_of(answer) == [WAYS[way]]
        for answer in answers
    )
    ready = get(f"{server.url}/readyz").status
    slowest = max(answer.seconds for answer in answers)
    return Seen(
        f"5 times {told(answers[-1])}, in {slowest:.2f} s at most; /readyz {ready}",
        good and ready == 200 and slowest < SOON_SECONDS,
    )


def row(name: str, way: str, fault: str) -> Fault:
    """Return the row of one way to fail."""
    expected = f"`review`, {WAYS[way]}, not settled; /readyz 200"
    return Fault(name, PART, fault, expected, partial(fails, way=way), slow=True)


FAULTS = (
    row("voter-raises", "raises", "a voter raises on every frame"),
    row("voter-hangs", "hangs", "a voter answers after ten times its budget"),
    row("voter-nan", "opinionless", "a voter returns NaN"),
    row("voter-count", "says_too_little", "a voter returns a wrong number of scores"),
    row("voter-memory", "exhausts", "a voter runs out of memory (`MemoryError`)"),
)
