"""Curves of release against time, with their derivatives, on the scale on which they are searched.

Every curve takes times (..., n) above 0 and coordinates (..., p) and gives percent released (..., n); its
gradient gives (..., n, p). Rates are searched as logarithms, so that minutes and hours are alike. The
first coordinate is always the one that a point of the curve can be exchanged for.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Curve = Callable[[Vector, Vector], Vector]
Pin = Callable[[Vector, Vector], Vector]

_FAR = 600.0  # exp of more than this overflows


def _at(theta: Vector, place: int) -> Vector:
    return np.asarray(theta[..., place, None])


def _exp(power: Vector) -> Vector:
    return np.asarray(np.exp(np.clip(power, -_FAR, _FAR)))


def power_sum(powers: tuple[float, ...]) -> tuple[Curve, Curve]:
    """Curve and gradient of sum_i theta_i t^power_i: zero order, Higuchi, Peppas and Sahlin.

    Examples
    --------
    >>> curve, _ = power_sum((0.5, 1.0))
    >>> curve(np.array([4.0, 9.0]), np.array([2.0, 1.0])).tolist()
    [8.0, 15.0]
    """

    def gradient(t: Vector, theta: Vector) -> Vector:
        columns = np.stack([t**power for power in powers], axis=-1)
        return np.broadcast_to(columns, np.broadcast_shapes(columns.shape, (*theta.shape[:-1], 1, 1)))

    def curve(t: Vector, theta: Vector) -> Vector:
        return np.asarray(sum(_at(theta, i) * t**power for i, power in enumerate(powers)))

    return curve, gradient


def free_power(t: Vector, theta: Vector) -> Vector:
    """Power law k t^n with theta = (k, n)."""
    return np.asarray(_at(theta, 0) * _exp(_at(theta, 1) * np.log(t)))


def free_power_gradient(t: Vector, theta: Vector) -> Vector:
    log_t = np.log(t)
    power = _exp(_at(theta, 1) * log_t)
    return np.stack([power, _at(theta, 0) * power * log_t], axis=-1)


def first_order(t: Vector, theta: Vector) -> Vector:
    """100 (1 - exp(-k t)) with theta = (ln k)."""
    return np.asarray(-100 * np.expm1(-_exp(_at(theta, 0) + np.log(t))))


def first_order_gradient(t: Vector, theta: Vector) -> Vector:
    kt = _exp(_at(theta, 0) + np.log(t))
    return np.asarray((100 * kt * np.exp(-kt))[..., None])


def cube_root(t: Vector, theta: Vector) -> Vector:
    """100 (1 - (1 - k t)^3), 100 once k t passes 1, with theta = (ln k)."""
    left = np.maximum(1 - _exp(_at(theta, 0) + np.log(t)), 0.0)
    return np.asarray(100 * (1 - left**3))


def cube_root_gradient(t: Vector, theta: Vector) -> Vector:
    kt = _exp(_at(theta, 0) + np.log(t))
    return np.asarray((300 * np.maximum(1 - kt, 0.0) ** 2 * kt)[..., None])


def weibull(t: Vector, theta: Vector) -> Vector:
    """100 (1 - exp(-(t / Td)^b)) with theta = (ln Td, b)."""
    return np.asarray(-100 * np.expm1(-_exp(_at(theta, 1) * (np.log(t) - _at(theta, 0)))))


def weibull_gradient(t: Vector, theta: Vector) -> Vector:
    log_ratio = np.log(t) - _at(theta, 0)
    u = _exp(_at(theta, 1) * log_ratio)
    by_power = 100 * u * np.exp(-u)
    return np.stack([-_at(theta, 1) * by_power, by_power * log_ratio], axis=-1)


def gompertz(t: Vector, theta: Vector) -> Vector:
    """100 exp(-a exp(-b log10 t)) with theta = (ln a, b)."""
    return np.asarray(100 * np.exp(-_exp(_at(theta, 0) - _at(theta, 1) * np.log10(t))))


def gompertz_gradient(t: Vector, theta: Vector) -> Vector:
    log_t = np.log10(t)
    u = _exp(_at(theta, 0) - _at(theta, 1) * log_t)
    by_power = 100 * u * np.exp(-u)
    return np.stack([-by_power, by_power * log_t], axis=-1)


def logistic(t: Vector, theta: Vector) -> Vector:
    """100 / (1 + exp(-(a + b log10 t))) with theta = (a, b)."""
    return np.asarray(100 / (1 + _exp(-_at(theta, 0) - _at(theta, 1) * np.log10(t))))


def logistic_gradient(t: Vector, theta: Vector) -> Vector:
    log_t = np.log10(t)
    share = 1 / (1 + _exp(-_at(theta, 0) - _at(theta, 1) * log_t))
    by_power = 100 * share * (1 - share)
    return np.stack([by_power, by_power * log_t], axis=-1)


def two_phases(t: Vector, theta: Vector) -> Vector:
    """100 (f (1 - exp(-k1 t)) + (1 - f) (1 - exp(-k2 t))) with theta = (f, ln k1, ln k2)."""
    f, fast, slow = _at(theta, 0), first_order(t, theta[..., 1:2]), first_order(t, theta[..., 2:3])
    return np.asarray(f * fast + (1 - f) * slow)


def two_phases_gradient(t: Vector, theta: Vector) -> Vector:
    f, fast, slow = _at(theta, 0), theta[..., 1:2], theta[..., 2:3]
    by_fast = f * first_order_gradient(t, fast)[..., 0]
    by_slow = (1 - f) * first_order_gradient(t, slow)[..., 0]
    return np.stack([first_order(t, fast) - first_order(t, slow), by_fast, by_slow], axis=-1)


def scaled(curve: Curve, gradient: Curve) -> tuple[Curve, Curve]:
    """The same curve ending at Fmax instead of 100, with theta = (Fmax, theta of the curve)."""

    def scaled_curve(t: Vector, theta: Vector) -> Vector:
        return np.asarray(_at(theta, 0) * curve(t, theta[..., 1:]) / 100)

    def scaled_gradient(t: Vector, theta: Vector) -> Vector:
        of_shape = _at(theta, 0)[..., None] * gradient(t, theta[..., 1:]) / 100
        return np.concatenate([curve(t, theta[..., 1:])[..., None] / 100, of_shape], axis=-1)

    return scaled_curve, scaled_gradient


def delayed(curve: Curve, gradient: Curve) -> tuple[Curve, Curve]:
    """The same curve begun at the time `lag`, zero before, with theta = (theta of the curve, lag)."""

    def since(t: Vector, theta: Vector) -> Vector:
        return np.maximum(t - theta[..., -1, None], 1e-12 * t)

    def delayed_curve(t: Vector, theta: Vector) -> Vector:
        begun = t > theta[..., -1, None]
        return np.where(begun, curve(since(t, theta), theta[..., :-1]), 0.0)

    def delayed_gradient(t: Vector, theta: Vector) -> Vector:
        begun, s, inner = t > theta[..., -1, None], since(t, theta), theta[..., :-1]
        near = 1e-6
        by_time = (curve(s * (1 + near), inner) - curve(s * (1 - near), inner)) / (2 * near * s)
        columns = np.concatenate([gradient(s, inner), -by_time[..., None]], axis=-1)
        return np.where(begun[..., None], columns, 0.0)

    return delayed_curve, delayed_gradient
