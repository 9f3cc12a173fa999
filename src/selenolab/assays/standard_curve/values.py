"""From inversions to one value an experiment: dilutions together, glutathione apart, per protein."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from selenolab.assays.standard_curve.prepared import Prepared
from selenolab.assays.standard_curve.schema import DESIGN
from selenolab.assays.standard_curve.settings import StandardCurveSettings
from selenolab.core.errors import DataError
from selenolab.formats.units import dimension, factor

CONCENTRATION = "concentration"
TOTAL, GSSG, EQUIVALENTS = "total glutathione", "GSSG", "GSSG in GSH equivalents"
REDUCED, RATIO = "reduced GSH", "GSH/GSSG"
PER_PROTEIN = " per protein"
WHO = ["experiment", *DESIGN]


@dataclass(frozen=True, slots=True)
class Value:
    """One measured thing in one experiment: a value with its interval, or a bound; `why` in words if none.

    `se` is the standard error that comes from the wells and the curve, NaN where unknown.
    """

    value: float
    low: float
    high: float
    se: float
    censored: str = ""
    why: str = ""


def values(
    rows: pd.DataFrame,
    prepared: Prepared,
    settings: StandardCurveSettings,
    protein: Mapping[tuple[object, ...], float],
) -> pd.DataFrame:
    """One row a measured thing, experiment and group: measured, unit, the design, control, and a Value.

    `protein` gives mg/mL of a lysate by experiment and group, from another run; wells that state their
    own protein keep it.
    """
    found = []
    for key, part in rows[rows["kind"].isin(["plain", "masked"])].groupby(WHO, dropna=False, sort=True):
        who = dict(zip(WHO, key, strict=True))
        named = dict(_measured(part, prepared, settings))
        mg = part["protein"].dropna()
        own = float(mg.mean()) if len(mg) else protein.get(lysate(who), float("nan"))
        for name, (unit, value) in {**named, **dict(_per_protein(named, own))}.items():
            found.append(
                {
                    "measured": name, "unit": unit, **who, "control": bool(part["control"].all()),
                    "protein": own, "value": value.value, "low": value.low, "high": value.high,
                    "se": value.se, "censored": value.censored, "why": value.why,
                }
            )  # fmt: skip
    return pd.DataFrame(found)


def lysate(who: Mapping[str, object]) -> tuple[object, ...]:
    """A key of experiment and design that does not depend on how emptiness is written."""
    return tuple("" if who[word] != who[word] else who[word] for word in WHO)


Named = tuple[str, tuple[str, Value]]


def _measured(part: pd.DataFrame, prepared: Prepared, settings: StandardCurveSettings) -> Iterator[Named]:
    plain, masked = (part[part["kind"] == kind] for kind in ("plain", "masked"))
    if prepared.preset.calculation != "glutathione":
        if len(plain):
            yield CONCENTRATION, (prepared.unit, together(plain))
        return
    counts = float(settings.standard_counts)
    total = scaled(together(plain), counts) if len(plain) else None
    if total is not None:
        yield TOTAL, (prepared.unit, total)
    if not len(masked):
        return
    bound = scaled(together(masked), counts)  # GSH equivalents
    gssg = scaled(bound, 0.5)
    yield GSSG, (prepared.unit, gssg)
    yield EQUIVALENTS, (prepared.unit, bound)
    if total is not None:
        yield REDUCED, (prepared.unit, reduced(total, bound))
        yield RATIO, ("1", ratio(total, gssg))


def together(part: pd.DataFrame) -> Value:
    """Plates and dilutions of one sample: the mean of those inside the standards, else the strongest bound.

    Their errors are taken as independent.
    """
    inside = part[part["censored"] == ""]
    if len(inside):
        k = len(inside)
        centre = float(inside["value"].mean())
        if k == 1:
            one = inside.iloc[0]
            return Value(centre, float(one["low"]), float(one["high"]), float(one["se"]))
        down, up = (
            float(np.sqrt(np.sum((inside["value"] - inside[word]) ** 2))) / k for word in ("low", "high")
        )
        se = float(np.sqrt(np.sum(inside["se"] ** 2))) / k
        return Value(centre, max(centre - down, 0.0), centre + up, se)
    why = str(part["why"].iloc[0])
    sides = set(part["censored"])
    if sides == {">"}:
        at = float(part["value"].max())
        return Value(at, at, np.inf, np.nan, ">", why)
    if sides == {"<"}:
        at = float(part["value"].min())
        return Value(at, -np.inf, at, np.nan, "<", why)
    return nothing("one dilution lies above the standards, another below them")


def scaled(value: Value, times: float) -> Value:
    """`value` multiplied by a positive number."""
    return Value(
        value.value * times,
        value.low * times,
        value.high * times,
        value.se * times,
        value.censored,
        value.why,
    )


def reduced(total: Value, bound: Value) -> Value:
    """Total less GSSG in GSH equivalents, errors added in squares; a bound where GSSG is one."""
    left = total.value - bound.value
    if total.censored or bound.censored == ">" or not np.isfinite(left):
        reason = total.why or bound.why
        return nothing(f"total or GSSG is no number: {reason}")
    if left <= 0:
        return nothing(
            "GSSG in GSH equivalents exceeds total glutathione: check masking, blanks and dilutions"
        )
    if bound.censored == "<":
        return Value(left, left, np.inf, np.nan, ">", f"GSSG is only a bound: {bound.why}")
    down = np.hypot(total.value - total.low, bound.high - bound.value)
    up = np.hypot(total.high - total.value, bound.value - bound.low)
    return Value(left, max(left - float(down), 0.0), left + float(up), float(np.hypot(total.se, bound.se)))


def ratio(total: Value, gssg: Value) -> Value:
    """Reduced GSH over GSSG (molecules), (T - 2 G)/G = T/G - 2, with the errors of T and G propagated."""
    free = reduced(total, scaled(gssg, 2.0))
    if free.why and not free.censored:
        return free
    if gssg.value <= 0:
        return nothing("GSSG is zero")
    value = total.value / gssg.value - 2
    if free.censored == ">":
        return Value(value, value, np.inf, np.nan, ">", free.why)
    apart = total.value / gssg.value
    se = apart * float(np.hypot(total.se / total.value, gssg.se / gssg.value))
    low = total.value / gssg.high - 2 if gssg.high > 0 else 0.0
    high = total.value / gssg.low - 2 if gssg.low > 0 else np.inf
    down = np.hypot(value - low, (total.value - total.low) / gssg.value)
    up = np.hypot(high - value, (total.high - total.value) / gssg.value)
    return Value(value, max(value - float(down), 0.0), value + float(up), se)


def nothing(why: str) -> Value:
    """No value, with the reason."""
    return Value(np.nan, np.nan, np.nan, np.nan, "", why)


def _per_protein(named: Mapping[str, tuple[str, Value]], mg: float) -> Iterator[Named]:
    """The same divided by the lysate's protein, whose own error is not known here."""
    if not mg > 0:
        return
    for name, (unit, value) in named.items():
        if name != RATIO:
            times, told = per_mg(unit)
            yield name + PER_PROTEIN, (told, scaled(value, times / mg))


def per_mg(unit: str) -> tuple[float, str]:
    """Factor and unit that make a concentration over mg/mL an amount per mg.

    Examples
    --------
    >>> per_mg("µM"), per_mg("mg/mL"), per_mg("mM")
    ((1.0, 'nmol/mg'), (1000.0, 'µg/mg'), (1000.0, 'nmol/mg'))
    """
    try:
        kind = dimension(unit)
    except DataError:
        return 1.0, f"{unit} per mg/mL"
    if kind == "a molar concentration":
        return factor(unit, "µM"), "nmol/mg"
    if kind == "a mass concentration":
        return factor(unit, "µg/mL"), "µg/mg"
    return 1.0, f"{unit} per mg/mL"
