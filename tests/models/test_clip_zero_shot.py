import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from ensembles.errors import WeightsError
from models.clip_bundle import CARD_FILE, IMAGE_FILE, TEXT_FILE, TOKENIZER_FILE
from models.clip_zero_shot import ClipOptions, ClipVoter
from models.digest import digest
from models.runtime import Runtime
from models.settings import ModelSettings
from tests.models.prepared import COLOURS, SIDE, plain, tiny_clip


def options(folder: Path, **changes: Any) -> ClipOptions:  # noqa: ANN401 - any option
    said = {"model": "tiny", "pretrained": "./clip", "positive": ["red"], "negative": ["blue"]}
    return ClipOptions.model_validate({**said, **changes}, context={"folder": folder})


def loaded(tmp_path: Path, **changes: Any) -> ClipVoter:  # noqa: ANN401 - any option
    tiny_clip(tmp_path / "clip")
    settings = ModelSettings(home=tmp_path / "home", threads=1)
    return options(tmp_path, **changes).load(Runtime(settings))


def complaint(**changes: Any) -> str:  # noqa: ANN401 - any option
    with pytest.raises(ValidationError) as caught:
        options(Path(), **changes)
    return str(caught.value)


def test_a_red_picture_is_what_red_prompts_look_for(tmp_path: Path) -> None:
    reading = loaded(tmp_path).read([plain(colour) for colour in COLOURS])

    assert reading.scores[0] > 0.99
    assert reading.scores[2] < 0.01


def test_other_prompts_need_no_other_export(tmp_path: Path) -> None:
    voter = loaded(tmp_path, positive=["GREEN thing"], negative=["red", "blue"])

    assert voter.read([plain("green")]).scores[0] > 0.9


def test_templates_surround_the_prompts(tmp_path: Path) -> None:
    bare = loaded(tmp_path, templates=["{}"])
    wrapped = loaded(tmp_path, templates=["{}", "grey {}"])

    assert not np.allclose(bare.positive, wrapped.positive)
    np.testing.assert_allclose(np.linalg.norm(wrapped.positive, axis=1), 1, atol=1e-6)


def test_the_models_own_logit_scale_is_taken_unless_another_is_given(tmp_path: Path) -> None:
    assert loaded(tmp_path).logit_scale == 10.0
    assert loaded(tmp_path, logit_scale=2.5).logit_scale == 2.5


def test_embeddings_are_rows_of_length_one(tmp_path: Path) -> None:
    embeddings = loaded(tmp_path).read([plain("red"), plain("green")]).embeddings

    assert embeddings is not None
    assert embeddings.shape == (2, 3)
    np.testing.assert_allclose(np.linalg.norm(embeddings, axis=1), 1, atol=1e-6)


def test_an_unprepared_model_names_the_command_that_prepares_it(tmp_path: Path) -> None:
    wanted = options(tmp_path, model="ViT-B-32", pretrained="laion2b_s34b_b79k")

    with pytest.raises(WeightsError, match=r"ViT-B-32 with weights laion2b_s34b_b79k .*prepare"):
        wanted.load(Runtime(ModelSettings(home=tmp_path)))


def test_a_missing_prepared_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"nowhere/clip.json.*put the prepared model there"):
        options(tmp_path, pretrained="./nowhere").load(Runtime(ModelSettings(home=tmp_path)))


@pytest.mark.parametrize("name", [IMAGE_FILE, TEXT_FILE, TOKENIZER_FILE])
def test_an_altered_file_is_refused(tmp_path: Path, name: str) -> None:
    folder = tiny_clip(tmp_path / "clip")
    with (folder / name).open("ab") as file:
        file.write(b" ")

    with pytest.raises(WeightsError, match=f"{name}: altered"):
        options(tmp_path).load(Runtime(ModelSettings(home=tmp_path)))


def test_a_card_that_leaves_a_tower_out_is_refused(tmp_path: Path) -> None:
    card = tiny_clip(tmp_path / "clip") / CARD_FILE
    card.write_text(card.read_text().replace(TEXT_FILE, "other.onnx"))

    with pytest.raises(WeightsError, match=f"{TEXT_FILE} is missing"):
        options(tmp_path).artifacts(ModelSettings(home=tmp_path))


def test_artifacts_are_the_card_and_all_its_files(tmp_path: Path) -> None:
    folder = tiny_clip(tmp_path / "clip")

    found = options(tmp_path).artifacts(ModelSettings(home=tmp_path))

    assert set(found) == set(folder.iterdir())


def test_a_frame_need_not_be_larger_than_the_tower_sees(tmp_path: Path) -> None:
    tiny_clip(tmp_path / "clip")

    assert options(tmp_path).view_px(ModelSettings(home=tmp_path)) == SIDE


def ensemble_digest(folder: Path, *, positive: str) -> str:
    from ensembles.config import EnsembleConfig  # noqa: PLC0415 - the others need it not

    tiny_clip(folder / "clip")
    voter = {
        "name": "clip",
        "kind": "clip",
        "threshold": 0.5,
        "options": options(folder, positive=[positive]),
    }
    config = EnsembleConfig.model_validate({"name": "e", "target": "red", "voters": [voter]})
    return digest(config, ModelSettings(home=folder))


def test_the_digest_knows_the_prompts_and_not_the_folder(tmp_path: Path) -> None:
    here = ensemble_digest(tmp_path / "here", positive="red")

    assert here == ensemble_digest(tmp_path / "there", positive="red")
    assert here != ensemble_digest(tmp_path / "here", positive="green")


def test_prompts_are_needed_on_both_sides() -> None:
    assert "at least one text" in complaint(positive=[])
    assert "none may be empty" in complaint(negative=["blue", "  "])


def test_a_prompt_cannot_be_on_both_sides() -> None:
    assert "'red' is a positive prompt too" in complaint(negative=["blue", "red"])


def test_a_template_without_a_place_is_refused() -> None:
    assert "'a photo' must hold {} once" in complaint(templates=["{}", "a photo"])


def test_serving_imports_neither_torch_nor_open_clip(tmp_path: Path) -> None:
    tiny_clip(tmp_path / "clip")
    program = f"""
import sys
from pathlib import Path
from models.clip_zero_shot import ClipOptions
from models.runtime import Runtime
from models.settings import ModelSettings
said = dict(model="tiny", pretrained="./clip", positive=["red"], negative=["blue"])
options = ClipOptions.model_validate(said, context=dict(folder=Path({str(tmp_path)!r})))
options.load(Runtime(ModelSettings(threads=1))).read([])
assert not {{"torch", "open_clip", "onnx"}} & set(sys.modules)
"""

    subprocess.run([sys.executable, "-c", program], check=True)
