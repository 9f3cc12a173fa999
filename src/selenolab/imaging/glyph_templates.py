"""What the characters of a scale bar look like: templates drawn once from fonts that are free to use.

The fonts come with packages that are installed anyway and nothing of them is copied: Aileron (CC0, inside
pillow), DejaVu (Bitstream Vera licence), STIX (SIL OFL) and Computer Modern (BaKoMa licence), which lie in
matplotlib's data folder. matplotlib itself is not imported: its folder is looked up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

DIGITS = "0123456789"
POINTS = ".,"
UNITS = "nmµupÅ"
# Letters no scale bar is made of. They are here so that other writing is known as other writing.
OTHERS = "abcdefghijklqrstvwxyzABCDEFGHIJKLMNPQRSTUVWXYZ()=:/%-"
ROWS, COLUMNS = 24, 16
ABOVE, BELOW = 0.06, 0.32  # how far a glyph's window reaches over the digits and under them, in digit heights
_UNDER = 20  # first row of a window that is clear of the line's foot
_SIZE = 64
_SLANT = 0.21  # of an italic, px aside for each px up
_CAST = 2  # px: how far a shadow falls at that size
_FONTS = (
    "DejaVuSans.ttf",
    "DejaVuSans-Bold.ttf",
    "DejaVuSans-Oblique.ttf",
    "DejaVuSerif.ttf",
    "DejaVuSerif-Bold.ttf",
    "DejaVuSansMono.ttf",
    "DejaVuSansMono-Bold.ttf",
    "STIXGeneral.ttf",
    "STIXGeneralBol.ttf",
    "STIXGeneralItalic.ttf",
    "STIXGeneralBolIta.ttf",
    "cmss10.ttf",
    "cmr10.ttf",
    "cmb10.ttf",
)
Font: TypeAlias = ImageFont.FreeTypeFont | ImageFont.ImageFont


@dataclass(frozen=True, slots=True)
class Templates:
    """Glyphs as unit vectors of zero mean, with what each means.

    Attributes
    ----------
    vectors : (n, ROWS * COLUMNS) float32.
    tails : (n,) 0 to 1, how much ink there is under the line, as µ and p have it and n and u have not.
    aspects : (n,) width of the ink over the height of a digit.
    classes : (n,) index into ``letters``, rising.
    firsts : (letters,) the first template of each class.
    letters : one character a class.
    """

    vectors: NDArray[np.float32]
    tails: NDArray[np.float32]
    aspects: NDArray[np.float64]
    classes: NDArray[np.intp]
    firsts: NDArray[np.intp]
    letters: str


@cache
def templates(shadow: bool = False) -> Templates:
    """All templates, drawn at the first call: of the letters, or of their shadow to the lower right."""
    letters = DIGITS + POINTS + UNITS + OTHERS
    fonts = _fonts()
    drawn = [
        (*glyph, kind)
        for kind, letter in enumerate(letters)
        for font, stroke, slant in fonts
        for glyph in _drawn(font, stroke, slant, letter, shadow)
    ]
    vectors, tails, aspects, kinds = zip(*drawn, strict=True)
    classes = np.array(kinds, dtype=np.intp)
    firsts = np.searchsorted(classes, np.arange(len(letters)))
    return Templates(
        np.stack(vectors), np.array(tails), np.array(aspects), classes, firsts.astype(np.intp), letters
    )


def glyph_vectors(
    inks: Sequence[NDArray[np.float32]],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Normalise the windows of glyphs.

    Parameters
    ----------
    inks : (h, w) float32 each, 1 where there is ink; rows from ABOVE over the digits to BELOW under them.

    Returns
    -------
    (n, ROWS * COLUMNS) float32 of zero mean and unit length, zeros where a window is even; and (n,) the ink
    under the line, 0 to 1.
    """
    size = (COLUMNS, ROWS)
    small = [Image.fromarray(np.ascontiguousarray(ink)).resize(size, Image.Resampling.BOX) for ink in inks]
    stacked = np.stack([np.asarray(s) for s in small])
    tails = stacked[:, _UNDER:].mean(axis=1).max(axis=1)
    blurred = ndimage.gaussian_filter(stacked, (0, 0.7, 0.7), mode="nearest")
    flat = blurred.reshape(len(small), -1)
    centred = flat - flat.mean(axis=1, keepdims=True)
    norm = np.linalg.norm(centred, axis=1, keepdims=True)
    vectors: NDArray[np.float32] = np.where(norm > 1e-6, centred / np.maximum(norm, 1e-6), 0).astype(
        np.float32
    )
    return vectors, np.clip(tails, 0, 1)


def _fonts() -> list[tuple[Font, int, float]]:
    """Fonts, with the stroke and the slant that make a bold and an italic of a font that has none."""
    plain = ImageFont.load_default(_SIZE)
    found: list[tuple[Font, int, float]] = [(plain, stroke, 0.0) for stroke in range(4)]
    found += [(plain, 0, _SLANT), (plain, 2, _SLANT)]
    spec = find_spec("matplotlib")
    for place in (spec.submodule_search_locations or []) if spec else []:
        folder = Path(place) / "mpl-data" / "fonts" / "ttf"
        found += [
            (ImageFont.truetype(folder / name, _SIZE), 0, 0.0) for name in _FONTS if (folder / name).is_file()
        ]
    return found


def _drawn(
    font: Font, stroke: int, slant: float, letter: str, shadow: bool
) -> list[tuple[NDArray[np.float32], float, float]]:
    """One template, or none when the font lacks the letter."""
    digit, absent = _known(font, stroke)
    ink = _ink(font, stroke, letter)
    plain = letter.isascii() or not str(getattr(font, "path", "")).rpartition("/")[2].startswith("cm")
    if ink.max() <= 0.5 or np.array_equal(ink, absent) or not plain:  # cm fonts put accents where µ and Å are
        return []
    if slant:
        ink = ndimage.affine_transform(ink, [[1, 0], [slant, 1]], offset=[0, -slant * _SIZE], order=1)
    if shadow:
        digit, ink = _cast(digit), _cast(ink)
    rows = np.flatnonzero(digit.max(axis=1) > 0.5)
    top, foot = int(rows[0]), int(rows[-1]) + 1
    columns = np.flatnonzero(ink.max(axis=0) > 0.5)
    height = foot - top
    window = ink[round(top - ABOVE * height) : round(foot + BELOW * height), columns[0] : columns[-1] + 1]
    vectors, tails = glyph_vectors([window])
    return [(vectors[0], float(tails[0]), float((columns[-1] - columns[0] + 1) / height))]


def _cast(ink: NDArray[np.float32]) -> NDArray[np.float32]:
    """The shadow of a letter: what a copy moved down and right shows beside it."""
    moved = np.roll(ink, (_CAST, _CAST), axis=(0, 1))
    shadow: NDArray[np.float32] = np.clip(moved - ink, 0, 1)
    return shadow


@cache
def _known(font: Font, stroke: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The digit that tells the height of a font, and the box the font draws for a letter it lacks."""
    return _ink(font, stroke, "1"), _ink(font, stroke, "\ue123")


def _ink(font: Font, stroke: int, letter: str) -> NDArray[np.float32]:
    """(2 SIZE, 2 SIZE) picture of one letter, 1 where there is ink."""
    image = Image.new("L", (2 * _SIZE, 2 * _SIZE))
    ImageDraw.Draw(image).text((_SIZE // 2, _SIZE // 2), letter, fill=255, font=font, stroke_width=stroke)
    ink: NDArray[np.float32] = np.asarray(image, dtype=np.float32) / np.float32(255)
    return ink
