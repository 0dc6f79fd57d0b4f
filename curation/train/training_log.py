"""One line of CSV an epoch, to be looked at while a training runs."""

import csv
from dataclasses import astuple, dataclass, fields
from pathlib import Path

LOG = "log.csv"


@dataclass(frozen=True, slots=True)
class Epoch:
    """What one epoch was like.

    Args:
        epoch: From 1.
        loss: Mean over its frames.
        rate: The learning rate at its end.
        average_precision: On the validation frames.
        seconds: Wall time.
    """

    epoch: int
    loss: float
    rate: float
    average_precision: float
    seconds: float


def note(path: Path, epoch: Epoch) -> None:
    """Add a line, and the header to a new file; lines of epochs that are repeated go."""
    kept = []
    if path.exists():
        with path.open(newline="", encoding="utf-8") as file:
            kept = list(csv.reader(file))[1:]
    kept = [row for row in kept if int(row[0]) < epoch.epoch]
    kept.append([f"{value:.6g}" for value in astuple(epoch)])
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([each.name for each in fields(Epoch)])
        writer.writerows(kept)
