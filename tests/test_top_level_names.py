"""Our packages are flat (docs/decisions/0001), so their names must be ours alone."""

import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES: list[str] = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
INSTALLED = packages_distributions()


@pytest.mark.parametrize("package", PACKAGES)
def test_no_other_installed_distribution_claims_a_name_of_ours(package: str) -> None:
    claimed_by = set(INSTALLED.get(package, [])) - {"skysift"}

    assert not claimed_by, f"the folder {package}/ is installed by {claimed_by} too"


@pytest.mark.parametrize("folder", ["tests", "loadtests", "benchmarks"])
def test_no_installed_distribution_hides_a_folder_that_is_run_from_here(folder: str) -> None:
    assert folder not in INSTALLED


def test_every_package_is_typed() -> None:
    rooms = [ROOT / package for package in PACKAGES if package != "configs"]

    assert all((room / "py.typed").is_file() for room in rooms)
    assert all(
        (room / "__init__.py").read_text(encoding="utf-8").startswith('"""') for room in rooms
    )


@pytest.mark.parametrize("package", [name for name in PACKAGES if name != "configs"])
def test_an_init_holds_a_docstring_and_nothing_else(package: str) -> None:
    for init in (ROOT / package).rglob("__init__.py"):
        source = init.read_text(encoding="utf-8").strip()
        assert source.count('"""') == 2, init
        assert source.startswith('"""'), init
        assert source.endswith('"""'), init
