"""What a user can write or read has its place in the documentation."""

from collections.abc import Iterator

import pytest
import typer
from prometheus_client.metrics import MetricWrapperBase
from pydantic import BaseModel

from batch.formats.catalog import FORMATS
from batch.formats.parquet import LEADING, OF_A_VOTER, TRAILING
from curation.manifest_schema import MadeWith, schema_of
from ensembles.config import EnsembleConfig, OnDrift, VoterConfig, WeightedVote
from ensembles.reasons import Reason
from ensembles.tiles import Tiles
from models.catalog import KINDS, options_for
from models.environment import ENV_PREFIX
from models.settings import ModelSettings
from monitoring import drift_metrics, metrics
from monitoring.job_metrics import registry_of
from service.settings import ServiceSettings
from skysift.app import COMMANDS, build
from tests.docs.pages import DOCS, all_docs, section, text_of
from tests.monitoring.test_job_metrics import SUMMARY

COMMAND_PAGE = DOCS / "command.md"
ENSEMBLE_PAGE = DOCS / "ensembles.md"
VIEWS_PAGE = DOCS / "views.md"
RULES = ("or", "and", "2-of-3", "weights")


def metric_names() -> Iterator[str]:
    for metric in (*vars(metrics).values(), *vars(drift_metrics).values()):
        if isinstance(metric, MetricWrapperBase):
            (family,) = metric.describe()
            yield f"{family.name}_total" if family.type == "counter" else family.name


def option_names(model: type[BaseModel]) -> Iterator[str]:
    """Keys of a model and of the models inside it."""
    for name, field in model.model_fields.items():
        yield name
        for inner in (field.annotation, *getattr(field.annotation, "__args__", ())):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                yield from option_names(inner)


def usages() -> Iterator[tuple[str, list[str]]]:
    """Every command as typed, with its options."""
    root = typer.main.get_command(build(COMMANDS))
    for name, command in root.commands.items():  # type: ignore[attr-defined]  # it is a group
        inner = getattr(command, "commands", None)
        for path, leaf in (
            [(f"{name} {sub}", each) for sub, each in inner.items()] if inner else [(name, command)]
        ):
            options = [opt for param in leaf.params for opt in param.opts if opt.startswith("--")]
            yield f"skysift {path}", options


@pytest.mark.parametrize("settings", [ModelSettings, ServiceSettings])
def test_every_setting_is_documented(settings: type[BaseModel]) -> None:
    names = [f"{ENV_PREFIX}{name.upper()}" for name in settings.model_fields]

    missing = [name for name in names if f"`{name}`" not in all_docs()]

    assert not missing


def test_every_kind_of_voter_is_documented() -> None:
    missing = [kind for kind in KINDS if f"`{kind}`" not in text_of(ENSEMBLE_PAGE)]

    assert not missing


@pytest.mark.parametrize("kind", KINDS)
def test_every_option_of_a_kind_is_documented(kind: str) -> None:
    missing = [key for key in option_names(options_for(kind)) if f"`{key}`" not in all_docs()]

    assert not missing


@pytest.mark.parametrize("model", [EnsembleConfig, VoterConfig, WeightedVote, OnDrift])
def test_every_key_of_the_ensemble_file_is_documented(model: type[BaseModel]) -> None:
    missing = [key for key in model.model_fields if f"`{key}`" not in text_of(ENSEMBLE_PAGE)]

    assert not missing


def test_every_key_of_views_is_documented() -> None:
    missing = [key for key in Tiles.model_fields if f"| `{key}` |" not in text_of(VIEWS_PAGE)]

    assert not missing


def test_every_rule_is_documented() -> None:
    missing = [rule for rule in RULES if f"`{rule}" not in text_of(ENSEMBLE_PAGE)]

    assert not missing


def test_every_metric_is_documented() -> None:
    names = list(metric_names())

    missing = [name for name in names if f"`{name}`" not in all_docs()]

    assert names
    assert not missing


def test_every_metric_of_a_job_is_documented() -> None:
    names = [family.name for family in registry_of(SUMMARY).collect()]

    missing = [name for name in names if f"`{name}`" not in all_docs()]

    assert names
    assert not missing


def test_every_format_of_a_job_is_documented() -> None:
    page = text_of(DOCS / "batch.md")

    missing = [
        name for name, each in FORMATS.items() if f"`{name}` | `{each.file_name}`" not in page
    ]

    assert not missing


def test_every_column_of_a_row_is_documented() -> None:
    voters = {f"{part}_{{}}" for part in OF_A_VOTER}
    names = [*LEADING, *(name.format("<voter>") for name in voters), *TRAILING]

    missing = [name for name in names if f"`{name}`" not in text_of(COMMAND_PAGE)]

    assert not missing


def test_every_column_of_a_manifest_is_documented() -> None:
    names = schema_of(MadeWith("demo", "", ("<voter>",), "<voter>", 1)).names

    missing = [name for name in names if f"`{name}`" not in text_of(DOCS / "curation.md")]

    assert not missing


def test_every_reason_is_documented() -> None:
    missing = [reason for reason in Reason if f"`{reason}`" not in all_docs()]

    assert not missing


@pytest.mark.parametrize(("usage", "options"), list(usages()))
def test_every_command_is_documented_with_its_options(usage: str, options: list[str]) -> None:
    text = section(COMMAND_PAGE, usage)

    missing = [option for option in options if f"`{option}" not in text]

    assert text, f"docs/command.md has no heading `{usage}`"
    assert not missing
