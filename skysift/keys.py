"""`skysift keys`: who may come in."""

import json
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from ensembles.errors import ConfigError
from ensembles.mistakes import mistakes_in, near_miss
from service.key_file import read_keys, write_keys
from service.keys import ApiKey, KeyScope, hashed, new_key
from service.settings import read_settings

app = typer.Typer(help="Say who may come in.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="Who holds the key; stands in the log.")]
File = Annotated[
    Path | None, typer.Option("--file", help="The file of keys; default: SKYSIFT_API_KEYS.")
]


@app.command()
def add(
    name: Name,
    *,
    scope: Annotated[
        str, typer.Option(help=f"What it may do, with commas: {', '.join(KeyScope)}.")
    ] = KeyScope.TRIAGE.value,
    per_minute: Annotated[
        int | None, typer.Option(min=1, help="Pictures and other requests a minute, per worker.")
    ] = None,
    file: File = None,
) -> None:
    """Make a key, keep its hash, and print the key: this once, and to nobody again.

    A service that runs takes it in within a second or two.
    """
    path = _path(file)
    keys = read_keys(path) if path.exists() else ()
    if any(known.name == name for known in keys):
        raise ConfigError(
            f"{path} has a key called {name!r}: remove it first, or add another beside it while "
            "its holder changes over"
        )
    key = new_key()
    write_keys(path, [*keys, _entry(name, scope, per_minute, key)])
    typer.echo(f"{name} is in {path}; this is its key, and nothing can show it again:", err=True)
    typer.echo(key)


@app.command("list")
def list_keys(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON list.")] = False,
    file: File = None,
) -> None:
    """Show whose keys are in the file, and what they may do."""
    keys = read_keys(_path(file))
    if as_json:
        shown = [key.model_dump(mode="json", exclude={"sha256"}) for key in keys]
        typer.echo(json.dumps(shown))
        return
    for key in keys:
        rate = f"{key.per_minute} a minute" if key.per_minute else "no limit"
        typer.echo(f"{key.name}  {','.join(key.scopes)}  {rate}")


@app.command()
def remove(name: Name, *, file: File = None) -> None:
    """Take a key out of the file; it opens nothing after a second or two."""
    path = _path(file)
    keys = read_keys(path)
    left = [key for key in keys if key.name != name]
    if len(left) == len(keys):
        names = [key.name for key in keys]
        hint = near_miss(name, names) or f"; there are: {', '.join(names) or 'none'}"
        raise ConfigError(f"{path} has no key called {name!r}{hint}")
    write_keys(path, left)
    typer.echo(f"{name} is out of {path}")


def _entry(name: str, scope: str, per_minute: int | None, key: str) -> ApiKey:
    try:
        return ApiKey.model_validate(
            {
                "name": name,
                "scopes": [part.strip() for part in scope.split(",") if part.strip()],
                "per_minute": per_minute,
                "sha256": hashed(key),
            }
        )
    except ValidationError as error:
        raise ConfigError(mistakes_in(error, ApiKey)) from None


def _path(file: Path | None) -> Path:
    chosen = file or read_settings().api_keys
    if chosen is None:
        raise ConfigError("which file of keys? Say --file FILE, or set SKYSIFT_API_KEYS")
    return chosen
