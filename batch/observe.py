"""Takes down what drift sees of each frame while a gate judges it."""

from collections.abc import Callable
from pathlib import Path

from ensembles.voter import Voter
from ensembles.votes import Verdict
from models.digest import made_by
from models.ensemble import load_ensemble
from models.frames import Frame
from models.settings import ModelSettings
from monitoring.around import Watched, guard
from monitoring.attributes import attributes_of
from monitoring.embeddings import Embeddings
from monitoring.identity import Identity
from monitoring.observation import Floats, Observation, Observations, posix_seconds, scores_of

FlightOf = Callable[[Frame], str]
"""Which flight a frame belongs to."""


class Observer:
    """An ensemble, and what drift sees of the frames it judges.

    Args:
        path: The ensemble file.
        settings: Where weights live and how networks run.
    """

    def __init__(self, path: Path, settings: ModelSettings) -> None:
        self._heard: dict[str, Embeddings] = {}
        self._observed: list[Observation] = []
        self._encoder = ""
        self._settings = settings
        self.ensemble = load_ensemble(path, settings, around=self._around)

    def tap(self, flight_of: FlightOf) -> Callable[[Frame, Verdict], None]:
        """Return what is to be told of each judged frame; only full ballots are taken down."""

        def tell(frame: Frame, verdict: Verdict) -> None:
            observation = self.observe(frame, verdict, flight_of(frame))
            if verdict.full_ballot:
                self._observed.append(observation)

        return tell

    def observe(self, frame: Frame, verdict: Verdict, flight: str) -> Observation:
        """Return what drift sees of a frame that was just judged; not taken down."""
        return Observation(
            id=frame.id,
            flight=flight,
            attributes=attributes_of(frame.pixels),
            scores=scores_of(verdict, self.voters),
            kept=verdict.decision == "review",
            embedding=self._embedding(frame.id),
            seconds=posix_seconds(frame.captured_at),
            place=frame.source,
        )

    @property
    def voters(self) -> tuple[str, ...]:
        """Of the ensemble, in its order."""
        return tuple(voter.name for voter in self.ensemble.config.voters)

    @property
    def identity(self) -> Identity:
        """Which gate this is, and which of its voters gave embeddings."""
        return self.identity_with(self._encoder)

    def identity_with(self, encoder: str) -> Identity:
        """Return which gate this is, with the embeddings of a voter of this name."""
        config = self.ensemble.config
        return Identity.of(config, made_by(config, self._settings), encoder=encoder)

    @property
    def observations(self) -> Observations:
        """Everything taken down so far."""
        known = (each.embedding for each in self._observed if each.embedding is not None)
        first = next(known, None)
        return Observations.of(
            self._observed,
            voters=len(self.voters),
            dimension=0 if first is None else len(first),
        )

    def _around(
        self, ensemble: str, name: str, voter: Voter[Frame], timeout_seconds: float
    ) -> Voter[Frame]:
        heard = self._heard.setdefault(name, Embeddings())
        return Watched(guard(ensemble, name, voter, timeout_seconds), heard, lambda _: True)

    def _embedding(self, frame_id: str) -> Floats | None:
        """Return what the encoder saw; it is the first voter, in their order, that gives any."""
        given = {name: heard.pop(frame_id) for name, heard in self._heard.items()}
        if not self._encoder:
            self._encoder = next((name for name, one in given.items() if one is not None), "")
        return given.get(self._encoder)
