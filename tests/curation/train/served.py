"""What a gate says with a model that was trained, through the file and the options it was given."""

from pathlib import Path

import yaml

from curation.train.examples import Examples
from curation.train.learner import LOGIT, Written
from ensembles.voter import Reading
from models.ensemble import load_ensemble
from models.frames import Frame
from models.preprocess import Recipe
from models.settings import ModelSettings


def reading_of(network: Path, written: Written, recipe: Recipe, examples: Examples) -> Reading:
    """Return what the voter of a gate says of the examples' pictures."""
    options = {
        "weights": network.name,
        "output": "sigmoid",
        "output_name": LOGIT,
        "embedding_name": written.embedding_name,
        "input": recipe.model_dump(mode="json"),
    }
    voter = {"name": "specialist", "kind": "onnx", "threshold": 0.5, "options": options}
    gate = network.with_suffix(".yaml")
    described = {"name": "discs", "target": "red disc", "vote": "or", "voters": [voter]}
    gate.write_text(yaml.safe_dump(described), encoding="utf-8")
    (seat,) = load_ensemble(gate, ModelSettings(provider="cpu")).gate.seats
    return seat.voter.read([Frame.decode(example.path.read_bytes()) for example in examples])
