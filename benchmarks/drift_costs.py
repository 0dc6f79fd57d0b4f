"""What drift costs a frame and a window, and how that grows with the length of embeddings.

    python -m benchmarks.drift_costs

CPU time, the least of several rounds. The frames are made of random numbers: what they are does
not matter for what they cost.
"""

from collections.abc import Callable
from time import process_time

import numpy as np

from monitoring.attributes import attributes_of
from monitoring.findings import find
from monitoring.identity import Identity
from monitoring.make_profile import make_profile
from monitoring.observation import Observations
from monitoring.pane_state import rows_of
from monitoring.profile import Golden
from monitoring.simulation import Effort

DIMENSIONS = (0, 96, 256, 512, 768, 1024)
FLIGHTS, FRAMES, VOTERS = 360, 6, 3
TOGETHER = 32
ROUNDS, CALLS = 7, 100
FRAME_SHAPE = (480, 640, 3)
LITTLE = Effort(worlds=4, panes=40)
"""Limits are not looked at here."""


def seconds(work: Callable[[], object]) -> float:
    """Return what a call takes."""
    took = []
    for _ in range(ROUNDS):
        start = process_time()
        for _ in range(CALLS):
            work()
        took.append((process_time() - start) / CALLS)
    return min(took)


def random_frames(dimension: int) -> Observations:
    """Return frames of flights, those of a flight alike, with embeddings of this length."""
    rng = np.random.default_rng(0)
    count = FLIGHTS * FRAMES
    own = rng.normal(size=(FLIGHTS, 1, dimension)) + rng.normal(size=(FLIGHTS, FRAMES, dimension))
    vectors = own.reshape(count, dimension)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return Observations(
        ids=tuple(map(str, range(count))),
        flights=tuple(str(row // FRAMES) for row in range(count)),
        attributes=rng.normal(size=(count, 8)),
        scores=rng.random((count, VOTERS)).astype(np.float32),
        kept=np.arange(count) % VOTERS == 0,
        embeddings=vectors.astype(np.float32),
        seconds=np.arange(count, dtype=np.float64),
        places=("",) * count,
    )


def row(dimension: int) -> str:
    """Return one line of the table."""
    frames = random_frames(dimension)
    voters = tuple(f"voter{number}" for number in range(VOTERS))
    identity = Identity(
        "random", voters[0], dict.fromkeys(voters, ""), dict.fromkeys(voters, 0.5), "or"
    )
    golden = Golden((), frames.scores[:0], frames.embeddings[:0])
    profile = make_profile(frames, identity, golden, effort=LITTLE)
    batch = frames.take(np.arange(TOGETHER))
    window = rows_of(frames.take(np.arange(250)), profile.reference).sum(axis=0)
    each = seconds(lambda: rows_of(batch, profile.reference)) / TOGETHER
    alone = seconds(lambda: rows_of(frames.take(np.arange(1)), profile.reference))
    close = seconds(lambda: find(window, profile, panes=5, limit=2.0))
    return (
        f"| {dimension or 'none'} | {1e6 * each:.1f} us | {1e6 * alone:.0f} us "
        f"| {1e3 * close:.2f} ms | {8 * profile.layout.width} bytes |"
    )


def main() -> None:
    """Print the table."""
    print("| numbers of an embedding | row, 32 together | row, alone | close | state |")
    print("|---|---|---|---|---|")
    for dimension in DIMENSIONS:
        print(row(dimension), flush=True)
    pixels = np.random.default_rng(0).integers(0, 255, FRAME_SHAPE).astype(np.uint8)
    print(f"\nattributes of a frame: {1e3 * seconds(lambda: attributes_of(pixels)):.2f} ms")


if __name__ == "__main__":
    main()
