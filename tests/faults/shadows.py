"""A second gate in the shadow of the one that is served."""

from pathlib import Path
from time import sleep

from tests.faults.clients import Clients, quantile, sending
from tests.faults.fault import Fault, Place, Seen
from tests.faults.gates import fake_gate, some_pictures, write_gate
from tests.faults.http import get
from tests.faults.reloads import serving, until

CLIENTS = 2
LOAD_SECONDS = 15
HANGING = "hangs"


def beside_a_shadow(place: Place) -> Seen:
    """Send pictures without a shadow, with one that sees all of them, and with one that hangs."""
    file = place.folder / "shadowed.yaml"
    write_gate(file)
    other = place.folder / "other.yaml"
    write_gate(other, factor=0.5, name="other")
    hanging = fake_gate(place.folder / "hanging.yaml", HANGING, budget_ms=60_000)
    hanging.write_text(hanging.read_text().replace("target: light", "target: hiker"))
    parts, shots, held = [], [], True
    for name, shadow in (("without", None), ("with one", other), ("with one that hangs", hanging)):
        clients, seen = _load(file, shadow)
        shots += clients.shots
        held = held and len(clients.answered) == len(clients.shots)
        seconds = [shot.seconds for shot in clients.answered]
        parts.append(
            f"{name} {len(seconds)} answered, {1000 * quantile(seconds, 0.5):.0f} ms at the median "
            f"and {1000 * quantile(seconds, 0.95):.0f} at the 95th of 100{seen}"
        )
    wrong = Clients("", some_pictures(), shots=shots).wrong
    return Seen(f"{'; '.join(parts)}; {wrong} wrong", held and not wrong)


def _load(file: Path, shadow: Path | None) -> tuple[Clients, str]:
    """Return what clients saw of a service with this shadow, and what the shadow saw."""
    with (
        serving(file, shadow=shadow, shadow_share=1) as server,
        sending(server.url, some_pictures(), clients=CLIENTS) as clients,
    ):
        until(lambda: len(clients.answered) > CLIENTS, "the first answers")
        sleep(LOAD_SECONDS)
        clients.stop()
        found = get(f"{server.url}/v1/ensembles/demo").json["shadow"]
    if found is None:
        return clients, ""
    counts = ", ".join(f"{count} {name}" for name, count in found["frames"].items() if count)
    return clients, f" (it saw {counts})"


FAULTS = (
    Fault(
        "shadow",
        "Change while running",
        "a shadow that sees every frame, and one that hangs",
        "the same answers; what it costs is CPU",
        beside_a_shadow,
        slow=True,
    ),
)
