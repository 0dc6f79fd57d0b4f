"""A wall clock that jumps while the service runs, by a library that shifts it for one process."""

import os
import subprocess
from email.utils import parsedate_to_datetime
from pathlib import Path
from shutil import which
from time import sleep
from unittest.mock import patch

from ensembles.errors import SkysiftError
from tests.faults.disks import server_with
from tests.faults.fault import Fault, Place, Seen, unaccounted
from tests.faults.http import get, post
from tests.faults.pictures import good_picture

DAY_SECONDS = 86_400
TICK_SECONDS = 2.0
"""The server looks at the wall clock once a second."""
JUMPS = (DAY_SECONDS, -30 * DAY_SECONDS, 400 * DAY_SECONDS, 0)
SOURCE = Path(__file__).with_name("clock.c")


def shifted_clock(folder: Path) -> Path:
    """Compile the library and return it.

    Raises:
        SkysiftError: There is no compiler.
    """
    compiler = which("cc")
    if compiler is None:
        raise SkysiftError("not shown: there is no C compiler (cc)")
    library = folder / "clock.so"
    command = [compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(SOURCE), "-ldl"]
    subprocess.run(command, check=True)
    return library


def jumps(place: Place) -> Seen:
    """Let the wall clock jump forwards and back between requests."""
    shift = place.folder / "shift"
    shift.write_text("0")
    library = shifted_clock(place.folder)
    with (
        patch.dict(os.environ, {"LD_PRELOAD": str(library), "CLOCK_SHIFT_FILE": str(shift)}),
        server_with(
            place.folder / "clock.txt", database=f"sqlite:///{place.folder}/clock.sqlite"
        ) as server,
    ):
        # Only for the server: ours goes on as it was.
        os.environ.pop("LD_PRELOAD")
        answers, days = [], set()
        for seconds in JUMPS:
            shift.write_text(str(seconds))
            sleep(TICK_SECONDS)
            answers += [post(f"{server.url}/v1/triage", good_picture()) for _ in range(5)]
            days.add(parsedate_to_datetime(get(f"{server.url}/readyz").headers["date"]).date())
        lost = unaccounted(server.url)
    longest = max(answer.json.get("latency_seconds", 99) for answer in answers)
    judged = sum(answer.status == 200 for answer in answers)
    held = judged == len(answers) and lost == 0 and len(days) == len(JUMPS) and 0 < longest < 30
    return Seen(
        f"{judged} of {len(answers)} judged over {len(days)} dates, the longest in "
        f"{longest:.2f} s by its own clock",
        held,
    )


FAULTS = (
    Fault(
        "clock-jumps",
        "Machine",
        "the wall clock jumps by a day, back 31, on 430, and back",
        "every picture judged; no deadline, latency or `Retry-After` follows that clock",
        jumps,
        slow=True,
    ),
)
