"""How an inhibitor acts, told from rates over substrate and inhibitor: competitive, uncompetitive, mixed.

All laws are v = V S / (Km (1 + I/Kc) + S (1 + I/Ku)): competitive has no Ku, uncompetitive no Kc,
non-competitive has both equal, mixed has both free. They are compared by AICc on relative residuals.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from selenolab.core.errors import DataError
from selenolab.stats.least_squares import Solution, solve

Vector = NDArray[np.float64]
LAWS = ("competitive", "uncompetitive", "non-competitive", "mixed")
_TOLD = 4.0  # least difference of AICc to the next law for a kind to be named
_TOP = 1e6  # constants beyond this many times the doses are none


@dataclass(frozen=True, slots=True)
class Law:
    """One law fitted: `values` vmax, km and ki or kc and ku; `se` of their logarithms; AICc."""

    name: str
    values: Mapping[str, float]
    se: Mapping[str, float]
    rss: float
    aicc: float


@dataclass(frozen=True, slots=True)
class Inhibition:
    """The laws, best first; `kind` is "" with `why` where the data do not tell them apart."""

    kind: str
    why: str
    laws: tuple[Law, ...]


def lacking(substrate: ArrayLike, inhibitor: ArrayLike) -> str:
    """What a design lacks to tell the kinds of inhibition apart; "" when nothing."""
    s, i = np.asarray(substrate, dtype=float), np.asarray(inhibitor, dtype=float)
    if np.unique(s[s > 0]).size < 3:
        return "at least three substrate concentrations"
    if np.unique(i).size < 3 or not (i == 0).any():
        return "at least two doses of the inhibitor beside none"
    each = [np.unique(s[i == dose]).size for dose in np.unique(i)]
    return "" if min(each) >= 3 else "at least three substrate concentrations at every dose"


def fit_inhibition(substrate: ArrayLike, inhibitor: ArrayLike, rate: ArrayLike) -> Inhibition:
    """The laws through rates (n,) at substrate and inhibitor concentrations (n,), relative errors alike.

    Raises
    ------
    DataError
        Rates not above zero; a design that cannot tell (see :func:`lacking`).
    """
    s, i, v = (np.asarray(a, dtype=np.float64).ravel() for a in (substrate, inhibitor, rate))
    missing = lacking(s, i)
    if missing:
        raise DataError(f"Expected {missing} to tell kinds of inhibition apart.")
    if not (v > 0).all():
        raise DataError(f"Expected rates above zero, found {v.min():g}. Leave out rates that are not.")
    laws = sorted((_fitted(name, s, i, v) for name in LAWS), key=lambda law: law.aicc)
    if not _inhibits(laws[0], i):
        return Inhibition("", "no inhibition is seen at any substrate concentration", tuple(laws))
    simple = [law for law in laws if law.name != "mixed"]
    mixed = next(law for law in laws if law.name == "mixed")
    gap = simple[0].aicc - mixed.aicc
    if gap >= _TOLD:
        return Inhibition("mixed", f"AICc is {gap:.1f} below {simple[0].name}", tuple(laws))
    gap = simple[1].aicc - simple[0].aicc
    if gap < _TOLD:
        why = f"{simple[0].name} and {simple[1].name} fit alike (AICc differs by {gap:.1f})"
        return Inhibition("", why, tuple(laws))
    return Inhibition(simple[0].name, f"AICc is {gap:.1f} below {simple[1].name}", tuple(laws))


def _inhibits(law: Law, i: Vector) -> bool:
    strongest = min(value for name, value in law.values.items() if name not in ("vmax", "km"))
    return strongest < 30 * float(i.max())


def _constants(name: str, x: Vector) -> tuple[Any, Any]:
    """1/Kc and 1/Ku."""
    strong = np.exp(-x[2:])
    if name == "competitive":
        return strong[0], 0.0
    if name == "uncompetitive":
        return 0.0, strong[0]
    return strong[0], strong[-1]


def _fitted(name: str, s: Vector, i: Vector, v: Vector) -> Law:
    top = float(i.max())

    def residuals(x: Vector) -> Vector:
        c, u = _constants(name, x)
        seen = x[0] + np.log(s) - np.log(np.exp(x[1]) * (1 + i * c) + s * (1 + i * u))
        return np.asarray(seen - np.log(v))

    count = 2 if name == "mixed" else 1
    base = [np.log(1.5 * v.max()), np.log(np.median(s))]
    low = [np.log(v.max()) - 3, np.log(s.min()) - 7, *[np.log(top / _TOP)] * count]
    high = [np.log(v.max()) + 12, np.log(s.max()) + 7, *[np.log(top * _TOP)] * count]
    starts = [[*base, *[np.log(top / ratio)] * count] for ratio in (0.5, 5.0, 50.0)]
    best: Solution = min(
        (solve(residuals, start, bounds=(low, high)) for start in starts), key=lambda found: found.rss
    )
    names = ("vmax", "km", *(("kc", "ku") if count == 2 else ("ki",)))
    n, k = v.size, len(names) + 1
    aicc = n * np.log(max(best.rss, 1e-300) / n) + 2 * k + 2 * k * (k + 1) / max(n - k - 1, 1e-9)
    return Law(
        name,
        {word: float(np.exp(value)) for word, value in zip(names, best.x, strict=True)},
        {word: float(value) for word, value in zip(names, best.se, strict=True)},
        best.rss,
        float(aicc),
    )
