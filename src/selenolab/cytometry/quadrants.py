"""Thresholds between negative and positive, placed by unstained and single-stained controls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from selenolab.core.errors import DataError
from selenolab.core.gate import Dimension, Gate, Quadrant
from selenolab.cytometry.automatic_density import Peak, peaks, robust_spread
from selenolab.cytometry.automatic_events import FEWEST, MOST, channel_of
from selenolab.cytometry.events import Events

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

ARBITRARY = "thresholds arbitrary"
PERCENTILE = 99.5  # of negative events that lie below a threshold
_APART = 1.5  # sums of both spreads between two populations that stand apart
_ABOVE = 4.0  # spreads of the negatives at which a positive population may begin
_FEW = 0.02  # share of events that makes a positive population


@dataclass(frozen=True, slots=True)
class Threshold:
    """From `value` upwards an event is positive in `channel` (compensated data units).

    `controls` names the controls that placed it; none means that it is `arbitrary`. `reason` says how.
    """

    channel: str
    value: float
    controls: tuple[str, ...]
    reason: str
    arbitrary: bool
    notes: tuple[str, ...] = ()


def thresholds(
    channels: Sequence[str],
    unstained: Events | None = None,
    stained: Mapping[str, Events] | None = None,
    samples: Events | None = None,
    percentile: float = PERCENTILE,
) -> Mapping[str, Threshold]:
    """One threshold for each channel.

    A channel's negatives are the unstained cells, and the cells stained for another channel alone: what
    compensation leaves of their light, and its spread, must not be called positive. Its positives are the
    brighter population of its own single stain, or else of the samples. Where negatives and positives
    stand apart, the threshold lies between them, as many spreads from either; else at the upper
    `percentile` of the negatives, below which it never falls. Spreads are taken on an asinh axis, linear
    about the negatives. Without negatives the samples themselves must do: the threshold is arbitrary.

    Parameters
    ----------
    channels : names of the channels, as the events have them.
    unstained : cells without any stain, compensated as the samples are; None where there is no such tube.
    stained : channel -> cells with its stain alone, compensated; may lack any.
    samples : events pooled of the samples, looked at for a channel without a single stain of its own.
    percentile : of the negatives below a threshold that nothing else places, %.

    Raises
    ------
    DataError
        for a channel that a tube lacks, a tube of fewer than 200 events, and no tube at all.
    """
    stains = stained or {}
    if unknown := [name for name in stains if name not in channels]:
        raise DataError(
            f"Single stain of '{unknown[0]}', which is none of the channels {', '.join(channels)}."
        )
    return {channel: _threshold(channel, unstained, stains, samples, percentile) for channel in channels}


def positive(values: NDArray[np.floating], threshold: Threshold) -> Mask:
    """(n,) events at or above the threshold."""
    mask: Mask = values >= np.float64(threshold.value)
    return mask


def quadrant_calls(events: Events, across: Threshold, up: Threshold) -> Mapping[tuple[bool, bool], Mask]:
    """(positive across, positive up) -> (n,) the events; each event lies in just one of the four."""
    x, y = positive(events[across.channel], across), positive(events[up.channel], up)
    return {(False, False): ~x & ~y, (True, False): x & ~y, (True, True): x & y, (False, True): ~x & y}


def quadrant_gates(
    across: Threshold,
    up: Threshold,
    names: Mapping[tuple[bool, bool], str],
    parent: str = "",
    compensation: str = "",
) -> tuple[Gate, ...]:
    """The four quadrants as half-open gates: (positive across, positive up) -> name."""
    axes = tuple(
        Dimension(one.channel, compensation=compensation, in_data_units=True) for one in (across, up)
    )
    word = (
        f"automatic: {ARBITRARY}" if across.arbitrary or up.arbitrary else "automatic: quadrants by controls"
    )
    notes = (across.reason, up.reason, *across.notes, *up.notes)
    return tuple(
        Gate(name, Quadrant(axes, (_side(across, right), _side(up, high))), parent, made_by=word, notes=notes)
        for (right, high), name in names.items()
    )


def _side(threshold: Threshold, above: bool) -> tuple[float | None, float | None]:
    return (threshold.value, None) if above else (None, threshold.value)


def _threshold(
    channel: str,
    unstained: Events | None,
    stained: Mapping[str, Events],
    samples: Events | None,
    percentile: float,
) -> Threshold:
    """The threshold of one channel."""
    others = {name: tube for name, tube in stained.items() if name != channel}
    negatives = {f"single stain of {name}": _values(tube, channel, name) for name, tube in others.items()}
    if unstained is not None:
        negatives["unstained"] = _values(unstained, channel, "unstained")
    own = _values(stained[channel], channel, channel) if channel in stained else None
    drawn = None if samples is None or own is not None else _values(samples, channel, "samples")
    if negatives:
        return _by_controls(channel, negatives, own, drawn, percentile)
    if own is not None:
        return _by_mixture(channel, own, f"single stain of {channel}", percentile, arbitrary=False)
    if samples is None:
        raise DataError(f"Unable to place a threshold in '{channel}': there is no control and no sample.")
    return _by_mixture(channel, _values(samples, channel, "samples"), "samples", percentile, arbitrary=True)


def _by_controls(
    channel: str,
    negatives: Mapping[str, Floats],
    own: Floats | None,
    drawn: Floats | None,
    percentile: float,
) -> Threshold:
    """Above the negatives of every control, and between them and the positives where these stand apart."""
    limits = {name: _above(float(np.percentile(values, percentile))) for name, values in negatives.items()}
    highest = max(limits, key=lambda name: limits[name])
    base = negatives.get("unstained", negatives[highest])
    notes = []
    raised = limits[highest] - limits.get("unstained", limits[highest])
    if raised > _spread(base):
        notes.append(f"the {highest} reaches further in {channel}: what compensation leaves of its light")
    if own is None:
        notes.append(
            f"there is no single stain of {channel}: the stain's own background is not in its negatives"
        )
    seen = drawn if own is None else own
    between = None if seen is None else _between(seen, _spread(base), float(np.median(base)))
    if between is not None and between >= limits[highest]:
        where = "samples" if own is None else f"single stain of {channel}"
        controls = (*negatives, *(() if own is None else (where,)))
        reason = f"{channel}: between the negatives and the positives of the {where}, above the controls"
        return Threshold(channel, between, controls, reason, False, tuple(notes))
    if between is None and own is not None:
        notes.append(f"the single stain of {channel} shows no positive population apart")
    reason = f"{channel}: {percentile:g} % of the {highest} cells lie below"
    return Threshold(channel, limits[highest], tuple(negatives), reason, False, tuple(notes))


def _by_mixture(channel: str, values: Floats, source: str, percentile: float, arbitrary: bool) -> Threshold:
    """Between the two populations of one tube; else above the only one, its lower half mirrored."""
    controls = () if arbitrary else (source,)
    said = f" ({ARBITRARY}: no unstained or single-stained control)" if arbitrary else ""
    scale = float(np.subtract(*np.percentile(values, [25, 5]))) or float(np.std(values)) or 1.0
    between = _between(values, scale, None)
    if between is not None:
        reason = f"{channel}: between the two populations of the {source}{said}"
        return Threshold(channel, between, controls, reason, arbitrary)
    place = max(peaks(values), key=lambda peak: peak.share).place
    below = values[values <= place]
    mirrored = 2 * place - float(np.percentile(below, min(2 * (100 - percentile), 100)))
    reason = f"{channel}: above the only population of the {source}, its lower half mirrored{said}"
    return Threshold(channel, _above(mirrored), controls, reason, arbitrary)


def _between(values: Floats, scale: float, negative: float | None) -> float | None:
    """As many spreads above the negative population as below the positive one; None where there are no two.

    The axis is asinh(value / (3 scale)), linear about the negatives and logarithmic above. `negative` is
    where the negatives lie, in case the tube has none of its own; None where only the tube can tell.
    """
    unit = 3 * scale
    shown = np.arcsinh(values / unit)
    found = [peak for peak in peaks(shown) if peak.share >= _FEW]
    bottom = found[0].place if negative is None else float(np.arcsinh(negative / unit))
    step = float(np.arcsinh(scale / unit))
    upper = max((one for one in found if one.place > bottom + _ABOVE * step), key=_share, default=None)
    if upper is None:
        return None
    own = max((one for one in found if one.place < upper.place), key=_share, default=None)
    low = own.place if own else bottom
    low_spread = robust_spread(_part(shown, own), own.place, "left") if own else step
    high_spread = robust_spread(_part(shown, upper), upper.place, "right")
    if upper.place - low < _APART * (low_spread + high_spread):
        return None
    place = (low * high_spread + upper.place * low_spread) / (low_spread + high_spread)
    return float(unit * np.sinh(place))


def _above(value: float) -> float:
    """The next number: negatives that pile up on one value, as at the foot of a log scale, lie below it."""
    return float(np.nextafter(value, np.inf))


def _part(values: Floats, peak: Peak) -> Floats:
    """The values of a population, from one valley to the other."""
    return values[(values >= peak.left) & (values <= peak.right)]


def _share(peak: Peak) -> float:
    return peak.share


def _spread(values: Floats) -> float:
    """Standard deviation by the median of the distances from the median, above 0."""
    spread = 1.4826 * float(np.median(np.abs(values - np.median(values))))
    return spread or float(np.std(values)) or 1.0


def _values(tube: Events, channel: str, name: str) -> Floats:
    """The channel of a tube, thinned evenly to what a percentile needs; refused where it is too small."""
    values = channel_of(tube, channel)
    if values.size < FEWEST:
        raise DataError(
            f"Unable to place a threshold in '{channel}': the tube '{name}' has {values.size} events; "
            f"expected at least {FEWEST}. Record more, or leave it out."
        )
    if not np.isfinite(values).all():
        raise DataError(f"Channel '{channel}' of the tube '{name}' holds values that are no numbers.")
    rows = np.linspace(0, values.size - 1, min(values.size, MOST)).astype(np.intp)
    return values[rows].astype(np.float64)
