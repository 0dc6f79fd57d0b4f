"""Whether the promise that an ensemble file names holds for the ensemble as it is now."""

from dataclasses import dataclass
from pathlib import Path

from ensembles.certificate import Status, read_certificate
from ensembles.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether an ensemble is promised anything.

    Args:
        status: `valid`, `watch` (a drift alarm is on), `void` (made for another digest,
            unreadable, or refuted by labels), or `none`.
        reason: Why, in words.
        certificate_id: Of the certificate that was found, valid or not; None without one.
    """

    status: Status = "none"
    reason: str = "the ensemble file names no certificate: its recall is not certified"
    certificate_id: str | None = None

    @property
    def promise_id(self) -> str | None:
        """Id of the certificate that verdicts carry; None unless it is valid."""
        return self.certificate_id if self.status == "valid" else None


NO_CERTIFICATE = Standing()


def standing_of(path: Path | None, digest: str) -> Standing:
    """Return whether the certificate holds for the ensemble with this digest.

    A certificate that cannot be read is void: it never keeps a gate from running.

    Args:
        path: As the ensemble file names it; None when it names none.
        digest: Of the ensemble as it is now.
    """
    if path is None:
        return NO_CERTIFICATE
    try:
        certificate = read_certificate(path)
    except ConfigError as error:
        return Standing("void", f"{path}: {'; '.join(error.problems)}")
    status, reason = certificate.standing(digest)
    return Standing(status, reason, certificate.id)
