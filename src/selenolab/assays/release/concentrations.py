"""From what the instrument showed to the drug concentration in the medium: calibration, dilution, blanks."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from selenolab.assays.release.schema import (
    ABSORBANCE,
    BLANK,
    GSH_BLANK,
    RELEASED,
    SIGNALS,
    WITH_DRUG,
)
from selenolab.assays.release.settings import ReleaseSettings
from selenolab.core.assay import EndpointSpec, Port, Taken
from selenolab.core.dataset import Dataset
from selenolab.core.errors import DataError, StudyError
from selenolab.core.estimate import Endpoint, Estimate

LOQ = "<LOQ"
TAKES: Mapping[str, Port] = {
    "loaded": Port(
        "drug in the bag of the carrier vessels, of a loading run",
        EndpointSpec("loaded drug", "µg", "entrapped drug in the bag"),
    ),
    "calibration": Port(
        "slope of the calibration of the absorbance",
        EndpointSpec("slope", "AU mL/µg", "sensitivity of a calibration"),
    ),
    "calibration_intercept": Port(
        "intercept of the calibration of the absorbance",
        EndpointSpec("intercept", "AU", "absorbance of a calibration without drug"),
    ),
}


def taken_value(taken: Taken, port: str) -> float | None:
    """The number that another run gives for `port`; None where none is connected."""
    found = taken.get(port)
    if found is None:
        return None
    if not isinstance(found, Endpoint) or not isinstance(found.outcome, Estimate):
        raise StudyError(f"release: input '{port}' holds no number. Connect an endpoint that was given.")
    if found.outcome.censored:
        raise StudyError(
            f"release: input '{port}' is only a bound ({found.outcome.censored}). Give a number."
        )
    return found.outcome.value


def taken_words(taken: Taken) -> Iterator[str]:
    """What the interval of a taken number does to the results: it shifts all shares alike."""
    for port, word in (("loaded", "drug in the bag"), ("calibration", "slope of the calibration")):
        found = taken.get(port)
        if not isinstance(found, Endpoint) or not isinstance(found.outcome, Estimate):
            continue
        one = found.outcome
        if np.isfinite(one.low) and np.isfinite(one.high) and one.high > one.low:
            half = 100 * (one.high - one.low) / 2 / abs(one.value)
            yield (
                f"The {word} is known to about {half:.2g} % ({one.low:.4g} to {one.high:.4g} {one.unit}): "
                "this shifts all released shares alike and is not in their intervals."
            )


def aliquots(dataset: Dataset) -> pd.DataFrame:
    """The aliquots sorted by vessel and time, with `signal`, `flag` (text) and every optional column."""
    frame = dataset.tables["aliquots"].frame.sort_values(["vessel", "time"], kind="stable")
    frame = frame.reset_index(drop=True)
    kind = next((word for word in SIGNALS if word in frame), "")
    if not kind:
        raise DataError("aliquots: Expected a column of concentration, absorbance or released, found none.")
    flag = f"{kind}_flag"
    frame["flag"] = frame[flag].fillna("").astype(str) if flag in frame else ""
    for word in ("ph", "target_ph", "gsh", "h2o2", "medium_volume", "sample_volume", "loaded_drug",
                 "dilution", "solubility"):  # fmt: skip
        frame[word] = frame[word].astype(float) if word in frame else np.nan
    for word in ("experiment", "carrier", "medium"):
        frame[word] = frame[word].fillna("").astype(str) if word in frame else ""
    frame["kind"], frame["signal"] = kind, frame[kind].astype(float)
    return frame


def in_medium(frame: pd.DataFrame, settings: ReleaseSettings, taken: Taken) -> pd.DataFrame:
    """`frame` with `concentration` in the medium [µg/mL], blanks subtracted, `bound` where below the LOQ.

    `blank` says what was subtracted; a frame of released shares comes back with no concentration.
    """
    frame = frame.copy()
    frame["concentration"], frame["bound"], frame["blank"] = np.nan, np.nan, ""
    if frame["kind"].iloc[0] == RELEASED:
        return frame
    found = frame["signal"].to_numpy(float)
    if frame["kind"].iloc[0] == ABSORBANCE:
        slope, intercept = calibration(settings, taken)
        found = (found - intercept) / slope
    _flag_below(frame, found, settings)
    frame["concentration"] = found * frame["dilution"].fillna(1.0).to_numpy(float)
    _subtract(frame)
    return frame


def calibration(settings: ReleaseSettings, taken: Taken) -> tuple[float, float]:
    """Slope [AU mL/µg] and intercept [AU] of the calibration.

    Raises
    ------
    StudyError
        Nobody gives a slope.
    """
    slope = taken_value(taken, "calibration")
    slope = settings.calibration_slope if slope is None else slope
    if slope is None or not slope > 0:
        raise StudyError(
            "release: absorbances need a calibration. Set calibration_slope (AU mL/µg) and "
            "calibration_intercept (AU), or connect the input 'calibration'."
        )
    intercept = taken_value(taken, "calibration_intercept")
    return slope, settings.calibration_intercept if intercept is None else intercept


def _flag_below(frame: pd.DataFrame, found: np.ndarray, settings: ReleaseSettings) -> None:
    """Flag values below the limit of quantification; `bound` is that limit in the medium."""
    times = frame["dilution"].fillna(1.0).to_numpy(float)
    loq = settings.loq_ug_per_ml
    drug = frame["role"].isin(WITH_DRUG).to_numpy(bool)
    if loq is not None:
        below = (frame["flag"] == "").to_numpy(bool) & drug & (found < loq)
        frame.loc[below, "flag"] = LOQ
    censored = frame["flag"].str.startswith("<").to_numpy(bool)
    limit = np.full(len(frame), np.nan if loq is None else loq)
    written = censored & (frame["flag"] != LOQ).to_numpy(bool)
    limit[written] = found[written]  # "<0.5" carries its own bound
    frame["bound"] = np.where(censored, limit * times, np.nan)
    unknown = censored & drug & np.isnan(frame["bound"].to_numpy(float))
    if unknown.any():
        row = int(unknown.argmax())
        raise DataError(
            f"vessel {frame['vessel'].iloc[row]}, {frame['time'].iloc[row]:g} h: a value is below the LOQ, "
            "and the LOQ is not stated. Set loq_ug_per_ml, or write the value as '<0.5'."
        )


def _subtract(frame: pd.DataFrame) -> None:
    """Subtract the mean blank of the same medium and time, in place; one below the LOQ counts as nothing."""
    drug = frame["role"].isin(WITH_DRUG).to_numpy(bool)
    for role in (GSH_BLANK, BLANK):
        below = frame["flag"].str.startswith("<")
        blanks = frame[(frame["role"] == role) & ((frame["flag"] == "") | below)]
        blanks = blanks.assign(level=blanks["concentration"].where(~below, 0.0)).dropna(subset=["level"])
        for medium, part in blanks.groupby("medium"):
            curve = part.groupby("time")["level"].mean()
            here = drug & (frame["blank"] == "").to_numpy(bool)
            if medium:
                here &= (frame["medium"] == medium).to_numpy(bool)
            if not here.any():
                continue
            level = np.interp(frame.loc[here, "time"], curve.index.to_numpy(float), curve.to_numpy(float))
            frame.loc[here, "concentration"] -= level
            frame.loc[here, "bound"] -= level
            frame.loc[here, "blank"] = role
