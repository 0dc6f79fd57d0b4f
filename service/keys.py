"""API keys: what one may do, and the hash that is all that is kept of it.

A key is 256 random bits, so nobody guesses it and no list of likely ones exists: a plain SHA-256
protects it as well as a slow password hash would, and costs a request a microsecond.
"""

import re
from enum import StrEnum
from hashlib import sha256
from secrets import token_urlsafe

from pydantic import BaseModel, ConfigDict, Field, field_validator

PREFIX = "skysift_"
"""By which programs that look for leaked secrets, and people, know one."""
RANDOM_BYTES = 32
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
KEY = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}")
SHA256 = re.compile(r"[0-9a-f]{64}")


class KeyScope(StrEnum):
    """What a key may do."""

    TRIAGE = "triage"
    """Send pictures."""
    REVIEW = "review"
    """Say what is on frames."""
    READ = "read"
    """See which gates are loaded, and how their promises stand."""
    METRICS = "metrics"
    """See `/metrics`."""


class ApiKey(BaseModel):
    """What is kept of a key.

    No message about a wrong entry holds its value: somebody may have put a key itself there.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(description="Who holds it; stands in the log.")
    scopes: tuple[KeyScope, ...] = Field(description="What it may do.")
    per_minute: int | None = Field(
        default=None, ge=1, description="Pictures and other requests a minute, per worker."
    )
    sha256: str = Field(description="Of the key, in hexadecimal.")

    @field_validator("name")
    @classmethod
    def _plain(cls, name: str) -> str:
        if not NAME.fullmatch(name):
            raise ValueError(
                "must be 1 to 64 lower-case letters, digits and . _ -, the first a letter or digit"
            )
        return name

    @field_validator("scopes")
    @classmethod
    def _some(cls, scopes: tuple[KeyScope, ...]) -> tuple[KeyScope, ...]:
        if not scopes:
            raise ValueError(f"at least one is needed, of {', '.join(KeyScope)}")
        return scopes

    @field_validator("sha256")
    @classmethod
    def _hash(cls, digest: str) -> str:
        if not SHA256.fullmatch(digest):
            raise ValueError("must be the SHA-256 of the key, 64 hexadecimal digits")
        return digest


def new_key() -> str:
    """Return a key that nobody else has."""
    return PREFIX + token_urlsafe(RANDOM_BYTES)


def hashed(key: str) -> str:
    """Return what is kept of a key."""
    return sha256(key.encode()).hexdigest()
