"""Jobs over archives that are made to do harm."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from service.settings import DEMO
from tests.faults.fault import Fault, Place, Seen
from tests.faults.pictures import good_picture

PART = "Jobs"
BOMB_MB = 200


def card(path: Path) -> Path:
    """Write an archive of a good picture, one whose name leads out, a bomb, and no picture."""
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr("DCIM/good.jpg", good_picture())
        archive.writestr("../../up.jpg", good_picture())
        archive.writestr("DCIM/letter.jpg", "Dear sir or madam,")
        with archive.open("DCIM/bomb.png", "w") as bomb:
            for _ in range(BOMB_MB):
                bomb.write(bytes(10**6))
    return path


def skysift(*words: str) -> int:
    """Run a command and return its exit code."""
    command = [sys.executable, "-m", "skysift", *words]
    return subprocess.run(command, capture_output=True, check=False).returncode


def rows_of(run: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a job."""
    skysift("export", str(run), "--format", "jsonl")
    for line in (run / "rows.jsonl").read_text("utf-8").splitlines():
        yield json.loads(line)


def archive_that_lies(place: Place) -> Seen:
    """Score an archive of a picture, one whose name leads out, a bomb, and no picture."""
    archive, run = card(place.folder / "card.zip"), place.folder / "run"
    code = skysift("score", str(archive), "--out", str(run), "--ensemble", str(DEMO))
    rows = {Path(row["source"]).name: row for row in rows_of(run)}
    came = {name: ", ".join(row["reasons"]) or "judged" for name, row in rows.items()}
    outside = list(place.folder.parent.glob("up*"))
    held = (
        came
        == {
            "good.jpg": "judged",
            "up.jpg": "judged",
            "letter.jpg": "not_an_image",
            "bomb.png": "too_large",
        }
        and all(row["decision"] == "review" for row in rows.values())
        and not outside
    )
    told = "; ".join(f"{name} {what}" for name, what in sorted(came.items()))
    return Seen(f"exit code {code}; {told}", held and code == 1)


FAULTS = (
    Fault(
        "archive",
        PART,
        f"a zip with a picture, one called `../../up.jpg`, a letter and a bomb of {BOMB_MB} MB",
        "one row each: two judged, two `review` with reasons; nothing unpacked to the disk",
        archive_that_lies,
        slow=True,
    ),
)
