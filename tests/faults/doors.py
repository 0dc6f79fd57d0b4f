"""Who may come in, on a server with API keys."""

from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from time import monotonic, sleep

from service.child import Served, free_port
from service.key_file import read_keys, write_keys
from service.keys import ApiKey, KeyScope, hashed, new_key
from service.settings import ServiceSettings
from tests.faults.fault import Fault, Place, Seen
from tests.faults.http import Answer, ask, post
from tests.faults.pictures import good_picture
from tests.faults.posted import decides, told

PART = "Who may come in"
HOLDERS = {"drone": "triage", "prometheus": "metrics", "eye": "read"}
SOON_SECONDS = 10
LARGE_BYTES = 60_000_000
TURNED_AWAY_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Guarded:
    """A server with API keys.

    Args:
        server: That is ready.
        keys: By name.
        file: Where their hashes are.
        log: What it prints.
    """

    server: Served
    keys: dict[str, str]
    file: Path
    log: Path

    def post(self, key: str, body: bytes | None = None, path: str = "/v1/triage") -> Answer:
        """Return the answer to a picture that is sent with a key, or with none."""
        shown = {"Authorization": f"Bearer {key}"} if key else {}
        return post(self.server.url + path, body or good_picture(), shown)

    def metrics(self, key: str = "") -> Answer:
        """Return `/metrics`, asked for with a key, or with none."""
        shown = {"Authorization": f"Bearer {key}"} if key else {}
        return ask("GET", f"{self.server.url}/metrics", None, shown)

    def count(self, metric: str) -> float:
        """Return a counter."""
        return self.metrics(self.keys["prometheus"]).counts.get(metric, 0)

    def becomes(self, key: str, status: int) -> Seen:
        """Say how soon pictures with this key are answered so."""
        start = monotonic()
        while (answer := self.post(key)).status != status:
            if monotonic() - start > SOON_SECONDS:
                return Seen(f"still {answer.status} after {SOON_SECONDS} s", held=False)
            sleep(0.1)
        return Seen(f"{status} after {monotonic() - start:.1f} s, without a restart", held=True)


@cache
def guarded(place: Place) -> Guarded:
    """Return the server with keys that these faults share."""
    folder = place.folder / "guarded"
    folder.mkdir()
    keys = {name: new_key() for name in HOLDERS}
    file = folder / "keys.yaml"
    write_keys(file, [_entry(name, keys[name], scope) for name, scope in HOLDERS.items()])
    settings = ServiceSettings(port=free_port(), drain_seconds=0, database="none", api_keys=file)
    log = folder / "service.log"
    return Guarded(place.also(settings, log), keys, file, log)


def _entry(name: str, key: str, scope: str, per_minute: int | None = None) -> ApiKey:
    return ApiKey(name=name, scopes=(KeyScope(scope),), per_minute=per_minute, sha256=hashed(key))


def turned_away(place: Place, *, holder: str, status: int) -> Seen:
    """Send a picture with the key of somebody; "" for none, "stranger" for one that is unknown."""
    here = guarded(place)
    answer = here.post(here.keys.get(holder, new_key() if holder else ""))
    held = answer.status == status and decides(answer) and answer.json["reason"] == "not_allowed"
    return Seen(told(answer), held)


def closed_metrics(place: Place) -> Seen:
    """Ask for metrics without a key, with one for pictures, and with the right one."""
    here = guarded(place)
    keys = ("", here.keys["drone"], here.keys["prometheus"])
    seen = [here.metrics(key).status for key in keys]
    return Seen(", ".join(map(str, seen)), seen == [401, 403, 200])


def large_body(place: Place) -> Seen:
    """Send a large body without a key."""
    here = guarded(place)
    before = here.count("skysift_frames_received_total")
    answer = here.post("", bytes(LARGE_BYTES))
    frames = here.count("skysift_frames_received_total") - before
    quick = answer.seconds < TURNED_AWAY_SECONDS
    held = answer.status == 401 and quick and not frames and decides(answer)
    return Seen(f"{told(answer)} after {answer.seconds:.1f} s, {frames:.0f} frames counted", held)


def too_often(place: Place) -> Seen:
    """Ask more often than a key may."""
    here, key = guarded(place), new_key()
    before = read_keys(here.file)
    write_keys(here.file, [*before, _entry("hasty", key, "triage", per_minute=60)])
    here.becomes(key, 200)
    answers = [here.post(key) for _ in range(30)]
    write_keys(here.file, before)
    refusals = [answer for answer in answers if answer.status == 429]
    held = bool(refusals) and all(
        decides(one) and one.json["reason"] == "rate_limited" and int(one.headers["retry-after"])
        for one in refusals
    )
    return Seen(f"{len(answers) - len(refusals)} judged, {len(refusals)} times 429", held)


def added(place: Place) -> Seen:
    """Add a key while the server runs."""
    here, key = guarded(place), new_key()
    write_keys(here.file, [*read_keys(here.file), _entry("late", key, "triage")])
    return here.becomes(key, 200)


def removed(place: Place) -> Seen:
    """Take a key out while the server runs."""
    here, key = guarded(place), new_key()
    before = read_keys(here.file)
    write_keys(here.file, [*before, _entry("leaver", key, "triage")])
    here.becomes(key, 200)
    write_keys(here.file, before)
    return here.becomes(key, 401)


def bad_file(place: Place, *, text: str | None) -> Seen:
    """Put something that is no file of keys in its place, or nothing at all."""
    here = guarded(place)
    good = here.file.read_text()
    before = here.count("skysift_key_file_failures_total")
    here.file.unlink()
    if text is not None:
        here.file.write_text(text)
    sleep(1.5)  # the file is looked at once a second
    answer = here.post(here.keys["drone"])
    failures = here.count("skysift_key_file_failures_total") - before
    here.file.write_text(good)
    said = '"event": "keys_not_read"' in here.log.read_text()
    held = answer.status == 200 and failures > 0 and said
    return Seen(f"{told(answer)}; failures counted: {failures:.0f}; log line: {said}", held)


def misplaced_key(place: Place) -> Seen:
    """Put a key where none belongs: into a path, a parameter, a request id."""
    here = guarded(place)
    key = here.keys["drone"]
    here.post(key, path=f"/{key}")
    here.post(key, path=f"/v1/triage?ensemble={key}")
    shown = {"Authorization": f"Bearer {key}", "X-Request-ID": key}
    post(f"{here.server.url}/v1/triage", b"no picture", shown)
    text = here.log.read_text() + here.metrics(here.keys["prometheus"]).body.decode()
    found = sum(text.count(one) for one in here.keys.values())
    struck = text.count("skysift_***")
    return Seen(f"found {found} times, struck out {struck} times", found == 0 and struck > 0)


FAULTS = tuple(
    Fault(name, PART, fault, expected, show, slow=True)
    for name, fault, expected, show in (
        (
            "no-key",
            "a picture without an API key",
            "401 not_allowed, `review`",
            partial(turned_away, holder="", status=401),
        ),
        (
            "unknown-key",
            "a picture with a key that nobody made",
            "401 not_allowed, `review`",
            partial(turned_away, holder="stranger", status=401),
        ),
        (
            "other-scope",
            "a picture with a key for metrics",
            "403 not_allowed, `review`",
            partial(turned_away, holder="prometheus", status=403),
        ),
        (
            "closed-metrics",
            "`/metrics` without a key, with one for pictures, with one for metrics",
            "401, 403, 200",
            closed_metrics,
        ),
        (
            "large-body-without-key",
            "60 MB without a key",
            f"401, `review`, within {TURNED_AWAY_SECONDS} s, no frame counted",
            large_body,
        ),
        (
            "key-too-often",
            "30 pictures at once with a key for 60 a minute",
            "some judged, then 429 rate_limited with `Retry-After`, `review`",
            too_often,
        ),
        ("key-added", "a key is added to the file", f"opens within {SOON_SECONDS} s", added),
        (
            "key-removed",
            "a key is taken out of the file",
            f"401 within {SOON_SECONDS} s",
            removed,
        ),
        (
            "key-file-bad",
            "the file of keys is cut short",
            "keys of before still open; metric and log line",
            partial(bad_file, text="keys:\n- {name: dro"),
        ),
        (
            "key-file-empty",
            "the file of keys is empty, as a full disk leaves it",
            "keys of before still open; metric and log line",
            partial(bad_file, text=""),
        ),
        (
            "key-file-gone",
            "the file of keys is deleted",
            "keys of before still open; metric and log line",
            partial(bad_file, text=None),
        ),
        (
            "misplaced-key",
            "a key in a path, a parameter and a request id",
            "in no log line, in no metric",
            misplaced_key,
        ),
    )
)
