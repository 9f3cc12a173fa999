"""One number of a run from the fits of its vessels: the vessels are the independent units."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from selenolab.core.errors import UnknownNameError
from selenolab.fit.release_answer import NotFitted, ReleaseFit, TimeToRelease
from selenolab.stats.intervals import geometric_mean_t, mean_t

Times = Sequence[TimeToRelease | None]


@dataclass(frozen=True, slots=True)
class OverVessels:
    """A quantity over vessels.

    Parameters
    ----------
    name : of the quantity.
    value : None where there is none, or it lies outside the times sampled.
    low, high : limits; None without an interval, infinite (0) where open.
    censored, bound : ">" or "<" and the time, when most vessels lie outside the data; "" and None otherwise.
    n, of : vessels that gave a value, and all of them.
    method, reason : how it was found; why something is missing.
    """

    name: str
    value: float | None
    low: float | None
    high: float | None
    censored: Literal["", "<", ">"]
    bound: float | None
    n: int
    of: int
    level: float
    method: str
    reason: str = ""


def parameter_over_vessels(
    fits: Sequence[ReleaseFit | NotFitted], name: str, level: float = 0.95
) -> OverVessels:
    """Mean of a parameter over the vessels' fits with Student's interval; geometric for rates and scales.

    Raises
    ------
    UnknownNameError
        For a parameter that the model does not have.
    """
    model = fits[0].model
    names = [parameter.name for parameter in model.parameters]
    if name not in names:
        raise UnknownNameError(f"parameter of {model.name}", name, names)
    place = names.index(name)
    known = [fit for fit in fits if isinstance(fit, ReleaseFit) and name not in fit.held]
    values = [fit.parameters[place].value for fit in known]
    lost = f"{len(fits) - len(values)} vessels gave no value" if len(values) < len(fits) else ""
    return _mean(name, values, len(fits), level, model.parameters[place].logarithmic, lost)


def time_over_vessels(times: Times, level: float = 0.95) -> OverVessels:
    """Geometric mean of the vessels' times to a release (the `t50` or `t80` of their fits).

    Where some vessels do not reach it within the data a mean would be wrong: then the median over all
    vessels, open on the side of the censored ones, or the bound when that is censored too.
    """
    known = [time for time in times if time is not None]
    values = [time.value for time in known if time.value is not None]
    name = f"t{known[0].percent:g}" if known else "time"
    after, before = ([t for t in known if t.censored == side] for side in (">", "<"))
    if not after and not before:
        reason = "" if len(values) == len(times) else f"{len(times) - len(values)} vessels gave no value"
        return _mean(name, values, len(times), level, True, reason)
    return _median(name, values, after, before, len(times), level)


def _median(
    name: str, values: Sequence[float], after: Sequence[TimeToRelease], before: Sequence[TimeToRelease],
    of: int, level: float,
) -> OverVessels:  # fmt: skip
    outside = len(after) + len(before)
    reason = f"{outside} of {of} vessels reach it outside the times sampled: no mean"
    method = "median over vessels"
    ordered = np.sort([0.0] * len(before) + list(values) + [np.inf] * len(after))
    middle = (ordered[(ordered.size - 1) // 2], ordered[ordered.size // 2])
    if middle[0] > 0.0 and np.isfinite(middle[1]):
        value = float(np.sqrt(middle[0] * middle[1]))
        low, high = (0.0 if before else ordered[0]), (np.inf if after else ordered[-1])
        return OverVessels(
            name, value, float(low), float(high), "", None, len(values), of, level,
            f"{method}, range", reason,
        )  # fmt: skip
    if np.isinf(middle[1]):
        bound = min(time.bound for time in after if time.bound is not None)
        return OverVessels(name, None, None, None, ">", bound, len(values), of, level, method, reason)
    bound = max(time.bound for time in before if time.bound is not None)
    return OverVessels(name, None, None, None, "<", bound, len(values), of, level, method, reason)


def _mean(
    name: str, values: Sequence[float], of: int, level: float, geometric: bool, reason: str
) -> OverVessels:
    method = f"{'geometric ' if geometric else ''}mean over vessels, Student's t"
    n = len(values)
    if n < 2:
        why = "; ".join(part for part in (reason, "an interval needs two vessels") if part)
        value = float(values[0]) if values else None
        return OverVessels(name, value, None, None, "", None, n, of, level, method, why)
    found = geometric_mean_t(values, level) if geometric else mean_t(values, level)
    return OverVessels(name, found.value, found.low, found.high, "", None, n, of, level, method, reason)
