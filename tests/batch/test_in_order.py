import os

from hypothesis import given
from hypothesis import strategies as st

from batch.in_order import in_order

NAMES = st.binary(max_size=20).filter(lambda name: b"\0" not in name).map(os.fsdecode)


@given(st.lists(NAMES, max_size=30))
def test_names_of_any_bytes_come_in_order_and_as_often_as_they_were_given(names: list[str]) -> None:
    assert list(in_order(names)) == sorted(names, key=os.fsencode)
