"""A converted network as a file, with a card beside it that says what it was made from."""

from pathlib import Path
from tempfile import TemporaryDirectory

from models.cards import Card, Conversion
from models.precision import Precision
from models.weights import put, sha256_of


def card_path(network: Path) -> Path:
    """Return where the card of an ONNX file lies."""
    return network.with_suffix(".json")


def keep_with_card(
    made: Path, place: Path, like: Card, *, precision: Precision, conversion: Conversion
) -> None:
    """Put a network and its card into place, the card last: it is what vouches for the network.

    Args:
        made: The network, which is taken away from there.
        place: The ONNX file it becomes.
        like: Card of the network it was made from.
        precision: Of the network.
        conversion: How it was made.

    Raises:
        WeightsError: A file cannot be written.
    """
    card = like.model_copy(
        update={
            "precision": precision,
            "conversion": conversion,
            "opset": conversion.opset,
            "files": {place.name: sha256_of(made)},
        }
    )
    put(made, place)
    with TemporaryDirectory() as folder:
        written = Path(folder) / card_path(place).name
        card.save(written)
        put(written, card_path(place))
