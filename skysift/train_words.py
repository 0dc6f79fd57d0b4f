"""What a training found, in words and as JSON."""

import json
from collections.abc import Iterator
from pathlib import Path

from curation.train.cross_validation import Comparison
from curation.train.ensemble_entry import entry
from curation.train.train import Outcome
from curation.train.training_card import Interval, SpecialistCard
from models.converted_file import card_path


def lines_of(done: Outcome, out: Path) -> Iterator[str]:
    """Yield what a person reads after a training; an entry for an ensemble file is last."""
    card = done.card
    yield f"{out}: {card.source}"
    yield from _data_lines(card)
    if done.comparison is not None:
        yield from _comparison_lines(done.comparison)
    for measure in card.measures:
        note = "" if measure.part == "test" else " (they said when to stop: it flatters)"
        yield (
            f"  {measure.part:<11} average precision {_words(measure.average_precision)}; from "
            f"{measure.threshold:g}: recall {measure.recall:.3f}, kept {measure.kept:.3f}{note}"
        )
    yield f"  check       differs by {max(card.differences.values()):.1g} from what was trained"
    yield f"  card        {card_path(out)}"
    yield "to paste into an ensemble file beside it, and then to `skysift calibrate`:"
    yield entry(card, out, name=out.stem, threshold=done.threshold).rstrip("\n")


def facts_of(done: Outcome, out: Path) -> str:
    """Return the card, the threshold to begin with, and the entry, as JSON."""
    facts = {
        "out": str(out),
        "threshold": done.threshold,
        "entry": entry(done.card, out, name=out.stem, threshold=done.threshold),
        "unreadable": {str(path): why for path, why in done.unreadable.items()},
        "card": done.card.model_dump(mode="json"),
    }
    return json.dumps(facts, indent=2, allow_nan=False)


def _data_lines(card: SpecialistCard) -> Iterator[str]:
    data = card.data
    for part, frames in data.frames.items():
        if frames:
            yield (
                f"  {part:<11} {frames} frames of {data.groups[part]} flights, "
                f"{data.positives[part]} with the target"
            )


def _comparison_lines(comparison: Comparison) -> Iterator[str]:
    yield "  cross-validation by flight, average precision on flights not learned from:"
    for each in comparison.candidates:
        yield f"    {each.name:<22} {each.average_precision}"
    if comparison.lead is not None:
        first, second = comparison.candidates[:2]
        sure = "clearly better" if comparison.is_clear else "not clearly better"
        yield f"    {first.name} is {sure} than {second.name}: by {comparison.lead}"


def _words(found: Interval) -> str:
    return f"{found.value:.3f} ({found.low:.3f} to {found.high:.3f})"
