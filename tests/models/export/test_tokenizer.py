from random import Random

import open_clip
import pytest
from tokenizers import Tokenizer

from ensembles.errors import WeightsError
from models.clip_bundle import token_ids
from models.export.tokenizer import PROBES, clip_tokenizer, fit_to_context, refuse_other_ids

pytestmark = pytest.mark.pretrained

# What is not carried over must not come up by chance: `&` makes rare HTML entities, and accents
# beside curly quotes look like mis-decoded text, which ftfy repairs.
ALPHABET = "abcXYZ  0123456789'\".,!?-_/;#<>()[]{}@éüñ中文日本σςıΩ🚁\n\t\u3000"


@pytest.fixture(scope="module")
def theirs() -> open_clip.SimpleTokenizer:
    return open_clip.SimpleTokenizer()


@pytest.fixture(scope="module")
def ours(theirs: open_clip.SimpleTokenizer) -> Tokenizer:
    # As it is served: written to JSON and read back.
    return Tokenizer.from_str(clip_tokenizer(theirs).to_str())


def test_the_probes_get_the_same_ids(ours: Tokenizer, theirs: open_clip.SimpleTokenizer) -> None:
    assert token_ids(ours, list(PROBES)).tolist() == theirs(list(PROBES)).tolist()


def test_texts_of_any_characters_get_the_same_ids(
    ours: Tokenizer, theirs: open_clip.SimpleTokenizer
) -> None:
    chance = Random(0)  # noqa: S311 - it makes texts
    texts = ["".join(chance.choices(ALPHABET, k=chance.randint(1, 60))) for _ in range(3000)]

    assert token_ids(ours, texts).tolist() == theirs(texts).tolist()


def test_long_prompts_keep_their_end_token(
    ours: Tokenizer, theirs: open_clip.SimpleTokenizer
) -> None:
    (ids,) = token_ids(ours, ["very " * 500])

    assert len(ids) == theirs.context_length
    assert ids[-1] == theirs.eot_token_id


def test_short_prompts_are_padded_as_clip_was_trained(ours: Tokenizer) -> None:
    (ids,) = token_ids(ours, ["a cat"])

    assert ids[:5].tolist() == [49406, 320, 2368, 49407, 0]
    assert not ids[4:].any()


def test_a_tokenizer_that_gives_other_ids_is_refused(theirs: open_clip.SimpleTokenizer) -> None:
    other = clip_tokenizer(theirs)
    other.enable_padding(length=theirs.context_length, pad_id=1, pad_token='"')  # noqa: S106

    with pytest.raises(WeightsError, match="cannot be carried over"):
        refuse_other_ids(other, theirs, ["a cat"])


def test_cleaning_that_is_not_carried_over_is_refused() -> None:
    with pytest.raises(WeightsError, match="cannot be carried over"):
        clip_tokenizer(open_clip.SimpleTokenizer(clean="canonicalize"))


def test_a_tokenizer_keeps_its_own_padding(ours: Tokenizer) -> None:
    mine = Tokenizer.from_str(ours.to_str())
    mine.enable_padding(length=9, pad_id=49407, pad_token="<end_of_text>")  # noqa: S106

    fit_to_context(mine, 12)

    assert token_ids(mine, ["a cat"])[0, 4:].tolist() == [49407] * 8
