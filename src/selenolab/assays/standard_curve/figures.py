"""What to draw: curves with what was read from them, residuals, and values over experiments."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from selenolab.assays.standard_curve.endpoints import Found
from selenolab.assays.standard_curve.plate_curves import PLAIN, PlateCurves
from selenolab.assays.standard_curve.prepared import Prepared
from selenolab.assays.standard_curve.settings import StandardCurveSettings
from selenolab.assays.standard_curve.values import EQUIVALENTS
from selenolab.assays.standard_curve.words import slug, title_of, untreated
from selenolab.core.drawing import Axis, Caption, CurvePlot, DotPlot, Drawing, Mark, Series
from selenolab.core.estimate import Estimate
from selenolab.fit.calibration import Calibration
from selenolab.fit.calibration_inverse import band
from selenolab.fit.calibration_models import response
from selenolab.fit.calibration_quality import back_calculated
from selenolab.stats.intervals import t_quantile

_LINE = 120


def curve_drawings(
    prepared: Prepared, curves: PlateCurves, rows: pd.DataFrame, settings: StandardCurveSettings
) -> Iterator[Drawing]:
    """The curve of every plate with its inversions, and the error of its standards read back."""
    for (plate, role), curve in curves.curves.items():
        name = plate if role == PLAIN else f"{plate}, masked"
        yield _curve(name, curve, prepared, rows[rows["curve"] == name], settings)
        yield _errors(name, curve, prepared, settings)


def _curve(
    name: str, curve: Calibration, prepared: Prepared, rows: pd.DataFrame, settings: StandardCurveSettings
) -> CurvePlot:
    x = np.linspace(0.0, curve.top, _LINE)
    y = response(curve.model, curve.parameters, x)
    half = t_quantile(settings.level, curve.dof) * band(curve, x, 1)
    wells = _wells(prepared, name, curve)
    series = [
        Series(
            "band of a new reading",
            "band",
            pd.DataFrame({"x": x, "low": y - half, "high": y + half}),
            faint=True,
        ),
        Series(f"{curve.model}, weight {curve.weight}", "line", pd.DataFrame({"x": x, "y": y})),
        Series("standards", "points", wells),
    ]
    inside = rows[rows["censored"] == ""]
    if len(inside):
        read = pd.DataFrame({"x": inside["in_well"], "y": inside["reading"]}).reset_index(drop=True)
        series.append(Series("samples, read from the curve", "points", read, group=1))
    out = int((rows["censored"] != "").sum())
    lost = f" {out} readings lie outside the standards and are bounds." if out else ""
    text = (
        f"Standard curve of plate {name}: {curve.model}, weight {curve.weight}, residual SD {curve.s:.3g}. "
        "Points: "
        f"wells of the standards; hollow ones are excluded or saturated. Band: {100 * settings.level:g} % "
        f"interval of one new reading. Samples stand where their mean reading meets the curve.{lost}"
    )
    return CurvePlot(
        f"curve-{slug(name)}", f"Standard curve, plate {name}",
        Caption(text, f"{curve.x.size} wells of standards"),
        Axis(prepared.preset.analyte.capitalize(), prepared.unit), _signal_axis(prepared), tuple(series),
        (Mark(curve.lowest, "lowest"), Mark(curve.top, "top")),
    )  # fmt: skip


def _wells(prepared: Prepared, name: str, curve: Calibration) -> pd.DataFrame:
    masked = name.endswith(", masked")
    plate, role = (name.removesuffix(", masked"), "masked_standard") if masked else (name, PLAIN)
    own = prepared.wells[(prepared.wells["plate"] == plate) & (prepared.wells["role"] == role)]
    own = own[np.isfinite(own["signal"])]
    if not len(own):
        return pd.DataFrame({"x": curve.x, "y": curve.y})
    return pd.DataFrame(
        {"x": own["standard_concentration"], "y": own["signal"], "excluded": ~own["ok"]}
    ).reset_index(drop=True)


def _signal_axis(prepared: Prepared) -> Axis:
    waves = sorted(prepared.wells["wavelength"].dropna().unique())
    at = f" at {waves[0]:g} nm" if len(waves) == 1 else ""
    what = "Absorbance" if prepared.kind == "absorbance" else "Signal"
    return Axis(("Rate" if prepared.rate else what) + at, prepared.signal_unit)


def _errors(name: str, curve: Calibration, prepared: Prepared, settings: StandardCurveSettings) -> CurvePlot:
    table = back_calculated(curve)
    table = table[np.isfinite(table["error"].to_numpy(float))]
    points = pd.DataFrame({"x": table["x"], "y": table["error"]}).reset_index(drop=True)
    limit = settings.recovery_max
    marks = tuple(Mark(at, f"{at:+g} %" if at else "0 %", across="y") for at in (-limit, 0.0, limit))
    text = (
        f"Standards of plate {name} read back from their own curve. Dashed: the limits of {limit:g} %; R2 "
        "is no verdict on a curve, these errors are."
    )
    return CurvePlot(
        f"residuals-{slug(name)}", f"Standards read back, plate {name}",
        Caption(text, f"{len(points)} concentrations"), Axis("Known", prepared.unit, log=True),
        Axis("Error of the mean", "%"), (Series("mean of the wells", "points", points),), marks,
    )  # fmt: skip


def value_drawings(results: Sequence[Found], level: float) -> Iterator[Drawing]:
    """One dot plot a measured thing: experiments as dots, mean and interval."""
    for name in dict.fromkeys(one.name for one in results):
        if name != EQUIVALENTS and not name.startswith(f"{EQUIVALENTS} "):
            yield _dots(name, [one for one in results if one.name == name], level)


def _dots(name: str, results: Sequence[Found], level: float) -> DotPlot:
    dots, bars = [], []
    for one in results:
        title = untreated(one.group) if one.control else title_of(one.group)
        numbers = one.rows[np.isfinite(one.rows["value"].to_numpy(float))]
        dots += [(title, float(value)) for value in numbers["value"]]
        if isinstance(one.outcome, Estimate):
            seen = one.outcome
            low, high = (end if np.isfinite(end) else seen.value for end in (seen.low, seen.high))
            bars.append((title, seen.value, low, high, seen.censored or ""))
    n = max((len(one.rows) for one in results), default=0)
    bar = f"{100 * level:g} % confidence interval" if n > 1 else ""
    text = f"{name}. Dots: independent experiments (lysates). Bars: mean over experiments."
    count = f"{n} independent experiment{'' if n == 1 else 's'}"
    return DotPlot(
        f"values-{slug(name)}", name, Caption(text, count, bar), Axis(name, results[0].unit),
        pd.DataFrame(dots, columns=["category", "value"]),
        pd.DataFrame(bars, columns=["category", "value", "low", "high", "censored"]),
    )  # fmt: skip
