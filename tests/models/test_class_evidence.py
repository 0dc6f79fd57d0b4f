import numpy as np
import pytest

from models.class_evidence import class_index, evidence_scores, evidence_weights
from models.resnet50 import imagenet_classes

LABELS = ("tench", "sports car", "Cardigan", "cardigan", "crane", "crane", "passenger car")


def test_a_class_is_found_by_name_or_index() -> None:
    assert class_index("sports car", LABELS) == 1
    assert class_index(4, LABELS) == 4
    assert class_index("4", LABELS) == 4


def test_case_is_forgiven_unless_it_tells_two_classes_apart() -> None:
    assert class_index("Sports Car", LABELS) == 1
    assert class_index("cardigan", LABELS) == 3
    with pytest.raises(ValueError, match=r"2 \('Cardigan'\), 3 \('cardigan'\); give the index"):
        class_index("CARDIGAN", LABELS)


def test_a_name_of_two_classes_asks_for_the_index() -> None:
    with pytest.raises(ValueError, match=r"'crane' could be several classes: 4 .*, 5 .*index"):
        class_index("crane", LABELS)


def test_an_unknown_name_gets_the_nearest_suggested() -> None:
    with pytest.raises(ValueError, match="did you mean 'sports car'"):
        class_index("sportscar", LABELS)


def test_a_word_of_several_names_gets_those_suggested() -> None:
    with pytest.raises(ValueError, match="there are 'sports car', 'passenger car'"):
        class_index("Car", LABELS)


@pytest.mark.parametrize("index", [-1, 7, "7"])
def test_an_index_outside_is_refused(index: int | str) -> None:
    with pytest.raises(ValueError, match="indices are 0 to 6"):
        class_index(index, LABELS)


def test_all_wrong_classes_come_at_once() -> None:
    with pytest.raises(ValueError, match=r"'tensh' is no class.*'crane' could be"):
        evidence_weights({"tensh": 1.0, "crane": 1.0}, LABELS)


def test_a_class_given_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="class 0 \\('tench'\\) is given twice"):
        evidence_weights({"tench": 1.0, 0: 0.5}, LABELS)


def test_evidence_is_a_weighted_sum_capped_at_one() -> None:
    weights = evidence_weights({"tench": 0.5, "sports car": 2.0}, LABELS)
    shares = np.zeros((2, 7), dtype=np.float32)
    shares[0, :2] = 0.4, 0.1
    shares[1, 1] = 0.9

    np.testing.assert_allclose(evidence_scores(shares, weights), [0.4, 1.0])


def test_imagenet_has_a_thousand_classes_in_torchvisions_order() -> None:
    names = imagenet_classes()

    assert len(names) == 1000
    assert (names[0], names[817], names[999]) == ("tench", "sports car", "toilet tissue")
