"""The page: a template, filled in and locked against the network."""

import json
from base64 import b64encode
from dataclasses import asdict, dataclass
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from skysift.report import wording
from skysift.report.figures import Figures
from skysift.report.story import Story

SCRIPTS = (
    "vendor/d3.min.js",
    "vendor/plot.umd.min.js",
    "wording.js",
    "charts.js",
    "page.js",
)
"""In the order they build on each other."""


@dataclass(frozen=True, slots=True)
class Script:
    """A script of this package, as it stands in the page."""

    text: Markup

    @property
    def allowed_as(self) -> str:
        """What the page's security policy must say so that a browser runs it."""
        return f"'sha256-{b64encode(sha256(self.text.encode()).digest()).decode()}'"


def page_of(story: Story, figures: Figures) -> str:
    """Return the whole page; every text that is not of this package is escaped."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {
        "percent": wording.percent,
        "rough_percent": wording.rough_percent,
        "confidence": wording.confidence_percent,
        "exact_percent": wording.exact_percent,
        "bound_percent": wording.bound_percent,
        "count": wording.count,
        "duration": wording.duration,
    }
    return environment.from_string(_text("page.html")).render(
        story=story,
        figures=figures,
        numbers=Markup(_json(figures)),  # noqa: S704 - `_json` leaves no markup in it
        style=Markup(_text("page.css")),  # noqa: S704 - a file of this package
        scripts=[Script(Markup(_text(name))) for name in SCRIPTS],  # noqa: S704 - the same
    )


def _json(figures: Figures) -> str:
    """Return the numbers as JSON that can stand in a script element: nothing in it ends one."""
    text = json.dumps(asdict(figures), allow_nan=False, separators=(",", ":"))
    return text.replace("&", r"\u0026").replace("<", r"\u003c").replace(">", r"\u003e")


def _text(name: str) -> str:
    return files("skysift.report").joinpath("static", name).read_text(encoding="utf-8")
