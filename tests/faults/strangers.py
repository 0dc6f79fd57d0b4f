"""Strangers before a server without API keys, and files that would run code."""

import pickle
import subprocess
import sys
from pathlib import Path

from ensembles.errors import SkysiftError
from models.ensemble import load_ensemble
from models.settings import ModelSettings
from service.child import free_port
from service.serve import ROOT
from service.settings import ServiceSettings
from tests.faults.fault import Fault, Place, Seen
from tests.faults.http import ask, get, post
from tests.faults.pictures import good_picture
from tests.faults.posted import Posted, refused, told

PART = "Strangers"
FULL_DISK = Path("/dev/full")
PICTURES = 20
ENSEMBLE = """
name: cars
target: car
voters:
  - {name: small, kind: onnx, threshold: 0.5,
     options: {weights: weights.onnx, output: sigmoid, input: {size: 8}}}
"""


class Bomb:
    """When unpickled, leaves a file behind."""

    def __init__(self, crater: Path) -> None:
        self.crater = crater

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        """Say how to be unpickled."""
        return Path.touch, (self.crater,)


def open_house(place: Place) -> Seen:
    """Start for the whole network, without keys."""
    command = [sys.executable, "-m", "skysift", "serve", "--host", "0.0.0.0"]  # noqa: S104 - refused
    done = subprocess.run(
        [*command, "--port", str(free_port())],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    said = "SKYSIFT_API_KEYS" in done.stderr and "Traceback" not in done.stderr
    return Seen(
        f"exit code {done.returncode}, {'says what to do' if said else done.stderr[-80:]}",
        done.returncode == 2 and said,
    )


def pickled_weights(place: Place) -> Seen:
    """Load weights that are a pickle under an ONNX file's name."""
    folder = place.folder / "pickled"
    folder.mkdir(exist_ok=True)
    crater = folder / "crater"
    (folder / "weights.onnx").write_bytes(pickle.dumps(Bomb(crater)))
    (folder / "cars.yaml").write_text(ENSEMBLE)
    try:
        load_ensemble(folder / "cars.yaml", ModelSettings(threads=1))
    except SkysiftError as error:
        ran = crater.exists()
        return Seen(f"{type(error).__name__}, {'code ran' if ran else 'no code ran'}", not ran)
    return Seen("loaded", held=False)


def careful_headers(place: Place) -> Seen:
    """Ask for a verdict, a page, a probe, an error and metrics."""
    wanted = ("x-content-type-options", "content-security-policy", "referrer-policy")
    answers = [post(f"{place.url}/v1/triage", good_picture())]
    answers += [get(place.url + path) for path in ("/v1/docs", "/readyz", "/nowhere", "/metrics")]
    careful = sum(all(name in one.headers for name in wanted) for one in answers)
    named = sum("server" in one.headers for one in answers)
    held = careful == len(answers) and not named
    return Seen(f"{careful} of {len(answers)} answers; {named} name the server", held)


def full_log(place: Place) -> Seen:
    """Judge pictures while the disk that the log is on is full."""
    settings = ServiceSettings(port=free_port(), drain_seconds=0, database="none")
    server = place.also(settings, FULL_DISK)
    answers = [post(f"{server.url}/v1/triage", good_picture()) for _ in range(PICTURES)]
    lost = get(f"{server.url}/metrics").counts["skysift_log_lines_lost_total"]
    judged = sum(one.status == 200 for one in answers)
    held = judged == PICTURES and lost >= PICTURES
    return Seen(f"{judged} of {PICTURES} judged, {lost:.0f} lines lost and counted", held)


def dead_collector(place: Place) -> Seen:
    """Trace everything to where nobody listens."""
    settings = ServiceSettings(
        port=free_port(),
        drain_seconds=0,
        database="none",
        traces_to=f"http://127.0.0.1:{free_port()}/v1/traces",
        traces_share=1,
    )
    server = place.also(settings, place.folder / "traced.log")
    answers = [post(f"{server.url}/v1/triage", good_picture()) for _ in range(PICTURES)]
    judged = sum(one.status == 200 for one in answers)
    slowest = max(one.seconds for one in answers)
    return Seen(f"{judged} of {PICTURES} judged, slowest {slowest:.1f} s", judged == PICTURES)


def forged_labels(place: Place) -> Seen:
    """Post labels as a page of another site makes a browser do it."""
    headers = {"Origin": "https://evil.example", "Content-Type": "text/plain"}
    answer = post(f"{place.url}/v1/labels", b'{"labels": []}', headers)
    held = answer.status == 403 and answer.json["reason"] == "not_allowed"
    return Seen(told(answer), held)


def preflight(place: Place) -> Seen:
    """Ask, as a browser does for a page of another site, whether it may post."""
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    answer = ask("OPTIONS", f"{place.url}/v1/triage", None, asked)
    allowed = "access-control-allow-origin" in answer.headers
    return Seen(f"{answer.status}, {'allowed' if allowed else 'not allowed'}", not allowed)


FAULTS: tuple[Fault, ...] = (
    refused(
        "rebound-name",
        "a host name of a stranger's that resolves to 127.0.0.1",
        Posted(good_picture, 403, ("not_allowed",), headers={"Host": "rebound.example"}),
        part=PART,
    ),
    refused(
        "foreign-page",
        "a picture posted by a page of another site",
        Posted(good_picture, 403, ("not_allowed",), headers={"Origin": "https://evil.example"}),
        part=PART,
    ),
    refused(
        "hidden-origin",
        "a picture posted by a page that hides its origin",
        Posted(good_picture, 403, ("not_allowed",), headers={"Origin": "null"}),
        part=PART,
    ),
    Fault(
        "forged-labels",
        PART,
        "labels posted by a page of another site, as text, which a browser asks nobody about",
        "403 not_allowed",
        forged_labels,
    ),
    Fault("preflight", PART, "a browser asks for a foreign page", "not allowed", preflight),
    Fault(
        "careful-headers",
        PART,
        "a verdict, a page, a probe, an error, metrics",
        "all tell browsers to be careful, none names the server",
        careful_headers,
    ),
    Fault(
        "pickled-weights",
        PART,
        "a pickle under an ONNX file's name",
        "refused, and no code runs",
        pickled_weights,
    ),
    Fault(
        "open-house",
        PART,
        "`skysift serve --host 0.0.0.0` without keys",
        "exit code 2, and says what to do",
        open_house,
        slow=True,
    ),
    Fault(
        "full-log",
        "Seeing it",
        "the disk of the log is full",
        "every picture judged; lost lines counted",
        full_log,
        slow=True,
    ),
    Fault(
        "dead-collector",
        "Seeing it",
        "every request traced, and nobody takes the traces",
        "every picture judged",
        dead_collector,
        slow=True,
    ),
)
