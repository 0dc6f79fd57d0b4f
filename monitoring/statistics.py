"""From the states of windows to statistics: each is larger the less usual a window is.

None of them needs a distribution: what is usual for each is found by simulation (`simulation.py`),
because frames of one flight are alike and no table of chi-square knows how much.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from monitoring.attributes import ATTRIBUTE_OF, Floats64
from monitoring.pane_state import ONE, SCORE_BINS, Layout, State, seen_together
from monitoring.reference import EmbeddingReference, Reference, Rows

COMPONENTS = (16, 64)
"""How many directions the first two T2 look at; the third looks at all of them."""

SPREADS = [place for place, name in enumerate(ATTRIBUTE_OF) if name != "blockiness"]
SPREAD_OF = tuple(ATTRIBUTE_OF[place] for place in SPREADS)
"""Of which numbers the spread within flights is watched. Whatever blurs or sharpens moves
blockiness: its spread would cry out first and say nothing."""

LEAST_SPREAD = 1e-4
"""Added to variances, so that frames without any difference are no infinite surprise."""

PSI_FLOOR = 0.5
"""Frames added to every bin, so that an empty one is no infinite surprise."""


@dataclass(frozen=True, slots=True)
class Statistic:
    """One number that is watched.

    Args:
        name: For reports.
        part: `attribute`, `spread` (of an attribute among the frames of a flight), `embedding`,
            `voter` (its scores), `pair` (how often two disagree), `alone` (how often one alone says
            yes) or `kept`.
        owner: Which attribute or voter it speaks of; for the embedding, how it is looked at.
    """

    name: str
    part: str
    owner: str


@dataclass(frozen=True, slots=True, eq=False)
class Baseline:
    """What a window is held against: the state of many usual frames."""

    state: State

    @classmethod
    def of(cls, rows: State, flights: Sequence[Rows]) -> "Baseline":
        """Return the baseline that the rows of these flights make together."""
        chosen = rows[np.concatenate(flights)]
        return cls(seen_together(chosen, [len(own) for own in flights]))


def statistics_for(voters: Sequence[str], *, embedded: bool) -> tuple[Statistic, ...]:
    """Return which statistics there are, in the order of `statistics_of`."""
    found = [
        Statistic(f"{name} {how}", "attribute", name)
        for how in ("mean", "unusually low", "unusually high")
        for name in ATTRIBUTE_OF
    ]
    found += [Statistic(f"{name} within flights", "spread", name) for name in SPREAD_OF]
    found += [Statistic(f"{voter} scores", "voter", voter) for voter in voters]
    found += [
        Statistic(f"{one} against {other}", "pair", f"{one} {other}")
        for one, other in combinations(voters, 2)
    ]
    found += [Statistic(f"{voter} alone", "alone", voter) for voter in voters]
    found.append(Statistic("share kept", "kept", "share kept"))
    if embedded:
        looks = [f"T2 {count}" for count in COMPONENTS]
        looks += ["T2 all", "T2 within clusters", "distance"]
        looks += ["residual", "Mahalanobis", "clusters"]
        found += [Statistic(look, "embedding", look) for look in looks]
    return tuple(found)


def statistics_of(windows: State, baseline: Baseline, reference: Reference) -> Floats64:
    """Return the statistics of w windows, shape (w, s); 0 is as usual as can be.

    Differences of means are scaled by 1 / (1/n + 1/N), so that windows of other sizes, and
    baselines of other sizes, are measured alike.

    Args:
        windows: States, shape (w, width).
        baseline: Of usual frames.
        reference: That made the rows of both.
    """
    layout = Layout.of(reference)
    base = baseline.state[None, :]
    looks = [
        _attribute_shifts(windows, base, layout),
        _spreads(windows, base, layout),
        _score_shifts(windows, base, layout),
        *(
            _rate_shifts(windows, base, layout, part)
            for part in ("disagreements", "sole_keeps", "kept")
        ),
    ]
    if reference.embedding is not None:
        looks.append(_embedding_shifts(windows, base, layout, reference.embedding))
    return np.concatenate(looks, axis=1)


def weight_of(frames: Floats64, base_frames: Floats64) -> Floats64:
    """Return 1 / (1/n + 1/N), 0 where one of them is 0."""
    together = frames + base_frames
    return np.divide(
        frames * base_frames, together, out=np.zeros_like(together), where=together > 0
    )


def part_of(states: State, layout: Layout, name: str) -> Floats64:
    """Return one part of states as real numbers, still in fixed point where it is kept so."""
    return states[:, layout.parts[name]].astype(np.float64)


def means_of(states: State, layout: Layout, name: str, *, per: str = "frames") -> Floats64:
    """Return one part per frame; 0 where there is no frame."""
    counts = part_of(states, layout, per)
    return np.asarray(part_of(states, layout, name) / np.maximum(counts, 1))


def _weights(windows: State, base: State, layout: Layout, per: str = "frames") -> Floats64:
    return weight_of(part_of(windows, layout, per), part_of(base, layout, per))


def _attribute_shifts(windows: State, base: State, layout: Layout) -> Floats64:
    weight = np.sqrt(_weights(windows, base, layout))
    means = means_of(windows, layout, "attribute_sums") - means_of(base, layout, "attribute_sums")
    tails = [
        np.maximum(_angles(windows, layout, name) - _angles(base, layout, name), 0)
        for name in ("attribute_lows", "attribute_highs")
    ]
    return np.concatenate(
        [np.abs(means) / ONE * weight, *(tail * weight for tail in tails)], axis=1
    )


def _spreads(windows: State, base: State, layout: Layout) -> Floats64:
    """Return by how much more frames differ from their own flight than usual, shape (w, 7).

    Frames of a flight are alike, so one that something happened to stands out among its own
    where it would be lost among those of all flights. The log of the ratio of the variances,
    times what its standard deviation depends on.
    """
    now, usual = (
        means_of(states, layout, "attribute_spreads", per="companions")[:, SPREADS] / ONE
        for states in (windows, base)
    )
    ratio = np.log((now + LEAST_SPREAD) / (usual + LEAST_SPREAD))
    weight = _weights(windows, base, layout, per="companions")
    return np.asarray(np.maximum(ratio, 0) * np.sqrt(weight))


def _rate_shifts(windows: State, base: State, layout: Layout, name: str) -> Floats64:
    """Return how far rates moved, shape (w, rates)."""
    moved = _angles(windows, layout, name) - _angles(base, layout, name)
    return np.asarray(np.abs(moved) * np.sqrt(_weights(windows, base, layout)))


def _angles(states: State, layout: Layout, name: str) -> Floats64:
    """Return rates as angles (Anscombe 1948): how much they vary does not depend on the rate.

    What is rare among the flights of a profile may be half or twice as rare among all others; a
    deviation taken from so few would be wrong by as much.
    """
    counts, frames = part_of(states, layout, name), part_of(states, layout, "frames")
    return np.asarray(2 * np.arcsin(np.sqrt((counts + 0.375) / (frames + 0.75))))


def _score_shifts(windows: State, base: State, layout: Layout) -> Floats64:
    """Return the population stability index of each voter's scores, times the weight."""
    now, usual = (
        part_of(states, layout, "score_bins").reshape(len(states), layout.voters, SCORE_BINS)
        for states in (windows, base)
    )
    shares, usual_shares = (_smoothed(counts) for counts in (now, usual))
    index = ((shares - usual_shares) * np.log(shares / usual_shares)).sum(axis=2)
    return np.asarray(index * _weights(windows, base, layout))


def _smoothed(counts: Floats64) -> Floats64:
    lifted = counts + PSI_FLOOR
    return np.asarray(lifted / lifted.sum(axis=-1, keepdims=True))


def _embedding_shifts(
    windows: State, base: State, layout: Layout, usual: EmbeddingReference
) -> Floats64:
    weight = _weights(windows, base, layout, "embedded")
    shift = embedding_shift(windows, base, layout)
    squares = (shift @ usual.whitener) ** 2
    explained = _explained(windows, layout, usual) - _explained(base, layout, usual)
    within = ((shift - explained) @ usual.within_whitener) ** 2
    energies = means_of(windows, layout, "energies", per="embedded") - means_of(
        base, layout, "energies", per="embedded"
    )
    return np.concatenate(
        [
            *(squares[:, :count].sum(axis=1, keepdims=True) * weight for count in COMPONENTS),
            squares.sum(axis=1, keepdims=True) * weight,
            within.sum(axis=1, keepdims=True) * weight,
            (shift**2).sum(axis=1, keepdims=True) * weight,
            np.abs(energies) / ONE * np.sqrt(weight),
            _occupancy(windows, base, layout),
        ],
        axis=1,
    )


def embedding_shift(windows: State, base: State, layout: Layout) -> Floats64:
    """Return how far the mean embedding of each window moved, shape (w, d)."""
    means = [
        means_of(states, layout, "embedding_sum", per="embedded") for states in (windows, base)
    ]
    return (means[0] - means[1]) / ONE


def _explained(states: State, layout: Layout, usual: EmbeddingReference) -> Floats64:
    """Return the part of the mean embedding that the shares of the clusters explain, (w, d)."""
    return means_of(states, layout, "clusters", per="embedded") @ usual.clusters


def _occupancy(windows: State, base: State, layout: Layout) -> Floats64:
    """Return the statistic of Freeman & Tukey (1950) over the clusters, shape (w, 1)."""
    expected = means_of(base, layout, "clusters", per="embedded") * part_of(
        windows, layout, "embedded"
    )
    seen = part_of(windows, layout, "clusters")
    terms = np.sqrt(seen) + np.sqrt(seen + 1) - np.sqrt(4 * expected + 1)
    return np.asarray((terms**2).sum(axis=1, keepdims=True))
