"""The size of a pixel in the specimen: units as microscopes write them, and whether a number can be true.

The rule of plausibility (an assumption, stated here and in the flag of a record): a pixel between 0.5 pm and
1 µm, and a longer edge of the image between 0.5 nm and 5 mm. Sensors of cameras have pitches of 2.4 to 30 µm
and print resolutions are 20 µm and more, so a number of theirs never passes for the specimen's; the support
grid of a transmission microscope is 3.05 mm wide; two atoms need 0.5 nm.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from selenolab.core.errors import FormatRefusal

LEAST_PIXEL, MOST_PIXEL = 0.0005, 1000.0  # nm
LEAST_FIELD, MOST_FIELD = 0.5, 5e6  # nm, of the longer edge
SAME = 0.01  # relative: two edges of a pixel, or two statements of it, that agree
_PITCH = (2000.0, 50_000.0)  # nm
_FACTORS = {
    "fm": 1e-6,
    "pm": 1e-3,
    "å": 0.1,
    "nm": 1.0,
    "µm": 1e3,
    "mm": 1e6,
    "cm": 1e7,
    "inch": 2.54e7,
    "m": 1e9,
}
_WORDS = {
    "um": "µm", "micron": "µm", "microns": "µm", "micrometer": "µm", "micrometre": "µm", "micrometers": "µm",
    "micrometres": "µm", "\\u00b5m": "µm", "âµm": "µm", "nanometer": "nm", "nanometre": "nm",
    "nanometers": "nm", "nanometres": "nm", "picometer": "pm", "picometre": "pm", "a": "å", "angstrom": "å",
    "angstroms": "å", "ang": "å", "ångström": "å", "ångstrom": "å", "\\u00c5": "å", "meter": "m",
    "metre": "m", "meters": "m", "metres": "m", "millimeter": "mm", "millimetre": "mm", "in": "inch",
    "inches": "inch",
}  # fmt: skip
_INVERSE = re.compile(r"^1/|(?:\^?\(?-1\)?|⁻¹|\*\*-1)$")
_ANGLES = frozenset(("rad", "mrad", "µrad", "urad", "deg", "°", "degree", "degrees"))
_NOT_A_UNIT = frozenset(("", "pixel", "pixels", "px", "none", "arb", "a.u.", "au", "unknown"))


@dataclass(frozen=True, slots=True)
class Stated:
    """The edges of a pixel as one place in a file states them."""

    source: str  # where it stands, for people
    x: float
    y: float
    unit_x: str
    unit_y: str


@dataclass(frozen=True, slots=True)
class PixelSize:
    """Edges of a pixel in nm. Both are NaN where `flag` says why none is used."""

    x: float
    y: float
    flag: str
    source: str


UnitKind = Literal["length", "diffraction", "other", "unknown"]


def plain_unit(text: str) -> str:
    """One spelling of a unit of length: lower case, ``µm`` for um, micron and Greek mu, ``å`` for Ångström.

    Examples
    --------
    >>> plain_unit("\u03bcm"), plain_unit("[n_m]"), plain_unit("Microns"), plain_unit("\u212b")
    ('µm', 'nm', 'µm', 'å')
    """
    bare = text.replace("\x00", "").strip().strip("[]").replace("_", "").replace(" ", "")
    bare = bare.replace("\u03bc", "\u00b5").lower().replace("\u212b", "å")
    return _WORDS.get(bare, bare)


def unit_kind(text: str) -> UnitKind:
    """What a unit measures.

    Examples
    --------
    >>> [unit_kind(unit) for unit in ("um", "1/nm", "nm^-1", "mrad", "eV", "", "pixel")]
    ['length', 'diffraction', 'diffraction', 'diffraction', 'other', 'unknown', 'unknown']
    """
    unit = plain_unit(text)
    if unit in _FACTORS:
        return "length"
    if unit in _ANGLES or _INVERSE.search(unit):
        return "diffraction"
    return "unknown" if unit in _NOT_A_UNIT else "other"


def to_nm(value: float, unit: str) -> float | None:
    """A length in nm; None where `unit` is no length.

    Examples
    --------
    >>> to_nm(2.5, "Å"), to_nm(0.5, "um"), to_nm(1, "1/nm")
    (0.25, 500.0, None)
    """
    factor = _FACTORS.get(plain_unit(unit))
    return None if factor is None else value * factor


def implausible(pixel: float, longest: int) -> str:
    """Why `pixel` [nm] cannot be a pixel of an electron micrograph `longest` pixels long; "" if it can.

    Examples
    --------
    >>> implausible(0.6, 2048)
    ''
    >>> implausible(12200.5, 2048)
    '12.2 µm a pixel is the pitch of a camera, not the specimen'
    """
    if not math.isfinite(pixel) or pixel <= 0:
        return f"{pixel:g} nm a pixel is no length"
    told = f"{length_text(pixel)} a pixel"
    if pixel > _PITCH[1]:
        return f"{told} is a print or screen resolution, not the specimen"
    if pixel >= _PITCH[0]:
        return f"{told} is the pitch of a camera, not the specimen"
    if pixel > MOST_PIXEL:
        return f"{told} is more than the 1 µm of any micrograph of particles"
    if pixel < LEAST_PIXEL:
        return f"{told} is finer than the 0.5 pm of any microscope"
    field = pixel * longest
    if not LEAST_FIELD <= field <= MOST_FIELD:
        return f"{told} makes the field {length_text(field)} wide, outside 0.5 nm to 5 mm"
    return ""


def length_text(nm: float) -> str:
    """A length with a unit that suits it.

    Examples
    --------
    >>> length_text(12200.5), length_text(0.6), length_text(0.002)
    ('12.2 µm', '0.6 nm', '2 pm')
    """
    for factor, unit in ((1e6, "mm"), (1e3, "µm"), (0.1, "nm")):
        if nm >= factor:
            return f"{nm / (1 if unit == 'nm' else factor):.4g} {unit}"
    return f"{nm * 1e3:.4g} pm"


def settle(
    title: str, path: Path, stated: Sequence[Stated], shape: Sequence[int]
) -> tuple[PixelSize, tuple[str, ...]]:
    """The one pixel size that a file's statements support, and notes on those that were not used.

    Parameters
    ----------
    title, path : the format and the file, for a refusal.
    stated : what the file states, most trusted first.
    shape : of the image, rows and columns first.

    Raises
    ------
    FormatRefusal
        where a unit is a reciprocal length or an angle: a diffraction pattern has no particles to size.
    """
    for one in stated:
        refuse_diffraction(title, path, one.unit_x, one.unit_y)
    judged = [(one, *_judge(one, max(shape[:2]))) for one in stated]
    sound = [(one, x, y) for one, x, y, reason in judged if not reason]
    notes = tuple(f"{one.source}: {reason}; not used" for one, _, _, reason in judged if reason)
    if not sound:
        reason = next((reason for *_, reason in judged), "")
        flag = f"not used: {reason}" if reason else "not stated in the file"
        return PixelSize(math.nan, math.nan, flag, judged[0][0].source if judged else ""), notes
    first, x, y = sound[0]
    for other, other_x, _ in sound[1:]:
        if abs(other_x - x) > SAME * x:
            flag = (
                f"not used: {first.source} says {length_text(x)}, {other.source} says {length_text(other_x)}"
            )
            return PixelSize(math.nan, math.nan, flag, first.source), notes
    return PixelSize(x, y, "", first.source), notes


def refuse_diffraction(title: str, path: Path, *units: str) -> None:
    """Refuse an image with an axis in reciprocal length or in angles."""
    for unit in units:
        if unit_kind(unit) == "diffraction":
            reason = f"its axes are in {unit}: a diffraction pattern, not an image of the specimen"
            raise FormatRefusal(title, path.name, reason, "Take an image of the same field.")


def _judge(one: Stated, longest: int) -> tuple[float, float, str]:
    x, y = to_nm(one.x, one.unit_x), to_nm(one.y, one.unit_y)
    if x is None or y is None:
        unit = one.unit_y if x is not None else one.unit_x
        return math.nan, math.nan, f"the unit '{unit}' is no length" if unit.strip() else "it has no unit"
    reason = implausible(x, longest) or implausible(y, longest)
    if not reason and abs(x - y) > SAME * max(x, y):
        reason = f"a pixel is {length_text(x)} wide and {length_text(y)} high (unequal)"
    return x, y, reason


def decimal(value: object) -> float:
    """A number as any locale of a microscope's computer writes it; NaN where it is none.

    Examples
    --------
    >>> decimal("1,5e-9"), decimal("2.5"), decimal(3)
    (1.5e-09, 2.5, 3.0)
    """
    match = re.fullmatch(r"\s*([-+]?\d*)[.,]?(\d*(?:[eE][-+]?\d+)?)\s*", str(value))
    if not match:
        return math.nan
    try:
        return float(str(value).strip().replace(",", "."))
    except ValueError:
        return math.nan
