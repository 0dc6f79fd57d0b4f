"""What a machine decides about the service: ensembles, addresses, limits, patience."""

import os
import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from models.environment import ENV_PREFIX, read_environment, usable_cores
from review.sample import Sample

MB = 1_000_000
ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?")
DEMO = Path(__file__).resolve().parents[1] / "configs" / "demo.yaml"
"""Beside the packages: in a clone, in an installed wheel and in a Bento alike."""


def default_database() -> str:
    """Return where labels are kept when nobody says: not in a cache, since people made them."""
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return f"sqlite:///{Path(data) / 'skysift' / 'review.sqlite'}"


class ServiceSettings(BaseSettings):
    """Read from `SKYSIFT_*` variables; `docs/service.md` lists them."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX, env_ignore_empty=True, frozen=True, extra="ignore"
    )

    ensembles: Annotated[tuple[Path, ...], NoDecode] = Field(
        default=(DEMO,),
        description="Ensemble files to load, separated by commas; the first is the default.",
    )
    host: str = Field(default="127.0.0.1", description="Address that `skysift serve` listens on.")
    port: int = Field(
        default=3000, ge=1, le=65_535, description="Port that `skysift serve` listens on."
    )
    api_keys: Path | None = Field(
        default=None,
        description="File of API keys, which `skysift keys` writes; without one, only this "
        "machine is answered.",
    )
    open_to_all: bool = Field(
        default=False, description="Answer other machines without API keys too."
    )
    metrics: Literal["on", "open", "off"] = Field(
        default="on", description="`/metrics`: on as every call, open without a key, or off."
    )
    review: Literal["on", "off"] = Field(
        default="on", description="Calls and pages for people who label: on as every call, or off."
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Origins of pages that may call the service from a browser, with commas.",
    )
    workers: int = Field(default=1, ge=1, le=64, description="Worker processes.")
    slots: int = Field(
        default=16, ge=1, description="Requests decoded or judged at once, per worker."
    )
    queue: int = Field(
        default=64,
        ge=0,
        description="Requests that may wait for a slot, per worker; more are answered 429.",
    )
    join_frames: int = Field(
        default=8, ge=1, le=1024, description="Waiting frames joined into one judgement, at most."
    )
    target_latency_ms: float = Field(
        default=1000,
        ge=0,
        allow_inf_nan=False,
        description="For a frame to wait and be judged; how many are joined follows. 0: off.",
    )
    max_body_mb: float = Field(default=64, gt=0, description="Size of one picture, MB.")
    max_batch_mb: float = Field(default=256, gt=0, description="Size of a batch request, MB.")
    max_batch_files: int = Field(default=64, ge=1, description="Pictures of a batch request.")
    bodies_mb: float = Field(
        default=1024, gt=0, description="Bodies held in memory at once, per worker, MB."
    )
    header_seconds: float = Field(
        default=20,
        gt=0,
        description="From a connection to the whole header of its request; then it is closed.",
    )
    receive_grace_seconds: float = Field(
        default=5, gt=0, description="Time for a body to arrive, before its size is considered."
    )
    receive_mb_per_second: float = Field(
        default=2, gt=0, description="Slowest accepted rate of a body, MB/s."
    )
    deadline_seconds: float = Field(
        default=30, gt=0, description="From the whole body of a picture to its answer."
    )
    batch_deadline_seconds: float = Field(
        default=120,
        gt=0,
        description="The same for a batch; what is not judged by then is `review`.",
    )
    database: str = Field(
        default_factory=default_database,
        description="Where labels and the blind sample are kept: sqlite:///FILE, "
        "postgresql://USER@HOST/NAME, or none.",
    )
    audit_skipped: float = Field(
        default=0.02, ge=0, le=1, description="Share of skipped frames in the blind sample."
    )
    audit_kept: float = Field(
        default=1,
        ge=0,
        le=1,
        description="Share of frames in review in it; with one of the two at 0 there is no sample.",
    )
    max_labels: int = Field(default=10_000, ge=1, description="Labels of one request.")
    watch_seconds: float = Field(
        default=5, gt=0, description="Between looks at labels and drift alarms."
    )
    reload_seconds: float = Field(
        default=0.5,
        ge=0,
        allow_inf_nan=False,
        description="Between looks at the ensemble files and what they name; an edited one is "
        "loaded after the first look that finds it at rest. 0: never.",
    )
    shadow: Path | None = Field(
        default=None,
        description="Ensemble file of a second gate that sees a share of the frames of the first "
        "one, and changes no answer.",
    )
    shadow_share: float = Field(
        default=0.1, ge=0, le=1, description="Share of the frames that it sees."
    )
    drain_seconds: float = Field(
        default=5,
        ge=0,
        description="From SIGTERM, when /readyz turns 503, until the listening socket closes.",
    )
    log_format: Literal["auto", "json", "console"] = Field(
        default="auto", description="auto: console on a terminal, JSON lines elsewhere."
    )
    drift_folder: Path | None = Field(
        default=None,
        description="Where workers put together what drift sees; default: `drift` in SKYSIFT_HOME. "
        "Replicas that share it are watched as one.",
    )
    drift_false_alarms_per_week: float = Field(
        default=1.0,
        gt=0,
        allow_inf_nan=False,
        description="How many alarms a week you put up with while nothing drifts.",
    )
    traces_to: str = Field(
        default="",
        description="OTLP over HTTP: where traces go, such as http://collector:4318/v1/traces.",
    )
    traces_share: float = Field(
        default=0.1,
        ge=0,
        le=1,
        description="Share of requests that are traced; one that a caller traces always is.",
    )

    @field_validator("ensembles", "cors_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(part.strip() for part in value.split(",") if part.strip())

    @field_validator("ensembles")
    @classmethod
    def _absolute(cls, paths: tuple[Path, ...]) -> tuple[Path, ...]:
        if not paths:
            raise ValueError("at least one ensemble file is needed")
        return tuple(path.expanduser().absolute() for path in paths)

    @field_validator("traces_to")
    @classmethod
    def _collector(cls, address: str) -> str:
        if address and not address.startswith(("http://", "https://")):
            raise ValueError("must be an address such as http://collector:4318/v1/traces")
        return address

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for origin in origins:
            if not ORIGIN.fullmatch(origin):
                raise ValueError(
                    f"{origin[:80]!r} is no origin; write https://pages.example, without a path "
                    "and without *"
                )
        return origins

    @field_validator("shadow")
    @classmethod
    def _absolute_too(cls, path: Path | None) -> Path | None:
        return path.expanduser().absolute() if path else None

    @model_validator(mode="after")
    def _bodies_fit(self) -> "ServiceSettings":
        largest = max(self.max_body_mb, self.max_batch_mb)
        if self.bodies_mb < largest:
            raise ValueError(
                f"SKYSIFT_BODIES_MB is {self.bodies_mb:g}, but one body may have {largest:g} MB"
            )
        return self

    @property
    def sample(self) -> Sample:
        """Who is in the blind sample."""
        return Sample(skipped=self.audit_skipped, kept=self.audit_kept)

    @property
    def max_body_bytes(self) -> int:
        """Size of one picture."""
        return int(self.max_body_mb * MB)

    @property
    def max_batch_bytes(self) -> int:
        """Size of a batch request."""
        return int(self.max_batch_mb * MB)

    @property
    def pictures_at_once(self) -> int:
        """Pictures of one batch at work: one group judged, the next one decoded."""
        return 2 * self.join_frames

    @property
    def cores(self) -> int:
        """Cores for one worker, at least 1."""
        return max(1, usable_cores() // self.workers)

    @property
    def longest_request_seconds(self) -> float:
        """No request lasts longer: its body's time plus its deadline."""
        largest = max(self.max_body_mb, self.max_batch_mb)
        receive = self.receive_grace_seconds + largest / self.receive_mb_per_second
        return receive + max(self.deadline_seconds, self.batch_deadline_seconds)


def read_settings() -> ServiceSettings:
    """Return the settings of this process.

    Raises:
        ConfigError: With every variable that holds a value that does not fit.
    """
    return read_environment(ServiceSettings)
