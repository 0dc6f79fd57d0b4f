"""Proposals as COCO, and COCO read back: each label is an annotation over the whole frame.

There are two categories, the target and none: an image without an annotation is one that nobody
labelled. COCO does not say who annotated what and when, so ours says it of each annotation, and a
file of a tool that drops this must be read with `--by`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from curation.labels.label_file import Label
from curation.labels.proposals import NONE, Proposal, Proposer
from ensembles.errors import ConfigError


def write(path: Path, proposals: Sequence[Proposal], proposer: Proposer) -> None:
    """Write the file; each proposal is an annotation by the model, with its `score`."""
    names = (proposer.target, NONE)
    whole = {
        "info": {"description": f"Proposed by {proposer.name}; a person has the word"},
        "licenses": [],
        "categories": [
            {"id": number, "name": name, "supercategory": ""}
            for number, name in enumerate(names, start=1)
        ],
        "images": [_image(number, each) for number, each in enumerate(proposals, start=1)],
        "annotations": [
            _annotation(number, each, proposer, names)
            for number, each in enumerate(proposals, start=1)
        ],
    }
    path.write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")


def _image(number: int, proposal: Proposal) -> dict[str, Any]:
    width, height = proposal.size
    return {
        "id": number,
        "file_name": proposal.frame,
        "width": width,
        "height": height,
        "sha256": proposal.id,
        "group": proposal.group,
    }


def _annotation(
    number: int, proposal: Proposal, proposer: Proposer, names: Sequence[str]
) -> dict[str, Any]:
    width, height = proposal.size
    return {
        "id": number,
        "image_id": number,
        "category_id": names.index(proposer.word(proposal.label)) + 1,
        "bbox": [0, 0, width, height],
        "area": width * height,
        "iscrowd": 0,
        "segmentation": [],
        "score": proposal.confidence,
        "by": proposer.name,
    }


def read(path: Path, proposer: Proposer) -> list[Label]:
    """Return the annotations as labels.

    Raises:
        ConfigError: It is no COCO file.
    """
    try:
        whole = json.loads(path.read_text(encoding="utf-8"))
        return list(_labels(whole, proposer))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(f"is no COCO file: {error!r}", source=str(path)) from None


def _labels(whole: Mapping[str, Any], proposer: Proposer) -> Iterator[Label]:
    words = {category["id"]: category["name"] for category in whole["categories"]}
    images = {image["id"]: image for image in whole["images"]}
    for annotation in whole["annotations"]:
        image = images[annotation["image_id"]]
        yield Label(
            frame=image["file_name"],
            label=proposer.label(words[annotation["category_id"]]),
            group=image.get("group", ""),
            id=image.get("sha256", ""),
            by=annotation.get("by", ""),
            at=annotation.get("at", ""),
        )
