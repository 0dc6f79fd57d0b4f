"""A trained model as an entry of an ensemble file, ready to paste."""

from pathlib import Path

import yaml

from curation.train.training_card import SpecialistCard


def entry(card: SpecialistCard, network: Path, *, name: str, threshold: float) -> str:
    """Return YAML for the list `voters` of an ensemble file beside the network.

    Args:
        card: Says how the network wants its pictures.
        network: The ONNX file.
        name: Of the voter.
        threshold: To begin with; `skysift calibrate` gives one that is promised.
    """
    options: dict[str, object] = {
        "weights": network.name,
        "output": "sigmoid",
        "output_name": card.output_name,
    }
    if card.embedding_name:
        options["embedding_name"] = card.embedding_name
    options["input"] = card.image.model_dump(exclude_defaults=True, mode="json")
    said = [{"name": name, "kind": "onnx", "threshold": threshold, "options": options}]
    text = yaml.safe_dump(said, sort_keys=False, default_flow_style=None, width=90)
    return "".join(f"  {line}\n" for line in text.splitlines())
