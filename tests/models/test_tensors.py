from pathlib import Path

import pytest

from ensembles.errors import WeightsError
from models.tensors import Port, Tensor, matched

FILE = Path("cars.onnx")
IMAGE = Port("image", (None, 240, 240, 3), "tensor(float)")


def complaint(declared: Tensor, *ports: Port) -> str:
    with pytest.raises(WeightsError) as caught:
        matched(declared, ports, side="input", path=FILE)
    return str(caught.value)


def test_the_only_port_needs_no_name() -> None:
    assert matched(Tensor((240, 240, 3)), [IMAGE], side="input", path=FILE) is IMAGE


def test_open_sizes_fit_anything() -> None:
    open_port = Port("image", (None, None, None, None), "tensor(float16)")

    assert matched(Tensor((3, 8, 8)), [open_port], side="input", path=FILE) is open_port
    assert matched(Tensor((None, 240, 3)), [IMAGE], side="input", path=FILE) is IMAGE


def test_trailing_axes_of_one_are_not_held_against_an_output() -> None:
    pooled = Port("features", (None, 512, 1, 1), "tensor(float)")
    column, row = Port("p", (None, 1), "tensor(float)"), Port("p", (None,), "tensor(float)")

    assert matched(Tensor((None,)), [pooled], side="output", path=FILE) is pooled
    assert matched(Tensor((1,)), [column], side="output", path=FILE) is column
    assert matched(Tensor((1,)), [row], side="output", path=FILE) is row


def test_another_shape_is_told_with_both_shapes_and_what_to_change() -> None:
    declared = Tensor((3, 240, 240), change="`input.layout`")

    assert complaint(declared, IMAGE) == (
        "cars.onnx: input 'image' has shape n x 240 x 240 x 3, but the voter declares "
        "n x 3 x 240 x 240; change `input.layout`"
    )


def test_another_type_is_told() -> None:
    assert "holds tensor(uint8), but the voter needs one of tensor(float)" in complaint(
        Tensor((3,)), Port("x", (None, 3), "tensor(uint8)")
    )


def test_an_unknown_name_is_told_with_the_near_miss_and_all_names() -> None:
    message = complaint(Tensor((240, 240, 3), name="imag"), IMAGE)

    assert "no input 'imag'; did you mean 'image'?" in message
    assert "The file has 'image'" in message


def test_several_ports_need_a_name() -> None:
    assert "2 inputs ('image', 'image')" in complaint(Tensor((3,)), IMAGE, IMAGE)
