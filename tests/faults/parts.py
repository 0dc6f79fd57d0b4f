"""Models that fail, and weights that are spoiled, at the start and later."""

import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from monitoring.pulse import SILENT_AFTER
from service.child import free_port
from service.serve import ROOT
from tests.faults.clients import Clients
from tests.faults.fault import Fault, Place, Seen
from tests.faults.gates import fake_gate, some_pictures, write_gate
from tests.faults.http import get, post
from tests.faults.reloads import serving, until
from tests.service.fakes import BRIGHT, DARK

PART = "Failure of parts"
DOWN = "skysift_voter_down"
FAILED = "skysift_ensemble_reload_failed"
SECONDS_TO_START = 120
CANNOT_START = 2


def one_voter(place: Place, behaves: str, reason: str) -> Seen:
    """Serve a gate one of whose two voters misbehaves, and send pictures it would have skipped."""
    file = fake_gate(place.folder / f"{behaves}.yaml", "well", behaves)
    with serving(file) as server:
        answers = [post(f"{server.url}/v1/triage", DARK) for _ in range(SILENT_AFTER + 1)]
        bright = post(f"{server.url}/v1/triage", BRIGHT)
        health = get(f"{server.url}/readyz")
        down = get(f"{server.url}/metrics").counts[DOWN]
    said = {(one.json.get("decision"), tuple(one.json.get("reasons", ()))) for one in answers}
    held = (
        said == {("review", (reason,))}
        and bright.json["settled"]
        and (health.status, health.json["status"]) == (200, "degraded")
        and down == 1
    )
    slowest = max(one.seconds for one in answers)
    return Seen(
        f"{len(answers)} empty pictures: {_words(said)}, {slowest:.2f} s at most; "
        f"`/readyz` {health.status} {health.json['status']}: {health.json['reasons'][0]}",
        held,
    )


def all_voters(place: Place) -> Seen:
    """Serve a gate whose voters all raise."""
    file = fake_gate(place.folder / "dead.yaml", "raises", "raises")
    with serving(file) as server:
        answers = [post(f"{server.url}/v1/triage", DARK) for _ in range(SILENT_AFTER + 1)]
        health = get(f"{server.url}/readyz")
    said = {(one.json.get("decision"), tuple(one.json.get("reasons", ()))) for one in answers}
    held = said == {("review", ("voter_failed",))} and health.status == 503
    return Seen(f"{len(answers)} empty pictures: {_words(said)}; `/readyz` {health.status}", held)


def at_the_start(place: Place, voter: str, spoil: Callable[[Path], object], says: str) -> Seen:
    """Start a service whose weights are spoiled."""
    file, weights = _own_weights(place.folder / f"start-{spoil_name(spoil)}-{voter}", voter)
    spoil(weights)
    command = [sys.executable, "-m", "skysift", "serve", "--ensemble", str(file)]
    done = subprocess.run(
        [*command, "--port", str(free_port())],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS_TO_START,
    )
    told = [line for line in (done.stdout + done.stderr).splitlines() if says in line]
    said = f"says: “…{says}…”" if told else "says nothing of it"
    return Seen(f"ends with code {done.returncode}, {said}", done.returncode == 2 and bool(told))


def while_it_runs(place: Place, voter: str, spoil: Callable[[Path], object]) -> Seen:
    """Spoil weights under a service that runs, then put them back."""
    file, weights = _own_weights(place.folder / f"later-{spoil_name(spoil)}-{voter}", voter)
    right = weights.read_bytes()
    with serving(file) as server:
        clients = Clients(server.url, some_pictures())
        clients.shots += [clients.send(number) for number in range(6)]
        spoil(weights)
        until(lambda: get(f"{server.url}/metrics").counts[FAILED] == 1, "it to be noticed")
        clients.shots += [clients.send(number) for number in range(6)]
        health = get(f"{server.url}/readyz")
        weights.write_bytes(right)
        until(lambda: get(f"{server.url}/metrics").counts[FAILED] == 0, "it to be over")
    digests = {shot.verdict["digest"] for shot in clients.answered}
    held = len(clients.answered) == 12 and clients.wrong == 0 and len(digests) == 1
    return Seen(
        f"{clients.told()}, all by the digest from before; `/readyz` {health.status} "
        f"{health.json['status']} until the file is put back",
        held and health.json["status"] == "degraded",
    )


def replaced(place: Place) -> Seen:
    """Put other weights that are good in the place of those that are served."""
    file, weights = _own_weights(place.folder / "replaced", "specialist")
    with serving(file) as server:
        before = get(f"{server.url}/v1/ensembles/demo").json["digest"]
        other = weights.with_suffix(".new")
        # A name in the file's head: the same network under another SHA-256.
        other.write_bytes(weights.read_bytes() + b"\x12\x01x")
        other.replace(weights)
        until(
            lambda: get(f"{server.url}/v1/ensembles/demo").json["digest"] != before, "a new digest"
        )
        answer = post(f"{server.url}/v1/triage", some_pictures()[0])
    return Seen(f"another digest, {answer.status} {answer.json['decision']}", answer.status == 200)


def spoil_name(spoil: Callable[[Path], object]) -> str:
    """Return what a folder for it is called."""
    return getattr(spoil, "__name__", "spoiled").strip("_")


def _gone(weights: Path) -> None:
    weights.unlink()


def _cut_short(weights: Path) -> None:
    weights.write_bytes(weights.read_bytes()[: weights.stat().st_size // 2])


def _altered(weights: Path) -> None:
    data = bytearray(weights.read_bytes())
    data[len(data) // 2] ^= 0xFF
    weights.write_bytes(data)


def _own_weights(folder: Path, voter: str) -> tuple[Path, Path]:
    """Return the demo gate with a copy of one voter's weights, and the copy."""
    folder.mkdir()
    write_gate(folder / "demo.yaml")
    tree: dict[str, Any] = yaml.safe_load((folder / "demo.yaml").read_text())
    [options] = [one["options"] for one in tree["voters"] if one["name"] == voter]
    source = Path(options["weights"])
    for one in source.parent.glob(f"{source.stem}.*"):
        (folder / one.name).write_bytes(one.read_bytes())
    options["weights"] = source.name
    (folder / "demo.yaml").write_text(yaml.safe_dump(tree))
    return folder / "demo.yaml", folder / source.name


def _words(said: set[tuple[Any, tuple[str, ...]]]) -> str:
    return "; ".join(f"{decision}, {', '.join(reasons)}" for decision, reasons in sorted(said))


def _voter_fault(behaves: str, fault: str, reason: str) -> Fault:
    return Fault(
        f"voter-{behaves.replace('_', '-')}",
        PART,
        f"a voter {fault}",
        "`review` where it would have decided; degraded, ready, and told which",
        partial(one_voter, behaves=behaves, reason=reason),
        slow=True,
    )


def _start_fault(
    name: str, fault: str, voter: str, spoil: Callable[[Path], object], says: str
) -> Fault:
    return Fault(
        f"start-with-weights-{name}",
        PART,
        f"weights {fault}, at the start",
        "does not start, and says which file",
        partial(at_the_start, voter=voter, spoil=spoil, says=says),
        slow=True,
    )


def _later_fault(name: str, fault: str, voter: str, spoil: Callable[[Path], object]) -> Fault:
    return Fault(
        f"weights-{name}-while-served",
        PART,
        f"weights {fault}, under a service that runs",
        "the gate before judges on, degraded, until they are put back",
        partial(while_it_runs, voter=voter, spoil=spoil),
        slow=True,
    )


FAULTS = (
    _voter_fault("raises", "raises", "voter_failed"),
    _voter_fault("hangs", "takes longer than its budget", "voter_timeout"),
    _voter_fault("opinionless", "returns NaN", "voter_abstained"),
    _voter_fault("says_too_little", "returns the wrong number of scores", "voter_failed"),
    _voter_fault("exhausts", "runs out of memory", "voter_failed"),
    Fault(
        "all-voters-dead",
        PART,
        "every voter raises",
        "`review`, not ready",
        all_voters,
        slow=True,
    ),
    _start_fault("gone", "missing", "specialist", _gone, "there is no such file"),
    _start_fault("cut-short", "cut short", "specialist", _cut_short, "only a part of one"),
    _start_fault("altered", "altered, against their card", "resnet50", _altered, "altered"),
    _later_fault("gone", "deleted", "specialist", _gone),
    _later_fault("cut-short", "cut short", "specialist", _cut_short),
    _later_fault("altered", "altered, against their card", "resnet50", _altered),
    Fault(
        "weights-replaced-while-served",
        PART,
        "other weights in their place, under a service that runs",
        "loaded as another gate: another digest in every verdict",
        replaced,
        slow=True,
    ),
)
