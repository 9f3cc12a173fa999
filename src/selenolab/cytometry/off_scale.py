"""Events at the top of a channel's range, and events that no logarithm shows."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from selenolab.cytometry.events import Events, Values

_PILED = 20  # events of exactly the highest value that are no chance
_CLOSE = 0.02  # of the top: how far below it a converter's last step may lie


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
    """(n,) events at the top of the range.

    A converter's last step lies a little below a stated top: 262143 of 262144, 9910 of 10^4. Where twenty
    events or more have exactly the highest value, and it is within 2 % of the top, they count too.
    """
    if values.size == 0:
        return np.zeros(0, np.bool_)
    highest = values.max()
    reached = top is not None and highest >= top * (1 - _CLOSE)
    beyond: NDArray[np.bool_] = np.zeros(values.size, np.bool_)
    if reached:
        beyond = values >= np.float64(top) * (1 - 1e-6)
    if top is None or (reached and not beyond.any()):
        piled: NDArray[np.bool_] = values == highest
        return piled if np.count_nonzero(piled) >= _PILED else beyond
    return beyond


def _one(channel: str, values: Values, top: float | None) -> OffScale:
    highest = float(values.max()) if values.size else float("nan")
    return OffScale(
        channel,
        values.size,
        int(np.count_nonzero(at_top(values, top))),
        int(np.count_nonzero(values <= 0)),
        highest if top is None else top,
    )
