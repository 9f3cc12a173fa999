"""The channels of a file of events: name, marker, range, amplification."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from selenolab.core.errors import UnknownNameError
from selenolab.core.format import Parsed
from selenolab.formats.fcs_layout import Layout, read_layout


def channels(parsed: Parsed) -> pd.DataFrame:
    """One row a channel in the order of the file: channel ($PnN), marker ($PnS), range, decades, gain.

    `range` is $PnR as written: a count of values for an integer, the top of the scale else.
    `decades` is 0 for a linear channel; `gain` is 1 where none was applied.
    """
    rows = [(one.name, one.marker, one.range, one.decades, one.gain) for one in _layout(parsed).columns]
    return pd.DataFrame(rows, columns=["channel", "marker", "range", "decades", "gain"])


def top(parsed: Parsed, channel: str) -> float:
    """The top of a channel's linear scale, for T of a transform: what $PnR says, or a larger event.

    A channel that was log-amplified tops at lowest · 10^decades, another one at range / gain.
    """
    found = {one.name: one for one in _layout(parsed).columns}
    if channel not in found:
        raise UnknownNameError("channel", channel, found)
    one = found[channel]
    stated = one.lowest * 10.0**one.decades if one.decades else one.range / one.gain
    return max(stated * (one.step or 1.0), float(parsed.data[channel].max()))


def keywords(parsed: Parsed) -> Mapping[str, str]:
    """TEXT by keywords in capitals; of two spellings the first."""
    known: dict[str, str] = {}
    for name, value in parsed.metadata.items():
        known.setdefault(name.upper(), value)
    return known


def _layout(parsed: Parsed) -> Layout:
    return read_layout(Path(str(parsed.records["file"].iloc[0])), keywords(parsed))
