"""Loops over curves: grid, two starts, Levenberg-Marquardt, covariance. See `ll4_kernel`."""

import numpy as np
from numpy.typing import NDArray

from selenolab.fit.ll4_kernel import (
    BOTH_FREE,
    C_FREE,
    D_FREE,
    MODE,
    PBAR,
    SAA,
    WSUM,
    C,
    D,
    at_edge,
    descend,
    evaluate_at,
    normal_at,
)
from selenolab.stats.compiled import compiled

Vector = NDArray[np.float64]

# A second valley is searched unless its best node is that much worse than the first's: in 56,000 simulated
# curves (ordinary, partial, shallow, steep, noisy, nearly exact) one lost more than 1e-6 of its RSS by it.
_RIVAL = 1.5


@compiled
def grid_shares(z: Vector, b_nodes: Vector, e_nodes: Vector) -> Vector:
    """(m, g) s(x) at every node of slope and mid dose."""
    g = b_nodes.size * e_nodes.size
    table = np.empty((z.size, g))
    for i in range(z.size):
        for j in range(b_nodes.size):
            for k in range(e_nodes.size):
                t = min(max(b_nodes[j] * (z[i] - e_nodes[k]), -600.0), 600.0)
                table[i, j * e_nodes.size + k] = 1.0 / (1.0 + np.exp(t))
    return table


@compiled
def directions(table: Vector, w: Vector) -> Vector:
    """(m, g) weighted unit vectors: the dot product with y, squared, is what a node explains."""
    m, g = table.shape
    out = np.empty((m, g))
    total = w.sum()
    for j in range(g):
        mean, square = 0.0, 0.0
        for i in range(m):
            mean += w[i] * table[i, j]
        mean /= total
        for i in range(m):
            square += w[i] * (table[i, j] - mean) ** 2
        scale = 1.0 / np.sqrt(square) if square > 1e-20 * total else 0.0
        for i in range(m):
            out[i, j] = w[i] * (table[i, j] - mean) * scale
    return out


@compiled
def explained(unit: Vector, y: Vector, score: Vector) -> None:
    """Square of the dot products of every node with y, into `score`."""
    m, g = unit.shape
    score[:] = 0.0
    for i in range(m):
        value = y[i]
        for j in range(g):
            score[j] += unit[i, j] * value
    for j in range(g):
        score[j] = score[j] * score[j]


@compiled
def scored(
    z: Vector, y: Vector, w: Vector, limits: Vector, b_nodes: Vector, e_nodes: Vector,
    work: Vector, lin: Vector, score: Vector,
) -> None:  # fmt: skip
    """Minus the RSS at every node, c and d within their limits, into `score`."""
    for j in range(b_nodes.size):
        for k in range(e_nodes.size):
            score[j * e_nodes.size + k] = -evaluate_at(b_nodes[j], e_nodes[k], z, y, w, limits, work, lin)


@compiled
def two_best(score: Vector, b_nodes: Vector, e_nodes: Vector) -> tuple[int, int]:
    """The best node, and the best of those that may lie in another valley."""
    count = e_nodes.size
    first = int(np.argmax(score))
    b, e = b_nodes[first // count], e_nodes[first % count]
    second, most = -1, -np.inf
    for i in range(b_nodes.size):
        other = b_nodes[i]
        apart = 1.5 / max(b, other) if 0.4 * b < other < 2.5 * b else -1.0
        for k in range(count):
            if score[i * count + k] > most and abs(e_nodes[k] - e) > apart:
                second, most = i * count + k, score[i * count + k]
    return first, second


@compiled
def total_square(y: Vector, w: Vector) -> float:
    """Weighted sum of squares about the weighted mean."""
    total, mean, square = 0.0, 0.0, 0.0
    for i in range(y.size):
        total += w[i]
        mean += w[i] * y[i]
    mean /= total
    for i in range(y.size):
        square += w[i] * (y[i] - mean) ** 2
    return square


@compiled
def loadings(k: int, side: float, lin: Vector) -> tuple[float, float]:
    """How c (k = 1) or d (k = 2) hangs on the level at the mean share and on the coefficient."""
    mode = lin[MODE]
    if mode == BOTH_FREE:
        return 1.0, (1.0 - lin[PBAR] if (k == 1) == (side > 0.0) else -lin[PBAR])
    is_free = (mode == C_FREE and k == 1) or (mode == D_FREE and k == 2)
    return 0.0, (1.0 if is_free else 0.0)


@compiled
def covariance(
    b: float, e: float, side: float, free_b: bool, free_e: bool, nrm: Vector, lin: Vector, cov: Vector
) -> None:
    """(4, 4) unscaled covariance of b, c, d, e from the projected information, into `cov`.

    A slope or mid dose at the edge of the search has infinite variance; a plateau at its limit, none.
    """
    bb, be, ee = 0.0, 0.0, 0.0
    det = nrm[2] * nrm[4] - nrm[3] * nrm[3]
    known = nrm[2] > 0.0 and nrm[4] > 0.0
    if free_b and free_e:
        known = known and det > 1e-12 * nrm[2] * nrm[4]
        if known:
            bb, be, ee = nrm[4] / det, -nrm[3] / det, nrm[2] / det
    elif free_b and known:
        bb = 1.0 / nrm[2]
    elif free_e and known:
        ee = 1.0 / nrm[4]
    one_c, slope_c = loadings(1, side, lin)
    one_d, slope_d = loadings(2, side, lin)
    cb, ce = one_c * nrm[5] + slope_c * nrm[7], one_c * nrm[6] + slope_c * nrm[8]
    db, de = one_d * nrm[5] + slope_d * nrm[7], one_d * nrm[6] + slope_d * nrm[8]
    cov[0, 0], cov[0, 3], cov[3, 3] = b * b * bb, b * e * be, e * e * ee
    cov[0, 1], cov[0, 2] = -b * (cb * bb + ce * be), -b * (db * bb + de * be)
    cov[1, 3], cov[2, 3] = -e * (cb * be + ce * ee), -e * (db * be + de * ee)
    total, saa = lin[WSUM], max(lin[SAA], 1e-300)
    cov[1, 1] = one_c / total + slope_c * slope_c / saa + cb * cb * bb + 2 * cb * ce * be + ce * ce * ee
    cov[2, 2] = one_d / total + slope_d * slope_d / saa + db * db * bb + 2 * db * de * be + de * de * ee
    cov[1, 2] = one_c * one_d / total + slope_c * slope_d / saa
    cov[1, 2] += cb * db * bb + (cb * de + ce * db) * be + ce * de * ee
    for i in range(4):
        for j in range(i):
            cov[i, j] = cov[j, i]
    if not (known and free_b):
        cov[0, :], cov[:, 0] = 0.0, 0.0
        cov[0, 0] = np.inf
    if not (known and free_e):
        cov[3, :], cov[:, 3] = 0.0, 0.0
        cov[3, 3] = np.inf


@compiled
def fit_rows(
    z: Vector, mean: Vector, weight: Vector, pure: Vector, count: Vector, limits: Vector, box: Vector,
    b_nodes: Vector, e_nodes: Vector, tolerance: float, values: Vector, cov: Vector, rss: Vector,
    dof: Vector, steps: Vector,
) -> None:  # fmt: skip
    """Fit every row of `mean` (n, m); results into `values` (n, 4), `cov` (n, 4, 4) and the (n,) rest.

    `pure` and `count` (n,) are the pure-error sum of squares and the number of wells. Rows with too few
    doses must be left out by the caller; a dose without wells has weight 0 and mean 0.
    """
    work, lin, nrm = np.empty((6, z.size)), np.zeros(8), np.zeros(9)
    table = grid_shares(z, b_nodes, e_nodes)
    shared = directions(table, weight[0])
    score = np.empty(table.shape[1])
    slopes = np.array([np.exp(box[0]), np.exp(box[1]), box[2], box[3]])
    open_limits = not np.any(np.isfinite(limits))
    for row in range(mean.shape[0]):
        y, w = mean[row], weight[row]
        if open_limits:
            same = True
            for i in range(z.size):
                same = same and w[i] == weight[0, i]
            explained(shared if same else directions(table, w), y, score)
        else:
            scored(z, y, w, limits, b_nodes, e_nodes, work, lin, score)
        first, second = two_best(score, b_nodes, e_nodes)
        k = e_nodes.size
        whole = pure[row] + (total_square(y, w) if open_limits else 0.0)
        enough = tolerance * 0.5 * max(whole - score[first], 0.0)
        best, b, log_e, used = descend(
            b_nodes[first // k], e_nodes[first % k], z, y, w, limits, slopes, work, lin, nrm, enough,
            np.inf, np.inf,
        )  # fmt: skip
        if second >= 0 and whole - score[second] < _RIVAL * (whole - score[first]):
            other, other_b, other_e, more = descend(
                b_nodes[second // k], e_nodes[second % k], z, y, w, limits, slopes, work, lin, nrm,
                enough, b, log_e,
            )  # fmt: skip
            if other < best:
                b, log_e, used = other_b, other_e, more
        best = evaluate_at(b, log_e, z, y, w, limits, work, lin)
        normal_at(b, w, work, lin, nrm)
        side = 1.0 if log_e > 0.5 * (max(z[0], z[1]) + z[z.size - 1]) else -1.0
        free_b, free_e = slopes[0] < b < slopes[1], at_edge(b, log_e, z, slopes) == 0.0
        e = np.exp(log_e)
        covariance(b, e, side, free_b, free_e, nrm, lin, cov[row])
        values[row, 0], values[row, 1], values[row, 2], values[row, 3] = b, lin[C], lin[D], e
        held = 0.0 if lin[MODE] == BOTH_FREE else (2.0 if lin[MODE] > C_FREE else 1.0)
        rss[row], dof[row], steps[row] = best + pure[row], count[row] - 4.0 + held, used
        variance = rss[row] / dof[row] if dof[row] > 0 else np.inf
        for i in range(4):
            for j in range(4):
                if cov[row, i, j] != 0.0:
                    cov[row, i, j] *= variance if i == j or dof[row] > 0 else 0.0
