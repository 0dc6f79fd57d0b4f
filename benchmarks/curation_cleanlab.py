"""Ask cleanlab, in an environment of its own, which labels are wrong.

    python curation_cleanlab.py IN.npz OUT.npz

IN has `probabilities<number>` (n, k), out of fold, and `labels<number>` (n,) for each trial. OUT
gets `quality<number>` (n,), low where a label is likely wrong, and `found<number>` (n,), what
cleanlab calls wrong; both at its defaults.
"""

import sys

import numpy as np
from cleanlab.filter import find_label_issues
from cleanlab.rank import get_label_quality_scores

said = {}
with np.load(sys.argv[1]) as given:
    for trial in range(len(given.files) // 2):
        labels, probabilities = given[f"labels{trial}"], given[f"probabilities{trial}"]
        said[f"quality{trial}"] = get_label_quality_scores(labels, probabilities)
        said[f"found{trial}"] = find_label_issues(labels, probabilities, n_jobs=1)
np.savez(sys.argv[2], **said)
