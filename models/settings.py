"""What a machine decides about models: where weights live, where and how they run."""

from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from models.environment import ENV_PREFIX, read_environment, usable_cores
from models.limits import PILLOW_PIXELS, Limits
from models.threads import Threads

Provider = Literal["auto", "cpu", "cuda", "tensorrt"]


class ModelSettings(BaseSettings):
    """Read from `SKYSIFT_*` variables; `docs/models.md` lists them."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX, env_ignore_empty=True, frozen=True, extra="ignore"
    )

    home: Path = Field(
        default=Path("~/.cache/skysift"), description="Folder of prepared models and weights."
    )
    provider: Provider = Field(
        default="auto", description="Where models run. auto: cuda when the runtime has it."
    )
    threads: int = Field(
        default=0,
        ge=0,
        description="Cores that one process uses; 0: all it may, shared out over the workers.",
    )
    max_batch: int = Field(
        default=32, ge=1, description="Views given to a model at once; more are split."
    )
    offline: bool = Field(default=False, description="Never fetch weights from the network.")
    foreign_kinds: bool = Field(
        default=True,
        description="Take `kind: package.module:Options` in ensemble files; false: only ours.",
    )
    max_pixels: int = Field(
        default=Limits().pixels, ge=1, le=PILLOW_PIXELS, description="Pixels of one picture."
    )
    max_side: int = Field(
        default=Limits().side, ge=1, description="Pixels along the longer side of a picture."
    )
    max_expansion: float = Field(
        default=Limits().expansion, gt=0, description="Bytes of pixels per byte of file."
    )

    @field_validator("home")
    @classmethod
    def _expand(cls, home: Path) -> Path:
        return home.expanduser().absolute()

    @property
    def limits(self) -> Limits:
        """What a picture may cost."""
        return Limits(self.max_pixels, self.max_side, self.max_expansion)

    @property
    def shares(self) -> Threads:
        """How the threads of this process share its cores, with 0 resolved on this machine."""
        return Threads.sharing(self.threads or usable_cores())


def read_settings() -> ModelSettings:
    """Return the settings of this process.

    Raises:
        ConfigError: With every variable that holds a value that does not fit.
    """
    return read_environment(ModelSettings)
