from pathlib import Path
from shutil import copytree

import numpy as np
import open_clip
import pytest
import torch

from ensembles.errors import WeightsError
from models.clip_bundle import ClipBundle, embed_prompts
from models.clip_zero_shot import ClipOptions
from models.export import onnx_file
from models.export.clip import check_towers, export_clip
from models.export.onnx_file import Calls
from models.export.self_check import TOLERANCE, drawn_pictures
from models.export.tokenizer import clip_tokenizer
from models.preprocess import prepare
from models.runtime import Runtime
from models.settings import ModelSettings
from models.vectors import unit_rows
from tests.models.export.tiny import RECIPE, clip

pytestmark = pytest.mark.pretrained


def exported(model: open_clip.CLIP, folder: Path) -> ClipBundle:
    export_clip(
        model,
        open_clip.SimpleTokenizer(),
        folder,
        name="tiny",
        source="random-0",
        recipe=RECIPE,
    )
    return ClipBundle.read(folder)


@pytest.fixture(scope="module")
def model() -> open_clip.CLIP:
    return clip()


@pytest.fixture(scope="module")
def bundle(model: open_clip.CLIP, tmp_path_factory: pytest.TempPathFactory) -> ClipBundle:
    return exported(model, tmp_path_factory.mktemp("home") / "clip")


def test_both_towers_say_what_torch_says(model: open_clip.CLIP, bundle: ClipBundle) -> None:
    differences = check_towers(model, bundle, drawn_pictures(9, seed=7))

    assert differences.keys() == {"image", "text"}
    assert max(differences.values()) < TOLERANCE / 10


@pytest.mark.parametrize("count", [1, 2, 5])
def test_any_number_of_pictures_fits(model: open_clip.CLIP, bundle: ClipBundle, count: int) -> None:
    images = prepare(drawn_pictures(count), RECIPE)

    (rows,) = bundle.open_image_tower(Runtime(ModelSettings(max_batch=8))).run(images)

    with torch.no_grad():
        expected = model.encode_image(torch.from_numpy(images)).numpy()
    np.testing.assert_allclose(unit_rows(rows), unit_rows(expected), atol=TOLERANCE)


def test_the_card_says_what_the_model_is(model: open_clip.CLIP, bundle: ClipBundle) -> None:
    bundle.verify()

    assert bundle.card.logit_scale == pytest.approx(model.logit_scale.exp().item())
    assert bundle.card.embed_dim == 16
    assert bundle.card.context_length == 77
    assert bundle.recipe == RECIPE


def test_a_prompt_goes_through_the_served_files_as_through_open_clip(
    model: open_clip.CLIP, bundle: ClipBundle
) -> None:
    prompts = ["A hiker\u2019s tent &amp; fire", "snow"]
    session = bundle.open_text_tower(Runtime(ModelSettings()))

    rows = embed_prompts(session, bundle.open_tokenizer(), prompts)

    with torch.no_grad():
        expected = model.encode_text(open_clip.SimpleTokenizer()(prompts)).numpy()
    np.testing.assert_allclose(unit_rows(rows), unit_rows(expected), atol=TOLERANCE)


def test_the_bundle_votes(bundle: ClipBundle) -> None:
    options = ClipOptions.model_validate(
        {
            "model": "tiny",
            "pretrained": str(bundle.folder),
            "positive": ["a hiker"],
            "negative": ["snow", "a rock"],
        }
    )

    reading = options.load(Runtime(ModelSettings(threads=1))).read(drawn_pictures(3))

    assert len(reading) == 3
    assert np.isfinite(reading.scores).all()


def test_no_file_tells_where_it_was_made(bundle: ClipBundle) -> None:
    assert not [path.name for path in bundle.files if b".py" in path.read_bytes()]


def test_a_model_with_its_own_vocabulary_and_context_is_exported(tmp_path: Path) -> None:
    own = clip_tokenizer(open_clip.SimpleTokenizer())

    export_clip(
        clip(context=12), own, tmp_path / "clip", name="own", source="trained", recipe=RECIPE
    )

    read = ClipBundle.read(tmp_path / "clip")
    assert len(read.open_tokenizer().encode("a " * 40).ids) == 12
    assert own.encode("a cat").ids[-1] == 0, "the caller's tokenizer keeps its 77 tokens"
    assert len(own.encode("a cat").ids) == 77


def test_a_broken_export_is_caught_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Noisy(Calls):
        def forward(self, batch: torch.Tensor) -> torch.Tensor:
            return super().forward(batch) + 0.01 * torch.sin(torch.arange(16.0))

    monkeypatch.setattr("models.export.clip.Calls", Noisy)

    with pytest.raises(WeightsError, match=r"image.onnx: the export is no copy"):
        exported(clip(), tmp_path / "clip")

    assert list(tmp_path.iterdir()) == []


def test_a_failed_export_keeps_the_bundle_that_was_there(
    tmp_path: Path, bundle: ClipBundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    copytree(bundle.folder, tmp_path / "clip")
    monkeypatch.setattr("models.export.self_check.TOLERANCE", -1.0)

    with pytest.raises(WeightsError):
        exported(clip(seed=1), tmp_path / "clip")

    assert ClipBundle.read(tmp_path / "clip").card == bundle.card


def test_weights_too_large_for_one_file_lie_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnx_file, "LARGEST_SINGLE_FILE_BYTES", 1)

    found = exported(clip(), tmp_path / "clip")

    found.verify()
    assert "image.onnx.data" in found.card.files
    assert tmp_path / "clip" / "image.onnx.data" in found.files
