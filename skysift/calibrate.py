"""`skysift calibrate`: a recall that can be promised, or the number of positives still missing."""

import json
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from batch.relabel import Answers, read_answers
from batch.score_tables import ScoredFrames, read_score_table
from ensembles.bounds import Promise
from ensembles.calibrate import Payment, TooFewPositivesError
from ensembles.candidates import BEST
from ensembles.errors import ConfigError
from ensembles.replay import SECONDS_PER_FRAME
from models.settings import read_settings
from skysift.base_ensemble import MADE_BY, Base, read_base, refuse_foreign_scores
from skysift.calibration_files import Pictures, refuse_to_lose, write_files
from skysift.calibration_job import FLOOR_SHARE, Wish, calibrate_frames
from skysift.calibration_words import facts_of, lines_of, refusal_facts


class Pay(StrEnum):
    """How the choice among several rules is paid for."""

    SPLIT = "split"
    SHARE = "share"


PAYMENTS: dict[Pay, Payment] = {Pay.SPLIT: "split", Pay.SHARE: "delta / M"}


def calibrate(
    scores: Annotated[Path, typer.Argument(help="A score table: .parquet or .csv.")],
    *,
    recall: Annotated[float, typer.Option(help="Share of objects to be found at least.")],
    confidence: Annotated[float, typer.Option(help="How sure to be of that.")] = 0.95,
    rule: Annotated[
        list[str] | None,
        typer.Option(help="or, and, 2-of-3, weighted, a voter, or best; repeated for several."),
    ] = None,
    ensemble: Annotated[Path | None, typer.Option(help="The ensemble file to start from.")] = None,
    out: Annotated[Path, typer.Option(help="The ensemble file to write.")] = Path("ensemble.yaml"),
    seed: Annotated[int, typer.Option(min=0, help="Of the split and the second look.")] = 0,
    seconds_per_frame: Annotated[
        float, typer.Option(min=0, help="What a look at one frame costs a person.")
    ] = SECONDS_PER_FRAME,
    scope: Annotated[
        list[str] | None, typer.Option(help="key=value, such as sensor=FC220; repeated.")
    ] = None,
    slice_by: Annotated[
        list[str] | None, typer.Option(help="A column whose values are conditions; repeated.")
    ] = None,
    split: Annotated[str | None, typer.Option(help="Use only frames of this split.")] = None,
    relabelled: Annotated[
        list[Path] | None, typer.Option(help="A relabel.csv that was filled in; repeated.")
    ] = None,
    pictures: Annotated[
        Path | None, typer.Option(help="Folder of the frames, for the report's thumbnails.")
    ] = None,
    pay: Annotated[
        Pay | None,
        typer.Option(help="How the choice among rules is paid for; default: what costs less."),
    ] = None,
    early_no: Annotated[
        str | None,
        typer.Option(help="A voter that may end a frame alone, below a floor; the cheapest."),
    ] = None,
    floor_share: Annotated[
        float, typer.Option(min=0, max=1, help="Share of the allowed misses for that floor.")
    ] = FLOOR_SHARE,
    average: Annotated[
        bool, typer.Option("--average", help="A recall on average, without a guarantee.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Promise a recall, with a certificate.

    Chooses a rule and thresholds that keep the promise on the frames of a score table. Writes
    the ensemble file, and beside it certificate.json, relabel.csv and report.html. Exits with 2
    when the promise cannot be certified, and says how many positives would do.
    """
    promise = promise_of(recall, confidence)
    base = read_base(ensemble)
    columns = tuple(slice_by or ())
    frames = read_score_table(
        scores, asides=("path", MADE_BY, *columns), split=split, needs_positives=True
    )
    answers = _answers(relabelled or ())
    settings = read_settings()
    refuse_to_lose(out, base, answers)
    refuse_foreign_scores(base, frames, settings)
    wish = Wish(
        promise=promise,
        rules=tuple(rule) if rule else _usual_rules(base),
        payment=PAYMENTS[pay] if pay else None,
        average=average,
        seed=seed,
        seconds_per_frame=seconds_per_frame,
        scope=_scope(scope or ()),
        slice_by=columns,
        gatekeeper=early_no,
        floor_share=floor_share,
    )
    try:
        done = calibrate_frames(
            frames, base, wish, answers, answered_in=relabelled[0] if relabelled else None
        )
    except TooFewPositivesError as error:
        if as_json:
            typer.echo(json.dumps(refusal_facts(error)))
        raise
    files = write_files(done, base, wish, out, settings, pictures=_pictures_of(frames, pictures))
    if as_json:
        typer.echo(json.dumps(facts_of(done, wish, files), indent=2, allow_nan=False))
    else:
        typer.echo("\n".join(lines_of(done, wish, files)))


def promise_of(recall: float, confidence: float) -> Promise:
    """Return the promise; raises `ConfigError` when a number is not between 0 and 1."""
    try:
        return Promise(recall, confidence)
    except ValueError as error:
        raise ConfigError(f"--{error}; write 0.95 for 95 %") from None


def _usual_rules(base: Base) -> tuple[str, ...]:
    """Return the base file's own vote; without one, every rule is looked at."""
    if base.vote is None:
        return (BEST,)
    return (base.vote if isinstance(base.vote, str) else "weighted",)


def _scope(words: Sequence[str]) -> dict[str, str]:
    wrong = [word for word in words if not all(map(str.strip, word.partition("=")))]
    if wrong:
        raise ConfigError([f"--scope {word}: expected key=value" for word in wrong])
    return {key.strip(): value.strip() for key, _, value in (w.partition("=") for w in words)}


def _answers(paths: Sequence[Path]) -> Answers:
    answers: Answers = {}
    for path in paths:
        answers |= read_answers(path)
    return answers


def _pictures_of(frames: ScoredFrames, folder: Path | None) -> Pictures | None:
    """Return what finds the picture of a frame, by its id below a folder or by its path."""
    places = dict(zip(frames.ids, frames.asides.get("path", ()), strict=False))
    if folder is None and not places:
        return None

    def find(frame: str) -> Path | None:
        path = folder / frame if folder else Path(places.get(frame, ""))
        return path if path.is_file() else None

    return find
