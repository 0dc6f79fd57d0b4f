"""Skysift's batch path in a process of its own."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from batch.row import Row
from batch.score import score
from benchmarks.inside import Work
from benchmarks.laps import Scores
from models.ensemble import Ensemble, load_ensemble
from models.settings import read_settings as read_model_settings
from monitoring.around import guard


def prepare_batch(ensemble_file: Path) -> Work:
    """Return a job that asks every voter."""
    return partial(_scores, _loaded(ensemble_file), ask_all=True)


def prepare_thrifty(ensemble_file: Path) -> Work:
    """Return a job that asks whom it must."""
    return partial(_scores, _loaded(ensemble_file), ask_all=False)


def prepare_counting(ensemble_file: Path) -> Work:
    """Return a job that asks whom it must and keeps nothing, so that its memory is its own."""
    ensemble = _loaded(ensemble_file)

    def work(paths: Sequence[Path]) -> Sequence[Scores]:
        count = sum(1 for _ in _rows(ensemble, paths, ask_all=False))
        if count != len(paths):
            raise ValueError(f"{count} rows came back for {len(paths)} pictures")
        return ()

    return work


def _loaded(ensemble_file: Path) -> Ensemble:
    return load_ensemble(ensemble_file, read_model_settings(), around=guard)


def _rows(ensemble: Ensemble, paths: Sequence[Path], *, ask_all: bool) -> Iterator[Row]:
    return score(paths, ensemble, limits=read_model_settings().limits, ask_all=ask_all)


def _scores(ensemble: Ensemble, paths: Sequence[Path], *, ask_all: bool) -> Sequence[Scores]:
    return [
        {vote.voter: vote.score for vote in row.verdict.votes if vote.score is not None}
        for row in _rows(ensemble, paths, ask_all=ask_all)
    ]
