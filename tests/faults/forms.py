"""Multipart bodies written by hand, so that they can be as wrong as they like."""

BOUNDARY = "skysift-faults"
FORM = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}

Part = tuple[str, str, bytes]
"""Name of the field, name of the file as it stands in the header, and its bytes."""


def form(*parts: Part, ended: bool = True) -> bytes:
    """Return a body; without its end when it is told so."""
    pieces = [_part(*part) for part in parts]
    end = f"--{BOUNDARY}--\r\n".encode() if ended else b""
    return b"".join(pieces) + end


def _part(field: str, name: str, data: bytes) -> bytes:
    header = (
        f"--{BOUNDARY}\r\n"
        f'Content-Disposition: form-data; name="{field}"; filename="{name}"\r\n'
        "Content-Type: text/plain\r\n\r\n"
    )
    return header.encode() + data + b"\r\n"
