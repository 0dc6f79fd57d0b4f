"""The shadow's own file is followed too."""

from dataclasses import dataclass
from time import monotonic

import structlog
from structlog.typing import FilteringBoundLogger

from service.followed import Followed
from service.opening import Opener
from service.shadow import Shadow, load_shadow

log: FilteringBoundLogger = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class FollowedShadow:
    """A shadow, and its file on the disk.

    Args:
        shadow: Gets a new gate when the file was edited.
        file: Of the shadow.
        opener: Knows where weights live, and the gate it is compared with.
    """

    shadow: Shadow
    file: Followed
    opener: Opener

    @classmethod
    def of(cls, opener: Opener) -> "FollowedShadow | None":
        """Return what follows the shadow of a worker, if it has one."""
        path = opener.settings.shadow
        if opener.shadow is None or path is None:
            return None
        return cls(opener.shadow, Followed.at(path, opener.models), opener)

    def look(self) -> None:
        """Load the file if it changed and is at rest; one that is wrong changes nothing."""
        settings, models = self.opener.settings, self.opener.models
        try:
            if not self.file.look(models, now=monotonic()):
                return
            self.file.begin(now=monotonic())
            gate = load_shadow(self.file.path, settings.ensembles[0], models)
        except Exception as error:  # whatever a kind of somebody's own raises, the service goes on
            if str(error) != self.file.trouble:
                log.exception("shadow_reload_failed", file=str(self.file.path))
            self.file.trouble = str(error)
            return
        self.file.trouble = ""
        if gate.digest != self.shadow.gate.digest:
            log.info("shadow_reloaded", shadow=gate.config.name, digest=gate.digest)
            self.shadow.replace(gate)
