"""Released share at a time: over units of replication, as a bound where a value is below the LOQ."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from selenolab.assays.release.groups import Group, at
from selenolab.assays.release.settings import ReleaseSettings
from selenolab.core.analysis import UnitValue
from selenolab.core.estimate import Absent, Endpoint, Estimate, Outcome, at_most
from selenolab.stats.intervals import mean_t

RELEASED, BURST, LAST = "released", "burst", "released at the last time"
ALONE = "one unit, no interval"


def share_at(group: Group, time: float, level: float) -> Outcome:
    """Released % at `time` with its interval over the units."""
    rows = at(group, time)
    if rows.empty:
        return Absent(f"no unit was sampled at {time:g} h", "%")
    values = rows["released"].to_numpy(float)
    n = values.size
    if rows["below"].any():
        top = mean_t(values, level).high if n > 1 and np.ptp(values) > 0 else float(values.max())
        return at_most(float(top), "%", "with the LOQ where a value is below it", n, group.n_is, level)
    if n == 1:
        return Estimate(float(values[0]), -np.inf, np.inf, "%", ALONE, 1, group.n_is, level)
    found = mean_t(values, level)
    return Estimate(found.value, found.low, found.high, "%", found.method, n, group.n_is, level)


def last_common(group: Group) -> float:
    """The last time at which every unit has a value; where there is none, the last that most units share."""
    counts = group.rows.groupby("time")["unit"].nunique()
    return float(counts[counts == counts.max()].index.max())


def headline_times(group: Group, settings: ReleaseSettings) -> tuple[float, ...]:
    """The times that are endpoints: those asked for and sampled, and the last common one."""
    asked = [time for time in settings.report_times_h if np.isclose(group.times, time, rtol=1e-9).any()]
    return tuple(sorted({*asked, last_common(group)}))


def share_endpoints(group: Group, settings: ReleaseSettings) -> Iterator[Endpoint]:
    """Released share at the headline times, and the burst."""
    for place, time in enumerate(headline_times(group, settings)):
        words = {**group.words, "time": f"{time:g} h"}
        asked = place == 0 or np.isclose(settings.report_times_h, time, rtol=1e-9).any()
        yield Endpoint(RELEASED if asked else LAST, words, share_at(group, time, settings.level))
    yield Endpoint(BURST, group.words, burst(group, settings))


def burst(group: Group, settings: ReleaseSettings) -> Outcome:
    """Released share at the last time up to `burst_time_h`."""
    early = group.times[group.times <= settings.burst_time_h * (1 + 1e-9)]
    if not early.size:
        return Absent(f"no aliquot was taken up to {settings.burst_time_h:g} h (burst_time_h)", "%")
    return share_at(group, float(early[-1]), settings.level)


def share_units(group: Group) -> Iterator[UnitValue]:
    """The released share of every unit at every time, for comparisons."""
    for unit, time, released, below in group.rows[["unit", "time", "released", "below"]].itertuples(
        index=False
    ):
        words = {**group.words, "time": f"{time:g} h"}
        yield UnitValue(RELEASED, words, str(unit), float(released), "%", "linear", "<" if below else None)


def summary_rows(group: Group, level: float) -> pd.DataFrame:
    """Mean and interval at every time: time, released, low, high (NaN where open), n."""
    rows = []
    for time in group.times:
        found = share_at(group, float(time), level)
        if isinstance(found, Estimate):
            low, high = (limit if np.isfinite(limit) else np.nan for limit in (found.low, found.high))
            censored = found.censored or ""
            rows.append((float(time), found.value, low, high, censored, found.n))
    return pd.DataFrame(rows, columns=["time", "released", "low", "high", "censored", "n"])
