"""Shows faults, and prints the table of what came of them.

    python -m tests.faults [NAME ...] [--fast] [--keep]

Without names all of them, the slow ones included, which takes a while. `--keep` renews the table
in `docs/reliability.md`. The exit code is 1 when something expected did not hold.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from ensembles.errors import SkysiftError
from service.child import Served, free_port, served
from service.settings import ServiceSettings
from tests.faults.fault import Fault, Place, Seen
from tests.faults.observed import Observed, keep, table
from tests.faults.registry import FAULTS


def main(arguments: Sequence[str] | None = None) -> int:
    """Show the chosen faults and return the exit code."""
    chosen = _parser().parse_args(arguments)
    faults = [
        fault
        for fault in FAULTS
        if (not chosen.names or fault.name in chosen.names) and not (chosen.fast and fault.slow)
    ]
    if unknown := set(chosen.names) - {fault.name for fault in FAULTS}:
        sys.stderr.write(f"no fault is called {', '.join(sorted(unknown))}\n")
        return 2
    observed = {}
    with place() as here:
        for fault in faults:
            observed[fault.name] = one = show(fault, here)
            mark = "held" if one.held else "NOT HELD"
            sys.stderr.write(f"{fault.name}: {mark}, {one.seen} ({one.seconds:.1f} s)\n")
            if chosen.keep:
                keep(observed, FAULTS)
    sys.stdout.write(table(faults, observed))
    return int(not all(one.held for one in observed.values()))


def show(fault: Fault, here: Place) -> Observed:
    """Show one fault, and what came of it."""
    started = perf_counter()
    try:
        seen = fault.show(here)
    except (OSError, HTTPException, SkysiftError) as error:
        seen = Seen(f"no answer: {type(error).__name__}: {error}", held=False)
    today = datetime.now(UTC).date().isoformat()
    return Observed(seen.observed, seen.held, round(perf_counter() - started, 2), today)


@contextmanager
def place() -> Iterator[Place]:
    """Give a place to show faults at; its server is started by the first that wants it."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="skysift-faults-")))
        settings = ServiceSettings(
            port=free_port(), drain_seconds=0, database=f"sqlite:///{folder / 'review.sqlite'}"
        )

        def also(chosen: ServiceSettings, log: Path) -> Served:
            return stack.enter_context(served(chosen, log=log))

        yield Place(folder, lambda: also(settings, folder / "service.log"), also)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="which; all without it")
    parser.add_argument("--fast", action="store_true", help="only those of the test suite")
    parser.add_argument("--keep", action="store_true", help="renew the table in the docs")
    return parser


if __name__ == "__main__":
    sys.exit(main())
