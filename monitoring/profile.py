"""The profile: what usual frames are like, as one file that is safe to load and fits one gate."""

from collections.abc import Mapping
from dataclasses import dataclass

from ensembles.errors import ConfigError
from monitoring.attributes import Floats64, Pixels
from monitoring.identity import Identity
from monitoring.limits import Limits
from monitoring.observation import Floats
from monitoring.pane_state import Layout
from monitoring.reference import Reference
from monitoring.statistics import Baseline, Statistic, statistics_for


@dataclass(frozen=True, slots=True)
class SelfCheck:
    """How a profile fares on usual flights that it was not made from.

    Args:
        flights: How many there were.
        windows: How many windows were made of them.
        alarms: How many passed the limit of `nominal`.
        nominal: Share of usual windows that ought to.
    """

    flights: int
    windows: int
    alarms: int
    nominal: float

    @property
    def rate(self) -> float:
        """Share of the windows that alarmed."""
        return self.alarms / self.windows if self.windows else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Golden:
    """A few usual frames and what the voters said of them, to be asked again.

    Args:
        pixels: uint8, shapes (h, w, 3).
        scores: Shape (n, v).
        embeddings: Shape (n, d).
    """

    pixels: tuple[Pixels, ...]
    scores: Floats
    embeddings: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """What usual frames are like, for one gate.

    Args:
        identity: The gate.
        made_at: ISO 8601, UTC.
        frames: How many usual frames it rests on.
        flights: Of how many flights.
        reference: Fixed numbers that turn frames into rows.
        baseline: The state of the usual frames that windows are held against.
        limits: By size of window, in panes.
        self_check: On flights held out.
        golden: For the self-test.
        map_points: Usual embeddings in two dimensions, for drawing, shape (m, 2).
        map_axes: What puts an embedding there, shape (d, 2).
        examples: Small pictures of usual frames, one per cluster at most.
        example_clusters: Which cluster each stands for.
    """

    identity: Identity
    made_at: str
    frames: int
    flights: int
    reference: Reference
    baseline: Baseline
    limits: Mapping[int, Limits]
    self_check: SelfCheck
    golden: Golden
    map_points: Floats64
    map_axes: Floats64
    examples: tuple[Pixels, ...] = ()
    example_clusters: tuple[int, ...] = ()

    @property
    def layout(self) -> Layout:
        """Of the states that belong to it."""
        return Layout.of(self.reference)

    @property
    def statistics(self) -> tuple[Statistic, ...]:
        """What is watched, in the order of `statistics_of`."""
        return statistics_for(self.identity.voters, embedded=self.reference.embedding is not None)

    def refuse_other(self, gate: Identity, *, source: str) -> None:
        """Refuse to watch a gate that the profile was not made with.

        Raises:
            ConfigError: With everything that differs.
        """
        if differences := self.identity.differences(gate):
            raise ConfigError(
                [*differences, "make the profile again with this gate: skysift profile make"],
                source=f"{source} was made with another gate",
            )
