"""A page of the data loop: one HTML file that needs no network and runs no script."""

from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from ensembles.errors import ConfigError


def write_page(path: Path, template: str, **facts: object) -> None:
    """Write a page; a file of that name is replaced.

    Args:
        path: Of the page.
        template: Name of a file in `static/`.
        facts: What it shows.

    Raises:
        ConfigError: It cannot be written.
    """
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    style = Markup(_text("report", "page.css") + _text("drift_report", "drift.css"))  # noqa: S704 - files of this package
    page = environment.from_string(_text("curate", template)).render(style=style, **facts)
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"cannot be written: {error.strerror}", source=str(path)) from None


def _text(package: str, name: str) -> str:
    folder = files("skysift").joinpath(package, "static")
    return folder.joinpath(name).read_text(encoding="utf-8")
