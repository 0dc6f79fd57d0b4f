"""What evidently says of windows of embeddings; runs in an environment of its own.

    python evidently_windows.py

Reads lines `WINDOWS.npz<tab>SAID.npz` and answers each with `done`: it takes seconds to start. Of
the first it takes `usual`, shape (m, d), and `windows`, shape (n, f, d). It writes `scores` and
`alarms`, shape (n, methods), into the other: the drift score of each of its methods, and whether it
calls that drift by itself. Its own metric also draws a t-SNE picture of every window, which is left
out here.
"""

import sys

import numpy as np
import pandas as pd
from evidently.legacy.metrics.data_drift.embedding_drift_methods import (
    distance,
    mmd,
    model,
    ratio,
)

DONE = "done"
FEW = 1000
"""Below so many usual frames evidently's metric asks for its bootstrap."""


def answer(source: str, target: str) -> None:
    """Score every window by every method."""
    with np.load(source) as given:
        usual, windows = given["usual"], given["windows"]
    methods = (model(bootstrap=len(usual) < FEW), ratio(), distance(), mmd())
    # A method writes a column into what it is given, so each is given a table of its own.
    said = [
        [method(pd.DataFrame(window), pd.DataFrame(usual))[:2] for method in methods]
        for window in windows
    ]
    scores, alarms = np.moveaxis(np.array(said, dtype=np.float64), 2, 0)
    np.savez(target, scores=scores, alarms=alarms.astype(bool))


def main() -> None:
    """Answer until nobody asks."""
    for line in sys.stdin:
        answer(*line.rstrip("\n").split("\t"))
        print(DONE, flush=True)


if __name__ == "__main__":
    main()
