"""Disks that are full: a few MB of memory mounted as one, which needs root."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from ensembles.errors import SkysiftError
from service.child import Served, free_port, served
from service.settings import ServiceSettings
from tests.faults.fault import Fault, Place, Seen, unaccounted
from tests.faults.http import Answer, get, post
from tests.faults.pictures import encoded, good_image, good_picture
from tests.faults.posted import told

PART = "Machine"
LABEL = (
    b'{"labels": [{"frame": "%s", "label": "positive", "by": "anna", '
    b'"at": "2026-05-01T10:15:00Z"}]}'
)
REQUESTS = 20


@contextmanager
def small_disk(folder: Path, *, megabytes: int) -> Iterator[Path]:
    """Give a disk of so many MB.

    Raises:
        SkysiftError: It cannot be mounted by whoever runs this.
    """
    folder.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        raise SkysiftError("not shown: mounting a small disk needs root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk: Path) -> Path:
    """Fill a disk to the last byte, and return the file that does."""
    junk = disk / "junk"
    with junk.open("wb", buffering=0) as file:
        for size in (65_536, 1):
            try:
                while file.write(bytes(size)):
                    pass
            except OSError:
                continue
    return junk


@contextmanager
def server_with(log: Path, **settings: object) -> Iterator[Served]:
    """Serve with these settings."""
    chosen = ServiceSettings.model_validate({"port": free_port(), "drain_seconds": 0} | settings)
    with served(chosen, log=log) as server:
        yield server


def posted(server: Served) -> list[Answer]:
    """Post pictures, no two the same."""
    images = [good_image().resize((320 + number, 240)) for number in range(REQUESTS)]
    return [post(f"{server.url}/v1/triage", encoded(image, "JPEG")) for image in images]


def _all_judged(server: Served) -> Seen:
    answers = posted(server)
    good = sum(answer.status == 200 for answer in answers)
    lost = unaccounted(server.url)
    return Seen(
        f"{good} of {REQUESTS} judged, {lost:.0f} unaccounted for", good == REQUESTS and not lost
    )


def full_for_the_database(place: Place) -> Seen:
    """Fill the disk of the review database while serving, then make room again."""
    with small_disk(place.folder / "disk", megabytes=2) as disk:
        database = f"sqlite:///{disk}/review.sqlite"
        with server_with(place.folder / "log.txt", database=database) as server:
            frame = post(f"{server.url}/v1/triage", good_picture()).json["frame"]["id"]
            junk = fill(disk)
            seen = _all_judged(server)
            refused = post(f"{server.url}/v1/labels", LABEL % frame.encode())
            unkept = get(f"{server.url}/metrics").counts["skysift_audit_failures_total"]
            junk.unlink()
            kept = post(f"{server.url}/v1/labels", LABEL % frame.encode())
    held = (refused.status, kept.status) == (503, 200) and "retry-after" in refused.headers
    return Seen(
        f"{seen.observed}; {unkept:.0f} of the blind sample counted as not kept; labels "
        f"{refused.status} with `Retry-After`, {kept.status} with room again",
        seen.held and held and unkept > 0,
    )


def full_for_the_cache(place: Place) -> Seen:
    """Fill the disk of weights and drift before serving."""
    with small_disk(place.folder / "home", megabytes=1) as home:
        fill(home)
        settings = {"database": f"sqlite:///{place.folder}/cache.sqlite"}
        with (
            patch.dict(os.environ, {"SKYSIFT_HOME": str(home)}),
            server_with(place.folder / "log.txt", **settings) as server,
        ):
            return _all_judged(server)


def full_for_temporary_files(place: Place) -> Seen:
    """Fill the disk of temporary files, where the counters of all workers lie, while serving."""
    with small_disk(place.folder / "temporary", megabytes=16) as disk:
        settings = {"database": f"sqlite:///{place.folder}/temporary.sqlite"}
        with (
            patch.dict(os.environ, {"TMPDIR": str(disk)}),
            server_with(place.folder / "log.txt", **settings) as server,
        ):
            fill(disk)
            answers = posted(server)
            answers.append(post(f"{server.url}/v1/triage/batch", b""))
            lost = unaccounted(server.url)
    statuses = [answer.status for answer in answers]
    return Seen(
        f"{statuses.count(200)} of {REQUESTS} judged, then {told(answers[-1])}; "
        f"{lost:.0f} unaccounted for",
        statuses.count(200) == REQUESTS and lost == 0,
    )


FAULTS = (
    Fault(
        "disk-full-database",
        PART,
        "no room for the review database, while serving",
        "every picture judged; labels 503 with `Retry-After`, and kept when there is room",
        full_for_the_database,
        slow=True,
    ),
    Fault(
        "disk-full-cache",
        PART,
        "no room in `SKYSIFT_HOME`, from the start",
        "every picture judged",
        full_for_the_cache,
        slow=True,
    ),
    Fault(
        "disk-full-temporary",
        PART,
        "no room for temporary files, while serving",
        "every picture judged",
        full_for_temporary_files,
        slow=True,
    ),
)
