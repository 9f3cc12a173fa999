"""Guesses how the writing near a bar was laid on, and makes of each guess a picture of the ink alone.

Writing mostly has the level of its bar. It may also be the other way round, or, as JEOL cameras write it, of
about the level of the image, with a black shadow to its lower right.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from selenolab.imaging.scale_bar_line import BarLine

_SHADOW_TURN = 2  # how many guesses come before the shadow
_SHADOW = 0.06  # of the region: more black than that is no shadow of letters


@dataclass(frozen=True, slots=True)
class Ink:
    """One guess of where the ink is.

    Attributes
    ----------
    ink : (h, w) float32, 0 to 1.
    parts : (h, w) bool, where letters or words hang together.
    shadow : the ink is not the letters but their shadow.
    """

    ink: NDArray[np.float32]
    parts: NDArray[np.bool_]
    shadow: bool = False


def ink_maps(part: NDArray[np.float32], bar: BarLine, within: tuple[int, int, int, int]) -> Iterator[Ink]:
    """Pictures of the ink, 0 to 1, one for each guess.

    Parameters
    ----------
    part : (h, w) float32 cut-out of the image around the bar.
    within : box of the bar in it.
    """
    outside = np.ones(part.shape, dtype=bool)
    outside[max(within[0], 0) : within[2], max(within[1], 0) : within[3]] = False
    ground = float(np.median(part[outside])) if outside.any() else bar.surround
    guesses = [(base, bar.level, cut) for cut in (0.5, 0.66, 0.34, 0.82) for base in _grounds(ground, bar)]
    for extreme in np.quantile(part[outside], [0.002, 0.998]) if outside.any() else ():
        same = abs(extreme - bar.level) < 0.25 * bar.contrast
        if not same and abs(extreme - ground) > 25:
            guesses.append((ground, float(extreme), 0.5))
    shadow = _shadow(part, outside)
    for number, guess in enumerate(guesses):
        if shadow is not None and number == _SHADOW_TURN:
            yield shadow
        ink = np.where(outside, _levelled(part, *guess), np.float32(0))  # a tail of µ may touch the bar
        yield Ink(ink, ink > 0.5)


def _grounds(ground: float, bar: BarLine) -> list[float]:
    """Levels that may lie under the writing: around the bar, and of the whole cut-out where that differs."""
    usable = abs(ground - bar.level) > 0.5 * bar.contrast and abs(ground - bar.surround) > 0.25 * bar.contrast
    return [bar.surround, ground] if usable else [bar.surround]


def _levelled(part: NDArray[np.float32], ground: float, ink: float, cut: float) -> NDArray[np.float32]:
    """1 at the ink's level, 0 at the ground's, half at ``cut`` of the way from ground to ink."""
    share = np.clip((part - ground) / (ink - ground), 0, 1)
    bent = np.where(share < cut, 0.5 * share / cut, 0.5 + 0.5 * (share - cut) / (1 - cut))
    return np.asarray(bent, dtype=np.float32)


def _shadow(part: NDArray[np.float32], outside: NDArray[np.bool_]) -> Ink | None:
    """The black shadow of letters that have nearly the image's level; None when much or nothing is black."""
    ground = float(np.median(part[outside])) if outside.any() else 0.0
    ink = np.where(outside, np.clip((0.8 * ground - part) / (0.6 * ground + 1), 0, 1), 0).astype(np.float32)
    solid = ink > 0.5
    thin = solid & ~ndimage.binary_opening(solid, structure=np.ones((5, 5)))
    if not 8 <= thin.sum() <= _SHADOW * part.size:
        return None
    words = ndimage.binary_closing(np.pad(thin, 8), structure=np.ones((5, 9)), iterations=2)[8:-8, 8:-8]
    return Ink(np.where(thin | ~solid, ink, np.float32(0)), words, shadow=True)
