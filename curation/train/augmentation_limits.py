"""How far pictures are changed while a network learns from them; needs no torch."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Augmentation:
    """How far pictures are changed; shares are of pictures, levels are 0 to 1.

    Attributes:
        turned: Share turned by any angle and shrunk to fit; the others are only mirrored and
            turned upside down.
        scale: Largest factor of size, and its inverse.
        shift: Largest shift, share of the side.
        light: Largest change of brightness, of contrast.
        colour: Largest change of one channel, and share by which colours may fade.
        hazy: Share with haze, of at most `haze` of the light.
        blurred: Share blurred, by at most `blur_px` standard deviations, pixels.
        noise: Largest standard deviation of sensor noise.
        compressed: Share compressed as JPEG once more, at a quality of `quality` to 95.
    """

    turned: float = 0.5
    scale: float = 1.2
    shift: float = 0.06
    light: float = 0.25
    colour: float = 0.1
    hazy: float = 0.25
    haze: float = 0.4
    blurred: float = 0.2
    blur_px: float = 1.2
    noise: float = 0.02
    compressed: float = 0.25
    quality: int = 35
