"""Every row of the table, in its order: a new file of faults is one line here."""

from tests.faults import (
    bombs,
    clocks,
    disks,
    doors,
    endings,
    hangups,
    jobs,
    no_pictures,
    odd_pictures,
    overload,
    parts,
    reloads,
    requests,
    shadows,
    strangers,
    tested,
    uploads,
)
from tests.faults.fault import Fault

FAULTS: tuple[Fault, ...] = (
    *no_pictures.FAULTS,
    *bombs.FAULTS,
    *odd_pictures.FAULTS,
    *requests.FAULTS,
    *uploads.FAULTS,
    *parts.FAULTS,
    *reloads.FAULTS,
    *shadows.FAULTS,
    *endings.FAULTS,
    *hangups.FAULTS,
    *disks.FAULTS,
    *clocks.FAULTS,
    *overload.FAULTS,
    *doors.FAULTS,
    *strangers.FAULTS,
    *jobs.FAULTS,
    *tested.FAULTS,
)
