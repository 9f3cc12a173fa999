"""Where the marks of an axis lie under a transform, and what is written beside them."""

import math

import numpy as np

from selenolab.core.gate import Transform
from selenolab.cytometry.transforms import inverse, number, transform

_SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_APART = 0.04  # of the axis: powers of ten that lie closer to 0 or each other are left out
_LINEAR_MARKS = 5


def ticks(spec: Transform) -> tuple[tuple[float, str], ...]:
    """(place, label) of the marks from the low to the high end of the axis; places as `transform` gives them.

    Powers of ten for curved scales, with 0 and negative powers where the axis has them; round steps for
    linear ones.

    Raises
    ------
    DataError
        for parameters that make no transform, and for a ratio, whose own values are marked.
    """
    low, high = _ends(spec)
    marks = _round_steps(spec, low, high) if spec.kind == "linear" else _powers(spec, low, high)
    return tuple(marks)


def _ends(spec: Transform) -> tuple[float, float]:
    """The places at which the axis begins and ends."""
    return (0.0, number(spec, "channels", 4096.0)) if spec.kind == "biex" else (0.0, 1.0)


def _powers(spec: Transform, low: float, high: float) -> list[tuple[float, str]]:
    bottom, top = (float(value) for value in inverse(spec, np.array([low, high])))
    first = math.floor(math.log10(bottom)) if spec.kind == "log" else -3
    powers = [(sign, power) for power in range(first, math.ceil(math.log10(top)) + 1) for sign in (1, -1)]
    values = np.array([sign * 10.0**power for sign, power in powers])
    slack = 1e-9 * (high - low)
    zero = [float(transform(spec, np.zeros(1))[0])] if spec.kind != "log" else []
    kept = [(zero[0], "0")] if zero and low - slack <= zero[0] <= high + slack else []
    apart = _APART * (high - low)
    places = transform(spec, values)
    for (sign, power), value, place in sorted(
        zip(powers, values, places, strict=True), key=lambda one: -abs(one[1])
    ):
        inside = bottom * (1 - 1e-9) <= value <= top * (1 + 1e-9) if sign > 0 else bottom <= value
        if inside and all(abs(place - other) >= apart for other, _ in kept):
            kept.append((float(place), f"{'−' * (sign < 0)}10{str(power).translate(_SUPERSCRIPT)}"))
    return sorted(kept)


def _round_steps(spec: Transform, low: float, high: float) -> list[tuple[float, str]]:
    """Steps of 1, 2 or 5 times a power of ten over the data of the axis."""
    bottom, top = (float(value) for value in inverse(spec, np.array([low, high])))
    rough = (top - bottom) / _LINEAR_MARKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = power * min((1, 2, 5, 10), key=lambda factor: abs(math.log(factor * power / rough)))
    values = np.arange(math.ceil(bottom / step - 1e-9), math.floor(top / step + 1e-9) + 1) * step
    return [
        (float(place), f"{value:g}".replace("-", "−"))
        for place, value in zip(transform(spec, values), values, strict=True)
    ]
