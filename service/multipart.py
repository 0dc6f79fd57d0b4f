"""The pictures of a multipart body, with limits on everything a client chooses."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import Message
from typing import TYPE_CHECKING

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError

from ensembles.reasons import Reason
from service.refusals import Refusal

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

MULTIPART = "multipart/form-data"
OTHER_FIELDS = 16
"""Form fields beside the pictures that are tolerated, and not read."""
LONGEST_NAME = 200
"""Characters of a file name that are kept, for people to read."""


@dataclass(frozen=True, slots=True)
class Upload:
    """One picture as it was sent, and the name the client gave it."""

    data: bytes
    name: str = ""


def is_multipart(content_type: str) -> bool:
    """Say whether the body holds form fields rather than the picture itself."""
    return _header(content_type).get_content_type() == MULTIPART


def uploads(body: bytes, content_type: str, *, name: str, most: int) -> list[Upload]:
    """Return the pictures in the form field `name`, in the order they were sent.

    Args:
        body: The whole body.
        content_type: The header that tells the boundary.
        name: Of the form field.
        most: Pictures there may be.

    Raises:
        Refusal: The body is no multipart form, has too many parts, or no such field.
    """
    boundary = _header(content_type).get_param("boundary")
    if not isinstance(boundary, str) or not boundary:
        raise Refusal(Reason.BAD_REQUEST, "the multipart content type names no boundary")
    parts = _Parts(most + OTHER_FIELDS)
    try:
        parser = MultipartParser(boundary, parts.callbacks())
        parser.write(body)
        parser.finalize()
    except FormParserError as error:
        raise Refusal(Reason.BAD_REQUEST, f"the body is no multipart form: {error}") from None
    if not parts.ended:
        raise Refusal(Reason.TRUNCATED, "the multipart body ends before its last boundary")
    return _pictures(parts.done, name, most)


def _pictures(parts: "Sequence[_Part]", name: str, most: int) -> list[Upload]:
    found = [part.upload for part in parts if part.field == name]
    if not found:
        fields = ", ".join(sorted({repr(part.field[:LONGEST_NAME]) for part in parts})) or "none"
        raise Refusal(
            Reason.BAD_REQUEST, f"the form field {name!r} is missing; there are: {fields}"
        )
    if len(found) > most:
        raise Refusal(
            Reason.BAD_REQUEST, f"{len(found)} pictures in {name!r}; at most {most} are taken"
        )
    return found


@dataclass(slots=True)
class _Part:
    headers: dict[bytes, bytes] = field(default_factory=dict)
    chunks: list[bytes] = field(default_factory=list)

    @property
    def field(self) -> str:
        return self._parameter("name")

    @property
    def upload(self) -> Upload:
        name = self._parameter("filename").replace("\\", "/").rpartition("/")[2]
        shown = "".join(filter(str.isprintable, name[:LONGEST_NAME]))
        return Upload(b"".join(self.chunks), shown)

    def _parameter(self, name: str) -> str:
        disposition = self.headers.get(b"content-disposition", b"").decode("utf-8", "replace")
        value = _header(disposition).get_param(name, "")
        return value if isinstance(value, str) else value[2]


class _Parts:
    """Collects what the parser finds."""

    def __init__(self, most: int) -> None:
        self.done: list[_Part] = []
        self.ended = False
        self._most = most
        self._part = _Part()
        self._key = bytearray()
        self._value = bytearray()

    def callbacks(self) -> "MultipartCallbacks":
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._key.extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
            "on_header_end": self._end_header,
            "on_part_data": lambda data, start, end: self._part.chunks.append(data[start:end]),
            "on_part_end": lambda: self.done.append(self._part),
            "on_end": self._end,
        }

    def _begin(self) -> None:
        if len(self.done) == self._most:
            raise Refusal(Reason.BAD_REQUEST, f"more than {self._most} parts in one request")
        self._part = _Part()

    def _end_header(self) -> None:
        self._part.headers[bytes(self._key).lower()] = bytes(self._value)
        self._key.clear()
        self._value.clear()

    def _end(self) -> None:
        self.ended = True


def _header(value: str) -> Message:
    """Return the header parsed; the standard library knows the quoting rules."""
    message = Message()
    message["content-type"] = value
    return message
