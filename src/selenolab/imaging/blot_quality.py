"""Whether an image of a blot may be measured: depth, compression, adjusted contrast, clipped ends.

Each finding says whether a fold change may rest on the image. An 8-bit copy, a JPEG, or a picture whose
contrast was stretched shows bands and does not measure them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selenolab.imaging.blot_jpeg import blockiness
from selenolab.imaging.blot_saturation import ceiling_of, saturated_level

Values = NDArray[np.float64]

FEW_LEVELS = 256
PILE = 0.01  # of all pixels at the lowest value, and
PILE_RATIO = 8.0  # times as many as each of the next levels holds: the ground was cut off
EXPECTED = 12.0  # pixels at the neighbours of an empty level
LEAST_GAPS = 4  # empty levels between full ones
GAP_SHARE = 0.03  # of the levels inside the range
BLOCKY = 6.0  # standard errors


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about an image: a short word, whether it still may be measured, and the reason in words.

    Words: 8-bit, few levels, jpeg, jpeg blocks, comb, clipped black, clipped white, colour, saturated,
    inverted.
    """

    word: str
    quantitative: bool
    why: str


def look(image: NDArray[Any], facts: Mapping[str, str] | None = None) -> tuple[Finding, ...]:
    """What speaks against measuring the image, as it lies in the file.

    Parameters
    ----------
    image : (H, W) or (H, W, C) numbers as read.
    facts : what is known of the file (container, compression, notes); a JPEG is known by the word.
    """
    said = " ".join(str(value) for value in (facts or {}).values()).lower()
    grey = image if image.ndim == 2 else image.max(axis=2)
    colour = image.ndim == 3 and not bool((image == image[..., :1]).all())
    found = [*_depth(grey), *_compressed(grey, said)]
    if colour:
        why = "a colour picture: a channel is measured, not light or fluorescence itself"
        found.append(Finding("colour", True, why))
    return (*found, *_adjusted(grey), *_saturated(grey), *_shown_inverted(facts or {}))


def not_quantitative(findings: tuple[Finding, ...]) -> str:
    """The reasons against a fold change, "" where there is none."""
    reasons = [finding.why for finding in findings if not finding.quantitative]
    return f"not quantitative: {'; '.join(reasons)}" if reasons else ""


def _depth(grey: NDArray[Any]) -> list[Finding]:
    if grey.dtype.itemsize == 1:
        why = "8-bit: 256 grey values do not hold the range of a blot; use the imager's 16-bit file"
        return [Finding("8-bit", False, why)]
    levels = np.unique(grey)
    if levels.size <= FEW_LEVELS and grey.size > 16 * FEW_LEVELS:
        why = f"only {levels.size} grey values in a {grey.dtype} image: an 8-bit picture saved again"
        return [Finding("few levels", False, why)]
    return []


def _compressed(grey: NDArray[Any], said: str) -> list[Finding]:
    if "jpeg" in said or "jpg" in said:
        return [Finding("jpeg", False, "JPEG: its compression changes grey values and blurs edges")]
    score, phase = blockiness(grey.astype(np.float64))
    if score > BLOCKY:
        why = (
            f"8 x 8 blocks in the pixels (offset {phase[0]}, {phase[1]}; {score:.0f} standard errors): "
            "it was a JPEG before it was saved in this format"
        )
        return [Finding("jpeg blocks", False, why)]
    return []


def _adjusted(grey: NDArray[Any]) -> list[Finding]:
    """Marks of a stretched contrast in the histogram."""
    if grey.dtype.kind == "f":
        levels, counts = np.unique(grey, return_counts=True)
        return _clipped(counts) if levels.size > 16 else []
    counts = np.bincount((grey.astype(np.int64) - int(grey.min())).ravel())
    used = np.flatnonzero(counts)
    step = int(np.gcd.reduce(used)) if used.size > 1 else 1  # 12 bits kept in the upper bits of 16: no comb
    counts = counts[:: max(step, 1)]
    return [*_comb(counts), *_clipped(counts[counts > 0])]


def _comb(counts: NDArray[Any]) -> list[Finding]:
    """Empty levels whose neighbours are full: grey values that a stretched contrast has passed over."""
    if counts.size < 16:
        return []
    kernel = np.array([1.0, 1, 1, 0, 1, 1, 1])
    around = np.convolve(counts, kernel, "same") / 6
    inside = slice(3, counts.size - 3)
    dense = around[inside] >= EXPECTED
    empty = dense & (counts[inside] < 0.05 * around[inside])
    doubled = dense & (counts[inside] > 1.7 * around[inside]) & (around[inside] > 5 * EXPECTED)
    for what, mask in (("empty", empty), ("doubled", doubled)):
        if mask.sum() >= LEAST_GAPS and mask.sum() > GAP_SHARE * dense.sum():
            why = f"contrast adjusted: {int(mask.sum())} {what} grey values between full ones, like a comb"
            return [Finding("comb", False, why)]
    return []


def _clipped(counts: NDArray[Any]) -> list[Finding]:
    """Pixels piled up at the end where the ground lies; the other end is called saturated."""
    found = []
    total = counts.sum()
    for word, tail in (("clipped black", counts), ("clipped white", counts[::-1])):
        if tail.size < 8:
            continue
        if tail[0] > PILE * total and tail[0] > PILE_RATIO * tail[1:6].max():
            share = 100 * tail[0] / total
            why = (
                f"{word}: {share:.1f} % of the pixels lie at one end of the grey values: contrast was cut off"
            )
            found.append(Finding(word, False, why))
    return found


def _saturated(grey: NDArray[Any]) -> list[Finding]:
    values = grey.astype(np.float64)
    ceiling = ceiling_of(grey)
    found = []
    for name, turned in (("highest", values), ("lowest", -values)):
        level = saturated_level(turned, ceiling if name == "highest" else 0.0)
        if np.isfinite(level):
            count = int((turned >= level).sum())
            why = f"{count} pixels at the {name} value {abs(level):g}: saturated if bands lie at that end"
            found.append(Finding("saturated", True, why))
    return found


def _shown_inverted(facts: Mapping[str, str]) -> list[Finding]:
    said = " ".join(f"{key} {value}" for key, value in facts.items()).lower()
    if "white is zero" not in said and "whiteiszero" not in said and "miniswhite" not in said:
        return []
    why = "the file is to be shown inverted; whether bands are light was looked at in the pixels"
    return [Finding("inverted", True, why)]
