"""What was asked of each plate: Z', signal over background, scatter, edges, blanks that rise."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from selenolab.assays.viability.controls import TREATED, Corrected, vehicle_rows
from selenolab.assays.viability.plate_effects import Effect, plate_effects
from selenolab.assays.viability.schema import RAW
from selenolab.assays.viability.settings import ViabilitySettings
from selenolab.core.check import Check
from selenolab.formats.plate_groups import grouped
from selenolab.stats.intervals import p_of_t

Vector = NDArray[np.float64]
_NO_TIME = -1.0  # time_key of a well that states no time
_P_LIMIT = 0.001  # of a plate effect; several are tested on every plate of a study


@dataclass(frozen=True, slots=True)
class Plate:
    """The control wells of one plate, line and arm: signals of the sound wells."""

    name: str
    group: Mapping[str, str]
    vehicle: Vector
    blank: Vector
    positive: Vector


def plates(corrected: Corrected) -> tuple[Plate, ...]:
    """The plates in their order of name; lines, arms and times of one plate each have their own controls."""
    return tuple(plate for part, group in _reads(corrected.wells) for plate in _by_kind(part, group))


def _reads(wells: pd.DataFrame) -> Iterator[tuple[pd.DataFrame, dict[str, str]]]:
    """The wells of each plate that holds treated cells, apart for every time at which they were read."""
    for _, rows in grouped(wells, ["file", "plate", "experiment"]):
        whole = wells.iloc[rows]
        first = whole.iloc[0]
        group = {"plate": str(first["plate"]), "experiment": str(first["experiment"])}
        lines = set(whole.loc[whole["role"].isin(TREATED), "cell_line"]) - {""}
        if len(lines) == 1:  # what is wrong with the plate is wrong with its line
            group["cell_line"] = str(*lines)
        times = sorted(set(whole.loc[whole["role"].isin(TREATED), "time_key"]))
        for time in times:
            if len(times) == 1:
                yield whole, group
            else:  # wells that state no time serve all
                here = whole["time_key"].isin([time, _NO_TIME])
                yield whole[here], {**group, **({"time": f"{time:g} h"} if time != _NO_TIME else {})}


def _by_kind(part: pd.DataFrame, group: Mapping[str, str]) -> Iterator[Plate]:
    """The controls of each line and arm: untreated cells of two lines do not have one signal."""
    vehicle = part[vehicle_rows(part).to_numpy()]
    kinds = sorted(set(zip(vehicle["cell_line"], vehicle["arm"], strict=True))) or [("", "")]
    if len(kinds) == 1:
        yield _plate(part, vehicle, group)
        return
    for line, arm in kinds:
        own = vehicle[(vehicle["cell_line"] == line) & (vehicle["arm"] == arm)]
        named = {"cell_line": str(line), "arm": str(arm)}
        others = part[_serves(part, "arm", arm) & _serves(part, "cell_line", line)]
        yield _plate(others, own, {**group, **{word: text for word, text in named.items() if text}})


def _serves(part: pd.DataFrame, word: str, wanted: str) -> pd.Series:
    """Wells of `wanted`; for roles that have none, those that name no `word`."""
    own = part[word] == wanted
    missing = ~own.groupby(part["role"]).transform("any")
    return own | (missing & (part[word] == ""))


def _plate(part: pd.DataFrame, vehicle: pd.DataFrame, group: Mapping[str, str]) -> Plate:
    signals = {
        role: part.loc[part["ok"] & (part["role"] == role), "signal"].to_numpy(float)
        for role in ("blank", "positive")
    }
    untreated = vehicle.loc[vehicle["ok"], "signal"].to_numpy(float)
    return Plate(group["plate"], group, untreated, signals["blank"], signals["positive"])


def plate_checks(corrected: Corrected, settings: ViabilitySettings) -> tuple[Check, ...]:
    """All checks of all plates; none where the data came as ready-made viabilities."""
    if corrected.kind not in RAW:
        return ()
    found = [check for read in _reads(corrected.wells) for check in _checks(*read, settings)]
    blanks = rising_blanks(corrected, settings)
    return (*_told_once(found), *blanks)


def _told_once(checks: Sequence[Check]) -> Iterator[Check]:
    """The checks, with those that are undecided for one reason on several plates said once."""
    groups: dict[tuple[str, str], list[Check]] = {}
    for check in checks:
        if check.passed is None:
            groups.setdefault((check.name, check.why), []).append(check)
        else:
            yield check
    for (_, why), same in groups.items():
        if len(same) == 1:
            yield same[0]
        else:
            yield Check(same[0].rule, same[0].name, None, f"On {len(same)} plates: {why}")


def _checks(part: pd.DataFrame, group: Mapping[str, str], settings: ViabilitySettings) -> Iterator[Check]:
    for plate in _by_kind(part, group):
        yield _z_prime(plate, settings.z_prime_min)
        yield _signal_to_background(plate, settings.signal_to_background_min)
        yield _control_cv(plate, settings.control_cv_max)
    for effect in plate_effects(part):
        yield _effect(group, effect, settings.edge_effect_max)


def _undecided(plate: Plate, rule: str, name: str, why: str) -> Check:
    return Check(rule, name, None, why, group=plate.group)


def z_prime(high: Vector, low: Vector) -> float | None:
    """Z' = 1 - 3 (s1 + s2) / |m1 - m2| (Zhang et al. 1999, doi:10.1177/108705719900400206).

    None with fewer than two wells of a kind, or equal means.

    Examples
    --------
    >>> round(z_prime(np.array([0.95, 1.05]), np.array([0.05, 0.05])), 4)
    0.7767
    """
    if high.size < 2 or low.size < 2 or high.mean() == low.mean():
        return None
    return float(1 - 3 * (high.std(ddof=1) + low.std(ddof=1)) / abs(high.mean() - low.mean()))


def _z_prime(plate: Plate, limit: float) -> Check:
    low, what = (plate.positive, "killed cells") if plate.positive.size else (plate.blank, "medium blank")
    rule, name = f"Z' >= {limit:g}", "Z'"
    value = z_prime(plate.vehicle, low)
    if value is None:
        why = f"{plate.vehicle.size} vehicle and {low.size} {what} wells: at least two of each are needed."
        return _undecided(plate, rule, name, why)
    why = f"From {plate.vehicle.size} vehicle wells against {low.size} wells of {what}."
    return Check(rule, name, value >= limit, why, value, limit, "1", value - limit, plate.group)


def _signal_to_background(plate: Plate, limit: float) -> Check:
    rule, name = f"S/B >= {limit:g}", "signal over background"
    if not plate.vehicle.size or not plate.blank.size or plate.blank.mean() <= 0:
        why = "No vehicle or no medium blank above zero on this plate."
        return _undecided(plate, rule, name, why)
    value = float(plate.vehicle.mean() / plate.blank.mean())
    why = f"Vehicle {plate.vehicle.mean():.3g} over medium blank {plate.blank.mean():.3g}."
    return Check(rule, name, value >= limit, why, value, limit, "1", value - limit, plate.group)


def _control_cv(plate: Plate, limit: float) -> Check:
    rule, name = f"CV of the vehicle wells <= {limit:g} %", "control CV"
    if plate.vehicle.size < 2 or plate.vehicle.mean() <= 0:
        return _undecided(plate, rule, name, f"{plate.vehicle.size} vehicle wells: at least two are needed.")
    value = float(100 * plate.vehicle.std(ddof=1) / plate.vehicle.mean())
    why = f"From {plate.vehicle.size} vehicle wells."
    return Check(rule, name, value <= limit, why, value, limit, "%", limit - value, plate.group)


def _effect(group: Mapping[str, str], effect: Effect, limit: float) -> Check:
    rule = f"{effect.name} effect <= {limit:g} %, or p >= {_P_LIMIT:g}"
    name = f"{effect.name} effect"
    if effect.size is None or effect.p is None:
        return Check(rule, name, None, effect.why, group=group)
    passed = abs(effect.size) <= limit or effect.p >= _P_LIMIT
    margin = limit - abs(effect.size)
    why = f"{effect.why}: {effect.size:+.1f} %, {p_words(effect.p)}."
    if passed and margin < 0:
        return Check(rule, name, True, f"{why} Chance can do this.", effect.size, limit, "%", None, group)
    return Check(rule, name, passed, why, effect.size, limit, "%", margin, group)


def p_words(p: float) -> str:
    """A p value in words.

    Examples
    --------
    >>> p_words(0.0312), p_words(1e-16)
    ('p = 0.031', 'p < 0.001')
    """
    return f"p = {p:.2g}" if p >= 0.001 else "p < 0.001"


def rank_correlation(x: Vector, y: Vector) -> tuple[float, float]:
    """Spearman's rho of vectors (n,), n >= 3, that both vary; its two-sided p by the t approximation."""
    rho = float(np.corrcoef(pd.Series(x).rank(), pd.Series(y).rank())[0, 1])
    spare = max((1 - rho) * (1 + rho), 0.0)
    return rho, 0.0 if spare == 0 else p_of_t(rho * sqrt((x.size - 2) / spare), x.size - 2)


def rising_blanks(corrected: Corrected, settings: ViabilitySettings) -> Iterator[Check]:
    """A drug blank that grows with the dose shows a compound that reduces the dye, scatters or absorbs."""
    wells = corrected.wells[corrected.wells["ok"] & (corrected.wells["role"] == "drug_blank")]
    used = bool((corrected.wells["correction"] == "drug blank").any())
    for (compound, arm), part in wells.groupby(["compound", "arm"]):
        group = {word: str(text) for word, text in (("compound", compound), ("arm", arm)) if text}
        limit = settings.drug_blank_rise_max
        rule, name = f"drug blank rises by <= {limit:g}", "drug blank over the doses"
        dose, signal = part["dose"].to_numpy(float), part["signal"].to_numpy(float)
        if corrected.kind != "absorbance":
            why = f"The limit is an absorbance, the signal is an {corrected.kind}: look at the control wells."
            yield Check(rule, name, None, why, group=group)
        elif np.unique(dose).size < 3:
            yield Check(rule, name, None, "Fewer than three doses have a drug blank.", group=group)
        else:
            rise, grows, why = _rise(dose, signal, used)
            margin = limit - rise if rise <= limit or grows else None  # none where chance passed it
            passed = margin is None or margin >= 0
            yield Check(rule, name, passed, why, rise, limit, "AU", margin, group)


def _rise(dose: Vector, signal: Vector, used: bool) -> tuple[float, bool, str]:
    """How much the blank grows from the lowest to the highest dose, whether it grows with it, in words."""
    rho, p = rank_correlation(dose, signal) if np.ptp(signal) > 0 else (0.0, 1.0)
    rise = float(signal[dose == dose.max()].mean() - signal[dose == dose.min()].mean())
    done = "it was subtracted dose by dose" if used else "it was not subtracted"
    why = (
        f"From dose {dose.min():g} to {dose.max():g} it changes by {rise:+.3f} AU (rank correlation "
        f"{rho:.2f}, {p_words(float(p))}). A rise is the compound's own signal: {done}."
    )
    return rise, bool(rho > 0 and p < 0.05), why
