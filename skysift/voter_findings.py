"""What `skysift doctor` looks at in an ensemble: its file, and every voter's model."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from ensembles.config import EnsembleConfig, VoterConfig
from ensembles.errors import ConfigError, WeightsError
from models.catalog import options_of, read
from models.convertible import Convertible
from models.digest import digest
from models.options import ModelOptions
from models.pretrained import PretrainedOptions
from models.runtime import Runtime
from models.settings import ModelSettings
from models.weight_source import Prepared
from skysift.findings import Finding, fail, ok

PREPARING_NEEDS = ("torch", "torchvision", "open_clip")


def look_at_ensemble(path: Path, settings: ModelSettings) -> Iterator[Finding]:
    """Yield what was found in an ensemble file; loads every voter that can be loaded."""
    subject = f"ensemble {path.stem}"
    try:
        config = read(path)
    except ConfigError as error:
        yield fail(subject, str(error), "mend the file; `skysift check` reads it again")
        return
    findings = [_voter_finding(config, path, voter, settings) for voter in config.voters]
    if all(finding.status == "ok" for finding in findings):
        yield ok(subject, f"{path}, digest {digest(config, settings)}")
    else:
        yield fail(subject, f"{path}: not every voter can be asked", "see the voters below")
    yield from findings


def _voter_finding(
    config: EnsembleConfig, path: Path, voter: VoterConfig, settings: ModelSettings
) -> Finding:
    subject = f"voter {config.name}/{voter.name}"
    options = options_of(voter)
    try:
        options.load(Runtime(settings))
        count = len(options.artifacts(settings))
    except WeightsError as error:
        return fail(subject, str(error), _remedy(options, path, settings))
    return ok(subject, f"{voter.kind}: loads; files: {count}, whole")


def _remedy(options: ModelOptions, path: Path, settings: ModelSettings) -> str:
    """Return how to get the model of a voter that does not load."""
    if isinstance(options, Convertible) and options.precision != "fp32":
        return f"skysift models quantize {path} FOLDER_OF_FRAMES, or put the right file there"
    if not isinstance(options, PretrainedOptions) or isinstance(options.wanted.source, Prepared):
        return "put the right file there"
    if options.wanted.place(settings.home).exists():
        return f"skysift models prepare {path}"
    if absent := [package for package in PREPARING_NEEDS if find_spec(package) is None]:
        return (
            f"pip install skysift[pretrained] ({', '.join(absent)} missing), "
            f"then skysift models prepare {path}"
        )
    return f"skysift models prepare {path}"
