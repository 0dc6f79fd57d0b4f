"""The one exception tree: everything here is meant to be read by a person."""

from collections.abc import Sequence

from ensembles.reasons import Reason


class SkysiftError(Exception):
    """Something a person can act on; shown without a traceback."""


class ConfigError(SkysiftError):
    """A file or setting is wrong.

    Args:
        problems: One line per mistake, each naming its place and what would be right.
        source: Where the mistakes are, such as the path of the ensemble file.
    """

    def __init__(self, problems: str | Sequence[str], *, source: str = "") -> None:
        self.problems = (problems,) if isinstance(problems, str) else tuple(problems)
        self.source = source
        lines = "\n".join(f"  {problem}" for problem in self.problems)
        super().__init__(f"{source}:\n{lines}" if source else "\n".join(self.problems))


class WeightsError(SkysiftError):
    """A model cannot run here: its weights or its runtime are missing, altered or unfit."""


class BadImageError(SkysiftError):
    """Bytes that cannot be judged as a picture, and why."""

    def __init__(self, reason: Reason, message: str) -> None:
        self.reason = reason
        super().__init__(message)
