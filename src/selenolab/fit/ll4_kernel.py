"""The batched log-logistic fitter: c and d eliminated, Levenberg-Marquardt on (ln b, ln e).

Variable projection with Kaufman's Jacobian (Golub and Pereyra 2003, doi:10.1088/0266-5611/19/2/201).
Arrays of one curve live in a small scratch table, so that nothing is allocated per curve:
rows of `work` are T (exponent), P (share), A (column of the coefficient), R (residual), B and E
(derivatives by ln b and ln e).
"""

import numpy as np
from numpy.typing import NDArray

from selenolab.stats.compiled import compiled

Vector = NDArray[np.float64]

T, P, A, R, B, E = 0, 1, 2, 3, 4, 5
# entries of the vector `lin`: what one evaluation leaves behind
RSS, COEF, C, D, SAA, MODE, PBAR, WSUM = 0, 1, 2, 3, 4, 5, 6, 7
BOTH_FREE, D_FREE, C_FREE, NONE_FREE = 0.0, 1.0, 2.0, 3.0


@compiled
def shares(b: float, log_e: float, z: Vector, work: Vector) -> float:
    """Fill T and P; P is 1 - s where e lies in the upper half of the doses, so that it keeps its digits."""
    m = z.size
    side = 1.0 if log_e > 0.5 * (max(z[0], z[1]) + z[m - 1]) else -1.0
    for i in range(m):
        t = b * (z[i] - log_e)
        t = min(max(t, -600.0), 600.0)
        work[T, i] = t
        work[P, i] = 1.0 / (1.0 + np.exp(-side * t))
    return side


@compiled
def evaluate(
    log_b: float, log_e: float, z: Vector, y: Vector, w: Vector, limits: Vector, work: Vector, lin: Vector
) -> float:
    """Best c and d within `limits` (c low, c high, d low, d high) for given slope and mid dose; the RSS."""
    return evaluate_at(np.exp(log_b), log_e, z, y, w, limits, work, lin)


@compiled
def evaluate_at(
    b: float, log_e: float, z: Vector, y: Vector, w: Vector, limits: Vector, work: Vector, lin: Vector
) -> float:
    """:func:`evaluate` for the slope itself."""
    side = shares(b, log_e, z, work)
    m = z.size
    total, pbar, ybar = 0.0, 0.0, 0.0
    for i in range(m):
        total += w[i]
        pbar += w[i] * work[P, i]
        ybar += w[i] * y[i]
    pbar /= total
    ybar /= total
    spp, spy = 0.0, 0.0
    for i in range(m):
        a = work[P, i] - pbar
        work[A, i] = a
        spp += w[i] * a * a
        spy += w[i] * a * (y[i] - ybar)
    coef = spy / spp if spp > 0.0 else 0.0
    near = ybar - coef * pbar
    if side > 0.0:
        lin[D], lin[C] = near, near + coef
    else:
        lin[C], lin[D] = near, near + coef
    lin[COEF], lin[SAA], lin[MODE], lin[PBAR], lin[WSUM] = coef * side, spp, BOTH_FREE, pbar, total
    if lin[C] < limits[0] or lin[C] > limits[1] or lin[D] < limits[2] or lin[D] > limits[3]:
        return bounded(side, y, w, limits, work, lin)
    rss = 0.0
    for i in range(m):
        r = y[i] - ybar - coef * work[A, i]
        work[R, i] = r
        rss += w[i] * r * r
    lin[RSS] = rss
    return rss


@compiled
def bounded(side: float, y: Vector, w: Vector, limits: Vector, work: Vector, lin: Vector) -> float:
    """The best of the four edges of the box of c and d: the free optimum lies outside it."""
    m = y.size
    best, best_c, best_d, best_mode, best_saa = np.inf, 0.0, 0.0, NONE_FREE, 1.0
    for edge in range(4):
        held = limits[edge]
        if not np.isfinite(held):
            continue
        saa, say = 0.0, 0.0
        for i in range(m):
            s = 1.0 - work[P, i] if side > 0.0 else work[P, i]
            a, offset = (s, held * (1.0 - s)) if edge < 2 else (1.0 - s, held * s)
            saa += w[i] * a * a
            say += w[i] * a * (y[i] - offset)
        low, high = (limits[2], limits[3]) if edge < 2 else (limits[0], limits[1])
        raw = say / saa if saa > 0.0 else 0.0
        other = min(max(raw, low), high)
        c, d = (held, other) if edge < 2 else (other, held)
        rss = 0.0
        for i in range(m):
            s = 1.0 - work[P, i] if side > 0.0 else work[P, i]
            r = y[i] - c - (d - c) * s
            rss += w[i] * r * r
        if rss < best:
            best, best_c, best_d, best_saa = rss, c, d, saa
            best_mode = NONE_FREE if other != raw else (D_FREE if edge < 2 else C_FREE)
    for i in range(m):
        s = 1.0 - work[P, i] if side > 0.0 else work[P, i]
        work[R, i] = y[i] - best_c - (best_d - best_c) * s
        work[A, i] = s if best_mode == D_FREE else 1.0 - s
    lin[RSS], lin[C], lin[D], lin[COEF] = best, best_c, best_d, best_c - best_d
    lin[MODE], lin[SAA] = best_mode, max(best_saa, 1e-300)
    return best


@compiled
def normal(log_b: float, w: Vector, work: Vector, lin: Vector, out: Vector) -> None:
    """Gradient and projected information of (ln b, ln e).

    `out` = g_b, g_e, h_bb, h_be, h_ee, then the parts the covariance needs: mean of B, mean of E,
    B on A, E on A.
    """
    normal_at(np.exp(log_b), w, work, lin, out)


@compiled
def normal_at(b: float, w: Vector, work: Vector, lin: Vector, out: Vector) -> None:
    """:func:`normal` for the slope itself."""
    m = w.size
    coef = lin[COEF]
    mean_b, mean_e = 0.0, 0.0
    for i in range(m):
        p = work[P, i]
        rate = coef * p * (1.0 - p)
        work[B, i] = rate * work[T, i]
        work[E, i] = -rate * b
        mean_b += w[i] * work[B, i]
        mean_e += w[i] * work[E, i]
    centred = lin[MODE] == BOTH_FREE
    mean_b = mean_b / lin[WSUM] if centred else 0.0
    mean_e = mean_e / lin[WSUM] if centred else 0.0
    gb, ge, bb, be, ee, ba, ea = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for i in range(m):
        vb, ve = work[B, i] - mean_b, work[E, i] - mean_e
        gb += w[i] * vb * work[R, i]
        ge += w[i] * ve * work[R, i]
        bb += w[i] * vb * vb
        be += w[i] * vb * ve
        ee += w[i] * ve * ve
        ba += w[i] * vb * work[A, i]
        ea += w[i] * ve * work[A, i]
    inverse = 0.0 if lin[MODE] == NONE_FREE or lin[SAA] <= 0.0 else 1.0 / lin[SAA]
    out[0], out[1] = gb, ge
    out[2], out[3], out[4] = bb - ba * ba * inverse, be - ba * ea * inverse, ee - ea * ea * inverse
    out[5], out[6], out[7], out[8] = mean_b, mean_e, ba * inverse, ea * inverse


@compiled
def step_of(nrm: Vector, damping: float, free_b: bool, free_e: bool) -> tuple[float, float]:
    """The damped step of the free ones among (ln b, ln e); one without information stays."""
    free_b = free_b and nrm[2] > 1e-15 * nrm[4]
    free_e = free_e and nrm[4] > 1e-15 * nrm[2]
    bb = nrm[2] * (1.0 + damping) + 1e-300
    ee = nrm[4] * (1.0 + damping) + 1e-300
    if free_b and free_e:
        det = bb * ee - nrm[3] * nrm[3]
        if det > 1e-14 * bb * ee:
            return (ee * nrm[0] - nrm[3] * nrm[1]) / det, (bb * nrm[1] - nrm[3] * nrm[0]) / det
        return nrm[0] / (2 * bb), nrm[1] / (2 * ee)
    return (nrm[0] / bb if free_b else 0.0), (nrm[1] / ee if free_e else 0.0)


@compiled
def moved(b: float, log_e: float, db: float, de: float, z: Vector, box: Vector) -> tuple[float, float]:
    """Where a step leads: straight in (b, b ln e), where the ridges of steep curves lie straight.

    The step is shortened to a factor of 4 in b, and both end inside the box (b low, high, reach of b ln e,
    reach of ln e): ln e may leave the doses by box[2] / b at most, where a curve without plateau equals its
    power-law limit to nine digits.
    """
    length = max(max(db / 3.0, -db / 0.75), abs(de) / max(5.0, 8.0 / b))
    if length > 1.0:
        db, de = db / length, de / length
    new_b = min(max(b * (1.0 + db), box[0]), box[1])
    reach = min(box[2] / new_b, box[3])
    new_e = log_e + de * b / new_b
    return new_b, min(max(new_e, max(z[0], z[1]) - reach), z[z.size - 1] + reach)


@compiled
def at_edge(b: float, log_e: float, z: Vector, box: Vector) -> float:
    """-1 or 1 where ln e lies at the lower or upper edge of its box, else 0."""
    reach = min(box[2] / b, box[3]) * (1 - 1e-12)
    if log_e <= max(z[0], z[1]) - reach:
        return -1.0
    return 1.0 if log_e >= z[z.size - 1] + reach else 0.0


@compiled
def descend(
    b: float, log_e: float, z: Vector, y: Vector, w: Vector, limits: Vector, box: Vector,
    work: Vector, lin: Vector, nrm: Vector, enough: float, known_b: float, known_e: float,
) -> tuple[float, float, float, int]:  # fmt: skip
    """Levenberg-Marquardt from one start within `box` (b low, high, reach of b ln e, reach of ln e).

    A gain below `enough` counts as none. The search is given up where it falls into the known valley
    (`known_b`, `known_e`). Returns RSS, b, ln e and the number of steps (101: the limit).
    """
    rss = evaluate_at(b, log_e, z, y, w, limits, work, lin)
    damping, growth, quiet = 1e-3, 4.0, 0
    fresh = True
    for iteration in range(1, 101):
        if fresh:
            if abs(b - known_b) < 0.05 * b and abs(log_e - known_e) * b < 0.05:
                return rss, b, log_e, iteration
            normal_at(b, w, work, lin, nrm)
        edge = at_edge(b, log_e, z, box)
        free_b = not ((b <= box[0] and nrm[0] <= 0.0) or (b >= box[1] and nrm[0] >= 0.0))
        free_e = not (edge * nrm[1] > 0.0)
        db, de = step_of(nrm, damping, free_b, free_e)
        gain = db * nrm[0] + de * nrm[1]
        if gain <= 1e-2 * enough:
            return rss, b, log_e, iteration
        new_b, new_e = moved(b, log_e, db, de, z, box)
        new = evaluate_at(new_b, new_e, z, y, w, limits, work, lin)
        if new < rss:
            quiet = quiet + 1 if rss - new <= enough else 0
            good = rss - new > 0.25 * gain
            b, log_e, rss = new_b, new_e, new
            damping = max(damping * (0.1 if good else 1.0), 1e-12)
            growth, fresh = 4.0, True
        else:
            quiet = quiet + 1 if gain <= enough else quiet
            damping *= growth
            growth *= 2.0
            fresh = False
        if quiet >= 2 or (quiet == 1 and damping < 1e-4) or damping > 1e10:
            return rss, b, log_e, iteration
    return rss, b, log_e, 101
