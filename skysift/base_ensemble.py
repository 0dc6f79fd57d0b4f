"""The ensemble file that a calibration starts from, and the one it ends in."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from batch.score_tables import ScoredFrames
from ensembles.checked_file import read_ensemble
from ensembles.config import EnsembleConfig
from ensembles.ensemble_file import TO_FILL_IN, Tree, any_options, base_tree, blank
from ensembles.errors import ConfigError, WeightsError
from models.catalog import read
from models.digest import digest, made_by
from models.settings import ModelSettings

MADE_BY = "made_by"
"""The column of a score table that says which models gave the scores."""

UNNAMED = "calibrated"
"""What an ensemble is called where no base file says it."""


@dataclass(frozen=True, slots=True)
class Base:
    """A base file, or what stands in for one.

    Args:
        path: None when there is none.
        config: The same; thresholds and vote are those before the calibration.
    """

    path: Path | None
    config: EnsembleConfig | None

    @property
    def name(self) -> str:
        """Name of the ensemble."""
        return self.config.name if self.config else UNNAMED

    @property
    def target(self) -> str:
        """What is looked for, in words; empty when nobody said it."""
        return self.config.target if self.config and self.config.target != TO_FILL_IN else ""

    @property
    def vote(self) -> str | Mapping[str, object] | None:
        """How the base file's votes settle; None without one."""
        if self.config is None:
            return None
        vote = self.config.vote
        return vote if isinstance(vote, str) else vote.model_dump()

    def voters(self, frames: ScoredFrames) -> tuple[str, ...]:
        """Return the voters to calibrate, in the order they are asked."""
        if self.config is None:
            return frames.table.voters
        return tuple(voter.name for voter in self.config.voters)

    def tree(self, frames: ScoredFrames, *, folder: Path) -> Tree:
        """Return what the new file says before the calibration changes it.

        Args:
            frames: Name the voters where there is no base file.
            folder: Of the new file.
        """
        if self.path is None or self.config is None:
            return blank(UNNAMED, frames.table.voters)
        return base_tree(self.path, self.config, folder=folder)


def read_base(path: Path | None) -> Base:
    """Return the base file; one that Skysift wrote with its kinds left to fill in will do.

    Raises:
        ConfigError: With every mistake of the file.
    """
    return Base(path, None if path is None else read_for_scores(path))


def read_for_scores(path: Path) -> EnsembleConfig:
    """Return an ensemble of which only voters, thresholds and vote will be needed.

    Raises:
        ConfigError: With every mistake of the file.
    """
    config = read_ensemble(path, any_options)
    filled_in = all(voter.kind != TO_FILL_IN for voter in config.voters)
    return read(path) if filled_in else config


def digest_of(path: Path, settings: ModelSettings) -> tuple[str | None, str]:
    """Return the digest of a file, or None and why nobody knows it yet."""
    config = read_for_scores(path)
    if any(voter.kind == TO_FILL_IN for voter in config.voters):
        return None, f"kinds are left to fill in in {path}"
    try:
        return digest(config, settings), ""
    except WeightsError as error:
        return None, str(error)


def refuse_foreign_scores(base: Base, frames: ScoredFrames, settings: ModelSettings) -> None:
    """Refuse scores that other models gave than those of the base file.

    A table that does not say who made it is believed, as is a base file without its weights.

    Raises:
        ConfigError: With every voter whose model is another one now.
    """
    said = set(frames.asides.get(MADE_BY, ()))
    if base.config is None or not said or any(v.kind == TO_FILL_IN for v in base.config.voters):
        return
    try:
        now = made_by(base.config, settings)
    except WeightsError:
        return
    problems = [
        f"score_{voter}: these scores were made by another model or other options "
        f"({then[voter]} then, {now[voter]} now): score the frames again"
        for cell in sorted(said)
        for then in [dict(part.partition("=")[::2] for part in cell.split())]
        for voter in now
        if then.get(voter, now[voter]) != now[voter]
    ]
    if problems:
        raise ConfigError(problems, source=str(frames.source))
