"""Particles of a micrograph as a label image."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from skimage.feature import peak_local_max
from skimage.filters import threshold_otsu
from skimage.segmentation import watershed

from selenolab.core.errors import DataError

Polarity = Literal["dark", "bright"]


@dataclass(frozen=True, slots=True)
class ParticleOptions:
    """What counts as a particle.

    Parameters
    ----------
    polarity : "dark" particles on a brighter ground, "bright" on a darker one, or "auto".
    min_diameter : smallest equivalent diameter [px]; None takes 5 px, or 1/200 of the longer side if more.
    max_diameter : largest equivalent diameter [px]; None sets no limit.
    split : how readily touching particles are cut apart, from 0 (never) over 1 (default) to 2 (eagerly).
    """

    polarity: Literal["auto", "dark", "bright"] = "auto"
    min_diameter: float | None = None
    max_diameter: float | None = None
    split: float = 1.0


@dataclass(frozen=True, slots=True)
class Segmentation:
    """Particles found: labels (H, W) int32 from 1 (0 is background), polarity used, and what to tell the user."""

    labels: NDArray[np.int32]
    polarity: Polarity
    noted: tuple[str, ...] = ()


def find_particles(
    image: NDArray[np.generic],
    ignore: NDArray[np.bool_] | None = None,
    options: ParticleOptions | None = None,
) -> Segmentation:
    """Find the particles of a grey image; those at the edge stay in the labels.

    Parameters
    ----------
    image : (H, W) grey values, integers or finite floats.
    ignore : (H, W), True where nothing is a particle (scale bar, text, data strip).
    options : what counts as a particle; the defaults when None.

    Raises
    ------
    DataError
        Where the image is no matrix of finite numbers, or ignore has another shape.
    """
    options = options or ParticleOptions()
    grey = _checked(image)
    if grey.size == 0 or grey.max() == grey.min():
        return Segmentation(np.zeros(grey.shape, np.int32), "dark", ("The image has one grey value.",))
    smooth = ndimage.gaussian_filter(grey, 1.0)
    border = np.concatenate([smooth[0], smooth[-1], smooth[:, 0], smooth[:, -1]])
    level = threshold_otsu(smooth)
    polarity: Polarity = "dark" if border.mean() > level else "bright"
    if options.polarity != "auto":
        polarity = options.polarity
    mask = smooth < level if polarity == "dark" else smooth > level
    if ignore is not None:
        mask &= ~ignore
    mask = ndimage.binary_fill_holes(mask)
    distance = ndimage.gaussian_filter(ndimage.distance_transform_edt(mask), 2.0)
    peaks = peak_local_max(distance, min_distance=7, labels=mask.astype(np.int32))
    markers = np.zeros(mask.shape, np.int32)
    markers[tuple(peaks.T)] = np.arange(1, len(peaks) + 1)
    labels = watershed(-distance, markers, mask=mask)
    areas = np.bincount(labels.ravel())
    least = options.min_diameter or max(5.0, max(grey.shape) / 200)
    keep = areas >= np.pi / 4 * least**2
    keep[0] = False
    return Segmentation((np.cumsum(keep) * keep)[labels].astype(np.int32), polarity)


def _checked(image: NDArray[np.generic]) -> NDArray[np.float32]:
    if image.ndim != 2:
        raise DataError(f"Image: found shape {image.shape}, expected one grey value a pixel (H, W).")
    grey = image.astype(np.float32)
    if not np.isfinite(grey).all():
        count = int((~np.isfinite(grey)).sum())
        raise DataError(f"Image: found {count} pixels that are no finite number; expected none.")
    return grey
