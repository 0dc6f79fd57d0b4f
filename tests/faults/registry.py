"""Every row of the table, in its order: a new file of faults is one line here."""

from tests.faults import (
    bombs,
    doors,
    endings,
    hangups,
    no_pictures,
    odd_pictures,
    parts,
    reloads,
    requests,
    strangers,
    uploads,
)
from tests.faults.fault import Fault

FAULTS: tuple[Fault, ...] = (
    *no_pictures.FAULTS,
    *bombs.FAULTS,
    *odd_pictures.FAULTS,
    *requests.FAULTS,
    *parts.FAULTS,
    *reloads.FAULTS,
    *endings.FAULTS,
    *hangups.FAULTS,
    *uploads.FAULTS,
    *doors.FAULTS,
    *strangers.FAULTS,
)
