import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.batch_sizes import padded_size, warm_sizes


@pytest.mark.parametrize(
    ("most", "sizes"), [(1, (1,)), (2, (1, 2)), (8, (1, 2, 4, 8)), (12, (1, 2, 4, 8, 12))]
)
def test_sizes_double_and_end_at_the_largest_batch(most: int, sizes: tuple[int, ...]) -> None:
    assert warm_sizes(most) == sizes


@given(most=st.integers(1, 300), data=st.data())
def test_a_batch_is_padded_to_less_than_twice_its_size(most: int, data: st.DataObject) -> None:
    views = data.draw(st.integers(1, most))

    size = padded_size(views, warm_sizes(most))

    assert views <= size <= most
    assert size < 2 * views


def test_without_sizes_nothing_is_padded() -> None:
    assert padded_size(5, ()) == 5
    assert padded_size(5, (1, 2)) == 5
