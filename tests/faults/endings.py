"""A service that is killed, or told to end, while clients send pictures."""

import os
import signal
from dataclasses import dataclass
from socket import create_connection
from threading import Thread
from time import perf_counter, sleep
from urllib.parse import urlsplit

import psutil

from service.child import Served, free_port, served
from service.serve import is_ready
from service.settings import ServiceSettings
from service.watchdog import WORKER_DIED
from tests.faults.clients import Clients, sending
from tests.faults.fault import Fault, Place, Seen
from tests.faults.gates import some_pictures, write_gate
from tests.faults.http import get
from tests.faults.reloads import serving, until

CLIENTS = 8
DRAIN_SECONDS = 3
PART = "Killed, or told to end"
AT_WORK = "skysift_frames_in_flight"


def killed_on_a_bare_host(place: Place) -> Seen:
    """Kill one of two workers under load; BentoML brings it back."""
    file = place.folder / "killed.yaml"
    write_gate(file)
    with (
        serving(file, workers=2) as server,
        sending(server.url, some_pictures(), clients=CLIENTS) as clients,
    ):
        until(lambda: len(clients.answered) > 4 * CLIENTS, "the first answers")
        in_flight, killed = _kill_one(server), perf_counter()
        until(lambda: len(_workers(server)) == 2, "another worker")
        back = perf_counter() - killed
        # The new worker loads its models before it takes pictures.
        answered = len(clients.answered)
        until(lambda: len(clients.answered) > answered + 20 * CLIENTS, "answers after it")
    held = clients.count("lost") <= CLIENTS and clients.wrong == 0 and not clients.count("failed")
    return Seen(
        f"{clients.told()}; {in_flight:.0f} frames were in flight in both workers; another worker "
        f"was started after {back:.0f} s",
        held,
    )


def killed_in_a_container(place: Place) -> Seen:
    """Kill the only worker under load where BentoML does not bring it back."""
    file = place.folder / "contained.yaml"
    write_gate(file)
    settings = ServiceSettings(
        ensembles=(file,), port=free_port(), drain_seconds=0, database="none"
    )
    log = place.folder / "contained.log"
    variables = {"BENTOML_CONTAINERIZED": "true"}
    with served(settings, log=log, variables=variables) as server:
        with sending(server.url, some_pictures(), clients=CLIENTS) as clients:
            until(lambda: len(clients.answered) > 4 * CLIENTS, "the first answers")
            parent = psutil.Process(server.process_id)
            _kill_one(server)
            killed = perf_counter()
            code = parent.wait(60)
            ended = perf_counter() - killed
        with served(settings, log=log, variables=variables) as again:
            right = _answers_again(again, clients)
    held = code == WORKER_DIED and clients.wrong == 0 and right
    return Seen(
        f"{clients.told()}; the container ended with code {code} after {ended:.1f} s; started "
        f"again, it answers {'as before' if right else 'otherwise'}",
        held,
    )


def told_to_end(place: Place) -> Seen:
    """Send SIGTERM under load; clients stop when they see that it is not ready."""
    file = place.folder / "ending.yaml"
    write_gate(file)
    with (
        serving(file, workers=2, drain_seconds=DRAIN_SECONDS) as server,
        sending(server.url, some_pictures(), clients=CLIENTS) as clients,
    ):
        until(lambda: len(clients.answered) > 4 * CLIENTS, "the first answers")
        balancer = _Balancer(server.url, clients)
        watcher = Thread(target=balancer.watch)
        watcher.start()
        parent, told = psutil.Process(server.process_id), perf_counter()
        os.kill(server.process_id, signal.SIGTERM)
        watcher.join()
        code = parent.wait(60)
        ended = perf_counter() - told
        closed = not _is_open(server.url)
    later = sum(shot.sent_at > told for shot in clients.shots)
    held = (
        len(clients.answered) == len(clients.shots) and clients.wrong == 0 and closed and code == 0
    )
    return Seen(
        f"{clients.told()}, {later} of them sent after SIGTERM; not ready after "
        f"{balancer.noticed - told:.1f} s, ended with code {code} after {ended:.1f} s "
        f"({DRAIN_SECONDS} s of them to let load balancers notice); then nobody is let in",
        held,
    )


def told_to_end_at_once(place: Place) -> Seen:
    """Send SIGTERM under load, with clients that look at nothing and no time to drain."""
    file = place.folder / "at-once.yaml"
    write_gate(file)
    with (
        serving(file, workers=2, drain_seconds=0) as server,
        sending(server.url, some_pictures(), clients=CLIENTS) as clients,
    ):
        until(lambda: len(clients.answered) > 4 * CLIENTS, "the first answers")
        parent, told = psutil.Process(server.process_id), perf_counter()
        os.kill(server.process_id, signal.SIGTERM)
        code = parent.wait(60)
        ended = perf_counter() - told
        sleep(0.5)
    at_work = [shot for shot in clients.shots if shot.sent_at < told < shot.sent_at + shot.seconds]
    lost = sum(shot.outcome != "answered" for shot in at_work)
    held = lost == 0 and clients.wrong == 0 and code == 0
    return Seen(
        f"{clients.told()}; of {len(at_work)} that were on their way {lost} were lost; ended with "
        f"code {code} after {ended:.1f} s",
        held,
    )


@dataclass(slots=True)
class _Balancer:
    """Stops sending pictures to a service that says that it is not ready."""

    url: str
    clients: Clients
    noticed: float = 0.0

    def watch(self) -> None:
        while is_ready(self.url):
            sleep(0.1)
        self.noticed = perf_counter()
        self.clients.stop()


def _kill_one(server: Served) -> float:
    """Kill a worker; return how many frames were at work in all of them just before."""
    in_flight = get(f"{server.url}/metrics").counts[AT_WORK]
    _workers(server)[0].kill()
    return in_flight


def _workers(server: Served) -> list[psutil.Process]:
    children = psutil.Process(server.process_id).children()
    return [child for child in children if child.status() != psutil.STATUS_ZOMBIE]


def _answers_again(server: Served, before: Clients) -> bool:
    """Say whether a service that was started again says what it said."""
    after = Clients(server.url, before.pictures, shots=before.shots)
    for number in range(len(before.pictures)):
        after.shots.append(after.send(number))
    return after.wrong == 0 and after.shots[-1].outcome == "answered"


def _is_open(url: str) -> bool:
    parts = urlsplit(url)
    try:
        create_connection((parts.hostname or "", parts.port or 0), timeout=1).close()
    except OSError:
        return False
    return True


FAULTS = (
    Fault(
        "killed-on-a-bare-host",
        PART,
        "kill -9 of one of two workers under load",
        "lost: at most those in flight; wrong: none; another worker is started",
        killed_on_a_bare_host,
        slow=True,
    ),
    Fault(
        "killed-in-a-container",
        PART,
        "kill -9 of the only worker under load, with `BENTOML_CONTAINERIZED=true`",
        f"the container ends with code {WORKER_DIED}, so that it is started again; wrong: none",
        killed_in_a_container,
        slow=True,
    ),
    Fault(
        "sigterm",
        PART,
        "SIGTERM under load, clients behind a load balancer",
        "not ready at once; all that were sent are answered; then ended with code 0",
        told_to_end,
        slow=True,
    ),
    Fault(
        "sigterm-at-once",
        PART,
        "SIGTERM under load with `SKYSIFT_DRAIN_SECONDS=0`, clients that look at nothing",
        "those in flight are answered; new ones are not let in",
        told_to_end_at_once,
        slow=True,
    ),
)
