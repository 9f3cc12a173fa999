"""The ground under peaks: a clipping baseline that needs no threshold, and robust straight lines."""

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

TURNS = 8  # rounds of reweighting
TUKEY = 4.685  # doi:10.1080/03610927708827533


def clipped_baseline(profiles: Values, reach: int) -> Values:
    """What is left of profiles along the first axis when peaks up to 2 x `reach` wide are clipped off.

    The SNIP rule with a falling window: each value becomes at most the mean of the two `k` away, for k from
    `reach` to 1 (doi:10.1016/S0168-9002(97)01023-1).
    """
    base = profiles.astype(np.float64, copy=True)
    n = len(base)
    for k in range(min(reach, (n - 1) // 2), 0, -1):
        mean = 0.5 * (base[: n - 2 * k] + base[2 * k :])
        np.minimum(base[k : n - k], mean, out=mean)
        base[k : n - k] = mean
    return base


def robust_line(x: Values, y: Values, count: Values) -> tuple[Values, Values]:
    """Coefficients (2,) of a + b x through (n,) values, and their covariance (2, 2).

    Weights are `count` (how many pixels a value is the mean of) times Tukey's, so that dust and the foot of a
    neighbour do not pull.
    """
    design = np.column_stack([np.ones_like(x), x])
    weights = count.astype(float)
    for _ in range(TURNS):
        root = np.sqrt(weights)
        line = np.linalg.lstsq(design * root[:, None], y * root, rcond=None)[0]
        left = y - design @ line
        spread = 1.4826 * np.median(np.abs(left)) + 1e-12 * (1 + np.abs(y).max())
        weights = count * np.clip(1 - (left / (TUKEY * spread)) ** 2, 0, None) ** 2
    share = weights / count.max()
    freedom = max(float(share.sum()) - 2.0, 1.0)
    variance = float((share * left**2).sum()) / freedom
    normal = design.T @ (design * share[:, None])
    return np.asarray(line, np.float64), variance * np.linalg.pinv(normal)
