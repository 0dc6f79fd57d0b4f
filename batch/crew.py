"""The worker processes of a job: how many, and what each of them holds."""

from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from time import monotonic

from batch.entries import Waiting
from batch.worker import Station


@dataclass(frozen=True, slots=True)
class Crew:
    """How the work is shared out.

    Args:
        workers: Processes; each holds all models.
        deadline_seconds: The longest silence of a worker that holds pictures.
        station: What each is set up with.
    """

    workers: int
    deadline_seconds: float
    station: Station


@dataclass(eq=False, slots=True)
class Worker:
    """A process at work.

    Args:
        process: The process.
        pipe: To it.
        window: Inputs it may hold; 0 until it is ready.
        held: What it was given and has not answered.
        flushed: Whether it was told to judge what it holds.
        heard: When it last said something, monotonic seconds.
        overdue: Whether it was silent for too long.
    """

    process: SpawnProcess
    pipe: Connection
    window: int = 0
    held: dict[int, Waiting] = field(default_factory=dict)
    flushed: bool = True
    heard: float = field(default_factory=monotonic)
    overdue: bool = False

    @property
    def alone(self) -> bool:
        """Whether what it holds can only have itself to blame."""
        return len(self.held) == 1

    @property
    def idle(self) -> bool:
        """Whether it is ready and has nothing to do."""
        return bool(self.window) and not self.held and self.flushed
