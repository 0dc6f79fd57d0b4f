"""Are the counts at `/metrics` exact? Posts 1,000 frames to 1 and to 2 workers, and compares.

    python -m benchmarks.metrics_exact [--frames 1000] [--ensemble configs/demo.yaml]

Pictures are good, dark, broken, empty and foreign, alone and in batches, from 8 clients at once;
what the clients were answered is added up and held against what the service counted. Exits 1 when
a number differs.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from io import BytesIO
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter
from urllib.parse import urlsplit

from PIL import Image
from prometheus_client.parser import text_string_to_metric_families

from service.child import free_port, served
from service.settings import ServiceSettings

CLIENTS = 8
BATCH = 5
BATCHES = 0.1
"""Share of requests that carry several pictures."""
BOUNDARY = "frontier"
FAKE = """
name: fake
target: light
voters:
  - {name: bright, kind: "tests.service.fake_kind:FakeOptions", threshold: 0.5, options: {}}
  - {name: silent, kind: "tests.service.fake_kind:FakeOptions", threshold: 0.5,
     options: {behaves: opinionless}}
vote: or
"""
Counts = Counter[str]


def main() -> int:
    """Compare under 1 and 2 workers, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--frames", type=int, default=1000)
    parser.add_argument("--ensemble", type=Path, help="default: voters that need no weights")
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        ensemble = options.ensemble or Path(folder) / "fake.yaml"
        if options.ensemble is None:
            ensemble.write_text(FAKE)
        exact = [compare(ensemble, workers, options.frames, Path(folder)) for workers in (1, 2)]
    return 0 if all(exact) else 1


def compare(ensemble: Path, workers: int, frames: int, folder: Path) -> bool:
    """Print what was answered beside what was counted, and say whether they agree."""
    settings = ServiceSettings(
        ensembles=(ensemble.absolute(),),
        workers=workers,
        port=free_port(),
        queue=CLIENTS * 2,
        drain_seconds=0,
    )
    with served(settings, log=folder / f"log-{workers}.txt") as server:
        start = perf_counter()
        answered = post_all(server.url, list(requests(frames)))
        seconds = perf_counter() - start
        counted = counts_of(server.url)
    print(f"\n{workers} worker(s): {frames} frames in {seconds:.1f} s")
    print(f"{'':44}{'answered':>10}{'counted':>10}")
    for key in sorted(answered | counted):
        mark = "" if answered[key] == counted[key] else "  <- differs"
        print(f"{key:44}{answered[key]:10}{counted[key]:10}{mark}")
    return answered == counted


def requests(frames: int) -> Iterator[list[bytes]]:
    """Yield pictures to send together, one or several, `frames` in all."""
    chance = Random(7)  # noqa: S311 - the same pictures in every run
    left = frames
    while left:
        size = min(left, BATCH if chance.random() < BATCHES else 1)
        yield [_picture(chance) for _ in range(size)]
        left -= size


def _picture(chance: Random) -> bytes:
    kind = chance.choices(("good", "truncated", "text", "empty"), (85, 5, 5, 5))[0]
    if kind in ("text", "empty"):
        return b"not a picture" if kind == "text" else b""
    file = BytesIO()
    Image.new("RGB", (320, 240), (chance.randrange(256),) * 3).save(file, "JPEG")
    return file.getvalue() if kind == "good" else file.getvalue()[:-300]


def post_all(url: str, groups: Sequence[list[bytes]]) -> Counts:
    """Return what the answers add up to, in the words of `counts_of`."""
    with ThreadPoolExecutor(CLIENTS) as clients:
        return sum(clients.map(lambda group: _post(url, group), groups), Counts())


def _post(url: str, pictures: list[bytes]) -> Counts:
    parts = urlsplit(url)
    path, body, kind = "/v1/triage", pictures[0], "image/jpeg"
    if len(pictures) > 1:
        path, body, kind = (
            f"{path}/batch",
            _form(pictures),
            f"multipart/form-data; boundary={BOUNDARY}",
        )
    with closing(HTTPConnection(parts.hostname or "", parts.port, timeout=60)) as connection:
        connection.request("POST", path, body, {"Content-Type": kind})
        response = connection.getresponse()
        answer = json.loads(response.read())
    counts = Counts({"received": len(pictures), f"requests {path} {response.status}": 1})
    for result in answer.get("results", [answer]):
        counts.update(_counts(result))
    return counts


def _form(pictures: list[bytes]) -> bytes:
    head = 'Content-Disposition: form-data; name="images"; filename="a"'
    parts = [f"--{BOUNDARY}\r\n{head}\r\n\r\n".encode() + picture + b"\r\n" for picture in pictures]
    return b"".join([*parts, f"--{BOUNDARY}--\r\n".encode()])


def _counts(result: dict[str, object]) -> Counts:
    """Return what one picture's answer adds, alone or in a batch."""
    votes = result.get("votes")
    if not isinstance(votes, list) or not votes:
        reasons = result.get("reasons", [result.get("reason")])
        reason = reasons[0] if isinstance(reasons, list) else "none"
        return Counts([f"frames review refused {reason}"])
    reasons = result["reasons"]
    reason = reasons[0] if isinstance(reasons, list) and reasons else "none"
    skipped = result["skipped"] if isinstance(result["skipped"], list) else []
    return Counts(
        [
            f"frames {result['decision']} judged {reason}",
            *(f"votes {vote['voter']} {vote['answer']}" for vote in votes),
            *(f"votes {voter} unasked" for voter in skipped),
        ]
    )


LINES = {
    "skysift_frames_received_total": "received",
    "skysift_frames_total": "frames {decision} {outcome} {reason}",
    "skysift_votes_total": "votes {voter} {answer}",
    "skysift_http_requests_total": "requests {route} {status}",
}


def counts_of(url: str) -> Counts:
    """Return what the service counted, all workers added up."""
    parts = urlsplit(url)
    with closing(HTTPConnection(parts.hostname or "", parts.port, timeout=60)) as connection:
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
    counts = Counts()
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name in LINES and sample.labels.get("route") != "/metrics":
                counts[LINES[sample.name].format(**sample.labels)] += int(sample.value)
    return counts


if __name__ == "__main__":
    sys.exit(main())
