"""What a job adds to the decoder and the gate called directly, in CPU time.

    skysift demo draw flights/ --flights 5 --seed 13
    python -m benchmarks.batch_speed flights/

A job of many times the pictures less a job of one time: starting the workers is not counted, and
is shown beside it. CPU time of all processes; wall time says little on cores that are shared.
"""

import argparse
import resource
from pathlib import Path
from tempfile import TemporaryDirectory

from batch.crew import Crew
from batch.input import Input
from batch.journal import Journal
from batch.local import LocalRun
from batch.score import CHUNK, stamp_of
from batch.worker import Station
from models.ensemble import Ensemble, load_ensemble
from models.frames import Frame
from models.settings import ModelSettings

TIMES = 6


def main() -> None:
    """Run it and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("flights", type=Path)
    parser.add_argument("--ensemble", type=Path, default=Path("configs/demo.yaml"))
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    paths = sorted(asked.flights.rglob("*.jpg"))
    settings = ModelSettings(provider="cpu", threads=1)
    ensemble = load_ensemble(asked.ensemble, settings)
    directly(paths, ensemble)  # the first time does not count
    direct = directly(paths, ensemble)
    crew = Crew(asked.workers, 60.0, Station(asked.ensemble, settings))
    once, often = (by_a_job(paths, times, ensemble, crew) for times in (1, TIMES))
    job = (often - once) / (TIMES - 1)
    print(f"pictures                {len(paths)}")
    print(f"direct, CPU ms each     {1000 * direct / len(paths):.1f}")
    print(f"job, CPU ms each        {1000 * job / len(paths):.1f}")
    print(f"direct / job            {direct / job:.2f}")
    print(f"start of {asked.workers} workers      {once - job:.1f} CPU s")


def directly(paths: list[Path], ensemble: Ensemble) -> float:
    """Return the CPU seconds of decoding and judging, with nothing around it."""
    began = cpu_seconds()
    for start in range(0, len(paths), CHUNK):
        some = paths[start : start + CHUNK]
        ensemble.gate.judge(
            [Frame.decode(path.read_bytes(), enough_px=ensemble.enough_px) for path in some]
        )
    return cpu_seconds() - began


def by_a_job(paths: list[Path], times: int, ensemble: Ensemble, crew: Crew) -> float:
    """Return the CPU seconds of a job over the pictures, each so many times by other names."""
    with TemporaryDirectory() as folder, Journal(Path(folder), create=True) as journal:
        names = []
        for number in range(times):
            for place, path in enumerate(paths):
                name = Path(folder) / f"{number}-{place}.jpg"
                name.symlink_to(path.absolute())
                names.append(name)
        journal.begin({"digest": ensemble.digest}, map(Input.of_path, names))
        stamp = stamp_of(ensemble)
        began = cpu_seconds()
        LocalRun(journal, crew, stamp, stopping=lambda: False, tell=lambda _: None)()
        return cpu_seconds() - began


def cpu_seconds() -> float:
    """Return what this process and the children it has waited for have used."""
    both = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in both)


if __name__ == "__main__":
    main()
