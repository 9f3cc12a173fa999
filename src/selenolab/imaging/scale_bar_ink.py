"""Guesses how the writing near a bar was laid on, and makes of each guess a picture of the ink alone.

Writing mostly has the level of its bar. It may also be the other way round, or, as JEOL cameras write it, of
about the level of the image, with a black shadow to its lower right.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from selenolab.imaging.scale_bar_line import BarLine

_SHADOW = 0.06  # of the region: more black than that is no shadow of letters


def ink_maps(
    part: NDArray[np.float32], bar: BarLine, within: tuple[int, int, int, int]
) -> Iterator[NDArray[np.float32]]:
    """Pictures of the ink, 0 to 1, one for each guess.

    Parameters
    ----------
    part : (h, w) float32 cut-out of the image around the bar.
    within : box of the bar in it.
    """
    outside = np.ones(part.shape, dtype=bool)
    outside[max(within[0], 0) : within[2], max(within[1], 0) : within[3]] = False
    ground = float(np.median(part[outside])) if outside.any() else bar.surround
    for base in _grounds(ground, bar):
        for cut in (0.5, 0.66, 0.34, 0.82):
            yield _levelled(part, base, bar.level, cut)
    for extreme in np.quantile(part[outside], [0.002, 0.998]) if outside.any() else ():
        same = abs(extreme - bar.level) < 0.25 * bar.contrast
        if not same and abs(extreme - ground) > 25:
            yield _levelled(part, ground, float(extreme), 0.5)
    shadowed = _shadowed(part, outside)
    if shadowed is not None:
        yield shadowed


def _grounds(ground: float, bar: BarLine) -> list[float]:
    """Levels that may lie under the writing: around the bar, and of the whole cut-out where that differs."""
    usable = abs(ground - bar.level) > 0.5 * bar.contrast and abs(ground - bar.surround) > 0.25 * bar.contrast
    return [bar.surround, ground] if usable else [bar.surround]


def _levelled(part: NDArray[np.float32], ground: float, ink: float, cut: float) -> NDArray[np.float32]:
    """1 at the ink's level, 0 at the ground's, half at ``cut`` of the way from ground to ink."""
    share = np.clip((part - ground) / (ink - ground), 0, 1)
    bent = np.where(share < cut, 0.5 * share / cut, 0.5 + 0.5 * (share - cut) / (1 - cut))
    return np.asarray(bent, dtype=np.float32)


def _shadowed(part: NDArray[np.float32], outside: NDArray[np.bool_]) -> NDArray[np.float32] | None:
    """Writing told by its shadow: what has the level found up and left of the shadow, evenly.

    Each pixel is weighed: is its neighbourhood rather even and of the letters' level, or rather of the level and
    the noise of the image?
    """
    ground = float(np.median(part[outside])) if outside.any() else 0.0
    dark = (part < 0.45 * ground) & outside
    if not 8 <= dark.sum() <= _SHADOW * part.size:
        return None
    caster = np.zeros_like(dark)
    caster[:-2, :-2] = dark[2:, 2:]
    caster &= ~ndimage.binary_dilation(dark) & outside
    if caster.sum() < 8:
        return None
    level = float(np.median(part[caster]))
    noise = max(3.0, 1.4826 * float(np.median(np.abs(part[outside] - ground))))
    even = 3.0
    letters = -0.5 * np.clip(((part - level) / even) ** 2, 0, 12) - np.log(even)
    image = -0.5 * np.clip(((part - ground) / noise) ** 2, 0, 12) - np.log(noise)
    weighed = ndimage.gaussian_filter(letters - image, 0.8)
    ink = 1 / (1 + np.exp(-np.clip(2 * weighed, -30, 30)))
    near = ndimage.binary_dilation(dark, iterations=max(4, part.shape[0] // 20))
    return np.asarray(np.where(near & ~dark & outside, ink, 0), dtype=np.float32)
