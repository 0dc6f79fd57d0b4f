"""Locked dependencies are in step with what is asked for, and do not tell where they were made."""

import pytest
from packaging.requirements import Requirement

from deploy.audit import findings
from deploy.lock import EXTRAS, FOLDER, asked_for, problems_of

HASH = f"    --hash=sha256:{'a' * 64}"
GOOD = f"""# a comment
numpy==2.1.0 \\
{HASH} \\
{HASH}
pillow==13.0.0 ; sys_platform == 'linux' \\
{HASH}
"""
WANTED = [Requirement("numpy>=2.0"), Requirement("Pillow>=12.3")]


@pytest.mark.parametrize("name", EXTRAS)
def test_the_locks_are_in_step(name: str) -> None:
    text = (FOLDER / name).read_text(encoding="utf-8")

    assert problems_of(text, asked_for(EXTRAS[name])) == []


def test_a_lock_that_has_all_has_no_problem() -> None:
    assert problems_of(GOOD, WANTED) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("numpy==2.1.0", "numpy==1.26.0", "numpy is pinned to 1.26.0, but numpy>=2.0 is asked for"),
        ("pillow==13.0.0", "pillow-simd==13.0.0", "Pillow is not pinned"),
        (f"linux' \\\n{HASH}", "linux' \\", "pillow has no hash"),
        ("numpy==2.1.0", "numpy>=2.1.0", "line 2 is neither a pin nor a hash"),
        ("# a comment", "--index-url https://packages.example/simple", "line 1 names a place"),
        ("# a comment", "--find-links /somewhere/wheels", "line 1 names a place"),
        ("# a comment", "#    via -r /home/somebody/in.txt", "line 1 names a place"),
        ("pillow==13.0.0", "pillow @ file:///wheels/p.whl", "line 5 names a place"),
    ],
)
def test_what_is_wrong_is_named(old: str, new: str, problem: str) -> None:
    assert problem in problems_of(GOOD.replace(old, new), WANTED)


def test_known_holes_are_told_and_what_was_not_asked_is_not_called_safe() -> None:
    hole = {"id": "PYSEC-2026-1", "fix_versions": ["13.0.1"]}
    report = {
        "dependencies": [
            {"name": "numpy", "version": "2.1.0", "vulns": []},
            {"name": "pillow", "version": "13.0.0", "vulns": [hole]},
            {"name": "scipy", "skip_reason": "not found"},
        ]
    }

    assert findings(report) == (2, ["pillow 13.0.0: PYSEC-2026-1, mended in 13.0.1"])
    assert findings({"dependencies": [{"name": "scipy", "skip_reason": "x"}]}) == (0, [])
