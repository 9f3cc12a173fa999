"""What is asked of curves, samples and controls, each rule with its limit."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from selenolab.assays.standard_curve.plate_curves import PLAIN, PlateCurves
from selenolab.assays.standard_curve.prepared import Prepared, group_words
from selenolab.assays.standard_curve.schema import DESIGN
from selenolab.assays.standard_curve.settings import StandardCurveSettings
from selenolab.core.check import Check
from selenolab.core.estimate import Absent
from selenolab.fit.calibration import Calibration
from selenolab.fit.calibration_limits import QUANTIFICATION, limit
from selenolab.fit.calibration_quality import back_calculated, lack_of_fit

_P = 0.01
_SHARE = 75.0  # % of the standards that must be read back within their limit
_MORE = 5.0  # further % that the lowest standard may miss
_INHIBITED = 80.0  # % of LDH that must be left with the compound
_NEAR_NM = 10.0
_MOST_ALIKE = 20.0  # % by which dilutions of one sample may differ


def curve_checks(prepared: Prepared, curves: PlateCurves, settings: StandardCurveSettings) -> Iterator[Check]:
    """Fit, back-calculation and range of every curve; whether every plate has its own."""
    for (plate, role), curve in curves.curves.items():
        group = {"plate": plate} if role == PLAIN else {"plate": plate, "role": role}
        yield _fit(curve, group)
        yield _read_back(curve, group, settings)
        yield _above_loq(curve, group, prepared, plate, settings)
    for plate, home in curves.lent.items():
        why = f"it has no standards; its samples were read from the curve of plate {home}"
        yield Check("every plate carries its standards", "own standards", False, why, group={"plate": plate})


def _fit(curve: Calibration, group: dict[str, str]) -> Check:
    rule, name = f"lack of fit of the {curve.model} curve, p >= {_P:g}", "shape of the curve"
    test = lack_of_fit(curve)
    if test is None:
        return Check(rule, name, None, "standards have no replicates whose scatter could tell", group=group)
    worse = "the standards miss the curve by more than their replicates scatter: try another model"
    why = worse if test.p < _P else "the standards lie on the curve within their scatter"
    return Check(rule, name, test.p >= _P, why, test.p, _P, "1", test.p - _P, group)


def _read_back(curve: Calibration, group: dict[str, str], settings: StandardCurveSettings) -> Check:
    table = back_calculated(curve)
    table = table[table["x"] > 0]
    allowed = settings.recovery_max + np.where(table["x"] == curve.lowest, _MORE, 0.0)
    error = table["error"].abs().to_numpy(float)
    share = 100 * float(np.mean(np.nan_to_num(error, nan=np.inf) <= allowed))
    worst = table.iloc[int(np.argmax(np.nan_to_num(error, nan=np.inf)))]
    told = f"{worst['error']:+.1f} %" if np.isfinite(worst["error"]) else "not on the curve"
    return Check(
        f"at least {_SHARE:g} % of the standards are read back within {settings.recovery_max:g} %",
        "standards read back", share >= _SHARE, f"worst: {told} at {worst['x']:g}", share, _SHARE, "%",
        share - _SHARE, group, settings={"recovery_max": f"{settings.recovery_max:g}"},
    )  # fmt: skip


def _above_loq(
    curve: Calibration, group: dict[str, str], prepared: Prepared, plate: str, settings: StandardCurveSettings
) -> Check:
    wells = prepared.wells
    blanks = wells[(wells["role"] == "blank") & wells["ok"] & (wells["plate"] == plate)]["signal"]
    name = settings.limit_definition
    loq = limit(curve, QUANTIFICATION, name, blanks.to_numpy(float))
    rule = f"the lowest standard is not below the LOQ (10 SD, {name})"
    if isinstance(loq, Absent):
        return Check(rule, "lowest standard", None, loq.why, group=group)
    below = curve.lowest < loq
    why = f"the lowest standard {curve.lowest:g} lies {'below' if below else 'above'} the LOQ of {loq:.3g}"
    return Check(
        rule, "lowest standard", not below, f"{why} {prepared.unit}", curve.lowest, loq, prepared.unit,
        curve.lowest - loq, group, settings={"limit_definition": name},
    )  # fmt: skip


def sample_checks(rows: pd.DataFrame, prepared: Prepared, settings: StandardCurveSettings) -> Iterator[Check]:
    """Scatter between wells, samples outside the standards, recovery of spikes, dilutions that disagree."""
    samples = rows[rows["kind"].isin(["plain", "masked"])]
    if not len(samples):
        return
    cv = samples["cv"].to_numpy(float)
    if np.isfinite(cv).any():
        worst = samples.iloc[int(np.nanargmax(cv))]
        most = float(worst["cv"])
        top = settings.sample_cv_max
        yield Check(
            f"CV of a sample's wells at most {top:g} %", "wells of a sample", most <= top,
            f"worst: {_name(worst, prepared)}", most, top, "%", top - most,
            settings={"sample_cv_max": f"{top:g}"},
        )  # fmt: skip
    out = samples[samples["censored"] != ""]
    why = (
        "all are"
        if not len(out)
        else f"{len(out)} are not, such as {_name(out.iloc[0], prepared)}: {out['why'].iloc[0]}"
    )
    share = 100.0 * (1 - len(out) / len(samples))
    yield Check(
        "samples lie within the standards", "range of the standards", not len(out), why, share, 100.0, "%",
        share - 100.0,
    )  # fmt: skip
    yield from _recoveries(rows, prepared, settings)
    yield from _dilutions(samples, prepared)


def _name(row: "pd.Series", prepared: Prepared) -> str:
    words = group_words(dict(row), prepared.dose_unit)
    told = ", ".join(words.values()) or "the sample"
    return f"{told} of experiment {row['experiment']}" + (", masked" if row["kind"] == "masked" else "")


def _recoveries(rows: pd.DataFrame, prepared: Prepared, settings: StandardCurveSettings) -> Iterator[Check]:
    for _, row in rows[rows["kind"] == "spike"].iterrows():
        known = float(row["standard_concentration"])
        group = {**group_words(dict(row), prepared.dose_unit), "plate": str(row["plate"])}
        rule = (
            f"a known {known:g} {prepared.unit} with the compound is found within {settings.recovery_max:g} %"
        )
        if row["censored"] or known <= 0:
            why = str(row["why"]) or "the known amount is zero"
            yield Check(rule, "recovery with the compound", None, why, group=group)
            continue
        off = 100 * (float(row["in_well"]) - known) / known
        why = f"{100 + off:.0f} % were found" + (
            "" if abs(off) <= settings.recovery_max else ": the compound disturbs"
        )
        margin = settings.recovery_max - abs(off)
        yield Check(
            rule,
            "recovery with the compound",
            margin >= 0,
            why,
            abs(off),
            settings.recovery_max,
            "%",
            margin,
            group,
        )


def _dilutions(samples: pd.DataFrame, prepared: Prepared) -> Iterator[Check]:
    keys = ["kind", "experiment", *DESIGN]
    inside = samples[samples["censored"] == ""]
    for _, part in inside.groupby(keys, dropna=False):
        if part["dilution"].nunique() < 2:
            continue
        off = 100 * float(np.ptp(part["value"])) / float(part["value"].mean())
        why = f"{_name(part.iloc[0], prepared)}: its dilutions differ by {off:.0f} %"
        yield Check(
            f"dilutions of one sample agree within {_MOST_ALIKE:g} %", "parallel dilutions",
            off <= _MOST_ALIKE, why, off, _MOST_ALIKE, "%", _MOST_ALIKE - off,
        )  # fmt: skip


def control_checks(prepared: Prepared) -> Iterator[Check]:
    """Saturated wells; LDH that the compound leaves active; what the compound shows without cells."""
    wells = prepared.wells
    high = int(wells["saturated"].sum())
    told = f"{high} wells read at the reader's end and enter no number" if high else "no well does"
    yield Check(
        "no reading saturates the reader", "saturation", high == 0, told, float(high), 0.0, "1", -float(high)
    )
    yield from _wavelength(prepared)
    sound = wells[wells["ok"]]
    blank = sound[sound["role"] == "blank"]["signal"]
    lysed = sound[sound["role"] == "maximum"]
    plain, dosed = lysed[lysed["dose"] == 0]["signal"], lysed[lysed["dose"] > 0]
    if len(blank) and len(plain) and plain.mean() > blank.mean():
        for (compound, dose), part in dosed.groupby(["compound", "dose"]):
            left = 100 * float((part["signal"].mean() - blank.mean()) / (plain.mean() - blank.mean()))
            why = f"{left:.0f} % of the activity is left" + (
                "" if left >= _INHIBITED else ": the release is underestimated"
            )
            group = {"compound": str(compound), "dose": f"{dose:g} {prepared.dose_unit}"}
            yield Check(
                f"at least {_INHIBITED:g} % of LDH stays active with the compound", "LDH with the compound",
                left >= _INHIBITED, why, left, _INHIBITED, "%", left - _INHIBITED, group,
            )  # fmt: skip
    yield from _own_colour(sound, prepared)


def _wavelength(prepared: Prepared) -> Iterator[Check]:
    wanted, seen = prepared.preset.wavelength_nm, prepared.wells["wavelength"].dropna()
    if wanted is None or not len(seen):
        return
    off = float((seen - wanted).abs().max())
    read = ", ".join(f"{wave:g}" for wave in sorted(set(seen)))
    yield Check(
        f"the kit is read within {_NEAR_NM:g} nm of {wanted:g} nm", "wavelength", off <= _NEAR_NM,
        f"it was read at {read} nm", off, _NEAR_NM, "nm", _NEAR_NM - off,
    )  # fmt: skip


def _own_colour(sound: pd.DataFrame, prepared: Prepared) -> Iterator[Check]:
    own, blank = sound[sound["role"] == "compound_blank"], sound[sound["role"] == "blank"]["signal"]
    cells = sound[sound["role"] == "sample"]
    if not len(blank):
        return
    for (compound, dose), part in own.groupby(["compound", "dose"]):
        same = cells[(cells["compound"] == compound) & (cells["dose"] == dose)]["signal"]
        above = float(same.mean() - blank.mean()) if len(same) else np.nan
        if not above > 0:
            continue
        share = 100 * float(part["signal"].mean() - blank.mean()) / above
        why = f"without cells it shows {share:.0f} % of the sample's signal"
        group = {"compound": str(compound), "dose": f"{dose:g} {prepared.dose_unit}"}
        yield Check(
            "the compound without cells shows less than 10 % of the signal", "signal without cells",
            share < 10, why, share, 10.0, "%", 10 - share, group,
        )  # fmt: skip
