"""Contenders side by side: all of them started, then lap by lap in turn."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.client import HTTPException

from benchmarks.agreement import Difference, difference
from benchmarks.contender import Contender, UnavailableError
from benchmarks.laps import Lap, Laps, Running, Scores, run_lap
from benchmarks.processes import peak_megabytes
from benchmarks.setting.pictures import Picture
from benchmarks.setting.setting import Setting
from ensembles.errors import SkysiftError

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a race consists of.

    Args:
        pictures: Of one lap.
        rounds: Laps that count, per contender; one more warms up.
        clients: Requests at a time.
        expected: What direct calls say of the pictures, by whether they are decoded in full.
    """

    pictures: Sequence[Picture]
    rounds: int
    clients: int
    expected: Mapping[bool, Sequence[Scores]]


@dataclass(slots=True)
class Place:
    """What is known of one contender.

    Args:
        contender: Who.
        laps: Those that count.
        off: How far its scores are from what is expected.
        peak_mb: Highest memory of its processes.
        trouble: Why it did not run, or did not finish.
    """

    contender: Contender
    laps: Laps = field(default_factory=Laps)
    off: Difference | None = None
    peak_mb: float = 0.0
    trouble: str = ""


def race(
    contenders: Sequence[Contender], setting: Setting, plan: Plan, say: Say = print
) -> list[Place]:
    """Return what became of each contender.

    One that cannot be started, or that fails, has its reason in its place; the others go on.
    """
    places = [Place(contender) for contender in contenders]
    with ExitStack() as stack:
        running = {
            place.contender.name: started
            for place in places
            if (started := _started(place, setting, stack, say)) is not None
        }
        _warm_up(places, running, plan, say)
        for number in range(plan.rounds):
            for place in places:
                if lap := _lap(place, running, plan):
                    place.laps.done.append(lap)
                    say(f"round {number + 1}: {place.contender.name}: {lap.cpu_ms:.0f} ms of CPU")
        for place in places:
            if not place.trouble:
                place.peak_mb = peak_megabytes(running[place.contender.name].process_id)
    return places


def _started(place: Place, setting: Setting, stack: ExitStack, say: Say) -> Running | None:
    say(f"starting {place.contender.name}")
    try:
        return stack.enter_context(place.contender.start(setting))
    except (UnavailableError, SkysiftError) as error:
        place.trouble = str(error)
        say(f"{place.contender.name}: {error}")
        return None


def _warm_up(places: Sequence[Place], running: Mapping[str, Running], plan: Plan, say: Say) -> None:
    """Run a lap of each that does not count, and look at its scores."""
    for place in places:
        if lap := _lap(place, running, plan):
            expected = plan.expected[place.contender.full_decode]
            place.off = difference(lap.answers.scores, expected, place.contender.tolerance)
            say(f"{place.contender.name}: scores differ by {place.off.worst:.4f} at most")


def _lap(place: Place, running: Mapping[str, Running], plan: Plan) -> Lap | None:
    """Run one lap; a contender that fails once is out, and its place says why."""
    if place.trouble:
        return None
    try:
        return run_lap(running[place.contender.name], plan.pictures, plan.clients)
    except (OSError, HTTPException, RuntimeError, ValueError, KeyError, UnavailableError) as error:
        place.trouble = f"failed while it was measured: {type(error).__name__}: {error}"
        return None
