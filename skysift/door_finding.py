"""What `skysift doctor` looks at: who may come in."""

from pathlib import Path

from ensembles.errors import ConfigError
from service.key_file import read_keys
from service.settings import ServiceSettings
from skysift.findings import Finding, fail, ok, warn

SUBJECT = "door"
WRITABLE_BY_OTHERS = 0o022


def look_at_door(settings: ServiceSettings) -> Finding:
    """Say who may come in."""
    if settings.api_keys:
        return _keys_finding(settings.api_keys)
    if settings.open_to_all:
        return warn(
            SUBJECT,
            "everybody who reaches the service is answered",
            "write keys with `skysift keys add`, unless the network is closed by other means",
        )
    return ok(SUBJECT, "no keys: only this machine is answered")


def _keys_finding(file: Path) -> Finding:
    try:
        keys = read_keys(file)
    except ConfigError as error:
        return fail(SUBJECT, "; ".join(error.problems), f"mend {file}, or write it anew")
    if file.stat().st_mode & WRITABLE_BY_OTHERS:
        return warn(SUBJECT, f"others can write {file}", f"chmod go-w {file}")
    return ok(SUBJECT, f"{len(keys)} keys in {file}")
