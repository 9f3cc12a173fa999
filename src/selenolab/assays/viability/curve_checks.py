"""What was asked of the curves: lack of fit, the family, stray wells, doses that frame the IC50.

A check names no endpoint: all endpoints of its group rest on the curve.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from selenolab.assays.viability.curves import SEEN, Curve
from selenolab.assays.viability.endpoints import GroupResult
from selenolab.assays.viability.settings import ViabilitySettings
from selenolab.core.check import Check
from selenolab.fit import curve_state

_P = 0.05
_ROBUST_RATIO = 1.25  # plain against robust mid dose


def curve_checks(results: Sequence[GroupResult], settings: ViabilitySettings) -> tuple[Check, ...]:
    """All checks of all curves."""
    return tuple(check for result in results for curve in result.curves for check in _checks(curve, settings))


def _checks(curve: Curve, settings: ViabilitySettings) -> Iterator[Check]:
    group = {**curve.group, "experiment": curve.experiment}
    yield _state(curve, group)
    if curve.fit.state not in SEEN:
        return
    yield _lack_of_fit(curve, group, settings)
    if curve.robust is not None:
        yield _stray_wells(curve, group)


def _state(curve: Curve, group: Mapping[str, str]) -> Check:
    fit = curve.fit
    good = fit.state == curve_state.OK and fit.converged
    why = fit.why or ("The search did not end by its rule." if not fit.converged else "The curve is falling.")
    return Check("a falling curve whose mid dose was tested", "curve", good, why, group=group)


def _lack_of_fit(curve: Curve, group: Mapping[str, str], settings: ViabilitySettings) -> Check:
    rule, name, p = f"lack of fit: p >= {_P:g}", "lack of fit", curve.fit.lack_of_fit_p
    if p is None:
        why = "There are no repeated wells, or no doses to spare, against which the curve could be judged."
        return Check(rule, name, None, why, group=group)
    test = "Chi-squared test of the deviance of the"
    if curve.fit.lack_of_fit_f is not None:
        test = f"F test (F = {curve.fit.lack_of_fit_f:.3g}) of the"
    why = (
        f"{test} {settings.family} curve against the dose means. "
        "The families table shows which curve fits better."
    )
    return Check(rule, name, p >= _P, why, p, _P, "1", p - _P, group, "", {"family": settings.family})


def _stray_wells(curve: Curve, group: Mapping[str, str]) -> Check:
    rule, name = f"robust and plain mid dose within {_ROBUST_RATIO:g}-fold", "stray wells"
    robust = curve.robust
    if robust is None or not np.isfinite(robust.values[3]):
        return Check(rule, name, None, "The robust fit found no curve.", group=group)
    plain, other = float(curve.fit.values[3]), float(robust.values[3])
    ratio = max(plain / other, other / plain)
    why = f"Mid dose {plain:.3g} plain, {other:.3g} robust (bisquare). No well was removed."
    passed = ratio <= _ROBUST_RATIO
    return Check(rule, name, passed, why, ratio, _ROBUST_RATIO, "1", _ROBUST_RATIO - ratio, group)
