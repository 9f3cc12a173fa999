"""A spillover matrix from single-stain controls and an unstained one."""

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from selenolab.core.errors import DataError
from selenolab.core.gate import Spillover
from selenolab.cytometry.events import Events, count

FEWEST = 50  # events from which a median is taken


def spillover_from_single_stains(
    stained: Mapping[str, Events], unstained: Events, channels: Iterable[str]
) -> Spillover:
    """(median stained - median unstained) of every channel, over that of the stain's own channel.

    Parameters
    ----------
    stained : the events of each single stain, by the channel that the stain is for.
    unstained : the events of the same cells or beads without a stain.
    channels : all channels of the matrix, in the order wanted. One without a stain spills nowhere.

    Raises
    ------
    DataError
        for channels that are absent, tubes of fewer than 50 events, a stain that is not brighter than the
        unstained tube in its own channel, or is brightest in another (tubes taken for each other).
    """
    names = tuple(channels)
    strange = [name for name in stained if name not in names]
    if strange or not stained:
        told = f"Stains for {', '.join(strange)}" if strange else "No single stain"
        raise DataError(
            f"{told} among the channels {', '.join(names)}. Name the channel that each stain is for."
        )
    dark = _medians(unstained, names, "unstained")
    rows = [
        _row(name, _medians(stained[name], names, name) - dark, names)
        if name in stained
        else _unit(name, names)
        for name in names
    ]
    silent = [name for name in names if name not in stained]
    origin = f"medians of {len(stained)} single stains"
    if silent:
        origin += f"; no stain for {', '.join(silent)}"
    return Spillover(names, np.array(rows), origin)


def _medians(events: Events, names: tuple[str, ...], tube: str) -> NDArray[np.float64]:
    """(channels,) medians of a tube."""
    missing = [name for name in names if name not in events]
    if missing:
        raise DataError(
            f"The tube {tube} has no channel {', '.join(missing)}. Take the channels of the file."
        )
    number = count(events)
    if number < FEWEST:
        raise DataError(
            f"The tube {tube} has {number} events, {FEWEST} are needed for a median. Acquire more."
        )
    found = np.array([np.median(np.asarray(events[name], np.float64)) for name in names])
    if not np.isfinite(found).all():
        raise DataError(f"The tube {tube} holds events that are not numbers. Export it again.")
    return found


def _unit(name: str, names: tuple[str, ...]) -> NDArray[np.float64]:
    return np.array([float(other == name) for other in names])


def _row(name: str, rise: NDArray[np.float64], names: tuple[str, ...]) -> NDArray[np.float64]:
    """One row of the matrix: the rise of every channel over that of the stain's own."""
    own = rise[names.index(name)]
    if own <= 0:
        raise DataError(
            f"The single stain of {name} is not brighter in {name} than the unstained tube (medians differ "
            f"by {own:.4g}). Check which tube is which, or gate the stained population."
        )
    row = rise / own
    if row.max() > 1:
        raise DataError(
            f"The single stain of {name} is brighter in {names[int(np.argmax(row))]} than in {name}. "
            "Check which tube is which."
        )
    return np.asarray(row)
