"""Families of dose-response curves, and the dose at which a curve reaches a given effect.

All are written f(x) = c + (d - c) s(x), s falling from 1 at x = 0 to 0, with t = b (ln x - ln e), b > 0:

======  ===========================================================  =================
LL.2    s = 1 / (1 + exp t), c and d fixed (0 and 1 unless told)      b, e
LL.3    the same, c fixed at 0                                        b, d, e
LL.4    the same (four-parameter log-logistic)                        b, c, d, e
LL.5    s = (1 + exp t)^-f                                            b, c, d, e, f
W1.4    s = exp(-exp t)                                               b, c, d, e
W2.4    s = 1 - exp(-exp(-t))                                         b, c, d, e
BC.4    f(x) = c + (d - c + f x) / (1 + exp t), c fixed at 0          b, d, e, f
BC.5    the same (Brain and Cousens: stimulation by low doses)        b, c, d, e, f
======  ===========================================================  =================

So d is always the response without drug, c the response far above the doses; c > d is a rising curve.
Dose zero enters as x = 0. W2.4 takes b > 0 where other programs write the same curve with b < 0.
Ritz et al. 2015 (doi:10.1371/journal.pone.0146021) gives the parametrisations; Brain and Cousens 1989
(doi:10.1111/j.1365-3180.1989.tb00845.x) the last.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from selenolab.core.errors import DataError, UnknownNameError

Vector = NDArray[np.float64]
Law = Literal["LL", "W1", "W2", "BC"]

PARAMETERS = ("b", "c", "d", "e", "f")
_FAR = 700.0  # exp of more than this overflows


@dataclass(frozen=True, slots=True)
class Family:
    """A named curve: the law of s(x) and which of b, c, d, e, f are fixed, at which values."""

    name: str
    law: Law
    fixed: Mapping[str, float]

    @property
    def free(self) -> tuple[str, ...]:
        """Names of the fitted parameters, in the order b, c, d, e, f."""
        return tuple(name for name in PARAMETERS if name not in self.fixed)


@dataclass(frozen=True, slots=True)
class EffectiveDose:
    """The dose of a given effect, or why there is none.

    Parameters
    ----------
    value : in the unit of the doses; None where undefined.
    reason : empty where defined.
    side : "above" where the curve stays above the level at every dose, "below" where it is at or under
        it already without drug, "" otherwise.
    """

    value: float | None
    reason: str = ""
    side: Literal["", "above", "below"] = ""


def _catalogue() -> dict[str, Family]:
    rows: list[tuple[str, Law, dict[str, float]]] = [
        ("LL.2", "LL", {"c": 0.0, "d": 1.0, "f": 1.0}),
        ("LL.3", "LL", {"c": 0.0, "f": 1.0}),
        ("LL.4", "LL", {"f": 1.0}),
        ("LL.5", "LL", {}),
        ("W1.4", "W1", {"f": 1.0}),
        ("W2.4", "W2", {"f": 1.0}),
        ("BC.4", "BC", {"c": 0.0}),
        ("BC.5", "BC", {}),
    ]
    return {name: Family(name, law, MappingProxyType(fixed)) for name, law, fixed in rows}


FAMILIES: Mapping[str, Family] = MappingProxyType(_catalogue())


def family_named(name: str, fixed: Mapping[str, float] | None = None) -> Family:
    """The family of that name, with further (or other) parameters fixed.

    Raises
    ------
    UnknownNameError
        For a family or a parameter that does not exist.

    Examples
    --------
    >>> family_named("LL.4", {"d": 100.0}).free
    ('b', 'c', 'e')
    """
    if name not in FAMILIES:
        raise UnknownNameError("curve family", name, FAMILIES)
    family = FAMILIES[name]
    if not fixed:
        return family
    for key, value in fixed.items():
        if key not in PARAMETERS or (key == "f" and "f" in family.fixed):
            raise UnknownNameError(f"parameter of {name}", key, ("b", "c", "d", "e", *family.free[4:]))
        if not np.isfinite(value) or (key in ("b", "e") and value <= 0):
            raise DataError(
                f"{name}: found {key} fixed at {value}; expected a finite number, above 0 for b and e."
            )
    return Family(family.name, family.law, MappingProxyType({**family.fixed, **fixed}))


def shape(law: Law, dose: ArrayLike, b: ArrayLike, e: ArrayLike, f: ArrayLike) -> Vector:
    """s(x) by broadcasting; for BC the log-logistic factor without the stimulation.

    Examples
    --------
    >>> shape("LL", [0.0, 2.0], 1.0, 2.0, 1.0).tolist()
    [1.0, 0.5]
    """
    t = _exponent(dose, b, e)
    if law == "W1":
        return np.asarray(np.exp(-np.exp(np.minimum(t, 6.6))))
    if law == "W2":
        return np.asarray(-np.expm1(-np.exp(np.minimum(-t, 6.6))))
    power = f if law == "LL" else 1.0
    return np.asarray(np.exp(-np.asarray(power) * np.logaddexp(0.0, t)))


def _exponent(dose: ArrayLike, b: ArrayLike, e: ArrayLike) -> Vector:
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.asarray(b) * (np.log(np.asarray(dose, float)) - np.log(np.asarray(e, float)))
    return np.asarray(np.clip(np.nan_to_num(t, nan=-_FAR, posinf=_FAR, neginf=-_FAR), -_FAR, _FAR))


def evaluate(family: Family, dose: ArrayLike, values: ArrayLike) -> Vector:
    """f(x) at `dose` for `values` = (b, c, d, e, f), all five whatever is fixed.

    Examples
    --------
    >>> evaluate(FAMILIES["LL.4"], [0.0, 2.0, 1e9], [1.0, 10.0, 90.0, 2.0, 1.0]).round(4).tolist()
    [90.0, 50.0, 10.0]
    """
    b, c, d, e, f = np.asarray(values, float)
    x = np.asarray(dose, float)
    s = shape(family.law, x, b, e, f)
    top = d - c + f * x if family.law == "BC" else d - c
    return np.asarray(c + top * s)


def gradient(family: Family, dose: ArrayLike, values: ArrayLike) -> Vector:
    """(n, 5) derivatives of f(x) by b, c, d, e, f.

    Examples
    --------
    >>> gradient(FAMILIES["LL.4"], [2.0], [1.0, 10.0, 90.0, 2.0, 1.0])[0, 1:].round(4).tolist()
    [0.5, 0.5, 10.0, -27.7259]
    """
    b, c, d, e, f = np.asarray(values, float)
    x = np.atleast_1d(np.asarray(dose, float))
    t = _exponent(x, b, e)
    s = shape(family.law, x, b, e, f)
    by_t = _slope(family.law, t, s, f)
    log_ratio = t / b
    if family.law == "BC":
        top, by_f = d - c + f * x, x * s
    else:
        top, by_f = np.full(x.shape, d - c), -(d - c) * s * np.logaddexp(0.0, t)
    return np.column_stack([top * by_t * log_ratio, 1 - s, s, -top * by_t * b / e, by_f])


def _slope(law: Law, t: Vector, s: Vector, f: float) -> Vector:
    """ds/dt."""
    if law == "W1":
        return -np.exp(np.minimum(t, 6.6)) * s
    if law == "W2":
        return -np.exp(np.minimum(-t, 6.6)) * (1 - s)
    power = f if law == "LL" else 1.0
    return np.asarray(-power * s * np.exp(-np.logaddexp(0.0, -t)))


def relative_dose(family: Family, values: ArrayLike, percent: float) -> EffectiveDose:
    """The dose that takes the response `percent` of the way from d to c: 50 gives the relative IC50.

    Raises
    ------
    DataError
        When `percent` is not between 0 and 100, both excluded.

    Examples
    --------
    >>> round(relative_dose(FAMILIES["LL.4"], [2.0, 0.0, 100.0, 3.0, 1.0], 90).value, 9)
    9.0
    """
    if not 0 < percent < 100:
        raise DataError(
            f"Relative dose: found {percent} %; expected a number between 0 and 100, both excluded."
        )
    b, c, d, e, f = (float(value) for value in np.asarray(values, float))
    if c == d or not np.isfinite(e):
        return EffectiveDose(None, "the curve is flat: there is no way from top to bottom")
    if family.law == "BC":
        return EffectiveDose(_descend(family, values, d - (d - c) * percent / 100))
    return EffectiveDose(_quantile(family.law, percent / 100, b, e, f))


def absolute_dose(family: Family, values: ArrayLike, level: float) -> EffectiveDose:
    """The dose at which the falling curve reaches the response `level` (50 on data in % of control).

    Examples
    --------
    >>> absolute_dose(FAMILIES["LL.4"], [1.0, 0.0, 100.0, 3.0, 1.0], 50).value
    3.0
    >>> absolute_dose(FAMILIES["LL.4"], [1.0, 60.0, 100.0, 3.0, 1.0], 50).reason
    'undefined: the lower plateau c = 60 is not below the level 50'
    """
    b, c, d, e, f = (float(value) for value in np.asarray(values, float))
    if d <= level:
        return EffectiveDose(
            None,
            f"undefined: the response without drug d = {d:.4g} is not above the level {level:.4g}",
            "below",
        )
    if c >= level or not np.isfinite(e):
        return EffectiveDose(
            None, f"undefined: the lower plateau c = {c:.4g} is not below the level {level:.4g}", "above"
        )
    if family.law == "BC":
        return EffectiveDose(_descend(family, values, level))
    return EffectiveDose(_quantile(family.law, (d - level) / (d - c), b, e, f))


def _quantile(law: Law, q: float, b: float, e: float, f: float) -> float:
    """The x with s(x) = 1 - q."""
    if law == "W1":
        t = np.log(-np.log1p(-q))
    elif law == "W2":
        t = -np.log(-np.log(q))
    else:
        t = np.log(np.expm1(-np.log1p(-q) / f))
    return float(e * np.exp(np.clip(t / b, -_FAR, _FAR)))


def _descend(family: Family, values: ArrayLike, level: float) -> float | None:
    """The last dose where a curve with a hump passes `level`, by bisection on ln x; None if it never does."""
    e = float(np.asarray(values, float)[3])
    falls = float(np.sign(evaluate(family, 0.0, values) - level)) or 1.0
    grid = np.log(e) + np.linspace(-40.0, 40.0, 801)
    above = (evaluate(family, np.exp(grid), values) - level) * falls > 0
    if above[-1] or not above.any():
        return None
    last = int(np.flatnonzero(above)[-1])
    low, high = grid[last], grid[last + 1]
    for _ in range(60):
        middle = (low + high) / 2
        if float(evaluate(family, np.exp(middle), values) - level) * falls > 0:
            low = middle
        else:
            high = middle
    return float(np.exp((low + high) / 2))
