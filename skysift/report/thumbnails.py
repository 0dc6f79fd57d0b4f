"""Small pictures inside the page itself, of frames that the gate would miss."""

from base64 import b64encode
from io import BytesIO
from pathlib import Path

from PIL import Image

from ensembles.errors import BadImageError
from models.frames import Frame

LONGER_SIDE_PX = 256
"""What a card of the page shows on a dense screen."""

JPEG_QUALITY = 72


def thumbnail(picture: Path) -> str | None:
    """Return the picture as a small JPEG in a data URI; None when it cannot be read."""
    try:
        frame = Frame.decode(picture.read_bytes(), enough_px=LONGER_SIDE_PX)
    except (OSError, BadImageError):
        return None
    small = Image.fromarray(frame.pixels)
    small.thumbnail((LONGER_SIDE_PX, LONGER_SIDE_PX))
    encoded = BytesIO()
    small.save(encoded, "JPEG", quality=JPEG_QUALITY, optimize=True)
    return "data:image/jpeg;base64," + b64encode(encoded.getvalue()).decode()
