"""The parts of a DNA histogram on equal bins, in units of a first guess of the G1 mean.

Rows of the table: G1, three broadened Bernstein polynomials of degree 2 and one wave for S, G2M, debris,
sub-G1.
Each part is the share of its events that falls into each bin.
"""

from math import erf, exp, sqrt

import numpy as np
from numpy.typing import NDArray

from selenolab.stats.compiled import compiled

Vector = NDArray[np.float64]

MEAN, CV1, CV2, RATIO, DECAY, SUB_MEAN, SUB_SD, WAVE_AT, WAVE_SD = 0, 1, 2, 3, 4, 5, 6, 7, 8
G1, S0, S1, S2, WAVE, G2M, DEBRIS, SUB_G1 = 0, 1, 2, 3, 4, 5, 6, 7
NODES = 72  # of the S-phase integral; the spacing stays below one standard deviation down to a CV of 1 %


@compiled
def peak(row: Vector, low: float, width: float, mean: float, sd: float) -> None:
    """Fill `row` with a normal peak, integrated over each bin."""
    scale = 1.0 / (sd * sqrt(2.0))
    last = erf((low - mean) * scale)
    for i in range(row.size):
        edge = (low + (i + 1) * width - mean) * scale
        here = 1.0 if edge > 5.0 else (-1.0 if edge < -5.0 else erf(edge))
        row[i] = 0.5 * (here - last)
        last = here


@compiled
def synthesis(table: Vector, low: float, width: float, theta: Vector) -> None:
    """Add the S phase: polynomials and a wave between both means, broadened by the CV at each DNA content."""
    mean, ratio = theta[MEAN], theta[RATIO]
    crest = 0.0
    for k in range(NODES):
        away = ((k + 0.5) / NODES - theta[WAVE_AT]) / theta[WAVE_SD]
        crest += exp(-0.5 * away * away)
    for k in range(NODES):
        t = (k + 0.5) / NODES
        centre = mean * (1.0 + (ratio - 1.0) * t)
        sd = centre * (theta[CV1] + (theta[CV2] - theta[CV1]) * t)
        first = max(int((centre - 5.0 * sd - low) / width), 0)
        stop = min(int((centre + 5.0 * sd - low) / width) + 1, table.shape[1])
        share = width / (sd * sqrt(2.0 * np.pi)) / NODES
        away = (t - theta[WAVE_AT]) / theta[WAVE_SD]
        wave = NODES * exp(-0.5 * away * away) / crest
        b0, b1, b2 = 3.0 * (1.0 - t) * (1.0 - t), 6.0 * t * (1.0 - t), 3.0 * t * t
        z = (low + (first + 0.5) * width - centre) / sd
        h = width / sd
        density = share * exp(-0.5 * z * z)
        step, shrink = exp(-h * (z + 0.5 * h)), exp(-h * h)
        for i in range(first, stop):  # a normal density on equal bins, without an exponential a bin
            table[S0, i] += b0 * density
            table[S1, i] += b1 * density
            table[S2, i] += b2 * density
            table[WAVE, i] += wave * density
            density *= step
            step *= shrink


@compiled
def parts(table: Vector, low: float, width: float, theta: Vector, debris: Vector) -> None:
    """Fill `table` (8, bins); `debris` is its given shape, or empty for an exponential one."""
    n = table.shape[1]
    table[:] = 0.0
    peak(table[G1], low, width, theta[MEAN], theta[MEAN] * theta[CV1])
    top = theta[MEAN] * theta[RATIO]
    peak(table[G2M], low, width, top, top * theta[CV2])
    synthesis(table, low, width, theta)
    peak(table[SUB_G1], low, width, theta[SUB_MEAN], theta[SUB_SD])
    blunt = 1.0 / (theta[MEAN] * theta[CV1] * sqrt(2.0))
    for i in range(n):  # fragments hold less DNA than G1, and are read with the same error
        table[SUB_G1, i] *= 0.5 - 0.5 * erf((low + (i + 0.5) * width - theta[MEAN]) * blunt)
    inside = max(table[SUB_G1].sum(), 1e-12)
    total = 0.0
    for i in range(n):
        table[SUB_G1, i] /= inside
        table[DEBRIS, i] = debris[i] if debris.size else exp(-theta[DECAY] * (i + 0.5) * width)
        total += table[DEBRIS, i]
    for i in range(n):
        table[DEBRIS, i] /= max(total, 1e-300)


@compiled
def added(one: Vector, two: Vector, low: float, width: float) -> Vector:
    """Shares by bin of the sum of two cells drawn from histograms `one` and `two`; what leaves is lost.

    Bins i and j give low + (low / width + i + j + 1) widths: the edge between two bins, each of which
    takes half. `low` is a whole number of widths.
    """
    n = one.size
    shift = int(low / width + 0.5)
    out = np.zeros(n)
    for i in range(n):
        if one[i] == 0.0:
            continue
        for j in range(max(n - shift - i, 0)):
            share = 0.5 * one[i] * two[j]
            k = shift + i + j
            out[k] += share
            if k + 1 < n:
                out[k + 1] += share
    return out
