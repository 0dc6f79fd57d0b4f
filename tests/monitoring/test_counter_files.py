"""A full disk ends no worker."""

import os
import subprocess
import sys
from pathlib import Path

from monitoring.counter_files import ROOM_BYTES
from tests.docs.pages import ROOT

MAKE = "import monitoring.metrics as m; m.FRAMES_RECEIVED.inc(3)"


def test_the_files_of_counters_have_their_room_before_they_need_it(tmp_path: Path) -> None:
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}

    subprocess.run([sys.executable, "-c", MAKE], cwd=ROOT, env=environment, check=True)

    files = list(tmp_path.glob("*.db"))
    assert {"counter", "histogram"} <= {file.stem.rpartition("_")[0] for file in files}
    assert all(file.stat().st_blocks * 512 >= ROOM_BYTES for file in files)
