"""What the writing beside a bar says as a length, and whether that can be a scale bar."""

from dataclasses import dataclass
from math import log10

from selenolab.imaging.glyph_line import LineReading

NANOMETRES = {"pm": 1e-3, "Å": 0.1, "nm": 1.0, "µm": 1e3, "mm": 1e6}
_USUAL = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0)  # times a power of ten
_FINEST, _COARSEST = 1e-3, 2e4  # nm per px of an electron micrograph


@dataclass(frozen=True, slots=True)
class BarValue:
    """A length as written.

    Attributes
    ----------
    length, unit : as written; the unit is nm or µm (pm, Å and mm are turned into these).
    nanometres : the same in nm.
    text : as read.
    """

    length: float
    unit: str
    nanometres: float
    text: str


def bar_value(text: str) -> BarValue | None:
    """The length a text such as "200.0 nm" tells; None when it is no proper number.

    >>> bar_value("0.5 µm").nanometres
    500.0
    >>> bar_value("00 nm") is None
    True
    """
    number, _, unit = text.strip().partition(" ")
    unit = {"um": "µm", "μm": "µm", "A": "Å"}.get(unit.strip(), unit.strip())
    whole, _, fraction = number.partition(".")
    leading = len(whole) > 1 and whole.startswith("0")
    if unit not in NANOMETRES or not (whole + fraction).isdigit() or leading or float(number) <= 0:
        return None
    nanometres = float(f"{float(number) * NANOMETRES[unit]:.12g}")
    if unit in ("nm", "µm"):
        return BarValue(float(number), unit, nanometres, text)
    if unit == "mm":
        return BarValue(float(f"{nanometres / 1e3:.12g}"), "µm", nanometres, text)
    return BarValue(nanometres, "nm", nanometres, text)


def is_usual(value: BarValue) -> bool:
    """Whether bars of this length are drawn: 1, 2, 5 and a few more, times a power of ten."""
    lead = value.nanometres / 10 ** int(log10(value.nanometres) // 1)
    return any(abs(lead - u) < 1e-6 * u for u in _USUAL)


def implausible(value: BarValue, length_px: float) -> str:
    """Why a length over so many pixels cannot be an electron micrograph's; empty when it can."""
    pixel = value.nanometres / length_px
    if _FINEST <= pixel <= _COARSEST:
        return ""
    usual = f"outside {_FINEST:g} to {_COARSEST:g} nm/px"
    return f"{value.text} over {length_px:.1f} px is {pixel:.3g} nm/px, {usual}"


def trust(reading: LineReading) -> float:
    """How sure a reading is, 0 to 1: its weakest part decides.

    The limits come from lines written in fonts the templates do not hold, blurred and noisy.
    """
    parts = (
        _between(reading.mean, 0.72, 0.86),
        _between(reading.weakest, 0.58, 0.80),
        _between(reading.margin, 0.0, 0.05),
        _between(reading.foreign, -0.12, 0.0),
        _between(-reading.faint, -0.55, -0.15),
    )
    value = bar_value(reading.text)
    if value is None or (reading.text.endswith(("pm", "Å", "mm")) and min(parts) < 0.8):
        return 0.0
    return min(parts) * _prior(value)


def _prior(value: BarValue) -> float:
    """Bars of 1, 2 or 5 are usual, others of two digits are not, longer numbers are hardly ever drawn."""
    if is_usual(value):
        return 1.0
    return 0.5 if len(f"{value.nanometres:.6e}".partition("e")[0].replace(".", "").rstrip("0")) <= 2 else 0.2


def _between(value: float, low: float, high: float) -> float:
    return min(1.0, max(0.0, (value - low) / (high - low)))
