"""Axes of the figures: scatter and time as recorded, fluorescence on the scale of the settings."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from selenolab.assays.flow.channels import Channels
from selenolab.assays.flow.settings import FlowSettings
from selenolab.core.drawing import Axis
from selenolab.core.gate import Transform
from selenolab.cytometry.ticks import ticks
from selenolab.cytometry.transforms import default_logicle, transform

Floats = NDArray[np.float64]
_TOP = 262_144.0


@dataclass(frozen=True, slots=True)
class Scale:
    """How a channel is drawn; `spec` None is linear."""

    spec: Transform | None
    axis: Axis

    def shown(self, values: NDArray[np.floating]) -> Floats:
        """Data values as places on the axis."""
        plain = np.asarray(values, dtype=np.float64)
        return plain if self.spec is None else np.asarray(transform(self.spec, plain), dtype=np.float64)


def scale_of(channel: str, channels: Channels, settings: FlowSettings, values: NDArray[np.floating]) -> Scale:
    """The scale of a channel, its linear part wide enough for the negative `values`."""
    label = channels.label(channel)
    linear = channel not in channels.fluorescence or settings.panel == "dna" or settings.transform == "linear"
    if linear:
        return Scale(None, Axis(label))
    top = channels.tops.get(channel, _TOP)
    spec = _spec(settings, np.asarray(values, dtype=np.float64), max(top, 10.0))
    places = tuple(ticks(spec))
    ends = transform(spec, np.array([_low(values), top]))
    shown = tuple((place, text) for place, text in places if ends[0] <= place <= ends[1])
    return Scale(spec, Axis(label, low=float(ends[0]), high=float(ends[1]), ticks=shown))


def _low(values: NDArray[np.floating]) -> float:
    return min(float(np.percentile(values, 0.1)), 0.0) if len(values) else -100.0


def _spec(settings: FlowSettings, values: Floats, top: float) -> Transform:
    kind = settings.transform
    logicle = default_logicle(values, top)
    if kind == "logicle":
        return logicle
    own: Mapping[str, float] = logicle.parameters
    if kind == "hyperlog":
        return Transform("hyperlog", {**own, "W": max(own["W"], 0.05)})
    if kind == "biex":
        return Transform("biex", {"width": -100.0, "pos": 4.5, "neg": 0.0, "max": top, "channels": 256.0})
    decades = np.log10(top / settings.asinh_cofactor)
    return Transform("asinh", {"T": top, "M": max(float(decades), 0.5), "A": 1.0})
