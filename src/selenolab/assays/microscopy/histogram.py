"""Size classes of a distribution by number."""

import numpy as np
import pandas as pd

from selenolab.assays.microscopy.moments import Array

_MOST = 40


def size_classes(sizes: Array, weight: Array) -> pd.DataFrame:
    """Classes of equal width: from, to, particles, share [%], cumulative [%], density.

    The width is that of Freedman and Diaconis (doi:10.1007/BF01025868), rounded to 1, 2 or 5 times a power
    of ten, and never more than forty classes.
    """
    width = class_width(sizes)
    first = np.floor(sizes.min() / width)
    edges = width * np.arange(first, np.floor(sizes.max() / width) + 2)
    counts, _ = np.histogram(sizes, edges)
    shares, _ = np.histogram(sizes, edges, weights=weight)
    part = 100 * shares / weight.sum()
    return pd.DataFrame(
        {
            "from": edges[:-1],
            "to": edges[1:],
            "particles": counts,
            "share": part,
            "cumulative": np.minimum(np.cumsum(part), 100.0),
            "density": part / width,
        }
    )


def class_width(sizes: Array) -> float:
    """A round width of class.

    Examples
    --------
    >>> class_width(np.linspace(10, 30, 101))
    5.0
    """
    low, high = np.quantile(sizes, [0.25, 0.75])
    reach = float(sizes.max() - sizes.min())
    if reach == 0:
        return float(10 ** np.floor(np.log10(sizes.max())))
    aim = max(2 * float(high - low) / len(sizes) ** (1 / 3), reach / _MOST * 1.05)
    power = 10.0 ** np.floor(np.log10(aim))
    return float(next(step * power for step in (1, 2, 5, 10) if step * power >= aim * 0.999))
