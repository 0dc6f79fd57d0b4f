"""Whether the locked dependencies are those that `pyproject.toml` asks for; needs no network.

    python -m deploy.lock

Checks each file of `requirements/`: every direct dependency is pinned to a version that it allows,
what the packages installed here need is pinned too, every pin has its hashes, and no line names a
place. `make lock` makes the files anew. The exit code is 1 when something is wrong.
"""

import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "requirements"
EXTRAS: dict[str, tuple[str, ...]] = {
    "serve-cpu.lock": ("cpu", "traces"),
    "serve-gpu.lock": ("gpu", "traces"),
}
"""Of `pyproject.toml`, by the file that pins them."""
PIN = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;]+)(?: ; (?P<marker>[^\\]+))? \\?")
HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")
PLACE = re.compile(r"https?://|file:|--(extra-)?index-url|--find-links|(?<![\w.])/\w")


@dataclass(frozen=True, slots=True)
class Locked:
    """A lock file as it is read.

    Args:
        pins: Versions by canonical name.
        problems: What is wrong with its lines.
    """

    pins: Mapping[str, Version]
    problems: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> "Locked":
        """Return what the file says."""
        pins: dict[str, Version] = {}
        problems: list[str] = []
        hashes = {"": 1}
        name = ""
        for number, line in enumerate(text.splitlines(), 1):
            if PLACE.search(line):
                problems.append(f"line {number} names a place")
            if pin := PIN.fullmatch(line):
                name = canonicalize_name(pin["name"])
                pins[name], hashes[name] = Version(pin["version"]), 0
            elif HASH.fullmatch(line):
                hashes[name] += 1
            elif line and not line.startswith("#"):
                problems.append(f"line {number} is neither a pin nor a hash")
        problems += [f"{name} has no hash" for name, count in hashes.items() if not count]
        return cls(pins, tuple(problems))

    def unmet(self, wanted: Iterable[Requirement]) -> Iterator[str]:
        """Return what is asked for and not pinned."""
        for requirement in wanted:
            pinned = self.pins.get(canonicalize_name(requirement.name))
            if pinned is None:
                yield f"{requirement.name} is not pinned"
            elif not requirement.specifier.contains(pinned, prereleases=True):
                yield f"{requirement.name} is pinned to {pinned}, but {requirement} is asked for"


def problems_of(text: str, wanted: Iterable[Requirement]) -> list[str]:
    """Return what is wrong with a lock file, one line each.

    Args:
        text: Of the file.
        wanted: Direct dependencies.
    """
    locked = Locked.of(text)
    direct = list(locked.unmet(wanted))
    further = [
        f"{name}: {problem}"
        for name, pinned in locked.pins.items()
        for problem in locked.unmet(_needs_of(name, pinned))
    ]
    return [*locked.problems, *direct, *further]


def asked_for(extras: Iterable[str]) -> list[Requirement]:
    """Return the direct dependencies of Skysift with these extras."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project = told["project"]
    lines = [*project["dependencies"], *told["dependency-groups"]["build"]]
    for extra in extras:
        lines += project["optional-dependencies"][extra]
    return [Requirement(line) for line in lines]


def _needs_of(name: str, pinned: Version) -> Iterator[Requirement]:
    """Return what a package needs here, as far as the pinned version of it is installed."""
    try:
        if Version(version(name)) != pinned:
            return
    except PackageNotFoundError:
        return
    for line in requires(name) or ():
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield requirement


def main() -> int:
    """Check every file, and return the exit code."""
    wrong = 0
    for name, extras in EXTRAS.items():
        text = (FOLDER / name).read_text(encoding="utf-8")
        problems = problems_of(text, asked_for(extras))
        wrong += len(problems)
        print(*(f"requirements/{name}: {problem}" for problem in problems), sep="\n", end="")
        print(f"requirements/{name}: {len(Locked.of(text).pins)} pins, {len(problems)} problems")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
