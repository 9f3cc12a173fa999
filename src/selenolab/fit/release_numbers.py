"""Numbers of a release curve that need no model: efficiency, mean time, burst, times to 50 and 80 %."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from selenolab.core.errors import DataError

Vector = NDArray[np.float64]

FALL = 1e-9  # percentage points: smaller falls are rounding
TRACE = 1e-9  # % released; less is nothing, and has no logarithm worth the name


@dataclass(frozen=True, slots=True)
class ModelFreeTime:
    """Time to a percent by interpolation; `value` is None and `censored` says which side when outside."""

    percent: float
    value: float | None
    censored: Literal["", "<", ">"]
    bound: float | None
    method: str


@dataclass(frozen=True, slots=True)
class ReleaseNumbers:
    """Model-free numbers of one curve, all up to the time `until`.

    Parameters
    ----------
    until : end of the integration.
    efficiency : area under the curve in percent of the area of complete release at once.
    mean_time : mean time of the release seen until then; it leaves out what had not come out yet.
    mean_rate : percent per time, release at `until` divided by `until`.
    final : percent released at `until`.
    burst, burst_by : percent released by the time `burst_by`; None where that is before the first sample.
    t50, t80 : by interpolation.
    notes : falls, an added origin.
    """

    until: float
    efficiency: float
    mean_time: float | None
    mean_rate: float
    final: float
    burst: float | None
    burst_by: float
    t50: ModelFreeTime
    t80: ModelFreeTime
    notes: tuple[str, ...]


def release_numbers(
    time: ArrayLike, released: ArrayLike, *, until: float | None = None, burst_by: float | None = None
) -> ReleaseNumbers:
    """Model-free numbers of one curve; values at the same time are averaged.

    A curve without a row at time 0 is taken to begin at 0 %, and that is noted. The mean time is
    sum(midpoint x increment) / sum(increment), what is out at time 0 counted as an increment at 0; the
    efficiency that of Khan 1975 (Journal of Pharmacy and Pharmacology 27, 48).

    Parameters
    ----------
    until : end of the integration; the last time unless told.
    burst_by : the first time after 0 unless told.

    Raises
    ------
    DataError
        No row after time 0, values that are not finite, or `until` or `burst_by` outside the data.

    Examples
    --------
    >>> found = release_numbers([0, 1, 2, 4], [0, 40, 60, 80])
    >>> found.efficiency, found.mean_time, found.burst, found.t80.value
    (52.5, 1.375, 40.0, 4.0)
    """
    t, y, notes = means_from_origin(time, released)
    end, by = float(t[-1] if until is None else until), float(t[1] if burst_by is None else burst_by)
    for name, asked in (("until", end), ("burst_by", by)):
        if not 0 < asked <= t[-1]:
            raise DataError(
                f"Release: found {name} = {asked:g}; expected a time after 0 and up to the last {t[-1]:g}."
            )
    inside = t < end
    x, f = np.append(t[inside], end), np.append(y[inside], np.interp(end, t, y))
    area, final = float(np.trapezoid(f, x)), float(f[-1])
    return ReleaseNumbers(
        until=end, efficiency=area / end, mean_rate=final / end, final=final, burst_by=by,
        mean_time=(final * end - area) / final if final > FALL else None,
        burst=float(np.interp(by, t, y)) if by >= t[1] else None,
        t50=time_to(time, released, 50.0), t80=time_to(time, released, 80.0), notes=notes,
    )  # fmt: skip


def means_from_origin(time: ArrayLike, released: ArrayLike) -> tuple[Vector, Vector, tuple[str, ...]]:
    """(n,) distinct times from 0 on, the mean release at each, and what was added or is odd.

    Raises
    ------
    DataError
        No row after time 0, values that are not finite, lengths that differ.
    """
    t, y = np.atleast_1d(np.asarray(time, float)), np.atleast_1d(np.asarray(released, float))
    if t.shape != y.shape or t.ndim != 1 or not np.all(np.isfinite(t)) or not np.all(np.isfinite(y)):
        raise DataError("Release curve: expected as many finite times as finite values.")
    if np.any(t < 0) or not np.any(t > 0):
        raise DataError("Release curve: expected times of 0 or above, and at least one after 0.")
    times = np.unique(t)
    means = np.array([y[t == at].mean() for at in times])
    notes = []
    if times[0] > 0:
        times, means = np.append(0.0, times), np.append(0.0, means)
        notes.append("taken to begin at 0 % at time 0")
    falls = np.diff(means)
    if falls.min() < -FALL:
        at = int(falls.argmin()) + 1
        notes.append(
            f"the release falls at {int((falls < -FALL).sum())} of {falls.size} steps, most by "
            f"{-falls.min():.3g} points before time {times[at]:g}: neighbours that fall are averaged"
        )
    return times, means, tuple(notes)


def time_to(time: ArrayLike, released: ArrayLike, percent: float) -> ModelFreeTime:
    """Time at which the release reaches `percent`, between the two samples around it.

    Straight in ln(-ln(1 - F/100)) against ln t, which is exact for Weibull and first-order curves; straight
    in F against t where that scale does not exist (time 0, 0 % or 100 %). A curve that falls is first made
    monotone by averaging neighbours (isotonic regression). Never outside the times sampled.

    Raises
    ------
    DataError
        As in :func:`means_from_origin`, or a percent that is not above 0.

    Examples
    --------
    >>> found = time_to([1.0, 2.0, 8.0], 100 * (1 - np.exp(-np.array([1.0, 2.0, 8.0]) / 5)), 50)
    >>> round(found.value, 6), time_to([1, 2], [10, 20], 50).censored
    (3.465736, '>')
    """
    if not percent > 0:
        raise DataError(f"Time to a release: found {percent} %; expected a percent above 0.")
    t, y, _ = means_from_origin(time, released)
    sampled = np.atleast_1d(np.asarray(time, float))
    started = bool(np.any(sampled == 0))
    y = isotonic(y)
    if y[-1] < percent:
        return ModelFreeTime(percent, None, ">", float(t[-1]), "interpolation")
    place = int(np.argmax(y >= percent))
    if place == 0 or (place == 1 and not started and y[1] > percent):
        return ModelFreeTime(percent, None, "<", float(t[1]), "interpolation")
    if place == 1 and started and y[1] > percent:
        value = float(np.interp(percent, y[:2], t[:2]))
        return ModelFreeTime(percent, value, "", None, "straight from time 0")
    return _between(t[place - 1], t[place], y[place - 1], y[place], percent)


def _between(t0: float, t1: float, y0: float, y1: float, percent: float) -> ModelFreeTime:
    if y1 == percent:
        return ModelFreeTime(percent, float(t1), "", None, "at a sample")
    if t0 > 0 and y0 > TRACE and y1 < 100:
        scale = np.log(-np.log1p(-np.array([y0, y1, percent]) / 100))
        share = (scale[2] - scale[0]) / (scale[1] - scale[0])
        value = float(np.exp(np.log(t0) + share * (np.log(t1) - np.log(t0))))
        return ModelFreeTime(percent, value, "", None, "interpolation on the Weibull scale")
    value = float(t0 + (percent - y0) / (y1 - y0) * (t1 - t0))
    return ModelFreeTime(percent, value, "", None, "straight interpolation")


def isotonic(values: ArrayLike) -> Vector:
    """The nearest sequence that never falls, by averaging neighbours that do (pool adjacent violators).

    Examples
    --------
    >>> isotonic([1.0, 3.0, 2.0, 4.0]).tolist()
    [1.0, 2.5, 2.5, 4.0]
    """
    means: list[float] = []
    counts: list[int] = []
    for value in np.asarray(values, float).tolist():
        means.append(value)
        counts.append(1)
        while len(means) > 1 and means[-2] > means[-1]:
            total = means[-2] * counts[-2] + means[-1] * counts[-1]
            counts[-2:] = [counts[-2] + counts[-1]]
            means[-2:] = [total / counts[-1]]
    return np.repeat(means, counts)
