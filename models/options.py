"""What every kind of voter's options can do."""

from abc import abstractmethod
from pathlib import Path

from ensembles.config import VoterOptions
from ensembles.voter import Voter
from models.frames import Frame
from models.runtime import Runtime
from models.settings import ModelSettings


class ModelOptions(VoterOptions):
    """Options that know how to become a voter of frames."""

    @abstractmethod
    def load(self, runtime: Runtime) -> Voter[Frame]:
        """Return the voter, ready to read.

        Raises:
            WeightsError: Its weights or the runtime are missing or unfit.
        """

    def view_px(self, settings: ModelSettings) -> int:  # noqa: ARG002 - for kinds that use the cache
        """Return the shorter side, in pixels, from which a frame is large enough for this voter.

        Raises:
            WeightsError: A prepared model says it, and it is missing.
        """
        return 1

    def artifacts(self, settings: ModelSettings) -> tuple[Path, ...]:  # noqa: ARG002 - for kinds that use the cache
        """Return the files whose bytes decide the scores; the ensemble's digest covers them.

        Raises:
            WeightsError: A file that names them is missing or unfit.
        """
        return ()
