"""Skysift's batch path in a process of its own."""

from collections.abc import Sequence
from pathlib import Path

from batch.score import score
from benchmarks.inside import Work
from benchmarks.laps import Scores
from models.catalog import load_ensemble
from models.settings import read_settings as read_model_settings
from monitoring.around import guard


def prepare_batch(ensemble_file: Path, *, ask_all: bool) -> Work:
    """Load the ensemble, and return what makes rows of pictures."""
    settings = read_model_settings()
    ensemble = load_ensemble(ensemble_file, settings, around=guard)

    def work(paths: Sequence[Path]) -> list[Scores]:
        rows = score(paths, ensemble, limits=settings.limits, ask_all=ask_all)
        return [
            {vote.voter: vote.score for vote in row.verdict.votes if vote.score is not None}
            for row in rows
        ]

    return work
