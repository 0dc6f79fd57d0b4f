"""Files of API keys, and clients that hold one."""

from collections.abc import Sequence
from pathlib import Path

from service.key_file import write_keys
from service.keys import ApiKey, KeyScope, hashed, new_key


def key_file(folder: Path, **scopes: str) -> tuple[Path, dict[str, str]]:
    """Write one key for each name, with the scopes given with commas; return them by name."""
    keys = {name: new_key() for name in scopes}
    path = folder / "keys.yaml"
    write_keys(path, [entry(name, keys[name], scopes[name].split(",")) for name in scopes])
    return path, keys


def entry(
    name: str, key: str, scopes: Sequence[str] = ("triage",), per_minute: int | None = None
) -> ApiKey:
    return ApiKey(
        name=name,
        scopes=tuple(KeyScope(scope) for scope in scopes),
        per_minute=per_minute,
        sha256=hashed(key),
    )


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}
