"""Proposals as tasks of Label Studio, and its JSON export read back.

Tasks carry the proposal under `predictions`; what people say comes back under `annotations`, which
is how the two are told apart (Label Studio, "Import pre-annotated data").
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from curation.labels.label_file import Label
from curation.labels.proposals import NONE, Proposal, Proposer
from ensembles.errors import ConfigError

CHOICES = "label"
"""Name of the question in the labelling interface."""

IMAGE = "image"


def interface(proposer: Proposer) -> str:
    """Return the labelling interface, XML, that the tasks are made for."""
    choices = "".join(f'<Choice value="{word}"/>' for word in (proposer.target, NONE))
    return (
        f'<View><Image name="{IMAGE}" value="${IMAGE}"/>'
        f'<Choices name="{CHOICES}" toName="{IMAGE}" choice="single">{choices}</Choices></View>'
    )


def write(path: Path, proposals: Sequence[Proposal], proposer: Proposer) -> None:
    """Write the tasks, and the interface beside them as `<name>.xml`."""
    tasks = [_task(proposal, proposer) for proposal in proposals]
    path.write_text(json.dumps(tasks, indent=1) + "\n", encoding="utf-8")
    path.with_suffix(".xml").write_text(interface(proposer) + "\n", encoding="utf-8")


def _task(proposal: Proposal, proposer: Proposer) -> dict[str, Any]:
    said = {
        "from_name": CHOICES,
        "to_name": IMAGE,
        "type": "choices",
        "value": {"choices": [proposer.word(proposal.label)]},
    }
    return {
        "data": {
            IMAGE: proposal.frame,
            "frame": proposal.frame,
            "id": proposal.id,
            "group": proposal.group,
        },
        "predictions": [
            {"model_version": proposer.name, "score": proposal.confidence, "result": [said]}
        ],
    }


def read(path: Path, proposer: Proposer) -> list[Label]:
    """Return what people said in an export; tasks that nobody finished say nothing.

    Raises:
        ConfigError: It is no export of Label Studio.
    """
    try:
        tasks = json.loads(path.read_text(encoding="utf-8"))
        return [label for task in tasks for label in _labels(task, proposer)]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(
            f"is no JSON export of Label Studio: {error!r}", source=str(path)
        ) from None


def _labels(task: Mapping[str, Any], proposer: Proposer) -> Iterator[Label]:
    data = task["data"]
    for annotation in task.get("annotations", ()):
        word = _choice(annotation)
        if word and not annotation.get("was_cancelled"):
            yield Label(
                frame=data.get("frame") or data.get(IMAGE, ""),
                label=proposer.label(word),
                group=data.get("group", ""),
                id=data.get("id", ""),
                by=_who(annotation.get("completed_by")),
                at=annotation.get("updated_at") or annotation.get("created_at") or "",
            )


def _choice(annotation: Mapping[str, Any]) -> str:
    for result in annotation["result"]:
        if result.get("from_name") == CHOICES:
            return str(result["value"]["choices"][0])
    return ""


def _who(completed_by: object) -> str:
    """Return who annotated: an export has a number, or a person."""
    if isinstance(completed_by, Mapping):
        return str(completed_by.get("email") or completed_by.get("id") or "")
    return "" if completed_by is None else f"label-studio user {completed_by}"
