"""What a process and all its descendants have used."""

from pathlib import Path

import psutil

KILOBYTES_PER_MEGABYTE = 1024


def tree(process_id: int) -> list[psutil.Process]:
    """Return the process and its descendants that are alive."""
    parent = psutil.Process(process_id)
    return [parent, *parent.children(recursive=True)]


def cpu_seconds(process_id: int) -> float:
    """Return the CPU time of the whole tree; that of children that ended counts too."""
    total = 0.0
    for one in tree(process_id):
        try:
            times = one.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


def peak_megabytes(process_id: int) -> float:
    """Return the highest memory of each process so far, added up.

    Pages that several processes share are counted in each.
    """
    return sum(_peak_kilobytes(one.pid) for one in tree(process_id)) / KILOBYTES_PER_MEGABYTE


def _peak_kilobytes(process_id: int) -> int:
    try:
        status = Path(f"/proc/{process_id}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0
    found = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(found[0].split()[1]) if found else 0
