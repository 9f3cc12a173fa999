"""The background of a whole blot by a ball rolled under it (Sternberg 1983, doi:10.1109/MC.1983.1654163)."""

import numpy as np
from numpy.typing import NDArray

from selenolab.core.errors import DataError
from selenolab.imaging.blot_ball_kernel import eroded_by

Values = NDArray[np.float64]


def rolling_ball(image: Values, radius: float, height: float | None = None) -> Values:
    """The highest place of a ball's top that stays under the image, at each pixel.

    Parameters
    ----------
    image : (H, W) finite grey values, bands bright.
    radius : of the ball [px]; larger than half the thickness of a band.
    height : half-axis of the ball in grey values; `radius` if None, as `skimage.restoration.rolling_ball` has
        it. State it in proportion to the image, and the result follows the image's scale.

    Returns
    -------
    (H, W) background, nowhere above the image.
    """
    if not radius >= 1 or not np.isfinite(radius):
        raise DataError(f"Expected a ball of a radius of at least 1 pixel, found {radius:g}.")
    tall = radius if height is None else height
    if not tall > 0:
        raise DataError(f"Expected a ball of a positive height, found {tall:g} grey values.")
    low = float(image.min())  # float32 then resolves what lies above the ground
    out = eroded_by(np.ascontiguousarray(image - low, np.float32), _cap(radius, tall), int(radius))
    return out.astype(np.float64) + low


def _cap(radius: float, height: float) -> NDArray[np.float32]:
    """How far the ball lies below its top at (|dy|, |dx|); infinite beyond it."""
    away = np.arange(int(radius) + 1, dtype=np.float64) / radius
    squared = away[:, None] ** 2 + away[None, :] ** 2
    drop = height * (1 - np.sqrt(np.clip(1 - squared, 0, None)))
    cap: NDArray[np.float32] = np.where(squared <= 1, drop, np.inf).astype(np.float32)
    return cap
