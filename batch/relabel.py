"""The file of a blind second look: `relabel.csv` goes out with empty labels and comes back filled.

It holds neither labels nor scores, and its rows are shuffled, so that whoever looks cannot know
which frames were missed. Rows that were answered stay in it when it is written again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from batch.columns import Wanted
from batch.score_cells import LABELS, SHOWN
from batch.score_tables import ScoredFrames
from batch.tables import read_table, write_table
from ensembles.errors import ConfigError
from ensembles.score_table import ScoreTable
from ensembles.second_look import Bools, with_labels

Answers = dict[str, str]
"""Labels (`1` or `0`) by the id of a frame."""


@dataclass(frozen=True, slots=True, eq=False)
class SecondLook:
    """Labels after some frames were looked at again.

    Args:
        corrected: The table with the labels as they are believed now.
        looked_at: Which frames had their second look, shape (n,).
        answers: What it said.
    """

    corrected: ScoreTable
    looked_at: Bools
    answers: Answers


def read_answers(path: Path) -> Answers:
    """Return the rows of a filled-in `relabel.csv` that have a label.

    Raises:
        ConfigError: With everything that is wrong.
    """
    read = read_table(path, Wanted(("id", "label")))
    problems = [f"there is no column {name!r}" for name in ("id", "label") if name not in read.text]
    labels = read.text.get("label", ())
    wrong = sorted({label for label in labels if label not in LABELS})
    problems += [f"label: must be 1, 0 or empty, not {label!r}" for label in wrong]
    if problems:
        raise ConfigError(problems, source=str(path))
    rows = zip(read.text["id"], read.text["label"], strict=True)
    return {str(name): str(label).removesuffix(".0") for name, label in rows if label}


def look_again(frames: ScoredFrames, answers: Answers, *, source: Path | None) -> SecondLook:
    """Return the table with the answers as its labels.

    Args:
        frames: With the labels as they were.
        answers: From `source`; may be empty.
        source: Where they came from.

    Raises:
        ConfigError: An answer is about a frame that the table does not have.
    """
    rows = {name: row for row, name in enumerate(frames.ids)} if answers else {}
    strange = [name for name in answers if name not in rows]
    if strange:
        raise ConfigError(
            f"{len(strange)} ids are not in {frames.source}, such as {', '.join(strange[:SHOWN])}",
            source=str(source),
        )
    labels = frames.table.labels.copy()
    looked_at = np.zeros(len(frames), dtype=bool)
    for name, label in answers.items():
        labels[rows[name]] = LABELS[label]
        looked_at[rows[name]] = True
    return SecondLook(with_labels(frames.table, labels), looked_at, answers)


def refuse_to_lose_answers(path: Path, known: Mapping[str, str]) -> None:
    """Refuse to replace a file with answers that are not known; raises `ConfigError`."""
    if path.exists() and any(name not in known for name in read_answers(path)):
        raise ConfigError(
            f"{path} holds labels of a second look, which would be lost: pass them on with "
            f"--relabelled {path}, or move the file away"
        )


def write_relabel(path: Path, look: SecondLook, frames: ScoredFrames, rows: Sequence[int]) -> None:
    """Write the answers there are and the frames still to be looked at.

    Args:
        path: A file of that name is replaced.
        look: The answers so far.
        frames: The table; its column `path`, if it was read, says where the pictures are.
        rows: Frames to look at, shuffled.
    """
    places = dict(zip(frames.ids, frames.asides.get("path", ()), strict=False))
    to_do = [frames.ids[row] for row in rows]
    names = [*look.answers, *to_do]
    columns = {"id": names, "label": [*look.answers.values(), *([None] * len(to_do))]}
    if places:
        columns["path"] = [places[name] for name in names]
    write_table(path, columns)
