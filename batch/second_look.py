"""The frames of a job that drift may look at: the sample that their hash chose.

They are judged a second time, after the job. Workers give rows and nothing else, so whatever can
happen to a job, a kill, a resume, a merge, a cluster, happens without drift.
"""

from collections.abc import Iterator

from batch.input import Input
from batch.journal import Journal
from ensembles.gate import share_of


def fair_sample(journal: Journal, full_ballots: float) -> Iterator[Input]:
    """Yield the inputs with a frame that was chosen for a full ballot, in their order.

    A frame on which everybody was asked because the votes were open is no fair sample.

    Args:
        journal: Of a job, complete or not.
        full_ballots: Share of frames on which every voter is asked, in [0, 1].
    """
    for given, cells in journal.pairs():
        if cells is None or cells["detail"] is not None:
            continue  # not judged yet, or never: its picture may end whoever opens it
        if share_of(cells["id"]) < full_ballots:
            yield given
