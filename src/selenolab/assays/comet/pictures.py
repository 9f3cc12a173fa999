"""From a file's pixels to grey values in which comets are bright, and what is wrong with them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selenolab.core.errors import DataError, FormatRefusal
from selenolab.core.format import InputFile

LEAST = 32  # px
_BRIGHT = 0.6  # of the range: a ground above it, with darker objects, is an inverted image


@dataclass(frozen=True, slots=True)
class Picture:
    """Grey values (H, W) with comets bright on dark, bits of a value, share [%] at the lowest one."""

    grey: NDArray[Any]
    bits: int
    clipped: float
    assumed: tuple[str, ...]


def picture_of(file: InputFile, name: str, pixels: NDArray[Any], bits: int, inverted: bool) -> Picture:
    """The image as the assay measures it.

    Raises
    ------
    FormatRefusal, DataError
        A JPEG, an image too small or of one value, dark objects on bright, numbers that are not finite.
    """
    if file.parsed.metadata.get("container") == "JPEG":
        raise FormatRefusal(
            "comet image", name, "JPEG compression changes grey values, faint tails first",
            "Export TIFF or PNG from the microscope, 16 bits if it can.",
        )  # fmt: skip
    grey, assumed = _one_channel(name, pixels)
    if min(grey.shape) < LEAST:
        raise DataError(
            f"{name}: The image has {grey.shape[1]} x {grey.shape[0]} pixels. Expected at least "
            f"{LEAST} x {LEAST}; "
            "export it whole."
        )
    if grey.dtype.kind == "f" and not np.isfinite(grey).all():
        raise DataError(f"{name}: Some pixels hold no finite number. Export it as a 16-bit image.")
    low, high = float(grey.min()), float(grey.max())
    if low == high:
        raise DataError(
            f"{name}: All pixels have one value, {low:g}: there is nothing to see. Leave the file out, "
            f"or export it "
            "again."
        )
    if inverted:
        top = np.iinfo(grey.dtype).max if grey.dtype.kind == "u" else high
        grey = (top - grey).astype(grey.dtype)
    elif float(np.median(grey)) > low + _BRIGHT * (high - low):
        raise DataError(
            f"{name}: The ground is brighter than most of what lies on it. Comets are measured bright "
            f"on dark; set "
            "inverted: true if the image was inverted (silver stain is not quantitative)."
        )
    clipped = 100 * float((grey == 0).mean()) if grey.dtype.kind == "u" else 0.0
    return Picture(grey, bits, clipped, assumed)


def _one_channel(name: str, pixels: NDArray[Any]) -> tuple[NDArray[Any], tuple[str, ...]]:
    """The grey image; of a coloured one the channel with most signal."""
    if pixels.ndim == 2:
        return pixels, ()
    spread = [float(np.quantile(pixels[..., c], 0.999)) - float(np.median(pixels[..., c])) for c in range(3)]
    best = int(np.argmax(spread))
    colour = ("red", "green", "blue")[best]
    return pixels[..., best], (f"{name}: coloured; its {colour} channel, which has most signal, is measured",)
