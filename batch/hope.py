"""When a job gives up: its worker processes end again and again, and pictures are not to blame."""

from ensembles.errors import SkysiftError

MOST_FAILED_STARTS = 3

MOST_DEATHS_IN_A_ROW = 20
"""Without one row between them: then it is the machine, not the pictures."""


class Hope:
    """What speaks against going on."""

    def __init__(self) -> None:
        self._failed_starts = 0
        self._deaths_in_a_row = 0

    def has_started(self) -> None:
        """Remember that a worker has loaded the models."""
        self._failed_starts = 0

    def has_worked(self) -> None:
        """Remember that a worker has given a row."""
        self._deaths_in_a_row = 0

    def has_died(self, code: int | None, *, started: bool) -> None:
        """Remember that a worker has ended.

        Args:
            code: Its exit code.
            started: Whether it had loaded the models.

        Raises:
            SkysiftError: That was once too often.
        """
        self._failed_starts += not started
        self._deaths_in_a_row += 1
        if self._failed_starts >= MOST_FAILED_STARTS:
            raise SkysiftError(
                f"worker processes end while they load the models (exit code {code}): is there "
                "memory for that many? try fewer --workers"
            )
        if self._deaths_in_a_row >= MOST_DEATHS_IN_A_ROW:
            raise SkysiftError(
                f"{self._deaths_in_a_row} worker processes ended without one row (the last with "
                f"exit code {code}): look at memory and at the models, then go on with --resume"
            )
