"""One trace a well, and the initial rate of each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from selenolab.assays.plate_kinetics.preset import Preset
from selenolab.assays.plate_kinetics.schema import GROUP, RAW
from selenolab.assays.plate_kinetics.settings import PlateKineticsSettings
from selenolab.core.dataset import Dataset, sound
from selenolab.core.errors import DataError
from selenolab.fit.rate import initial_rate
from selenolab.fit.rate_result import Rate, RateRule
from selenolab.formats.plate_groups import grouped

Vector = NDArray[np.float64]
TEXTS = ("file", "well", "compound", "cell_line", "arm", "cofactor", "basis", "experiment")
NUMBERS = ("dose", "time", "substrate_concentration", "preincubation", "well_protein", "read_time")
_LEAST = 6
_WELL = ["file", "plate", "experiment", "time_key", "well"]


@dataclass(frozen=True, slots=True)
class Trace:
    """Readings of a well in time order: minutes (n,), signal (n,), and its rate; None with one reading."""

    name: str
    minutes: Vector
    signal: Vector
    rate: Rate | None


@dataclass(frozen=True, slots=True)
class Rates:
    """`wells` has a row a well with the design, slope and what it rests on; `traces` are in the same order.

    `slope` is in `unit` (signal per min), positive in the way of the reaction, blank not subtracted.
    """

    wells: pd.DataFrame
    traces: tuple[Trace, ...]
    kind: str
    unit: str


def rule_of(settings: PlateKineticsSettings, preset: Preset) -> RateRule:
    """The rule of the initial rate."""
    direction = settings.direction or preset.direction
    return RateRule(
        direction=1 if direction == "rising" else -1,
        limit=settings.saturation or preset.saturation,
        full_change=settings.full_change,
        max_conversion=settings.max_conversion or preset.max_conversion,
        max_fall=settings.max_fall,
        min_points=settings.min_points,
        lag=settings.find_lag,
    )


def prepared(dataset: Dataset) -> tuple[pd.DataFrame, str]:
    """The readings with all optional columns, the reference subtracted as `signal`, and the signal's word."""
    frame = dataset.tables["readings"].frame.reset_index(drop=True).copy()
    kinds = [word for word in RAW if word in frame]
    if len(kinds) != 1:
        raise DataError(
            f"readings: Expected one of the columns {', '.join(RAW)}, found {', '.join(kinds) or 'none'}. "
            "Give one signal a run."
        )
    for word in TEXTS:
        frame[word] = frame[word].fillna("").astype(str) if word in frame else ""
    for word in NUMBERS:
        frame[word] = frame[word].astype(float) if word in frame else np.nan
    frame["time_key"] = frame["time"].fillna(-1.0)
    kind = kinds[0]
    frame["signal"] = frame[kind].astype(float)
    ok = sound(frame, kind)
    if "reference_absorbance" in frame:
        frame["signal"] -= frame["reference_absorbance"].astype(float)
        ok &= sound(frame, "reference_absorbance")
    frame.loc[~ok, "signal"] = np.nan
    return frame, kind


def rates(dataset: Dataset, settings: PlateKineticsSettings, preset: Preset) -> Rates:
    """The rate of every well.

    Raises
    ------
    DataError
        Where no well has a rate; a time twice in one well.
    """
    frame, kind = prepared(dataset)
    rule = rule_of(settings, preset)
    rows, traces = [], []
    most = _greatest_change(frame)
    for _, places in grouped(frame, _WELL):
        part = frame.iloc[places].sort_values("read_time", kind="stable")
        known = most.get((str(part["file"].iloc[0]), str(part["plate"].iloc[0])))
        trace, why = _trace(part, replace(rule, least_full_change=known), settings)
        traces.append(trace)
        rows.append({**_design(part), **_described(trace, why, rule.direction)})
    wells = pd.DataFrame(rows)
    if not wells["ok"].any():
        first = wells.iloc[0]
        raise DataError(f"readings, well {first['well']}: {first['why']} No well has a slope.")
    return Rates(wells, tuple(traces), kind, "AU/min" if kind == "absorbance" else "counts/min")


def _greatest_change(frame: pd.DataFrame) -> dict[tuple[str, str], float]:
    """The change of the fastest well of every plate, by medians of three readings: the substrate allows it.

    Only of wells with six readings at least, and of plates on which the substrate does not vary.
    """
    found: dict[tuple[str, str], float] = {}
    for (file, plate, *_), places in grouped(frame, _WELL):
        part = frame.iloc[places].sort_values("read_time", kind="stable")
        seen = part["signal"].to_numpy(float)
        seen = seen[np.isfinite(seen)]
        if seen.size >= _LEAST and not part["substrate_concentration"].notna().any():
            change = abs(float(np.median(seen[-3:])) - float(np.median(seen[:3])))
            key = (str(file), str(plate))
            found[key] = max(found.get(key, 0.0), change)
    return found


def _design(part: pd.DataFrame) -> dict[str, object]:
    words = ("file", "plate", "well", "experiment", "role", *GROUP, "basis", "well_protein", "time_key")
    return {word: part[word].iloc[0] for word in words}


def _trace(part: pd.DataFrame, rule: RateRule, settings: PlateKineticsSettings) -> tuple[Trace, str]:
    name = str(part["well"].iloc[0])
    signal = part["signal"].to_numpy(float)
    if len(part) == 1:
        why = "" if np.isfinite(signal[0]) else "The reading is flagged."
        return Trace(name, np.array([settings.reaction_minutes or np.nan]), signal, None), why
    minutes = part["read_time"].to_numpy(float) / 60
    try:
        return Trace(name, minutes, signal, initial_rate(minutes, signal, rule)), ""
    except DataError as error:
        return Trace(name, minutes, signal, None), str(error)


def _described(trace: Trace, why: str, sign: int) -> dict[str, object]:
    """What a row says of a well's rate; an endpoint read is its signal over the time of the reaction."""
    rate = trace.rate
    if rate is None:
        single = trace.signal.size == 1 and not why
        slope = sign * float(trace.signal[0] / trace.minutes[0]) if single else np.nan
        bare = dict.fromkeys(("slope_se", "start", "end", "lag", "fall", "conversion"), np.nan)
        return {
            **bare, "slope": slope, "method": "one reading" if single else "", "cut": 0,
            "points": int(trace.signal.size), "ok": bool(np.isfinite(slope)), "why": why, "notes": "",
        }  # fmt: skip
    return {
        "slope": rate.slope, "slope_se": np.nan if rate.se is None else rate.se, "method": rate.method,
        "start": rate.start, "end": rate.end, "lag": rate.lag, "fall": rate.fall,
        "conversion": np.nan if rate.conversion is None else rate.conversion,
        "cut": sum(bool(text) for text in rate.cut), "points": int(trace.signal.size), "ok": True, "why": "",
        "notes": " ".join(rate.notes),
    }  # fmt: skip


def names_of(wells: pd.DataFrame, most: int = 6) -> str:
    """Wells in words: "A1, A2, A3 and 4 more"."""
    names: Sequence[str] = [str(name) for name in wells["well"]]
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} more" if rest > 0 else "")
