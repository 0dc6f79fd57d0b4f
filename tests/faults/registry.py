"""Every row of the table, in its order: a new file of faults is one line here."""

from tests.faults import no_pictures
from tests.faults.fault import Fault

FAULTS: tuple[Fault, ...] = (*no_pictures.FAULTS,)
