"""Profile likelihood of one effective dose of LL.4 curves, compiled.

With x* the dose asked for, t = b (ln x - ln x*) + tau: tau is fixed for a relative dose (s(x*) = 1 - p) and
free for an absolute one, whose constraint f(x*) = level leaves one linear coefficient,
f(x) = level + k (s(x) - s(x*)) with k >= 0. So every x* costs a search over ln b, or over (ln b, tau).
"""

import numpy as np
from numpy.typing import NDArray

from selenolab.fit.ll4_kernel import COEF, A, B, E, P, R, T, evaluate, normal, step_of
from selenolab.stats.compiled import compiled

Vector = NDArray[np.float64]

_STEPS = 60
_TAU = 250.0  # exp of twice this is still a number


@compiled
def relative_rss(
    log_x: float, tau: float, log_b: float, z: Vector, y: Vector, w: Vector, limits: Vector, box: Vector,
    work: Vector, lin: Vector, nrm: Vector, enough: float,
) -> tuple[float, float]:  # fmt: skip
    """Least RSS over b, c and d with the relative dose held at ln x*, and the ln b that gives it."""
    log_b = min(max(log_b, box[0]), box[1])
    rss = evaluate(log_b, log_x - tau * np.exp(-log_b), z, y, w, limits, work, lin)
    damping, fresh = 1e-3, True
    for _ in range(_STEPS):
        if fresh:
            for i in range(z.size):
                work[T, i] -= tau  # the derivative by ln b at fixed x*
            normal(log_b, w, work, lin, nrm)
        step = nrm[0] / (nrm[2] * (1.0 + damping) + 1e-300)
        step = min(max(step, -0.75), 3.0)
        if step * nrm[0] <= 1e-2 * enough:
            break
        new_b = min(max(log_b + np.log1p(step), box[0]), box[1])
        if new_b == log_b:
            break
        new = evaluate(new_b, log_x - tau * np.exp(-new_b), z, y, w, limits, work, lin)
        fresh = new < rss
        if fresh:
            done = rss - new <= enough
            log_b, rss = new_b, new
            damping = max(0.1 * damping, 1e-12)
            if done:
                break
        else:
            damping *= 8.0
            if damping > 1e8:
                break
    return rss, log_b


@compiled
def level_rss(
    log_x: float, level: float, log_b: float, tau: float, z: Vector, y: Vector, w: Vector,
    work: Vector, lin: Vector,
) -> float:  # fmt: skip
    """Least RSS over k with f(x*) = level for given b and tau; leaves P, A, R, T - tau and k behind."""
    b = np.exp(log_b)
    m = z.size
    side = 1.0 if log_x - tau / b > 0.5 * (max(z[0], z[1]) + z[m - 1]) else -1.0
    at = 1.0 / (1.0 + np.exp(-side * tau))
    aa, ay = 0.0, 0.0
    for i in range(m):
        t = min(max(b * (z[i] - log_x) + tau, -600.0), 600.0)
        work[T, i] = t - tau
        p = 1.0 / (1.0 + np.exp(-side * t))
        work[P, i] = p
        a = p - at
        work[A, i] = a
        aa += w[i] * a * a
        ay += w[i] * a * (y[i] - level)
    k = ay / aa if aa > 0.0 else 0.0
    if k * side > 0.0:
        k = 0.0
    lin[COEF], lin[4], lin[5] = k, aa, at * (1.0 - at)
    lin[6] = side
    rss = 0.0
    for i in range(m):
        r = y[i] - level - k * work[A, i]
        work[R, i] = r
        rss += w[i] * r * r
    return rss


@compiled
def level_normal(w: Vector, work: Vector, lin: Vector, nrm: Vector) -> None:
    """Gradient and projected information of (ln b, tau) at f(x*) = level, into `nrm[:5]`."""
    k = lin[COEF] * lin[6]
    gb, gt, bb, bt, tt, ba, ta = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for i in range(w.size):
        p = work[P, i]
        rate = p * (1.0 - p)
        vb, vt = k * rate * work[T, i], k * (rate - lin[5])
        work[B, i], work[E, i] = vb, vt
        gb += w[i] * vb * work[R, i]
        gt += w[i] * vt * work[R, i]
        bb += w[i] * vb * vb
        bt += w[i] * vb * vt
        tt += w[i] * vt * vt
        ba += w[i] * vb * work[A, i]
        ta += w[i] * vt * work[A, i]
    inverse = 1.0 / lin[4] if lin[4] > 0.0 else 0.0
    nrm[0], nrm[1] = gb, gt
    nrm[2], nrm[3], nrm[4] = bb - ba * ba * inverse, bt - ba * ta * inverse, tt - ta * ta * inverse


@compiled
def absolute_rss(
    log_x: float, level: float, log_b: float, tau: float, z: Vector, y: Vector, w: Vector, box: Vector,
    work: Vector, lin: Vector, nrm: Vector, enough: float,
) -> tuple[float, float, float]:  # fmt: skip
    """Least RSS over b, c and d with f(x*) = level at ln x*, and the ln b and tau that give it."""
    log_b, tau = min(max(log_b, box[0]), box[1]), min(max(tau, -_TAU), _TAU)
    rss = level_rss(log_x, level, log_b, tau, z, y, w, work, lin)
    damping, growth, fresh = 1e-3, 4.0, True
    for _ in range(_STEPS):
        if fresh:
            level_normal(w, work, lin, nrm)
        free_b = not ((log_b <= box[0] and nrm[0] <= 0.0) or (log_b >= box[1] and nrm[0] >= 0.0))
        free_t = not ((tau <= -_TAU and nrm[1] <= 0.0) or (tau >= _TAU and nrm[1] >= 0.0))
        db, dt = step_of(nrm, damping, free_b, free_t)
        if db * nrm[0] + dt * nrm[1] <= 1e-2 * enough:
            break
        length = max(max(db / 3.0, -db / 0.75), abs(dt) / max(4.0, 0.5 * abs(tau)))
        if length > 1.0:
            db, dt = db / length, dt / length
        new_b = min(max(log_b + np.log1p(db), box[0]), box[1])
        new_t = min(max(tau + dt, -_TAU), _TAU)
        new = level_rss(log_x, level, new_b, new_t, z, y, w, work, lin)
        fresh = new < rss
        if fresh:
            done = rss - new <= enough and damping < 1e-2
            log_b, tau, rss = new_b, new_t, new
            damping, growth = max(0.1 * damping, 1e-12), 4.0
            if done:
                break
        else:
            damping, growth = damping * growth, growth * 2.0
            if damping > 1e8:
                break
    return rss, log_b, tau


@compiled
def constrained(
    log_x: float, target: float, absolute: bool, state: Vector, bar: float, z: Vector, y: Vector, w: Vector,
    limits: Vector, box: Vector, work: Vector, lin: Vector, nrm: Vector, enough: float,
) -> float:  # fmt: skip
    """Least RSS at ln x*, from the neighbour's `state`, which is brought up to date.

    `state` holds ln b and tau there, ln b and ln e of the fit.

    Where the neighbour leads above `bar`, other starts are tried, the fit's own curve first: a dose is
    refused only when none of them brings it under.
    """
    if absolute:
        best, log_b, tau = absolute_rss(
            log_x, target, state[0], state[1], z, y, w, box, work, lin, nrm, enough
        )  # fmt: skip
        if best > bar:
            for k in range(-1, 9):
                start_b = np.log(0.7) + 1.1 * (k // 3) if k >= 0 else state[2]
                start_t = 2.5 * (k % 3 - 1) if k >= 0 else np.exp(state[2]) * (log_x - state[3])
                rss, b, t = absolute_rss(
                    log_x, target, start_b, start_t, z, y, w, box, work, lin, nrm, enough
                )  # fmt: skip
                if rss < best:
                    best, log_b, tau = rss, b, t
        state[0], state[1] = log_b, tau
        return best
    best, log_b = relative_rss(log_x, target, state[0], z, y, w, limits, box, work, lin, nrm, enough)
    if best > bar:
        for k in range(4):
            start_b = np.log(0.5) + 1.1 * k
            rss, b = relative_rss(log_x, target, start_b, z, y, w, limits, box, work, lin, nrm, enough)
            if rss < best:
                best, log_b = rss, b
    state[0] = log_b
    return best


@compiled
def one_side(
    start: float, end: float, first: float, target: float, absolute: bool, start_state: Vector, least: float,
    bar: float, z: Vector, y: Vector, w: Vector, limits: Vector, box: Vector, work: Vector, lin: Vector,
    nrm: Vector, enough: float,
) -> float:  # fmt: skip
    """Ln of the confidence limit between `start` (inside) and `end`; infinite where there is none."""
    here = start
    state = start_state.copy()
    sign = 1.0 if end > start else -1.0
    inside, gap_in = start, -np.sqrt(bar - least)
    outside, gap_out = end, np.nan
    step = first
    while True:
        here = inside + sign * step
        last = sign * (here - end) >= 0.0
        if last:
            here = end
        rss = constrained(here, target, absolute, state, bar, z, y, w, limits, box, work, lin, nrm, enough)
        gap = np.sqrt(max(rss - least, 0.0)) - np.sqrt(bar - least)
        if gap > 0.0:
            outside, gap_out = here, gap
            break
        if last:
            return sign * np.inf
        inside, gap_in = here, gap
        step = min(1.6 * step, 0.7)
    kept = 0
    for _ in range(60):
        here = inside + (outside - inside) * (-gap_in) / (gap_out - gap_in)
        if abs(outside - inside) < 1e-7 or abs(here - inside) < 1e-9 or abs(outside - here) < 1e-9:
            return float(here)
        rss = constrained(here, target, absolute, state, bar, z, y, w, limits, box, work, lin, nrm, enough)
        gap = np.sqrt(max(rss - least, 0.0)) - np.sqrt(bar - least)
        if abs(gap) < 1e-7 * np.sqrt(bar - least):
            return float(here)
        if gap > 0.0:
            outside, gap_out = here, gap
            gap_in = gap_in * 0.5 if kept == 1 else gap_in
            kept = 1
        else:
            inside, gap_in = here, gap
            gap_out = gap_out * 0.5 if kept == -1 else gap_out
            kept = -1
    return here


@compiled
def profile_rows(
    z: Vector, mean: Vector, weight: Vector, rss: Vector, pure: Vector, bars: Vector, start: Vector,
    states: Vector, first: Vector, target: float, absolute: bool, limits: Vector, box: Vector,
    span: float, out: Vector,
) -> None:  # fmt: skip
    """Confidence limits of every row, as natural logarithms, into `out` (n, 2).

    `start` is ln of the estimate, infinite where it lies nowhere; `states` (n, 4) ln b and tau there,
    ln b and ln e of the fit; `bars` the highest total RSS inside the interval; `span` how far beyond
    the doses is searched (log).
    Both limits infinite of one sign: no dose at all is inside.
    """
    work, lin, nrm = np.empty((6, z.size)), np.zeros(8), np.zeros(9)
    low_end, high_end = max(z[0], z[1]) - span, z[z.size - 1] + span
    for row in range(mean.shape[0]):
        y, w = mean[row], weight[row]
        least, bar = rss[row] - pure[row], bars[row] - pure[row]
        out[row, 0], out[row, 1] = -np.inf, np.inf
        if not bar > least:
            if bar == least:
                out[row, 0], out[row, 1] = start[row], start[row]
            continue
        enough = 1e-7 * (bars[row] - rss[row])
        state = states[row].copy()
        middle = min(max(start[row], low_end), high_end)
        if middle != start[row]:
            state[1] = np.exp(state[2]) * (middle - state[3])
            edge = constrained(
                middle, target, absolute, state, bar, z, y, w, limits, box, work, lin, nrm, enough
            )  # fmt: skip
            if edge > bar:
                out[row, 0], out[row, 1] = np.sign(start[row]) * np.inf, np.sign(start[row]) * np.inf
                continue
        args = (target, absolute, state, least, bar, z, y, w, limits, box, work, lin, nrm, enough)
        if start[row] > low_end:
            out[row, 0] = one_side(middle, low_end, first[row], *args)
        if start[row] < high_end:
            out[row, 1] = one_side(middle, high_end, first[row], *args)
