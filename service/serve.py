"""Starts the server: what `skysift serve` does."""

import os
import sys
from collections.abc import Callable
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from time import sleep
from urllib.parse import urlsplit

from ensembles.errors import ConfigError, WeightsError
from models.catalog import read
from models.digest import digest
from models.handles import available_providers, installed_runtimes
from models.providers import chosen_provider
from models.settings import ModelSettings, read_settings
from review.store import ReviewStore
from service.auth import is_loopback
from service.key_file import read_keys
from service.listening import refuse_deaf_address
from service.settings import ServiceSettings
from service.shadow import refuse_stranger
from service.stand_in import stand_ins_of
from service.tracing import refuse_untraceable

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
        ConfigError: A variable or an ensemble file is wrong.
        WeightsError: Weights or the runtime are missing. All this before any process is started.
    """
    refuse_what_cannot_start(settings, read_settings())
    os.environ.update(environment(at_once_on_a_terminal(settings)))
    with TemporaryDirectory(prefix="skysift-") as home:
        # BentoML wipes the metrics in its home when a server starts: two need two homes.
        os.environ.setdefault("BENTOML_HOME", home)
        os.environ.setdefault("BENTOML_DO_NOT_TRACK", "True")
        Thread(target=_announce, args=(address(settings), say), daemon=True).start()
        return _serve(settings)


def at_once_on_a_terminal(settings: ServiceSettings) -> ServiceSettings:
    """Do not drain where a person pressed Ctrl-C: no load balancer has to notice."""
    if "drain_seconds" in settings.model_fields_set or not sys.stderr.isatty():
        return settings
    return settings.model_copy(update={"drain_seconds": 0.0})


def refuse_what_cannot_start(settings: ServiceSettings, models: ModelSettings) -> None:
    """Find what would end every worker, where a person sees it: before there are workers.

    Raises:
        ConfigError: An ensemble file is wrong, or the port is taken.
        StoreError: The review database cannot be written.
        WeightsError: Weights, the runtime or its provider are missing.
    """
    refuse_deaf_address(settings.host, settings.port)
    refuse_open_house(settings)
    refuse_untraceable(settings)
    for path in settings.ensembles:
        digest(read(path), models)
    stand_ins_of(settings, models)
    if settings.shadow:
        refuse_stranger(settings.shadow, settings.ensembles[0])
        digest(read(settings.shadow), models)
    if store := ReviewStore.at(settings.database):
        store.check()
        store.close()
    if not installed_runtimes():
        raise WeightsError(
            "there is no ONNX Runtime: install skysift[cpu], or skysift[gpu] with an NVIDIA GPU"
        )
    if models.provider != "auto":
        chosen_provider(models.provider, available_providers())


def refuse_open_house(settings: ServiceSettings) -> None:
    """Refuse to listen where others can come in when nobody said who may.

    Raises:
        ConfigError: There are no keys, or they cannot be read.
    """
    if settings.api_keys:
        read_keys(settings.api_keys)
    elif not settings.open_to_all and not is_loopback(settings.host):
        raise ConfigError(
            f"others can reach {settings.host}, but there are no API keys: write some with "
            "`skysift keys add` and name their file in SKYSIFT_API_KEYS, or set "
            "SKYSIFT_OPEN_TO_ALL=true where nobody but those you trust can reach the service"
        )


def environment(settings: ServiceSettings) -> dict[str, str]:
    """Return the variables from which a worker reads the same settings."""
    given = settings.model_dump(exclude_unset=True, exclude_none=True)
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
        if is_ready(url):
            say(f"ready: curl --data-binary @picture.jpg {url}/v1/triage")
            sys.stdout.flush()
            return
        sleep(LOOK_SECONDS)


def is_ready(url: str) -> bool:
    """Say whether the service at the URL welcomes pictures."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=1)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == HTTPStatus.OK
    except (HTTPException, OSError):
        return False
    finally:
        connection.close()
