"""From where, and within what limits, the parameters of one curve are searched."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from selenolab.core.errors import DataError, UnknownNameError
from selenolab.fit.dose_means import DoseMeans
from selenolab.fit.families import PARAMETERS, Family, shape
from selenolab.fit.search_box import search_box

Vector = NDArray[np.float64]

_POWERS = (0.25, 0.5, 1.0, 2.0, 4.0)  # f of LL.5
_POWER_LIMITS = (0.02, 50.0)
_TRIES = 3
_RIVAL = 3.0  # a valley whose best node is that much worse than the best of all is left out


@dataclass(frozen=True, slots=True)
class Box:
    """Limits of the free parameters on the scale of the search (ln b, c, d, ln e, f or ln f).

    Parameters
    ----------
    low, high : (p,) the limits.
    set_low, set_high : (p,) True where the user set them.
    """

    low: Vector
    high: Vector
    set_low: NDArray[np.bool_]
    set_high: NDArray[np.bool_]


def to_internal(values: Vector, family: Family) -> Vector:
    """The free parameters on the scale of the search."""
    power = np.log(values[4]) if family.law == "LL" else values[4]
    full = np.array([np.log(values[0]), values[1], values[2], np.log(values[3]), power])
    return full[[PARAMETERS.index(name) for name in family.free]]


def to_natural(internal: Vector, family: Family) -> Vector:
    """(5,) b, c, d, e, f from the free parameters on the scale of the search."""
    values = np.array([family.fixed.get(name, 0.0) for name in PARAMETERS])
    for name, value in zip(family.free, internal, strict=True):
        logarithmic = name in ("b", "e") or (name == "f" and family.law == "LL")
        values[PARAMETERS.index(name)] = np.exp(value) if logarithmic else value
    return values


def parameter_box(
    family: Family, dose: Vector, lower: Mapping[str, float] | None, upper: Mapping[str, float] | None
) -> Box:
    """The natural limits of the search, narrowed by the user's.

    Raises
    ------
    UnknownNameError
        A limit on a parameter that is not fitted.
    DataError
        A lower limit above the upper one.
    """
    for name in {**(lower or {}), **(upper or {})}:
        if name not in family.free:
            raise UnknownNameError(f"fitted parameter of {family.name}", name, family.free)
    box = search_box(dose) if dose[-1] > 0 else search_box(np.array([1.0]))
    power = tuple(np.log(_POWER_LIMITS)) if family.law == "LL" else (-np.inf, np.inf)
    natural = {"b": box.log_b, "c": (-np.inf, np.inf), "d": (-np.inf, np.inf), "e": box.log_e, "f": power}
    low, high = [], []
    for name in family.free:
        logarithmic = name in ("b", "e") or (name == "f" and family.law == "LL")
        low.append(_limit(lower, name, logarithmic, natural[name][0]))
        high.append(_limit(upper, name, logarithmic, natural[name][1]))
        if low[-1] > high[-1]:
            raise DataError(f"{family.name}: found a lower limit of {name} above the upper one.")
    told = [np.array([name in (given or {}) for name in family.free]) for given in (lower, upper)]
    return Box(np.array(low), np.array(high), told[0], told[1])


def _limit(limits: Mapping[str, float] | None, name: str, logarithmic: bool, natural: float) -> float:
    if limits is None or name not in limits:
        return float(natural)
    value = limits[name]
    if logarithmic and value <= 0:
        raise DataError(f"Limit of {name}: found {value}; expected a number above 0.")
    return float(np.log(value) if logarithmic else value)


def starts(data: DoseMeans, family: Family, box: Box) -> list[Vector]:
    """(5,) starting values, best first: the lowest nodes of a grid over slope and mid dose.

    At every node c, d (and the f of Brain-Cousens) follow by linear least squares.
    """
    nodes = _nodes(data, family)
    design = _design(data, family, nodes)
    linear, rss = _linear(data, family, design)
    least = float(rss.min()) + data.pure_error_ss
    chosen: list[int] = []
    for index in np.argsort(rss, kind="stable"):
        if len(chosen) == _TRIES or rss[index] + data.pure_error_ss > _RIVAL * least:
            break
        if all(_apart(nodes[index], nodes[other]) for other in chosen):
            chosen.append(int(index))
    return [_clipped(_full(nodes[index], linear[index], family), family, box) for index in chosen]


def _nodes(data: DoseMeans, family: Family) -> Vector:
    """(g, 3) b, ln e, f."""
    box = search_box(data.dose)
    b = np.array([family.fixed["b"]]) if "b" in family.fixed else box.b_nodes
    e = np.array([np.log(family.fixed["e"])]) if "e" in family.fixed else box.log_e_nodes
    f = np.array(_POWERS) if family.law == "LL" and "f" not in family.fixed else np.ones(1)
    return np.stack(np.meshgrid(b, e, f, indexing="ij"), axis=-1).reshape(-1, 3)


def _apart(node: Vector, other: Vector) -> bool:
    """Nodes that may lie in different valleys."""
    return bool(
        abs(np.log(node[0] / other[0])) > 0.9 or abs(node[1] - other[1]) * max(node[0], other[0]) > 1.5
    )


def _design(data: DoseMeans, family: Family, nodes: Vector) -> Vector:
    """(g, m, 3) columns of c, d and f."""
    s = shape(family.law, data.dose, nodes[:, :1], np.exp(nodes[:, 1:2]), nodes[:, 2:3])
    third = data.dose * s if family.law == "BC" else np.zeros_like(s)
    return np.stack([1 - s, s, third], axis=-1)


def _linear(data: DoseMeans, family: Family, design: Vector) -> tuple[Vector, Vector]:
    """c, d, f (g, 3) and the sum of squares (g,) at every node."""
    names = ("c", "d", "f")
    free = [k for k, name in enumerate(names) if name in family.free and (name != "f" or family.law == "BC")]
    values = np.zeros((design.shape[0], 3))
    values[:] = [family.fixed.get(name, 0.0) if k not in free else 0.0 for k, name in enumerate(names)]
    left = data.mean - np.einsum("gmk,gk->gm", design, values)
    if free:
        part = design[:, :, free]
        normal = np.einsum("gmk,m,gml->gkl", part, data.weight, part)
        ridge = 1e-12 * np.trace(normal, axis1=1, axis2=2)[:, None, None] + 1e-300
        right = np.einsum("gmk,m,gm->gk", part, data.weight, left)
        values[:, free] = np.linalg.solve(normal + ridge * np.eye(len(free)), right[..., None])[..., 0]
    left = data.mean - np.einsum("gmk,gk->gm", design, values)
    return values, np.einsum("m,gm,gm->g", data.weight, left, left)


def _full(node: Vector, linear: Vector, family: Family) -> Vector:
    power = linear[2] if family.law == "BC" else node[2]
    return np.array([node[0], linear[0], linear[1], np.exp(node[1]), power])


def _clipped(values: Vector, family: Family, box: Box) -> Vector:
    return to_natural(np.clip(to_internal(values, family), box.low, box.high), family)
