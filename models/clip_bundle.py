"""A prepared CLIP: a folder that holds both towers, the tokenizer and a card."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from ensembles.errors import WeightsError
from ensembles.voter import Floats
from models.cards import ClipCard, Conversion
from models.precision import Precision
from models.preprocess import Recipe
from models.runtime import Runtime, Session
from models.tensors import Tensor
from models.weights import sha256_of, verify, written_whole

CARD_FILE = "clip.json"
IMAGE_FILE = "image.onnx"
TEXT_FILE = "text.onnx"
TOKENIZER_FILE = "tokenizer.json"
EMBEDDING = "embedding"
"""The output of both towers."""

COPIED_FILES = (TEXT_FILE, f"{TEXT_FILE}.data", TOKENIZER_FILE)
"""What stays as it is when the image tower is converted."""


@dataclass(frozen=True, slots=True)
class ClipBundle:
    """What lies in `folder`.

    Args:
        card: What the model is; the checksums in it were not compared yet.
    """

    folder: Path
    card: ClipCard

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Return the bundle in a folder.

        Raises:
            WeightsError: There is no card, it is no CLIP card, or it leaves a file out.
        """
        card = ClipCard.read(folder / CARD_FILE)
        for name in (IMAGE_FILE, TEXT_FILE, TOKENIZER_FILE):
            if name not in card.files:
                raise WeightsError(f"{folder / CARD_FILE}: files: {name} is missing")
        return cls(folder, card)

    @property
    def files(self) -> tuple[Path, ...]:
        """The card, and every file it lists."""
        return (self.folder / CARD_FILE, *self.card.paths(self.folder))

    @property
    def recipe(self) -> Recipe:
        """How a picture becomes the image tower's input."""
        return self.card.image

    def verify(self) -> None:
        """Compare every file with its checksum.

        Raises:
            WeightsError: A file is missing or altered.
        """
        for name, checksum in self.card.files.items():
            verify(self.folder / name, checksum)

    def copy_with_image_tower(
        self, made: Path, place: Path, *, precision: Precision, conversion: Conversion
    ) -> None:
        """Write a bundle that differs from this one in its image tower.

        Args:
            made: The other image tower, which is taken away from there.
            place: Folder of the new bundle.
            precision: Of the image tower.
            conversion: How it was made.

        Raises:
            WeightsError: The folder cannot be written.
        """
        kept = {name: sha for name, sha in self.card.files.items() if name in COPIED_FILES}
        card = self.card.model_copy(
            update={
                "precision": precision,
                "conversion": conversion,
                "opset": conversion.opset,
                "files": {IMAGE_FILE: sha256_of(made), **kept},
            }
        )
        try:
            with written_whole(place) as folder:
                for name in kept:
                    shutil.copy(self.folder / name, folder)
                shutil.move(made, folder / IMAGE_FILE)
                card.save(folder / CARD_FILE)
        except OSError as error:
            raise WeightsError(f"{place}: cannot be written: {error.strerror}") from None

    def open_image_tower(self, runtime: Runtime) -> Session:
        """Return the network from pictures (n, 3, size, size) to embeddings (n, d)."""
        takes = Tensor(self.card.image.shape, name="image")
        return runtime.open(self.folder / IMAGE_FILE, takes=takes, gives=[self._embedding])

    def open_text_tower(self, runtime: Runtime) -> Session:
        """Return the network from tokens (n, context_length) to embeddings (n, d)."""
        takes = Tensor((self.card.context_length,), name="tokens", kind="integer")
        return runtime.open(self.folder / TEXT_FILE, takes=takes, gives=[self._embedding])

    def open_tokenizer(self) -> Tokenizer:
        """Return the tokenizer.

        Raises:
            WeightsError: The file cannot be read.
        """
        path = self.folder / TOKENIZER_FILE
        try:
            return Tokenizer.from_str(path.read_text(encoding="utf-8"))
        except Exception as error:  # tokenizers raises plain `Exception`
            raise WeightsError(f"{path}: is no tokenizer: {error}") from error

    @property
    def _embedding(self) -> Tensor:
        return Tensor((self.card.embed_dim,), name=EMBEDDING)


def token_ids(tokenizer: Tokenizer, prompts: list[str]) -> npt.NDArray[np.int64]:
    """Return token ids, shape (n, context_length)."""
    return np.asarray([text.ids for text in tokenizer.encode_batch(prompts)], dtype=np.int64)


def embed_prompts(session: Session, tokenizer: Tokenizer, prompts: list[str]) -> Floats:
    """Return what the text tower makes of the prompts, shape (n, d), of any length."""
    return session.run(token_ids(tokenizer, prompts))[0]
