"""The files that a calibration leaves: ensemble, certificate, second look, report."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from batch.relabel import refuse_to_lose_answers, write_relabel
from batch.score_tables import sha256_of_table
from batch.version import installed_version
from ensembles.certificate import Certificate, read_certificate, write_certificate
from ensembles.certify import Circumstances, certificate_of
from ensembles.ensemble_file import calibrated, refuse_foreign, write_ensemble
from ensembles.errors import ConfigError
from ensembles.second_look import frames_to_check, label_check
from models.settings import ModelSettings
from skysift.base_ensemble import Base, digest_of
from skysift.calibration_job import Finished, Wish
from skysift.report.write import write_report

Pictures = Callable[[str], Path | None]

CERTIFICATE = "certificate.json"
RELABEL = "relabel.csv"
REPORT = "report.html"


@dataclass(frozen=True, slots=True)
class Files:
    """What was written.

    Args:
        ensemble: With the thresholds.
        report: For people.
        certificate: None when the promise holds on average only.
        relabel: Frames for a second look; None when there are none left.
        certified: What the certificate says.
        unbound: Why the certificate is bound to no ensemble; empty when it is.
    """

    ensemble: Path
    report: Path
    certificate: Path | None = None
    relabel: Path | None = None
    certified: Certificate | None = None
    unbound: str = ""


def refuse_to_lose(out: Path, base: Base, answers: dict[str, str]) -> None:
    """Refuse to replace what somebody else made, before any work is done.

    Args:
        out: The ensemble file; the other files go beside it.
        base: Names the ensemble.
        answers: Of the second look, which may be in the file that will be replaced.

    Raises:
        ConfigError: A file would be lost.
    """
    refuse_foreign(out)
    refuse_to_lose_answers(out.with_name(RELABEL), answers)
    beside = out.with_name(CERTIFICATE)
    if beside.exists() and (other := read_certificate(beside).ensemble) != base.name:
        raise ConfigError(
            f"{beside} belongs to the ensemble {other!r} and would be lost: name another folder "
            "with --out"
        )


def write_files(
    done: Finished,
    base: Base,
    wish: Wish,
    out: Path,
    settings: ModelSettings,
    *,
    pictures: Pictures | None = None,
) -> Files:
    """Write everything and return what and where.

    Args:
        done: The calibration.
        base: What it started from.
        wish: What was asked for.
        out: The ensemble file; the other files go beside it.
        settings: Where weights live.
        pictures: Finds the picture of a frame, for the report.

    Raises:
        ConfigError: A file would be lost or cannot be written.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    _write_ensemble(done, base, wish, out)
    digest, unbound = digest_of(out, settings)
    certified = None if wish.average else _certificate(done, base, wish, digest)
    if certified:
        write_certificate(certified, out.with_name(CERTIFICATE))
    report = out.with_name(REPORT)
    write_report(
        report,
        calibration=done.calibration,
        table=done.look.corrected,
        certificate=certified,
        ids=list(done.frames.ids),
        pictures=pictures,
        seconds_per_frame=wish.seconds_per_frame,
    )
    return Files(
        ensemble=out,
        report=report,
        certificate=out.with_name(CERTIFICATE) if certified else None,
        relabel=_write_relabel(done, wish, out.with_name(RELABEL)),
        certified=certified,
        unbound=unbound,
    )


def _write_ensemble(done: Finished, base: Base, wish: Wish, out: Path) -> None:
    point, promise = done.calibration.point, done.calibration.promise
    tree = calibrated(
        base.tree(done.frames, folder=out.parent),
        point,
        None if wish.average else CERTIFICATE,
    )
    promised = (
        f"recall {promise.recall:g} on average, not guaranteed"
        if wish.average
        else f"recall at least {promise.recall:g} with confidence {promise.confidence:g}, "
        f"see {CERTIFICATE}"
    )
    write_ensemble(tree, out, comment=promised)


def _certificate(done: Finished, base: Base, wish: Wish, digest: str | None) -> Certificate:
    here = done.certifying
    checked = label_check(
        done.frames.table.take(here),
        done.look.corrected.take(here),
        done.kept[here],
        looked_at=done.look.looked_at[here],
    )
    about = Circumstances(
        ensemble=base.name,
        digest=digest,
        skysift_version=installed_version(),
        seconds_per_frame=wish.seconds_per_frame,
        slices=done.slices,
        label_check=checked if done.look.looked_at.any() else None,
        scope=wish.scope,
        scores_sha256=sha256_of_table(done.frames.source),
    )
    return certificate_of(done.calibration, done.look.corrected.take(here), about)


def _write_relabel(done: Finished, wish: Wish, path: Path) -> Path | None:
    """Write the frames for a second look; only those that certified count."""
    rows = done.certifying.nonzero()[0]
    to_check = frames_to_check(
        done.look.corrected.take(done.certifying),
        done.kept[done.certifying],
        looked_at=done.look.looked_at[done.certifying],
        seed=wish.seed,
    )
    write_relabel(path, done.look, done.frames, rows[to_check].tolist())
    return path if len(to_check) else None
