"""Wordings: a target is always named, and the gate's prompts were never read in training."""

import numpy as np
import yaml

from demo.captions import EMPTY_SCENES, NOUNS, SCENES, Mention, Wording, say_frame, say_thing
from demo.shipped import CONFIG

HIKER = Mention("hiker", "red")
CAR = Mention("car", "blue")


def wordings(*mentions: Mention, count: int = 300) -> list[str]:
    rng = np.random.default_rng(5)
    return [say_frame(mentions, "meadow", rng).text for _ in range(count)]


def prompts() -> list[str]:
    voters = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))["voters"]
    options = next(voter["options"] for voter in voters if voter["kind"] == "clip")
    return [
        template.format(prompt)
        for prompt in options["positive"] + options["negative"]
        for template in options["templates"]
    ]


def fixed_words(template: str) -> list[str]:
    """Return the pieces of a template between its placeholders that are long enough to tell it."""
    pieces = template.replace("{ground}", "{things}").split("{things}")
    return [piece.strip(" ,:") for piece in pieces if len(piece.split()) > 2]


def test_a_hiker_is_named_in_every_wording_of_its_frame() -> None:
    others = [Mention(kind, "red") for kind in ("car", "tent", "deer", "rock", "bush")]

    for wording in wordings(*others, HIKER):
        assert any(noun in wording for noun in NOUNS["hiker"])


def test_nobody_is_missed_where_a_hiker_is() -> None:
    assert not any("nobody" in text or "no person" in text for text in wordings(HIKER, CAR))
    assert any("nobody" in text or "no person" in text for text in wordings(CAR))


def test_one_frame_has_many_wordings() -> None:
    assert len(set(wordings(HIKER, CAR))) > 200


def test_the_caption_of_a_thing_is_one_plain_sentence() -> None:
    assert say_thing("hiker", "red", "snow") == "a hiker in a red jacket on snow"
    assert say_thing("car", "blue", "a road") == "a blue car on a road"
    assert say_thing("deer", "", "dry grass") == "a deer on dry grass"


def test_a_wording_is_true_of_its_own_picture() -> None:
    rng = np.random.default_rng(6)
    for mentions in ((), (CAR,), (HIKER,), (HIKER, CAR)):
        kinds = frozenset(mention.kind for mention in mentions)

        assert all(
            say_frame(mentions, "meadow", rng).is_true_of(kinds, "meadow") for _ in range(100)
        )


def test_a_wording_is_false_of_a_picture_without_what_it_names() -> None:
    rng = np.random.default_rng(6)
    hikers = [say_frame([HIKER], "meadow", rng) for _ in range(100)]

    assert not any(wording.is_true_of(frozenset({"car"}), "meadow") for wording in hikers)
    assert not all(wording.is_true_of(frozenset({"hiker"}), "coast") for wording in hikers)


def test_nobody_is_false_where_a_hiker_is() -> None:
    wording = Wording("a car, nobody there", frozenset({"car"}), land=None, nobody=True)

    assert wording.is_true_of(frozenset({"car", "tent"}), "coast")
    assert not wording.is_true_of(frozenset({"car", "hiker"}), "coast")


def test_no_prompt_of_the_gate_is_built_from_a_training_template() -> None:
    for template in (*SCENES, *EMPTY_SCENES):
        for piece in fixed_words(template):
            assert not any(piece in prompt for prompt in prompts()), piece


def test_no_prompt_of_the_gate_is_a_training_wording() -> None:
    read = set(wordings(count=3000)) | set(wordings(HIKER, count=3000)) | set(wordings(CAR))

    assert read.isdisjoint(prompts())


def test_every_word_of_the_prompts_was_learned() -> None:
    rng = np.random.default_rng(5)
    lands = ("meadow", "woodland", "coast", "mountain", "snowfield", "farmland", "village")
    learned = {
        word
        for land in lands
        for kind in NOUNS
        for _ in range(300)
        for word in say_frame([Mention(kind, "red")] * int(rng.integers(2)), land, rng)
        .text.replace(",", " ")
        .replace(":", " ")
        .split()
    }

    asked = {word for prompt in prompts() for word in prompt.replace(",", " ").split()}
    assert asked <= learned
