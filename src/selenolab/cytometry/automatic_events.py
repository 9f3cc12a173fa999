"""The events that an automatic gate is placed by: pooled, thinned, on scale."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from selenolab.core.errors import DataError
from selenolab.cytometry.events import Events, Values

FEWEST = 200  # events below which no gate is placed
MOST = 200_000  # events that the density is looked at with


def pooled(tubes: Sequence[Events], channels: Sequence[str], most: int = MOST) -> Events:
    """Events of several tubes for one template: as many of each, evenly over its time.

    Raises
    ------
    DataError
        for no tube, an empty one, or one without a channel.
    """
    if not tubes:
        raise DataError("Unable to place a template gate: no tube was given.")
    parts: dict[str, list[Values]] = {channel: [] for channel in channels}
    share = min(max(most // len(tubes), 1), *(len(channel_of(tube, channels[0])) for tube in tubes), most)
    for tube in tubes:
        rows = np.linspace(0, len(tube[channels[0]]) - 1, share).astype(np.intp)
        for channel in channels:
            parts[channel].append(channel_of(tube, channel)[rows])
    return {channel: np.concatenate(values) for channel, values in parts.items()}


def channel_of(events: Events, channel: str) -> Values:
    """The channel, or a refusal that names those that there are."""
    if channel not in events:
        raise DataError(f"Channel '{channel}' is not in the file; it has {', '.join(events) or 'none'}.")
    return events[channel]


def logs_of(
    x: Values,
    y: Values,
    shown: NDArray[np.bool_],
    name: str,
    channels: Sequence[str],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Decimal logarithms of the events on scale, thinned evenly to what a density needs."""
    rows = np.flatnonzero(shown)
    if rows.size < FEWEST:
        raise DataError(
            f"Unable to place gate '{name}': {rows.size} of {x.size} events are on scale in "
            f"{' and '.join(channels)}; expected at least {FEWEST}. Draw the gate in the study file."
        )
    rows = rows[np.linspace(0, rows.size - 1, min(rows.size, MOST)).astype(np.intp)]
    logs = np.log10(x[rows].astype(float)), np.log10(y[rows].astype(float))
    for values, channel in zip(logs, channels, strict=True):
        if np.ptp(values) == 0:
            raise DataError(f"Unable to place gate '{name}': all events have the same value in '{channel}'.")
    return logs


def limit_of(values: Values, tops: Mapping[str, float] | None, channel: str) -> float:
    """Where the polygon ends: the channel's highest value, or well above the highest event."""
    told = (tops or {}).get(channel, 0.0)
    highest = float(values.max())
    return told if told >= highest else 4 * 2.0 ** np.ceil(np.log2(highest))
