"""A fit of all experiments thrown together: only when asked for, and labelled as what it is."""

from collections.abc import Iterator, Sequence

import numpy as np

from selenolab.assays.viability.curves import fitted
from selenolab.assays.viability.endpoints import GroupResult
from selenolab.assays.viability.settings import ViabilitySettings
from selenolab.core.estimate import Absent, Endpoint, Estimate, Outcome, at_least, at_most
from selenolab.fit.profile import profile_interval

_METHOD = "profile likelihood of one curve through the wells of all experiments"
_WARNING = (
    "The wells are not independent: this interval leaves out the differences between experiments and is too "
    "narrow. Report the relative IC50 over experiments."
)


def pooled_endpoints(
    results: Sequence[GroupResult], unit: str, settings: ViabilitySettings
) -> Iterator[Endpoint]:
    """The pooled relative IC50 of every group, if the settings ask for it."""
    if not settings.pooled:
        return
    for result in results:
        outcome = _pooled(result, unit, settings)
        yield Endpoint("pooled relative IC50", result.group, outcome, (_WARNING,))


def _pooled(result: GroupResult, unit: str, settings: ViabilitySettings) -> Outcome:
    dose = np.concatenate([curve.dose for curve in result.curves])
    response = np.concatenate([curve.response for curve in result.curves])
    fit = fitted(dose, response, settings.family, result.curves[0].control, settings)
    found = profile_interval(fit, percent=50.0, confidence=settings.level)
    tested, n = dose[dose > 0], dose.size
    if found.value is None:
        return Absent(found.reason, unit, _METHOD)
    if found.value > tested.max():
        return at_least(float(tested.max()), unit, _METHOD, n, "wells", settings.level)
    if found.value < tested.min():
        return at_most(float(tested.min()), unit, _METHOD, n, "wells", settings.level)
    low = found.low if found.low >= tested.min() else -np.inf
    high = found.high if found.high <= tested.max() else np.inf
    return Estimate(found.value, low, high, unit, _METHOD, n, "wells", settings.level)
