"""Loops over curves: grid, two starts, Levenberg-Marquardt, covariance. See `ll4_kernel`."""

import numpy as np
from numpy.typing import NDArray

from selenolab.fit.compiled import compiled
from selenolab.fit.ll4_kernel import BOTH_FREE, C, C_FREE, COEF, D, D_FREE, MODE, PBAR, SAA, WSUM, descend, evaluate, normal

Vector = NDArray[np.float64]


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
            score[j * e_nodes.size + k] = -evaluate(np.log(b_nodes[j]), e_nodes[k], z, y, w, limits, work, lin)


@compiled
def two_best(score: Vector, b_nodes: Vector, e_nodes: Vector) -> tuple[int, int]:
    """The best node, and the best of those that may lie in another valley."""
    count = e_nodes.size
    first = 0
    for j in range(score.size):
        if score[j] > score[first]:
            first = j
    b, e = b_nodes[first // count], e_nodes[first % count]
    second = -1
    for j in range(score.size):
        other = b_nodes[j // count]
        far = abs(e_nodes[j % count] - e) * max(b, other) > 1.5 or other > 2.46 * b or b > 2.46 * other
        if far and (second < 0 or score[j] > score[second]):
            second = j
    return first, second


@compiled
def covariance(b: float, e: float, nrm: Vector, lin: Vector, held: Vector, cov: Vector) -> None:
    """(4, 4) unscaled covariance of b, c, d, e from the projected information, into `cov`.

    A slope or mid dose at the edge of the search has infinite variance; a plateau at its limit, none.
    """
    free_b, free_e = held[0] == 0.0, held[1] == 0.0
    vbb, vbe, vee = 0.0, 0.0, 0.0
    det = nrm[2] * nrm[4] - nrm[3] * nrm[3]
    known = True
    if free_b and free_e:
        known = det > 1e-12 * nrm[2] * nrm[4] and nrm[2] > 0.0
        if known:
            vbb, vbe, vee = nrm[4] / det, -nrm[3] / det, nrm[2] / det
    elif free_b and nrm[2] > 0.0:
        vbb = 1.0 / nrm[2]
    elif free_e and nrm[4] > 0.0:
        vee = 1.0 / nrm[4]
    scale_b, scale_e = b, e
    cov[0, 0], cov[3, 3] = vbb * scale_b**2, vee * scale_e**2
    cov[0, 3] = cov[3, 0] = vbe * scale_b * scale_e
    # rows of the plateaus: loadings on (intercept at the mean, coefficient)
    mode = lin[MODE]
    upper = lin[WSUM] > 0.0 and lin[PBAR] >= 0.0 and nrm[9] > 0.0
    for k in (1, 2):
        is_free = mode == BOTH_FREE or (mode == C_FREE and k == 1) or (mode == D_FREE and k == 2)
        if mode == BOTH_FREE:
            one, slope = 1.0, (1.0 - lin[PBAR] if (k == 1) == upper else -lin[PBAR])
        else:
            one, slope = 0.0, 1.0
        cov[k, k] = (one / lin[WSUM] + slope**2 / lin[SAA]) if is_free else 0.0
        pull_b = one * nrm[5] + slope * nrm[7] if is_free else 0.0
        pull_e = one * nrm[6] + slope * nrm[8] if is_free else 0.0
        cov[k, k] += pull_b**2 * vbb + 2 * pull_b * pull_e * vbe + pull_e**2 * vee
        cov[0, k] = cov[k, 0] = -scale_b * (pull_b * vbb + pull_e * vbe)
        cov[3, k] = cov[k, 3] = -scale_e * (pull_b * vbe + pull_e * vee)
        if k == 2 and mode == BOTH_FREE:
            other = -lin[PBAR] if upper else 1.0 - lin[PBAR]
            first = 1.0 - lin[PBAR] if upper else -lin[PBAR]
            pb, pe = nrm[5] + first * nrm[7], nrm[6] + first * nrm[8]
            base = 1.0 / lin[WSUM] + first * other / lin[SAA]
            cov[1, 2] = base + pb * pull_b * vbb + (pb * pull_e + pe * pull_b) * vbe + pe * pull_e * vee
            cov[2, 1] = cov[1, 2]
    if not known or not free_b:
        cov[0, :], cov[:, 0] = 0.0, 0.0
        cov[0, 0] = np.inf
    if not known or not free_e:
        cov[3, :], cov[:, 3] = 0.0, 0.0
        cov[3, 3] = np.inf
