"""Which gate a profile was made with, and what another does otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from ensembles.config import EnsembleConfig


@dataclass(frozen=True, slots=True)
class Identity:
    """Which gate a profile was made with.

    Args:
        ensemble: Its name.
        encoder: The voter whose embeddings are watched; empty when none gives any.
        made_by: Per voter, what its weights, prompts and preprocessing are (`made_by`).
        thresholds: Per voter.
        vote: How the votes settle, in words.
    """

    ensemble: str
    encoder: str
    made_by: Mapping[str, str]
    thresholds: Mapping[str, float]
    vote: str

    @classmethod
    def of(cls, config: EnsembleConfig, made_by: Mapping[str, str], *, encoder: str) -> Self:
        """Return which gate an ensemble file describes."""
        return cls(
            ensemble=config.name,
            encoder=encoder,
            made_by=made_by,
            thresholds={voter.name: voter.threshold for voter in config.voters},
            vote=_in_words(config),
        )

    @property
    def voters(self) -> tuple[str, ...]:
        """In the order of the ensemble."""
        return tuple(self.made_by)

    def differences(self, other: "Identity") -> list[str]:
        """Return what another gate does otherwise, one line each."""
        if set(self.voters) != set(other.voters):
            return [f"voters: {', '.join(self.voters)}, but the gate has {', '.join(other.voters)}"]
        found = [
            f"voter {voter!r}: other weights, prompts or preprocessing"
            for voter in self.voters
            if self.made_by[voter] != other.made_by[voter]
        ]
        found += [
            f"voter {voter!r}: threshold {self.thresholds[voter]:g}, but the gate has "
            f"{other.thresholds[voter]:g}"
            for voter in self.voters
            if self.thresholds[voter] != other.thresholds[voter]
        ]
        found += [
            f"{what}: {mine!r}, but the gate has {its!r}"
            for what, mine, its in (
                ("encoder", self.encoder, other.encoder),
                ("vote", self.vote, other.vote),
            )
            if mine != its
        ]
        return found


def _in_words(config: EnsembleConfig) -> str:
    """Return how votes settle, with the floors below which a voter ends a frame by itself."""
    floors = [
        f"{voter.name} floor {voter.floor:g}" for voter in config.voters if voter.floor is not None
    ]
    return ", ".join([str(config.vote), *floors])
