"""Rules applied to the wells: window, lag, depletion, cut readings, slopes below the blank."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from selenolab.assays.plate_kinetics.groups import PLACE
from selenolab.assays.plate_kinetics.preset import Preset
from selenolab.assays.plate_kinetics.settings import PlateKineticsSettings
from selenolab.assays.plate_kinetics.traces import names_of
from selenolab.core.check import Check

_MOST_SE = 10.0  # % of the slope
_MOST_BLANK = 50.0  # % of the control's slope
_MOST_CV = 20.0


def checks(wells: pd.DataFrame, settings: PlateKineticsSettings, preset: Preset) -> tuple[Check, ...]:
    """All checks of a run."""
    sound = wells[wells["ok"]]
    main = sound[sound["role"].isin(("sample", "vehicle"))]
    return (
        *_readable(wells),
        *_depleted(main, settings, preset),
        *_lagged(main),
        *_cut(sound),
        *_sure(main),
        *_below(main),
        *_blank_share(main),
        *_repeats(main),
    )


def _readable(wells: pd.DataFrame) -> Iterator[Check]:
    lost = wells[~wells["ok"]]
    total = len(wells)
    why = f"{names_of(lost)}: {lost['why'].iloc[0]}" if len(lost) else f"All {total} wells have a slope."
    yield Check(
        "every well has a slope", "slopes", lost.empty, why, float(total - len(lost)), float(total), "wells"
    )


def _depleted(main: pd.DataFrame, settings: PlateKineticsSettings, preset: Preset) -> Iterator[Check]:
    bent = main[main["fall"] > 0.05]
    why = (
        f"The rate falls by up to {100 * bent['fall'].max():.0f} % in {names_of(bent)}: their slopes are "
        "those at no product, by the integrated rate equation."
        if len(bent)
        else "No rate falls by more than 5 % within its window."
    )
    worst = float(100 * main["fall"].max()) if main["fall"].notna().any() else 0.0
    yield Check("substrate is not used up", "depletion", bent.empty, why, worst, 5.0, "%", 5.0 - worst)
    if settings.full_change is not None:
        most = settings.max_conversion or preset.max_conversion
        used = main["conversion"].max()
        over = main[main["conversion"] > most]
        why = f"At most {100 * used:.1f} % of the substrate is used in a straight window."
        yield Check(
            "conversion in the straight window",
            "conversion",
            over.empty,
            why,
            float(100 * used),
            100 * most,
            "%",
        )


def _lagged(main: pd.DataFrame) -> Iterator[Check]:
    late = main[main["lag"] > 0]
    why = (
        f"A lag of up to {late['lag'].max():.2g} min is left out in {names_of(late)}."
        if len(late)
        else "No lag is seen."
    )
    yield Check("no lag", "lag", late.empty, why)


def _cut(sound: pd.DataFrame) -> Iterator[Check]:
    hit = sound[sound["cut"] > 0]
    if len(hit):
        told = hit.loc[hit["notes"] != "", "notes"]
        count = int(hit["cut"].sum())
        why = f"{count} readings are cut in {names_of(hit)}. {told.iloc[0] if len(told) else ''}".strip()
        yield Check(
            "no readings are cut",
            "bubbles, jumps and saturation",
            False,
            why,
            float(hit["cut"].sum()),
            0.0,
            "readings",
        )


def _sure(main: pd.DataFrame) -> Iterator[Check]:
    control = main[(main["role"] == "vehicle") & main["slope_se"].notna()]
    if control.empty:
        return
    share = 100 * control["slope_se"] / control["slope"].abs()
    worst = float(share.max()) if np.isfinite(share.max()) else 999.0
    why = f"The standard error of a control's slope is at most {worst:.1f} % of it."
    yield Check(
        "slopes of the controls are known",
        "precision",
        worst <= _MOST_SE,
        why,
        worst,
        _MOST_SE,
        "%",
        _MOST_SE - worst,
    )


def _below(main: pd.DataFrame) -> Iterator[Check]:
    under = main[main["net"] <= 0]
    why = (
        f"{names_of(under)}: not above the blank. Is the direction right, and the blank that of the well?"
        if len(under)
        else "Every rate is above its blank."
    )
    yield Check("rates are above the blank", "sign", under.empty, why, float(len(under)), 0.0, "wells")


def _blank_share(main: pd.DataFrame) -> Iterator[Check]:
    control = main[(main["role"] == "vehicle") & main["blank"].notna()]
    if control.empty or control["slope"].mean() <= 0:
        return
    share = float(100 * control["blank"].mean() / control["slope"].mean())
    why = f"The blank makes {share:.1f} % of the control's slope."
    passed = share <= _MOST_BLANK
    yield Check(
        "the blank is the lesser part", "blank", passed, why, share, _MOST_BLANK, "%", _MOST_BLANK - share
    )


def _repeats(main: pd.DataFrame) -> Iterator[Check]:
    control = main[main["role"] == "vehicle"]
    spread = [
        100 * part["net"].std(ddof=1) / part["net"].mean()
        for _, part in control.groupby(["experiment", "plate", *PLACE])
        if len(part) > 1 and part["net"].mean() > 0
    ]  # fmt: skip
    if not spread:
        return
    worst = float(max(spread))
    why = f"Repeats of a control differ by a CV of at most {worst:.1f} %."
    yield Check(
        "repeats agree", "CV of the control", worst <= _MOST_CV, why, worst, _MOST_CV, "%", _MOST_CV - worst
    )
