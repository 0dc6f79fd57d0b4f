"""Which flight a frame belongs to: frames of one flight are alike, and drift must know it."""

import re
from dataclasses import dataclass
from datetime import datetime
from math import isnan
from typing import Self

from starlette.requests import Request

from ensembles.reasons import Reason
from monitoring.observation import posix_seconds
from service.refusals import Refusal

HEADER = "X-Skysift-Flight"
WELL_FORMED = re.compile(r"[A-Za-z0-9._:-]{1,64}")

BLOCK_SECONDS = 20 * 60
"""What one battery lasts: without a name, frames of one client in such a block are one flight."""


@dataclass(frozen=True, slots=True)
class Flight:
    """What a request says of its flight.

    Args:
        name: As the client called it; None when it did not.
        client: Its address, which stands for the drone when it gave no name.
    """

    name: str | None
    client: str

    @classmethod
    def of(cls, request: Request) -> Self:
        """Return what the request says.

        Raises:
            Refusal: The header is not 1 to 64 letters, digits and `._:-`.
        """
        name = request.headers.get(HEADER)
        if name is not None and not WELL_FORMED.fullmatch(name):
            raise Refusal(
                Reason.BAD_REQUEST,
                f"{HEADER} must be 1 to 64 letters, digits and . _ : -, not {name[:80]!r}",
            )
        return cls(name, request.client.host if request.client else "")

    def of_frame(self, taken: datetime | None, *, now: float) -> str:
        """Return the flight of one frame.

        Args:
            taken: When the frame was taken; pictures sent after landing are told apart by it.
            now: POSIX seconds, for frames that do not say.
        """
        if self.name is not None:
            return self.name
        seconds = posix_seconds(taken)
        block = int((now if isnan(seconds) else seconds) // BLOCK_SECONDS)
        return f"{self.client} {block}"
