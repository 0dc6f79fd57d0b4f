"""HEIC, which phones write, through pi-heif where the extra `heic` is installed.

Not pillow-heif: its wheel bundles an encoder under the GPL.
"""

from functools import cache


@cache
def reads_heif() -> bool:
    """Say whether Pillow reads HEIC here; the first call makes it do so, if it can."""
    try:
        from pi_heif import register_heif_opener  # noqa: PLC0415 - an extra
    except ImportError:
        return False
    register_heif_opener()
    return True
