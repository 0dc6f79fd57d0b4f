"""A thin client: retries with patience, and never calls a frame skipped without an answer."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from random import Random
from time import sleep
from urllib.parse import SplitResult, urlencode, urlsplit

from pydantic import ValidationError

from ensembles.errors import ConfigError
from ensembles.reasons import Reason
from ensembles.votes import Decision
from service.schemas import EnsemblesOut, ErrorOut, TriageAnswer

WORTH_ANOTHER_TRY = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
NO_ENTRY = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
KEY_VARIABLE = "SKYSIFT_API_KEY"
KEY = re.compile(r"[!-~]+")
FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What is known of one picture.

    Args:
        decision: `skip` only when the service said so in a whole answer.
        answer: What the service judged; None when it did not.
        reasons: What went wrong on the way; empty when nothing.
        error: The last thing that went wrong, for a person; empty when there is an answer.
    """

    decision: Decision
    answer: TriageAnswer | None
    reasons: tuple[Reason, ...]
    error: str = ""


@dataclass(frozen=True, slots=True)
class _Response:
    status: int
    body: bytes
    retry_after: str


class Client:
    """Asks one service; safe to use from several threads.

    Args:
        url: Of the service, such as `http://localhost:3000`.
        ensemble: Which one decides; the service's default when None.
        key: An API key; when None, the one that the variable SKYSIFT_API_KEY holds, if any.
        attempts: How often one picture is sent at most.
        timeout_seconds: For each attempt.
        seed: Of the jitter that keeps many clients from coming back together.
        wait: Called with seconds between attempts.

    Raises:
        ConfigError: The URL is none, or the key cannot be one.
    """

    def __init__(
        self,
        url: str,
        *,
        ensemble: str | None = None,
        key: str | None = None,
        attempts: int = 5,
        timeout_seconds: float = 60.0,
        seed: int | None = None,
        wait: Callable[[float], None] = sleep,
    ) -> None:
        self._url = _checked(url)
        self._ensemble = ensemble
        self._headers = _headers(os.environ.get(KEY_VARIABLE, "") if key is None else key)
        self._attempts = attempts
        self._timeout = timeout_seconds
        self._jitter = Random(seed)  # noqa: S311 - spreads clients, guards nothing
        self._wait = wait

    def triage(self, picture: bytes | Path, *, explain: bool = False) -> Reply:
        """Return the verdict on one picture, `review` when none could be had.

        Args:
            picture: The encoded picture, or a file that holds it.
            explain: Ask every voter, even when fewer would settle it.
        """
        body = picture.read_bytes() if isinstance(picture, Path) else picture
        asked = {"ensemble": self._ensemble} if self._ensemble else {}
        if explain:
            asked["explain"] = "true"
        return _reply(self._persist("POST", f"/v1/triage?{urlencode(asked)}", body))

    def ensembles(self) -> EnsemblesOut:
        """Return what the service has loaded.

        Raises:
            ConfigError: There is no Skysift at the URL, or it does not let us in.
        """
        response = self._persist("GET", "/v1/ensembles", None)
        if isinstance(response, _Response) and response.status == HTTPStatus.OK:
            return EnsemblesOut.model_validate_json(response.body)
        if isinstance(response, _Response) and response.status in NO_ENTRY:
            raise ConfigError(
                f"{self._url.geturl()} does not let us in: set {KEY_VARIABLE} to a key with the "
                "scope 'read'"
            )
        raise ConfigError(f"{self._url.geturl()} does not answer as Skysift does")

    def _persist(self, method: str, path: str, body: bytes | None) -> "_Response | Exception":
        """Return the last response, or what prevented one."""
        outcome = self._attempt(method, path, body)
        for seconds in self._waits():
            if not _worth_another_try(outcome):
                break
            self._wait(self._patience(outcome, seconds))
            outcome = self._attempt(method, path, body)
        return outcome

    def _attempt(self, method: str, path: str, body: bytes | None) -> "_Response | Exception":
        kind = HTTPSConnection if self._url.scheme == "https" else HTTPConnection
        host = self._url.hostname or ""
        with closing(kind(host, self._url.port, timeout=self._timeout)) as connection:
            try:
                connection.request(method, self._url.path.rstrip("/") + path, body, self._headers)
                response = connection.getresponse()
                return _Response(
                    response.status, response.read(), response.headers.get("Retry-After", "")
                )
            except (OSError, HTTPException) as error:
                return error

    def _waits(self) -> Iterator[float]:
        for attempt in range(self._attempts - 1):
            yield FIRST_WAIT_SECONDS * 2**attempt

    def _patience(self, outcome: "_Response | Exception", seconds: float) -> float:
        """Return how long to wait: what the service asked for, or else longer each time."""
        asked = outcome.retry_after if isinstance(outcome, _Response) else ""
        least = float(asked) if asked.isdecimal() else seconds
        return min(LONGEST_WAIT_SECONDS, least * (1 + self._jitter.random() / 2))


def _headers(key: str) -> dict[str, str]:
    if not key:
        return {}
    if not KEY.fullmatch(key):
        raise ConfigError("the API key holds what none does, such as a line break or a space")
    return {"Authorization": f"Bearer {key}"}


def _checked(url: str) -> SplitResult:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError(f"{url!r} is no URL of a service; write http://host:port")
    return parts


def _worth_another_try(outcome: "_Response | Exception") -> bool:
    return isinstance(outcome, Exception) or outcome.status in WORTH_ANOTHER_TRY


def _reply(outcome: "_Response | Exception") -> Reply:
    if isinstance(outcome, Exception):
        return _review(Reason.DISCONNECTED, f"no answer: {outcome!r}")
    try:
        if outcome.status == HTTPStatus.OK:
            answer = TriageAnswer.model_validate_json(outcome.body)
            return Reply(answer.decision, answer, tuple(answer.reasons))
        refused = ErrorOut.model_validate_json(outcome.body)
    except ValidationError:
        return _review(Reason.INTERNAL, f"status {outcome.status}, and no answer of Skysift's")
    return _review(refused.reason, refused.error)


def _review(reason: Reason, error: str) -> Reply:
    return Reply("review", None, (reason,), error)
