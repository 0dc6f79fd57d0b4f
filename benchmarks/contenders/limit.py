"""The limit: nothing but the decoder and the three voters, in the cheapest way."""

from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.agreement import SAME_PIXELS
from benchmarks.contender import Contender, Group
from benchmarks.direct import cheapest_way, prepare_direct
from benchmarks.inside import InsideRunning, inside
from benchmarks.setting.ensembles import Gate
from benchmarks.setting.setting import Setting

TRIED_ON = 8
"""Pictures that every way is tried on."""


@contextmanager
def _start(setting: Setting) -> Iterator[InsideRunning]:
    ensemble = setting.ensemble(Gate("plain"))
    paths = [picture.path for picture in setting.pictures[:TRIED_ON]]
    way, costs = cheapest_way(ensemble, paths)
    for name, milliseconds in costs.items():
        print(f"limit: {name}: {milliseconds:.0f} ms of CPU")
    print(f"limit: the cheapest is {way}")
    with inside(prepare_direct, ensemble, way) as running:
        yield running


CONTENDERS = (
    Contender(
        "limit",
        Group.LIMIT,
        "decoder and voters called directly",
        _start,
        full_decode=False,
        tolerance=SAME_PIXELS,
    ),
)
