"""Who finds what, as many combinations of voters as a person reads."""

from collections.abc import Sequence
from dataclasses import dataclass

from ensembles.agreement import Company

MOST_TOGETHER = 10
"""Combinations of several voters on the page; each voter alone, and nobody, always are."""


@dataclass(frozen=True, slots=True)
class Companies:
    """The combinations that are shown, and what is left of the others.

    Args:
        shown: Most objects first.
        others: How many combinations are not shown.
        objects: Found by exactly those.
        false_alarms: Frames kept for nothing by exactly those.
    """

    shown: tuple[Company, ...]
    others: int
    objects: int
    false_alarms: int

    @property
    def most_objects(self) -> int:
        """The longest bar, at least 1."""
        return max([1, *(company.objects for company in self.shown)])

    @property
    def most_false_alarms(self) -> int:
        """The longest bar among those who keep anything, at least 1."""
        return max([1, *(company.false_alarms for company in self.shown if company.voters)])


def companies_of(found: Sequence[Company]) -> Companies:
    """Return the combinations to show, in the order they come in."""
    together = [company for company in found if len(company.voters) > 1]
    left_out = together[MOST_TOGETHER:]
    return Companies(
        shown=tuple(company for company in found if company not in left_out),
        others=len(left_out),
        objects=sum(company.objects for company in left_out),
        false_alarms=sum(company.false_alarms for company in left_out),
    )
