"""Transforms of channels, forward and back, by the conventions of GatingML 2.0 (doi:10.1002/cyto.a.22637).

Every transform takes zero and negative events: none is lost, and the order of events is kept.
"""

import math
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from selenolab.core.errors import DataError
from selenolab.core.gate import Transform, TransformKind
from selenolab.cytometry.biex import BiexTable, biex_table
from selenolab.cytometry.biexponential import Curve, hyperlog, logicle
from selenolab.cytometry.biexponential_kernel import scaled, unscaled

Floats = NDArray[np.float64]
LOG_FLOOR: Final = float(np.finfo(np.float64).tiny)  # what the log transform takes 0 and less for
DECADES: Final = 4.5  # the usual M
_NEGATIVE_SHARE = 5  # percentile of the negative events that the linear region must hold (Parks 2006)
_USUAL_WIDTH = 0.5  # W where no event is negative


def transform(spec: Transform, values: NDArray[Any]) -> Floats:
    """`values` (n,) as `spec` shows them; for a ratio `values` is (2, n).

    The log transform, which has no value at 0 and below, gives such events the value of the smallest
    positive number: finite, and below every gate that was drawn. FlowJo's biex stops at its ends.

    Raises
    ------
    DataError
        for parameters that are missing or make no transform.
    """
    return _FORWARD[spec.kind](spec, np.asarray(values))


def inverse(spec: Transform, values: NDArray[Any]) -> Floats:
    """Data values of places on the axis of `spec`.

    Raises
    ------
    DataError
        for a ratio, which has no inverse, and parameters that make no transform.
    """
    return _BACK[spec.kind](spec, np.asarray(values, np.float64))


def default_logicle(values: NDArray[Any], top: float) -> Transform:
    """A logicle for display: W such that the linear region holds the negative events (Parks 2006).

    `top` is the end of the linear scale (T). M is 4.5, A is 0; W is 0.5 where no event is negative.
    """
    if not (math.isfinite(top) and top > 0):
        raise DataError(f"The top of a logicle scale is {top:g}. Give the range of the channel.")
    below = np.asarray(values)[np.asarray(values) < 0]
    width = _USUAL_WIDTH
    if below.size:
        reference = abs(float(np.percentile(below, _NEGATIVE_SHARE)))
        width = (DECADES - math.log10(top / reference)) / 2 if reference else 0.0
    return Transform("logicle", {"T": top, "W": min(max(width, 0.0), DECADES / 2), "M": DECADES, "A": 0.0})


def number(spec: Transform, name: str, default: float = math.nan) -> float:
    """A parameter, which must be finite."""
    value = float(spec.parameters.get(name, default))
    if not math.isfinite(value):
        given = ", ".join(spec.parameters) or "none"
        raise DataError(f"The {spec.kind} transform needs a finite {name} (given: {given}). Name it.")
    return value


def _top(spec: Transform) -> float:
    top = number(spec, "T")
    if top <= 0:
        raise DataError(f"The {spec.kind} transform has T {top:g}. Give the top of the scale, above 0.")
    return top


def _decades(spec: Transform) -> float:
    decades = number(spec, "M")
    if decades <= 0:
        raise DataError(f"The {spec.kind} transform has M {decades:g}. Give the decades, above 0.")
    return decades


def _line(spec: Transform) -> tuple[float, float]:
    """(A, T + A) of a linear transform."""
    top, extra = _top(spec), number(spec, "A", 0.0)
    if top + extra <= 0:
        raise DataError(f"The linear transform has T + A {top + extra:g}. Give a range above 0.")
    return extra, top + extra


def _linear(spec: Transform, values: NDArray[Any]) -> Floats:
    extra, span = _line(spec)
    return np.asarray((values.astype(np.float64) + extra) / span)


def _linear_back(spec: Transform, values: Floats) -> Floats:
    extra, span = _line(spec)
    return np.asarray(values * span - extra)


def _log(spec: Transform, values: NDArray[Any]) -> Floats:
    top, decades = _top(spec), _decades(spec)
    raised = np.maximum(values.astype(np.float64), LOG_FLOOR)
    return np.asarray(1 / decades * (np.log10(raised) - math.log10(top)) + 1)


def _log_back(spec: Transform, values: Floats) -> Floats:
    return np.asarray(_top(spec) * 10.0 ** ((values - 1) * _decades(spec)))


def _sine(spec: Transform) -> tuple[float, float, float]:
    """Scale of the data, shift and span of asinh."""
    top, decades, extra = _top(spec), _decades(spec), number(spec, "A", 0.0)
    if decades + extra <= 0:
        raise DataError(f"The asinh transform has M + A {decades + extra:g}. Give decades above 0.")
    ten = math.log(10.0)
    return math.sinh(decades * ten) / top, extra * ten, (decades + extra) * ten


def _asinh(spec: Transform, values: NDArray[Any]) -> Floats:
    scale, shift, span = _sine(spec)
    return np.asarray((np.arcsinh(values.astype(np.float64) * scale) + shift) / span)


def _asinh_back(spec: Transform, values: Floats) -> Floats:
    scale, shift, span = _sine(spec)
    return np.asarray(np.sinh(values * span - shift) / scale)


def _curve(spec: Transform) -> Curve:
    made = logicle if spec.kind == "logicle" else hyperlog
    return made(*(number(spec, name, default) for name, default in (
        ("T", math.nan), ("W", math.nan), ("M", math.nan), ("A", 0.0))))  # fmt: skip


def _biexponential(spec: Transform, values: NDArray[Any]) -> Floats:
    curve = _curve(spec)
    flat = np.ascontiguousarray(
        values if values.dtype == np.float32 else values.astype(np.float64, copy=False)
    )
    return scaled(flat.ravel(), curve.coefficients, curve.table, curve.shift).reshape(values.shape)


def _biexponential_back(spec: Transform, values: Floats) -> Floats:
    return unscaled(np.ascontiguousarray(values).ravel(), _curve(spec).coefficients).reshape(values.shape)


def _table(spec: Transform) -> BiexTable:
    usual = (("width", -10.0), ("pos", 4.41854), ("neg", 0.0), ("max", 262144.000029), ("channels", 4096.0))
    return biex_table(*(number(spec, name, default) for name, default in usual))


def _biex(spec: Transform, values: NDArray[Any]) -> Floats:
    table = _table(spec)
    return np.asarray(np.interp(values, table.values, table.places))


def _biex_back(spec: Transform, values: Floats) -> Floats:
    table = _table(spec)
    return np.asarray(np.interp(values, table.places, table.values))


def _ratio(spec: Transform, values: NDArray[Any]) -> Floats:
    """A · (first - B) / (second - C); a denominator of 0 gives no number."""
    if values.ndim != 2 or len(values) != 2:
        raise DataError("A ratio is taken of two channels. Give both.")
    first, second = values.astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(
            number(spec, "A", 1.0) * ((first - number(spec, "B", 0.0)) / (second - number(spec, "C", 0.0)))
        )


def _no_ratio_back(spec: Transform, values: Floats) -> Floats:  # noqa: ARG001 - of the shape of the others
    raise DataError("A ratio of two channels has no inverse. Show its own values.")


_FORWARD: Final[dict[TransformKind, Callable[[Transform, NDArray[Any]], Floats]]] = {
    "linear": _linear, "log": _log, "asinh": _asinh, "logicle": _biexponential, "hyperlog": _biexponential,
    "biex": _biex, "ratio": _ratio,
}  # fmt: skip
_BACK: Final[dict[TransformKind, Callable[[Transform, Floats], Floats]]] = {
    "linear": _linear_back, "log": _log_back, "asinh": _asinh_back, "logicle": _biexponential_back,
    "hyperlog": _biexponential_back, "biex": _biex_back, "ratio": _no_ratio_back,
}  # fmt: skip
