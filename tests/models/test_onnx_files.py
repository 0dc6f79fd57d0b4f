from pathlib import Path

import pytest
from onnx import ModelProto, TensorProto, helper, load, save
from onnx.external_data_helper import convert_model_to_external_data

from ensembles.errors import WeightsError
from models.onnx_files import external_files
from tests.models.networks import classifier


def with_external_weights(folder: Path, location: str) -> Path:
    path = classifier(folder / "model.onnx")
    model: ModelProto = load(path)
    convert_model_to_external_data(model, location="weights.bin", size_threshold=0)
    save(model, path)
    stored = load(path, load_external_data=False)
    for tensor in stored.graph.initializer:
        for entry in tensor.external_data:
            if entry.key == "location":
                entry.value = location
    path.write_bytes(stored.SerializeToString())
    return path


def complaint(path: Path) -> str:
    with pytest.raises(WeightsError) as caught:
        external_files(path)
    return str(caught.value)


def test_a_network_in_one_file_has_no_others(tmp_path: Path) -> None:
    assert external_files(classifier(tmp_path / "a.onnx")) == ()


def test_files_beside_the_network_are_found_once(tmp_path: Path) -> None:
    path = with_external_weights(tmp_path, "weights.bin")

    assert external_files(path) == (tmp_path / "weights.bin",)


def test_files_in_a_folder_below_are_found(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "w.bin").touch()

    assert external_files(with_external_weights(tmp_path, "parts/w.bin")) == (
        tmp_path / "parts" / "w.bin",
    )


@pytest.mark.parametrize(
    "location", ["../secret.bin", "/etc/passwd", "a/../../b", r"..\b", "a\0b", ""]
)
def test_weights_outside_the_folder_are_refused(tmp_path: Path, location: str) -> None:
    message = complaint(with_external_weights(tmp_path, location))

    assert message.startswith(f"{tmp_path / 'model.onnx'}: ")
    assert "outside the file's own folder" in message


def test_weights_that_are_a_link_are_refused(tmp_path: Path) -> None:
    path = with_external_weights(tmp_path, "link.bin")
    (tmp_path / "link.bin").symlink_to(tmp_path / "weights.bin")

    assert "is a link" in complaint(path)


def test_weights_in_a_linked_folder_are_refused(tmp_path: Path) -> None:
    path = with_external_weights(tmp_path / "model", "there/weights.bin")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "weights.bin").touch()
    (tmp_path / "model" / "there").symlink_to(tmp_path / "elsewhere")

    assert "is a link" in complaint(path)


def test_a_network_may_lie_in_a_linked_folder_itself(tmp_path: Path) -> None:
    with_external_weights(tmp_path / "model", "weights.bin")
    (tmp_path / "link").symlink_to(tmp_path / "model")

    assert external_files(tmp_path / "link" / "model.onnx") == (tmp_path / "link" / "weights.bin",)


def test_missing_weights_are_named(tmp_path: Path) -> None:
    assert "'gone.bin', and there is no such file" in complaint(
        with_external_weights(tmp_path, "gone.bin")
    )


def test_weights_hidden_in_a_branch_of_the_graph_are_found(tmp_path: Path) -> None:
    hidden = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[1])
    hidden.data_location = TensorProto.EXTERNAL
    hidden.external_data.add(key="location", value="../hidden.bin")
    constant = helper.make_node("Constant", [], ["w"], value=hidden)
    branch = helper.make_graph([constant], "branch", [], [])
    node = helper.make_node("If", ["c"], ["w"], then_branch=branch, else_branch=branch)
    path = tmp_path / "branches.onnx"
    path.write_bytes(helper.make_model(helper.make_graph([node], "g", [], [])).SerializeToString())

    assert "../hidden.bin" in complaint(path)


def test_a_file_cut_short_is_never_misread(tmp_path: Path) -> None:
    whole = with_external_weights(tmp_path, "weights.bin").read_bytes()
    path = tmp_path / "cut.onnx"
    outcomes: set[tuple[object, ...]] = set()

    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        try:
            outcomes.add(external_files(path))
        except WeightsError:
            outcomes.add(("refused",))

    assert outcomes <= {(), (tmp_path / "weights.bin",), ("refused",)}
