"""The values that gates look at: a file's channels, compensated, then transformed, each worked out once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selenolab.core.errors import DataError
from selenolab.core.gate import Dimension, Spillover, Transform
from selenolab.cytometry.compensation import compensate, matched, plain_name
from selenolab.cytometry.events import Events
from selenolab.cytometry.transforms import transform

Values = NDArray[Any]
Key = tuple[Any, ...]
FILE_OWN = "FCS"  # the word of GatingML for the matrix of the file itself


@dataclass(frozen=True, slots=True)
class Views:
    """One file's events with the matrices that its gates may name, and what was already worked out."""

    events: Events
    matrices: Mapping[str, Spillover]
    own: Spillover | None
    compensated: dict[str, Events] = field(default_factory=dict)
    seen: dict[Key, Values] = field(default_factory=dict)


def values_of(views: Views, dimension: Dimension, gate: str) -> Values:
    """(n,) values of a dimension: compensated, then transformed.

    Raises
    ------
    DataError
        where the channel or the matrix is absent, or the channel holds what is no number; names the gate.
    """
    key = _key(dimension)
    if key not in views.seen:
        data = _channel(views, dimension, dimension.channel, gate)
        if dimension.second:
            data = np.stack([data, _channel(views, dimension, dimension.second, gate)])
        views.seen[key] = shown(dimension, data)
    return views.seen[key]


def shown(dimension: Dimension, data: Values) -> Values:
    """Data values as the axis of a dimension shows them."""
    out = data
    if dimension.transform is not None:
        out = transform(dimension.transform, out)
    if dimension.outer is not None:
        out = transform(dimension.outer, out)
    if dimension.floor is not None:  # not raised: what was no number before the transform
        out = np.fmax(out, dimension.floor)
    if dimension.ceiling is not None:
        out = np.fmin(out, dimension.ceiling)
    return out


def bound(dimension: Dimension, value: float | None) -> float | None:
    """A bound in the values that the axis shows; None is open."""
    if value is None or not dimension.in_data_units:
        return value
    return float(shown(dimension, np.array([value]))[0])


def _channel(views: Views, dimension: Dimension, channel: str, gate: str) -> Values:
    """The channel as its compensation asks; refused where the file has no such channel."""
    compensation = dimension.compensation
    raw = compensation == FILE_OWN and (views.own is None or not _held(views.own, channel))
    if compensation == "" or raw:
        if channel not in views.events:
            raise DataError(_absent(gate, channel, tuple(views.events)))
        values = views.events[channel]
    else:
        values = _compensated(views, compensation, channel, gate)
    if not np.isfinite(values).all():
        bad = int(values.size - np.isfinite(values).sum())
        raise DataError(
            f"Gate '{gate}': {bad} of {values.size} events have no finite number in channel '{channel}'. "
            "Export the file again, or leave it out."
        )
    return values


def _compensated(views: Views, compensation: str, channel: str, gate: str) -> Values:
    """The channel compensated by a matrix, refused where the matrix does not hold it."""
    matrix = views.own if compensation == FILE_OWN else views.matrices.get(compensation)
    if matrix is None:
        known = ", ".join(views.matrices) or "none"
        raise DataError(
            f"Gate '{gate}': its matrix '{compensation}' is not in the gate file (there: {known})."
        )
    row = _held(matrix, channel)
    if not row:
        raise DataError(
            f"Gate '{gate}' was drawn on '{channel}' compensated by '{compensation}', which holds only "
            f"{', '.join(matrix.channels)}. It is not applied to the raw channel."
        )
    if compensation not in views.compensated:
        views.compensated[compensation] = compensate(views.events, matrix)
    partners = dict(zip(matrix.channels, matched(matrix, views.events), strict=True))
    return views.compensated[compensation][partners[row]]


def _held(matrix: Spillover, channel: str) -> str:
    """The matrix's own spelling of a channel, "" where it does not hold it."""
    if channel in matrix.channels:
        return channel
    same = [name for name in matrix.channels if plain_name(name) == plain_name(channel)]
    return same[0] if len(same) == 1 else ""


def _absent(gate: str, channel: str, there: tuple[str, ...]) -> str:
    """What to say of a gate on a channel that the file has not."""
    found = f"Gate '{gate}' needs channel '{channel}'; the file has {', '.join(there) or 'none'}."
    raw = plain_name(channel)
    if raw != channel and raw in there:
        return f"{found} It was drawn on a compensated channel and is not applied to the raw '{raw}'."
    return found


def _key(dimension: Dimension) -> Key:
    return (
        dimension.channel,
        dimension.second,
        dimension.compensation,
        _transform_key(dimension.transform),
        _transform_key(dimension.outer),
        dimension.floor,
        dimension.ceiling,
    )


def _transform_key(spec: Transform | None) -> Key:
    return () if spec is None else (spec.kind, *sorted(spec.parameters.items()))
