"""Pydantic's errors as sentences: the place, what is wrong, what would be right."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, Tag, ValidationError
from pydantic_core import ErrorDetails


def mistakes_in(error: ValidationError, model: type[BaseModel], *, place: str = "") -> list[str]:
    """Return one line per mistake, such as `voters[1].treshold: unknown key; ...`.

    Args:
        error: What pydantic found.
        model: The class that was being read.
        place: Where that class stands in the file.
    """
    return [_line(details, model, place) for details in error.errors(include_url=False)]


def near_miss(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean 'x'?`, or nothing when no known word is close."""
    matches = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean {matches[0]!r}?" if matches else ""


def _line(details: ErrorDetails, model: type[BaseModel], place: str) -> str:
    where, keys = _locate(details["loc"], model, place)
    return f"{where}: {_sentence(details, keys)}" if where else _sentence(details, keys)


def _sentence(details: ErrorDetails, keys: Sequence[str]) -> str:
    match details["type"]:
        case "extra_forbidden":
            key = str(details["loc"][-1])
            return f"unknown key{near_miss(key, keys) or '; known are ' + ', '.join(keys)}"
        case "missing":
            return "is missing"
        case "string_pattern_mismatch":
            return (
                f"use lower-case letters, digits and _, starting with a letter, "
                f"not {details['input']!r}"
            )
        case "value_error":
            return str(details["ctx"]["error"])
    message = details["msg"].replace("Input should", "should")
    value = details["input"]
    # Only scalars are echoed: a whole mapping would bury the sentence.
    return f"{message}, not {value!r}" if isinstance(value, str | int | float | bool) else message


def _locate(
    location: Sequence[int | str], model: type[BaseModel], place: str
) -> tuple[str, Sequence[str]]:
    """Return the place as a person writes it, and the keys that are known there."""
    here: Any = model
    keys: Sequence[str] = ()
    for step in location:
        branches = _branches(here)
        if isinstance(step, int):
            place, here = f"{place}[{step}]", _item_of(here)
        elif step in branches:  # the tag of a union, which nobody wrote
            here = branches[step]
        elif isinstance(here, type) and issubclass(here, BaseModel):
            keys = list(here.model_fields)
            place = f"{place}.{step}" if place else step
            field = here.model_fields.get(step)
            here = field.rebuild_annotation() if field else None
        elif get_origin(here) is dict:
            place, here = f"{place}.{step}", get_args(here)[1]
    return place, keys


def _branches(annotation: Any) -> dict[str, Any]:  # noqa: ANN401 - annotations have no type
    """Return the members of a union by the name pydantic gives each in a location."""
    union = get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation
    if get_origin(union) not in (Union, UnionType):
        return {}
    return dict(_branch(member) for member in get_args(union))


def _branch(member: Any) -> tuple[str, Any]:  # noqa: ANN401
    if get_origin(member) is not Annotated:
        return getattr(member, "__name__", str(member)), member
    tags = [note.tag for note in get_args(member)[1:] if isinstance(note, Tag)]
    plain = get_args(member)[0]
    return (tags[0] if tags else _branch(plain)[0]), plain


def _item_of(annotation: Any) -> Any:  # noqa: ANN401
    arguments = get_args(annotation)
    return arguments[0] if arguments else None
