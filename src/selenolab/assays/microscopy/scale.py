"""The size of a pixel: the user's word, else the file's metadata, else the burnt-in bar, else nothing."""

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from selenolab.assays.microscopy.stated import Stated
from selenolab.core.errors import StudyError
from selenolab.imaging.scale_bar import NoScaleBar, ScaleBar, find_scale_bar

STATED_SIZE = "pixel size stated by the user"
STATED_BAR = "length of the bar stated by the user"
METADATA = "metadata of the file"
BAR = "burnt-in scale bar"
UNKNOWN = ""
_LENGTH = re.compile(r"(?<![a-z])[nµup]m\b")


@dataclass(frozen=True, slots=True)
class Scale:
    """The pixel size [nm] that is used and where it comes from, beside what the other sources say.

    NaN where nothing is known; `note` says why a source was not used, without any number of it.
    """

    pixel_size: float
    source: str
    note: str
    metadata: float
    bar: float


def settle_scale(
    name: str,
    pixels: NDArray[np.generic],
    bar: ScaleBar | NoScaleBar,
    metadata: float,
    flag: str,
    stated: Stated,
) -> Scale:
    """The scale of one image.

    Parameters
    ----------
    pixels : (H, W) or (H, W, 3), in which a bar of a stated length is looked for.
    bar : what was found and read in them.
    metadata : pixel size [nm] of the file, NaN where it states none that can be true.
    flag : why the file's own is not used, "" where it is or where there is none.
    stated : the user's words.

    Raises
    ------
    StudyError
        Where the user states the length of a bar that is not found in the image.
    """
    drawn = bar.pixel_size_nm if isinstance(bar, ScaleBar) else np.nan
    told = _stated(name, pixels, stated)
    if told is not None:
        size, source = told
    elif np.isfinite(metadata):
        size, source = metadata, METADATA
    elif np.isfinite(drawn):
        size, source = drawn, BAR
    else:
        size, source = np.nan, UNKNOWN
    return Scale(float(size), source, _note(source, flag, bar), float(metadata), float(drawn))


def _stated(name: str, pixels: NDArray[np.generic], stated: Stated) -> tuple[float, str] | None:
    if stated.pixel_size is not None:
        return stated.pixel_size, STATED_SIZE
    if stated.scale_bar is None:
        return None
    if stated.scale_bar_px is not None:
        return stated.scale_bar / stated.scale_bar_px, STATED_BAR
    line = find_scale_bar(pixels, known=f"{stated.scale_bar:.12g} nm")
    if isinstance(line, NoScaleBar):
        raise StudyError(
            f"{name}: The bar whose length is stated was not found in the image: {line.reason.rstrip('.')}. "
            "Measure it and state scale_bar_px."
        )
    return line.pixel_size_nm, STATED_BAR


def _note(source: str, flag: str, bar: ScaleBar | NoScaleBar) -> str:
    """Why better sources were passed over. No length is named: where no scale is known none may be read."""
    notes = []
    if flag.startswith("not used") and source in (BAR, UNKNOWN):
        notes.append(f"the pixel size in the file's metadata {_why(flag)} and is not used")
    elif source in (BAR, UNKNOWN):
        notes.append("the file's metadata state no pixel size")
    if source == UNKNOWN and isinstance(bar, NoScaleBar):
        unread = bool(_LENGTH.search(bar.reason))
        reason = "its number could not be read surely" if unread else bar.reason.rstrip(".")
        notes.append(f"no scale bar was read ({reason})")
    return "; ".join(notes)


def _why(flag: str) -> str:
    for word, meaning in (
        ("pitch of a camera", "is the pitch of a camera's sensor"),
        ("print or screen", "is a print or screen resolution"),
        ("unequal", "is not equal in x and y"),
        ("says", "is stated twice, differently,"),
        ("unit", "has no unit of length"),
    ):
        if word in flag:
            return meaning
    return "cannot be that of an electron micrograph"


def grey_of(pixels: NDArray[np.generic]) -> tuple[NDArray[np.float32], float]:
    """Grey values (H, W) of an image and the share of its pixels that are coloured, in %.

    A pixel is coloured where its channels differ by more than a tenth of the brightest value.
    Luminance after ITU-R BT.601.
    """
    if pixels.ndim == 2:
        return np.asarray(pixels, dtype=np.float32), 0.0
    colours = pixels[..., :3]
    part = np.asarray(colours[::3, ::3], dtype=np.float32)  # a share needs no more
    spread = part.max(axis=2) - part.min(axis=2)
    top = float(part.max()) or 1.0
    grey = colours.astype(np.float32) @ np.array([0.299, 0.587, 0.114], dtype=np.float32)
    return np.asarray(grey, dtype=np.float32), float(100 * (spread > 0.1 * top).mean())
