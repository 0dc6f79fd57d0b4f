"""`skysift review`: what people say of frames, and what follows for the promise on recall."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer

from ensembles.certificate import read_certificate
from ensembles.errors import ConfigError
from ensembles.standing import Standing
from models.settings import read_settings as read_model_settings
from review.labels import Receipt, read_label_file
from review.recall import LiveRecall, live_recall
from review.standing_now import standing_now
from review.store import ReviewStore
from review.turns import Turn
from service.settings import read_settings
from skysift.ensemble_state import state_of

LABELS_AT_ONCE = 10_000

app = typer.Typer(help="Say what is on frames, and see what follows.", no_args_is_help=True)

EnsembleFile = Annotated[Path, typer.Argument(help="An ensemble file.")]


@dataclass(frozen=True, slots=True)
class Promise:
    """What is known of the promise of one ensemble.

    Args:
        ensemble: Its name.
        digest: As it is now.
        standing: Of its certificate, held against labels; drift is known to the service alone.
        live: What labels say.
        turn: Who judges.
    """

    ensemble: str
    digest: str
    standing: Standing
    live: LiveRecall
    turn: Turn


@app.command("import")
def import_labels(
    labels: Annotated[Path, typer.Argument(help="CSV: frame, label, by, at, perhaps object.")],
    *,
    ensemble: Annotated[str, typer.Option(help="Name of the ensemble that judged the frames.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Take in labels that people gave; a label that is known already stays one."""
    given = read_label_file(labels)
    store = _store()
    receipt = Receipt(0, 0, 0)
    for start in range(0, len(given), LABELS_AT_ONCE):
        some = given[start : start + LABELS_AT_ONCE]
        receipt += store.add_labels(ensemble, some, source="import")
    if as_json:
        typer.echo(json.dumps(asdict(receipt)))
    else:
        typer.echo(
            f"{receipt.received} labels for {ensemble}: {receipt.new} new, {receipt.counted} on "
            "frames of the blind sample"
        )


@app.command()
def status(
    ensemble: EnsembleFile,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Show what labels say of the recall, and who judges.

    Drift is not looked at here: `GET /v1/ensembles` knows of both.
    """
    found = _promise(ensemble, _store())
    if as_json:
        typer.echo(json.dumps(asdict(found), default=str))
    else:
        typer.echo("\n".join(_lines(found)))


@app.command()
def restore(
    ensemble: EnsembleFile,
    *,
    by: Annotated[str, typer.Option(help="Who decides so.")],
    note: Annotated[str, typer.Option(help="Why.")],
) -> None:
    """Let the ensemble's own gate judge again, and evidence begin anew.

    A service that runs on the same database follows within SKYSIFT_WATCH_SECONDS.
    """
    store = _store()
    found = _promise(ensemble, store)
    turn = found.turn.restore(note, by=by, after_label=store.newest_label())
    if not store.add_turn(turn):
        raise ConfigError("somebody else decided at this moment; look at `skysift review status`")
    typer.echo(
        f"{found.ensemble}: its own gate judges, and evidence begins after the labels given so far"
    )


def _store() -> ReviewStore:
    store = ReviewStore.at(read_settings().database)
    if store is None:
        raise ConfigError("SKYSIFT_DATABASE is none: there is nothing to read or write")
    return store


def _promise(path: Path, store: ReviewStore) -> Promise:
    state = state_of(path, read_model_settings())
    problems = (*state.problems, *state.missing)
    if state.config is None or state.digest is None or state.standing is None:
        raise ConfigError(problems, source=str(path))
    turn = store.last_turn(state.config.name, state.digest)
    promised = None
    if state.standing.status == "valid" and state.config.certificate:
        promised = read_certificate(state.config.certificate).recall
    live = live_recall(store.labelled(state.digest, after=turn.after_label), promised)
    standing = standing_now(state.standing, live=live)
    return Promise(state.config.name, state.digest, standing, live, turn)


def _lines(found: Promise) -> Iterator[str]:
    live, turn = found.live, found.turn
    yield f"{found.ensemble}, digest {found.digest[:12]}"
    yield f"  certificate  {found.standing.status}: {found.standing.reason}"
    yield f"  labels       {live.kept} targets kept, {live.missed} missed"
    yield f"  recall       at least {live.lower_bound:.3f}, with 95 % confidence at every look"
    if live.evidence is not None:
        yield f"  evidence     {live.evidence:.3g} against the promise; void from {live.limit:g}"
    yield f"  judged by    {'the wider gate' if turn.switched else 'its own gate'}"
    if turn.number:
        when = f"{turn.turned_at:%Y-%m-%d %H:%M} UTC"
        yield f"  last turn    {turn.state}, {when}, by {turn.turned_by}: {turn.reason}"
