"""Enzyme in the medium in % of that of lysed cells, and what of it the treatment caused."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from selenolab.assays.standard_curve.prepared import Prepared
from selenolab.assays.standard_curve.values import WHO, Value, nothing

RELEASE, CYTOTOXICITY, SIGNAL = "LDH release", "cytotoxicity", "LDH signal"
_LYSED_LIKE = ("experiment", "cell_line", "time", "arm")


def release_values(prepared: Prepared) -> pd.DataFrame:
    """One row a measured thing, experiment and group, as :func:`values` gives them.

    LDH release = 100 (S - B)/(M - B), cytotoxicity = 100 (S - C)/(M - C): S medium of the cells, C of
    untreated ones (spontaneous, else vehicle wells), M lysed cells (maximum), B medium without cells; where
    wells with the compound but without cells exist, they take the place of B in S. Without M the
    blank-corrected signal is given.
    """
    wells = prepared.wells[prepared.wells["ok"]]
    rows: list[dict[str, object]] = []
    cells = wells[wells["role"].isin(["sample", "vehicle", "spontaneous"])]
    for key, part in cells.groupby(WHO, dropna=False, sort=True):
        who = dict(zip(WHO, key, strict=True))
        control = bool(part["control"].all())
        for name, unit, value in _measured(who, part, wells, prepared):
            rows.append(
                {
                    "measured": name, "unit": unit, **who, "control": control, "protein": np.nan,
                    "value": value.value, "low": value.low, "high": value.high, "se": value.se,
                    "censored": value.censored, "why": value.why,
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def _measured(
    who: dict[str, object], part: pd.DataFrame, wells: pd.DataFrame, prepared: Prepared
) -> Iterator[tuple[str, str, Value]]:
    lysed = like(wells, "maximum", who)
    lysed = lysed[lysed["dose"] == 0]
    blank = blank_of(wells, part)
    signal = _corrected(part, wells)
    if not len(lysed):
        yield SIGNAL, prepared.signal_unit, signal
        return
    base = blank if np.isfinite(blank) else 0.0
    most = float(lysed["signal"].mean()) - base
    if not np.isfinite(blank):
        yield RELEASE, "%", nothing("there is no medium blank, and medium holds LDH of its own")
    elif most <= 0:
        yield RELEASE, "%", nothing("the lysed cells do not read above the blank")
    else:
        yield RELEASE, "%", _percent(signal.value, most, part, lysed)
    untreated = like(wells, "spontaneous", who)
    if not len(untreated):
        untreated = like(wells[wells["control"]], "vehicle", who)
    if len(untreated) and not bool(part["control"].all()):
        spontaneous = float(untreated["signal"].mean()) - base
        if most > spontaneous:
            yield CYTOTOXICITY, "%", _percent(signal.value - spontaneous, most - spontaneous, part, lysed)
        else:
            yield CYTOTOXICITY, "%", nothing("the lysed cells do not read above the untreated ones")


def _corrected(part: pd.DataFrame, wells: pd.DataFrame) -> Value:
    """Signal of the group less its blank (nothing where there is none), with the error of its wells."""
    blank, own = blank_of(wells, part), compound_blank(wells, part)
    base = own if np.isfinite(own) and np.isfinite(blank) else blank
    signal = part["signal"].to_numpy(float)
    value = float(signal.mean()) - (base if np.isfinite(base) else 0.0)
    se = float(signal.std(ddof=1) / np.sqrt(signal.size)) if signal.size > 1 else float("nan")
    return Value(value, -np.inf, np.inf, se)


def _percent(above: float, most: float, part: pd.DataFrame, lysed: pd.DataFrame) -> Value:
    value = 100 * above / most
    spread = []
    for wells in (part, lysed):
        signal = wells["signal"].to_numpy(float)
        spread.append(float(signal.var(ddof=1) / signal.size) if signal.size > 1 else float("nan"))
    se = 100 * float(np.sqrt(spread[0] + (above / most) ** 2 * spread[1])) / most
    return Value(value, -np.inf, np.inf, se)


def like(wells: pd.DataFrame, role: str, who: dict[str, object]) -> pd.DataFrame:
    """Wells of `role` of the same experiment, line, time and arm; of any arm where that arm has none."""
    found = wells[wells["role"] == role]
    for word in _LYSED_LIKE:
        value = who[word]
        same = found[word].isna() if value != value else found[word] == value
        if word == "arm" and not same.any():
            continue
        found = found[same]
    return found


def blank_of(wells: pd.DataFrame, part: pd.DataFrame) -> float:
    """Mean medium blank of the plates of `part`; NaN where none was made."""
    found = wells[(wells["role"] == "blank") & wells["plate"].isin(set(part["plate"]))]["signal"]
    if not len(found):
        found = wells[wells["role"] == "blank"]["signal"]
    return float(found.mean()) if len(found) else float("nan")


def compound_blank(wells: pd.DataFrame, part: pd.DataFrame) -> float:
    """Mean of the wells with the compound at the same dose and no cells; NaN where none was made."""
    found = wells[wells["role"] == "compound_blank"]
    for word in ("compound", "dose"):
        value = part[word].iloc[0]
        found = found[found[word] == value]
    return float(found["signal"].mean()) if len(found) and part["dose"].iloc[0] > 0 else float("nan")
