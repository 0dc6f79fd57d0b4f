"""Many worker processes on this machine, watched: no picture can end the job.

A worker that dies, or gives no answer within the deadline, is replaced. What it held is under
suspicion, and each of it gets its next try in a worker that holds nothing else, so that only the
picture that kills is blamed. Deaths are counted only here, under a living job: a kill of the
whole job accuses nobody.
"""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from multiprocessing import connection, get_context
from multiprocessing.connection import Connection
from time import monotonic

from batch import wire
from batch.crew import Crew, Worker
from batch.entries import Counts, Entry, Waiting
from batch.hope import Hope
from batch.journal import ROWS_AT_ONCE, WALL, Journal
from batch.row import Stamp
from batch.score import failed_row
from batch.worker import serve
from ensembles.errors import SkysiftError
from ensembles.reasons import Reason

SECONDS_PER_COMMIT = 1.0
TICK_SECONDS = 0.2
FAREWELL_SECONDS = 5.0
"""For a worker without work to leave by itself."""

LAST_DEATH = 3
"""One in company and two alone: an outsider's kill does not condemn a picture."""


class LocalRun:
    """One run of a job, until every input has its row or somebody asks it to stop.

    Args:
        journal: What is to be done, and where rows go.
        crew: Who does it.
        stamp: For rows that no worker could give.
        stopping: Asked now and then; what is in flight is finished.
        tell: Told how far the job is.
    """

    def __init__(
        self,
        journal: Journal,
        crew: Crew,
        stamp: Stamp,
        *,
        stopping: Callable[[], bool],
        tell: Callable[[Counts], None],
    ) -> None:
        self._journal = journal
        self._crew = crew
        self._stamp = stamp
        self._stopping = stopping
        self._tell = tell
        self._counts = journal.counts()
        self._waiting: Iterator[Waiting] = journal.waiting()
        self._suspects = deque(journal.suspects())
        self._workers: list[Worker] = []
        self._entries: list[Entry] = []
        self._seconds: dict[str, float] = {}
        self._committed = monotonic()
        self._hope = Hope()

    def __call__(self) -> Counts:
        """Work; return how far it got. Rows that were given are in the journal, also on error."""
        try:
            if self._counts.done < self._counts.inputs:
                self._workers = [self._hire() for _ in range(self._crew.workers)]
            while self._hand_out():
                self._listen()
                self._replace_the_silent()
                self._commit_when_due()
        finally:
            self._dismiss()
            self._commit()
        return self._counts

    def _hire(self) -> Worker:
        context = get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=serve, args=(theirs, self._crew.station), daemon=True)
        process.start()
        theirs.close()
        return Worker(process, ours)

    def _dismiss(self) -> None:
        for worker in self._workers:
            worker.pipe.close()
        for worker in self._workers:
            if worker.held or not worker.window:
                worker.process.kill()
            worker.process.join(FAREWELL_SECONDS)
            worker.process.kill()
            worker.process.join()

    def _hand_out(self) -> bool:
        """Give every worker what it can take; return whether anything is left to wait for."""
        stopping = self._stopping()
        for worker in self._workers:
            if worker.idle and self._suspects and not stopping:
                self._give(worker, [self._suspects.popleft()], flush=True)
            elif worker.window and not self._accused(worker):
                self._fill(worker, stopping=stopping)
        if any(worker.held for worker in self._workers):
            return True
        return not stopping and self._counts.done < self._counts.inputs

    def _accused(self, worker: Worker) -> bool:
        return any(item.deaths for item in worker.held.values())

    def _fill(self, worker: Worker, *, stopping: bool) -> None:
        """Top up a worker's stream, in blocks that are worth a message."""
        room = worker.window - len(worker.held)
        if room * 4 < worker.window and not stopping:
            return
        items = [] if stopping or self._suspects_wait(worker) else self._next(room)
        short = len(items) < room
        if items or (short and not worker.flushed):
            self._give(worker, items, flush=short)

    def _suspects_wait(self, worker: Worker) -> bool:
        """Whether this worker should run dry, so that suspects get their turn: one is enough."""
        return bool(self._suspects) and worker is self._workers[0]

    def _next(self, count: int) -> list[Waiting]:
        return list(islice(self._waiting, count))

    def _give(self, worker: Worker, items: list[Waiting], *, flush: bool) -> None:
        if not worker.held:
            worker.heard = monotonic()
        worker.held.update({item.number: item for item in items})
        worker.flushed = flush
        with suppress(OSError):  # it has died: its sentinel says so in a moment
            wire.send(worker.pipe, wire.work(items, flush=flush))

    def _listen(self) -> None:
        """Wait a moment for rows and for deaths."""
        pipes = {worker.pipe: worker for worker in self._workers}
        sentinels = {worker.process.sentinel: worker for worker in self._workers}
        ready = connection.wait([*pipes, *sentinels], timeout=TICK_SECONDS)
        for each in ready:
            if isinstance(each, Connection):
                self._hear(pipes[each])
        for each in ready:
            if isinstance(each, int):
                self._bury(sentinels[each])

    def _hear(self, worker: Worker) -> None:
        while worker.pipe.poll() and (message := wire.receive(worker.pipe)) is not None:
            worker.heard = monotonic()
            if "number" in message:
                self._take(worker, message)
            elif "ready" in message:
                worker.window = message["ready"]
                self._hope.has_started()
            else:
                raise SkysiftError(message["fault"])

    def _take(self, worker: Worker, message: wire.Message) -> None:
        worker.held.pop(message["number"])
        self._hope.has_worked()
        self._keep(Entry(message["number"], message["cells"]))
        for what, seconds in message["seconds"].items():
            self._seconds[what] = self._seconds.get(what, 0.0) + seconds

    def _keep(self, entry: Entry) -> None:
        self._entries.append(entry)
        self._counts = self._counts.plus(entry)

    def _bury(self, worker: Worker) -> None:
        """Replace a dead worker and put under suspicion what it held."""
        self._hear(worker)  # what it said before it died counts
        worker.process.join()
        worker.pipe.close()
        self._hope.has_died(worker.process.exitcode, started=bool(worker.window))
        suspects = [replace(item, deaths=item.deaths + 1) for item in worker.held.values()]
        self._journal.count_death(suspects)
        for suspect in suspects:
            self._blame_or_retry(suspect, worker)
        self._workers[self._workers.index(worker)] = self._hire()

    def _blame_or_retry(self, suspect: Waiting, worker: Worker) -> None:
        if worker.overdue and worker.alone:
            self._fail(
                suspect,
                Reason.TIMEOUT,
                f"no answer within {self._crew.deadline_seconds:g} s, in a process of its own",
            )
        elif suspect.deaths >= LAST_DEATH:
            self._fail(
                suspect,
                Reason.CRASHED,
                f"{suspect.deaths} processes ended while they held it, the last ones it alone",
            )
        else:
            self._suspects.append(suspect)

    def _fail(self, suspect: Waiting, reason: Reason, detail: str) -> None:
        row = failed_row(suspect.input, reason, detail, self._stamp)
        self._keep(Entry(suspect.number, row.columns()))

    def _replace_the_silent(self) -> None:
        """Kill workers that hold pictures and have said nothing for too long."""
        latest = monotonic() - self._crew.deadline_seconds
        for worker in self._workers:
            if worker.held and worker.heard < latest and not worker.overdue:
                worker.overdue = True
                worker.process.kill()

    def _commit_when_due(self) -> None:
        late = monotonic() - self._committed > SECONDS_PER_COMMIT
        if len(self._entries) >= ROWS_AT_ONCE or (self._entries and late):
            self._commit()

    def _commit(self) -> None:
        entries, self._entries = self._entries, []
        seconds, self._seconds = self._seconds, {}
        now = monotonic()
        seconds[WALL], self._committed = now - self._committed, now
        if entries:
            self._journal.commit(entries, seconds)
            self._tell(self._counts)
