"""Marked `pretrained`, because it needs torch."""

from typing import Any

import pytest

from curation.train.augmentation_limits import Augmentation

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.pretrained

UNCHANGED = Augmentation(
    turned=0, scale=1, shift=0, light=0, colour=0, hazy=0, blurred=0, noise=0, compressed=0
)


def changed(pixels: Any, how: Augmentation, seed: int = 0) -> Any:  # noqa: ANN401 - torch's
    from curation.train.augmentation import Changer  # noqa: PLC0415 - needs torch

    return Changer(how, torch.Generator().manual_seed(seed)).changed(pixels)


def pictures(count: int, height: int = 40, width: int = 60) -> Any:  # noqa: ANN401 - torch's
    generator = torch.Generator().manual_seed(3)
    return torch.randint(256, (count, height, width, 3), generator=generator, dtype=torch.uint8)


def test_pictures_keep_their_shape_and_their_levels() -> None:
    images = changed(pictures(16), Augmentation())

    assert images.shape == (16, 3, 40, 60)
    assert images.min() >= 0
    assert images.max() <= 1


def test_the_same_seed_changes_alike_and_another_does_not() -> None:
    some = pictures(4)

    assert torch.equal(changed(some, Augmentation(), 1), changed(some, Augmentation(), 1))
    assert not torch.equal(changed(some, Augmentation(), 1), changed(some, Augmentation(), 2))


def test_without_turning_a_picture_is_mirrored_or_upside_down_and_nothing_else() -> None:
    some = pictures(12)
    plain = some.permute(0, 3, 1, 2).float() / 255

    images = changed(some, UNCHANGED)

    for before, after in zip(plain, images, strict=True):
        ways = [before, before.flip(2), before.flip(1), before.flip(1, 2)]
        assert min(float((way - after).abs().max()) for way in ways) < 1e-3


@pytest.mark.parametrize(("height", "width"), [(64, 64), (48, 64), (96, 48)])
def test_what_is_anywhere_in_a_picture_is_still_there_when_it_was_turned(
    height: int, width: int
) -> None:
    how = Augmentation(
        turned=1, scale=1, shift=0, light=0, colour=0, hazy=0, blurred=0, noise=0, compressed=0
    )
    corner = torch.zeros(32, height, width, 3, dtype=torch.uint8)
    corner[:, :6, :6] = 255

    images = changed(corner, how)

    assert images.amax(dim=(1, 2, 3)).min() > 0.5


def test_a_turned_square_stays_a_square_in_a_wide_picture() -> None:
    how = Augmentation(
        turned=1, scale=1, shift=0, light=0, colour=0, hazy=0, blurred=0, noise=0, compressed=0
    )
    disc = torch.zeros(8, 60, 120, 3, dtype=torch.uint8)
    rows, columns = torch.meshgrid(torch.arange(60), torch.arange(120), indexing="ij")
    disc[:, (rows - 30) ** 2 + (columns - 60) ** 2 < 144] = 255

    for image in changed(disc, how)[:, 0]:
        inside = (image[18:42, 48:72] > 0.5).nonzero()  # further out its mirror images may be
        sides = inside.max(dim=0).values - inside.min(dim=0).values + 1
        assert abs(int(sides[0]) - int(sides[1])) <= 2
