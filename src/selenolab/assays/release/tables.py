"""The tables that the assay gives: every aliquot's released share, summaries, fits and ratios."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from selenolab.assays.release.curve_fits import Modelled, fit_rows
from selenolab.assays.release.groups import Group
from selenolab.assays.release.schema import (
    CONCENTRATION,
    FITS,
    RELEASE_TABLE,
    RELEASED,
    SELECTIVITY,
    SUMMARY,
)
from selenolab.assays.release.selectivity import Pair, selectivity_rows
from selenolab.assays.release.settings import ReleaseSettings
from selenolab.assays.release.shares import summary_rows
from selenolab.assays.release.vessels import Prepared, Vessel
from selenolab.core.dataset import Table
from selenolab.core.schema import OpenColumn

_FIT_COLUMNS = {
    "model": OpenColumn("text", meaning="release model"),
    "how": OpenColumn("text", meaning="fitted to each unit, or pooled"),
    "parameter": OpenColumn("text", meaning="name of the parameter"),
    "unit": OpenColumn("text", meaning="unit of the parameter"),
    "value": OpenColumn("number", "stated", "the parameter, in the unit beside it"),
    "low": OpenColumn("number", "stated", "lower limit of its interval"),
    "high": OpenColumn("number", "stated", "upper limit of its interval"),
    "n": OpenColumn("number", "1", "units, or rows of a pooled fit"),
    "aicc": OpenColumn("number", "1", "AICc, summed over the units"),
    "delta_aicc": OpenColumn("number", "1", "AICc above that of the best model"),
    "akaike_weight": OpenColumn("number", "1", "Akaike weight"),
    "remark": OpenColumn("text", meaning="why the model is not ranked, or what limits the fit"),
}


def released_table(prepared: Prepared) -> Table:
    """Every aliquot with its corrected released share."""
    frame = pd.concat([_rows(vessel) for vessel in prepared.vessels], ignore_index=True)
    if frame[CONCENTRATION].isna().all():
        frame = frame.drop(columns=[CONCENTRATION, f"{CONCENTRATION}_flag"])
    return Table(RELEASE_TABLE, frame)


def _rows(vessel: Vessel) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "vessel": vessel.name,
            "medium": vessel.medium,
            "role": vessel.role,
            "carrier": vessel.carrier,
            "experiment": vessel.experiment,
            "time": vessel.time,
            RELEASED: vessel.released,
            f"{RELEASED}_flag": list(vessel.flag),
            CONCENTRATION: vessel.concentration,
            f"{CONCENTRATION}_flag": list(vessel.flag),
        }
    )


def summary_table(groups: Sequence[Group], settings: ReleaseSettings) -> Table:
    """Mean released share with its interval at every time."""
    parts = []
    for group in groups:
        rows = summary_rows(group, settings.level)
        parts.append(
            pd.DataFrame(
                {
                    "medium": group.medium,
                    "carrier": group.carrier,
                    "role": group.role,
                    "time": rows["time"],
                    RELEASED: rows["released"],
                    f"{RELEASED}_low": rows["low"],
                    f"{RELEASED}_high": rows["high"],
                    f"{RELEASED}_flag": ["below the LOQ" if text else "" for text in rows["censored"]],
                    "n": rows["n"].astype(float),
                }
            )
        )
    frame = pd.concat(parts, ignore_index=True)
    return Table(SUMMARY, frame)


def fits_table(found: Sequence[Modelled], settings: ReleaseSettings) -> Table | None:
    """Parameters of all models; None where no model could be fitted."""
    frame = fit_rows(found, settings.level)
    if frame.empty:
        return None
    for word, known in _FIT_COLUMNS.items():
        if known.kind == "number":
            frame[word] = pd.to_numeric(frame[word], errors="coerce").astype(float)
            frame[word] = frame[word].where(np.isfinite(frame[word]), np.nan)
    return Table(FITS, frame, open=_FIT_COLUMNS)


def selectivity_table(pairs: Sequence[Pair], settings: ReleaseSettings) -> Table | None:
    """The ratio at every time; None without a pair of media."""
    frame = selectivity_rows(pairs, settings.level)
    return None if frame.empty else Table(SELECTIVITY, frame)
