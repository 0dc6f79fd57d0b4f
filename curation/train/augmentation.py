"""Pictures changed as flights change them: heading, height, light, air, lens, compression.

From above there is no up, so any turn and any mirror image is as likely as any other. What a
label speaks of must stay in the picture: a frame is turned by less than it would lose, or shrunk
until it fits.
"""

from io import BytesIO
from math import pi

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - torch's own convention
from PIL import Image

from curation.train.augmentation_limits import Augmentation

LUMA = (0.299, 0.587, 0.114)


class Changer:
    """Changes batches at random; the same generator changes them alike.

    Args:
        how: How far.
        generator: On the CPU.
    """

    def __init__(self, how: Augmentation, generator: torch.Generator) -> None:
        self._how = how
        self._generator = generator

    def changed(self, pixels: torch.Tensor) -> torch.Tensor:
        """Return the pictures changed, float32 in [0, 1], shape (n, 3, h, w).

        Args:
            pixels: uint8, shape (n, h, w, 3).
        """
        images = pixels.permute(0, 3, 1, 2).float().div_(255)
        images = self._lit(self._moved(images))
        images = self._blurred(self._hazy(images))
        images = images + torch.randn(images.shape, generator=self._generator) * (
            self._how.noise * self._chance(len(images), 1, 1, 1)
        )
        return self._compressed(images.clamp_(0, 1))

    def _moved(self, images: torch.Tensor) -> torch.Tensor:
        """Turn, mirror, scale and shift; what comes into view is the picture's own mirror image."""
        count, _, height, width = images.shape
        any_angle = self._chance(count) < self._how.turned
        angle = torch.where(any_angle, self._chance(count) * 2 * pi, self._coin(count) * pi)
        cos, sin = angle.cos(), angle.sin()
        aspect = width / height
        fits = torch.maximum(cos.abs() + sin.abs() / aspect, cos.abs() + sin.abs() * aspect)
        zoom = fits / self._how.scale ** self._spread(count)
        mirror = 1 - 2 * self._coin(count)
        shift = self._spread(count, 2) * self._how.shift
        theta = torch.stack(
            [
                torch.stack([mirror * zoom * cos, -mirror * zoom * sin / aspect, shift[:, 0]], 1),
                torch.stack([zoom * sin * aspect, zoom * cos, shift[:, 1]], 1),
            ],
            dim=1,
        )
        grid = F.affine_grid(theta, list(images.shape), align_corners=False)
        return F.grid_sample(images, grid, padding_mode="reflection", align_corners=False)

    def _lit(self, images: torch.Tensor) -> torch.Tensor:
        count, how = len(images), self._how
        grey = torch.einsum("nchw,c->nhw", images, torch.tensor(LUMA))[:, None]
        images = images + (grey - images) * self._chance(count, 1, 1, 1) * how.colour
        middle = images.mean(dim=(1, 2, 3), keepdim=True)
        images = middle + (images - middle) * (1 + how.light * self._spread(count, 1, 1, 1))
        gains = (1 + how.light * self._spread(count, 1, 1, 1)) * (
            1 + how.colour * self._spread(count, 3, 1, 1)
        )
        return images * gains

    def _hazy(self, images: torch.Tensor) -> torch.Tensor:
        """Mix with the light of the air, which is grey and a little blue."""
        count, how = len(images), self._how
        share = self._chance(count, 1, 1, 1) * how.haze
        share = share * (self._chance(count, 1, 1, 1) < how.hazy)
        air = 0.7 + 0.25 * self._chance(count, 1, 1, 1)
        tint = torch.tensor([0.97, 1.0, 1.03]).reshape(1, 3, 1, 1)
        return images * (1 - share) + air * tint * share

    def _blurred(self, images: torch.Tensor) -> torch.Tensor:
        """Blur some of the pictures, all of them with one width."""
        chosen = self._chance(len(images)) < self._how.blurred
        sigma = 0.3 + float(self._chance(1)) * (self._how.blur_px - 0.3)
        if chosen.any():
            images[chosen] = _smoothed(images[chosen], sigma)
        return images

    def _compressed(self, images: torch.Tensor) -> torch.Tensor:
        chosen = self._chance(len(images)) < self._how.compressed
        qualities = self._how.quality + self._chance(len(images)) * (95 - self._how.quality)
        for index in torch.flatten(chosen.nonzero()).tolist():
            images[index] = _as_jpeg(images[index], int(qualities[index]))
        return images

    def _chance(self, *shape: int) -> torch.Tensor:
        return torch.rand(*shape, generator=self._generator)

    def _coin(self, count: int) -> torch.Tensor:
        return torch.randint(2, (count,), generator=self._generator).float()

    def _spread(self, *shape: int) -> torch.Tensor:
        return self._chance(*shape) * 2 - 1


def _smoothed(images: torch.Tensor, sigma: float) -> torch.Tensor:
    """Return the pictures after a Gaussian blur, sigma in pixels."""
    reach = max(1, int(3 * sigma))
    places = torch.arange(-reach, reach + 1, dtype=torch.float32)
    weights = torch.exp(-(places**2) / (2 * sigma**2))
    weights = (weights / weights.sum()).repeat(3, 1)
    padded = F.pad(images, (reach, reach, reach, reach), mode="reflect")
    across = F.conv2d(padded, weights[:, None, None, :], groups=3)
    return F.conv2d(across, weights[:, None, :, None], groups=3)


def _as_jpeg(image: torch.Tensor, quality: int) -> torch.Tensor:
    """Return the picture, (3, h, w), as it comes back from a JPEG."""
    pixels = (image * 255).byte().permute(1, 2, 0).numpy()
    encoded = BytesIO()
    Image.fromarray(pixels).save(encoded, "JPEG", quality=quality)
    decoded = np.asarray(Image.open(encoded), dtype=np.float32) / 255
    return torch.from_numpy(decoded).permute(2, 0, 1)
