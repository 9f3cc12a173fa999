"""Compensation: what fluorochromes really gave, worked out from what detectors saw."""

import re
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from selenolab.core.errors import DataError
from selenolab.core.gate import Spillover
from selenolab.cytometry.compensation_kernel import mixed
from selenolab.cytometry.events import Events, count

WORST_CONDITION = 1e4  # real panels lie below 100; above, noise drowns every channel
_CHUNK = 16_384  # events at a time, so that all channels of them fit the cache


def compensate(events: Events, spillover: Spillover) -> Events:
    """Events with the matrix's channels compensated (float64), the others as they are.

    Channels are matched by name, whatever their order (see `matched`). The seen row vector is the true one
    times the matrix, so the true one is the seen one times its inverse (Bagwell and Adams 1993,
    doi:10.1111/j.1749-6632.1993.tb38775.x).

    Raises
    ------
    DataError
        for a channel of the matrix that the events have not, and a matrix that cannot be inverted safely.
    """
    names = matched(spillover, events)
    back = np.ascontiguousarray(inverted(spillover).T)
    total = count(events)
    out = {name: np.empty(total) for name in names}
    seen, true = np.empty((len(names), _CHUNK)), np.empty((len(names), _CHUNK))
    for first in range(0, total, _CHUNK):
        width = min(_CHUNK, total - first)
        for row, name in enumerate(names):
            seen[row, :width] = events[name][first : first + width]
        mixed(back, seen, true, width)
        for row, name in enumerate(names):
            out[name][first : first + width] = true[row, :width]
    return {name: out.get(name, values) for name, values in events.items()}


def matched(spillover: Spillover, channels: Iterable[str]) -> tuple[str, ...]:
    """The channel of the events for each channel of the matrix.

    A prefix Comp- or FJComp- of the matrix's name does not count, nor that FlowJo writes "/" as "_".

    Raises
    ------
    DataError
        naming the channels that have no partner, or share one.
    """
    known = tuple(channels)
    plain = _by_plain(known)
    found = {name: name if name in known else plain.get(plain_name(name), "") for name in spillover.channels}
    missing = [name for name, partner in found.items() if not partner]
    if missing:
        raise DataError(
            f"The spillover matrix ({spillover.origin}) names {', '.join(missing)}, and the events have only "
            f"{', '.join(known)}. Take the matrix of this panel, or name its channels as the file does."
        )
    if len(set(found.values())) < len(spillover.channels):
        raise DataError(
            f"The spillover matrix ({spillover.origin}) names a channel twice: "
            f"{', '.join(spillover.channels)}. Keep one row and one column for each."
        )
    return tuple(found.values())


def plain_name(channel: str) -> str:
    """A channel's name without what programs add to compensated channels.

    Examples
    --------
    >>> plain_name("Comp-FITC-A"), plain_name("FJComp-APC/Cy7-A"), plain_name("<PE-A>")
    ('FITC-A', 'APC_Cy7-A', 'PE-A')
    """
    bare = re.sub(r"^(FJ)?Comp[-_ ]", "", channel.strip().strip("<>"), flags=re.IGNORECASE)
    return bare.strip().replace("/", "_")


def _by_plain(known: tuple[str, ...]) -> Mapping[str, str]:
    """Channels by their plain names; those that two share are left out."""
    plain: dict[str, list[str]] = {}
    for name in known:
        plain.setdefault(plain_name(name), []).append(name)
    return {bare: names[0] for bare, names in plain.items() if len(names) == 1}


def inverted(spillover: Spillover) -> NDArray[np.float64]:
    """The inverse of the matrix.

    Raises
    ------
    DataError
        for a matrix that is not square or finite, is singular, or so ill-conditioned that noise drowns all.
    """
    matrix, number = spillover.matrix, len(spillover.channels)
    told = f"The spillover matrix ({spillover.origin})"
    if matrix.shape != (number, number) or number == 0:
        raise DataError(f"{told} is {matrix.shape} for {number} channels. Give one row and column a channel.")
    if not np.isfinite(matrix).all():
        raise DataError(f"{told} holds entries that are not numbers. Fill them in.")
    condition = float(np.linalg.cond(matrix))
    if not condition < WORST_CONDITION:
        pair = _nearest(spillover)
        raise DataError(
            f"{told} cannot be inverted safely: its condition number is {condition:.3g}, at most "
            f"{WORST_CONDITION:g} is used; {pair} look alike. Check the single stains."
        )
    return np.asarray(np.linalg.inv(matrix))


def _nearest(spillover: Spillover) -> str:
    """The two rows that are most alike, in words."""
    if len(spillover.channels) < 2:
        return "its rows"
    lengths = np.linalg.norm(spillover.matrix, axis=1, keepdims=True)
    unit = spillover.matrix / np.where(lengths > 0, lengths, 1.0)
    alike = np.abs(unit @ unit.T) - 2 * np.eye(len(unit))
    first, second = np.unravel_index(int(np.argmax(alike)), alike.shape)
    return f"{spillover.channels[min(first, second)]} and {spillover.channels[max(first, second)]}"
