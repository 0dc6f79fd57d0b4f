"""Starts the server: what `skysift serve` does."""

import os
import sys
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from time import sleep
from urllib.error import URLError
from urllib.request import urlopen

from models.catalog import read
from service.settings import ServiceSettings

SERVICE = "service.app:Skysift"
ROOT = Path(__file__).resolve().parents[1]
"""Where the packages lie; the server's workers import them from here."""
PATIENCE_SECONDS = 300
LOOK_SECONDS = 0.1
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - addresses to translate, not to bind


def run(settings: ServiceSettings, *, say: Callable[[str], None] = print) -> int:
    """Serve until a signal ends it, and return the exit code.

    Args:
        settings: Also given to the worker processes, through the environment.
        say: Told one line that holds a curl command, as soon as pictures are welcome.

    Raises:
        ConfigError: An ensemble file is wrong; found before any process is started.
    """
    for path in settings.ensembles:
        read(path)
    os.environ.update(environment(settings))
    with TemporaryDirectory(prefix="skysift-") as home:
        # BentoML wipes the metrics in its home when a server starts: two need two homes.
        os.environ.setdefault("BENTOML_HOME", home)
        os.environ.setdefault("BENTOML_DO_NOT_TRACK", "True")
        Thread(target=_announce, args=(address(settings), say), daemon=True).start()
        return _serve(settings)


def environment(settings: ServiceSettings) -> dict[str, str]:
    """Return the variables from which a worker reads the same settings."""
    given = settings.model_dump(exclude_unset=True)
    return {f"SKYSIFT_{name.upper()}": _as_text(value) for name, value in given.items()}


def _as_text(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def address(settings: ServiceSettings) -> str:
    """Return the URL by which this machine reaches the service."""
    return f"http://{EVERYWHERE.get(settings.host, settings.host)}:{settings.port}"


def _serve(settings: ServiceSettings) -> int:
    from bentoml_cli.cli import cli  # noqa: PLC0415 - reads BENTOML_HOME when it is imported

    arguments = ["serve", SERVICE, "--working-dir", str(ROOT)]
    arguments += ["--host", settings.host, "--port", str(settings.port)]
    cli.main(arguments, prog_name="bentoml", standalone_mode=False)
    return 0


def _announce(url: str, say: Callable[[str], None]) -> None:
    for _ in range(int(PATIENCE_SECONDS / LOOK_SECONDS)):
        if _is_ready(url):
            say(f"ready: curl --data-binary @picture.jpg {url}/v1/triage")
            sys.stdout.flush()
            return
        sleep(LOOK_SECONDS)


def _is_ready(url: str) -> bool:
    try:
        with urlopen(f"{url}/readyz", timeout=1) as answer:  # noqa: S310 - our own http URL
            return bool(answer.status == 200)
    except (URLError, HTTPException, OSError):
        return False
