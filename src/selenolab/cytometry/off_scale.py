"""Events at the top of a channel's range, and events that no logarithm shows."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from selenolab.cytometry.events import Events, Values

_PILED = 20  # events of exactly the highest value that are no chance


@dataclass(frozen=True, slots=True)
class OffScale:
    """How many of `events` a channel could not show: at its top, and at or below zero."""

    channel: str
    events: int
    at_top: int
    not_positive: int
    top: float


def highest_value(
    range_of_channel: float, decades: float = 0.0, offset: float = 1.0, gain: float = 1.0
) -> float:
    """The highest value that a channel of $PnR, $PnE (`decades`, `offset`) and $PnG can give.

    Examples
    --------
    >>> highest_value(262144)
    262143.0
    >>> round(highest_value(1024, 4), 1)
    9910.5
    """
    last = range_of_channel - 1
    if decades > 0:
        return float((offset or 1.0) * 10 ** (decades * last / range_of_channel))
    return float(last / (gain or 1.0))


def off_scale(events: Events, tops: Mapping[str, float] | None = None) -> tuple[OffScale, ...]:
    """Counts for each channel of a tube.

    `tops` gives the highest value a channel can show (`highest_value`); for a channel without it, the
    highest value counts as the top where twenty events or more have exactly this value.
    """
    return tuple(_one(channel, values, (tops or {}).get(channel)) for channel, values in events.items())


def at_top(values: Values, top: float | None) -> NDArray[np.bool_]:
    """(n,) events at the top of the range."""
    if values.size == 0:
        return np.zeros(0, np.bool_)
    if top is not None:
        mask: NDArray[np.bool_] = values >= np.float64(top) * (1 - 1e-6)
        return mask
    piled: NDArray[np.bool_] = values == values.max()
    return piled if np.count_nonzero(piled) >= _PILED else np.zeros(values.size, np.bool_)


def _one(channel: str, values: Values, top: float | None) -> OffScale:
    highest = float(values.max()) if values.size else float("nan")
    return OffScale(
        channel,
        values.size,
        int(np.count_nonzero(at_top(values, top))),
        int(np.count_nonzero(values <= 0)),
        highest if top is None else top,
    )
