"""Grey pictures of a micrograph, 0 to 255, in which a bar may be looked for."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from selenolab.core.errors import DataError

_COLOURFUL = 60
_WEIGHTS = np.array([0.299, 0.587, 0.114], dtype=np.float32)  # ITU-R BT.601 luma


def grey_planes(image: NDArray[np.generic]) -> list[NDArray[np.float32]]:
    """Brightness, and how colourful each pixel is where something coloured is drawn; empty for an even image.

    Parameters
    ----------
    image : (H, W) or (H, W, 3 or 4), any integer or float type; a fourth channel (opacity) is left out.

    Returns
    -------
    (H, W) float32 pictures, 0 to 255.

    Raises
    ------
    DataError : the array is no image.
    """
    if image.ndim not in (2, 3) or 0 in image.shape or (image.ndim == 3 and image.shape[2] not in (1, 3, 4)):
        raise DataError(f"An image has shape (H, W) or (H, W, 3), found {image.shape}.")
    if image.ndim == 2 or image.shape[2] == 1:
        grey = _scaled(image.reshape(image.shape[:2]))
        return [] if grey is None else [grey]
    return _of_colour(image[..., :3])


def _of_colour(image: NDArray[np.generic]) -> list[NDArray[np.float32]]:
    """Brightness, and colourfulness where it may be an annotation."""
    red, green, blue = image[..., 0], image[..., 1], image[..., 2]
    if np.array_equal(red, green) and np.array_equal(green, blue):
        grey = _scaled(red)
        return [] if grey is None else [grey]
    if image.dtype != np.uint8:
        scaled = _scaled(image.astype(np.float32) @ _WEIGHTS)
        return [] if scaled is None else [scaled]
    bright = np.asarray(Image.fromarray(np.ascontiguousarray(image)).convert("L"), dtype=np.float32)
    if _colourful_share(image) == 0:
        return [bright]
    spread = image.max(axis=2).astype(np.float32) - image.min(axis=2)
    return [bright, np.clip(2 * spread, 0, 255)]


def _colourful_share(image: NDArray[np.generic]) -> float:
    """Share of pixels that are clearly coloured, 0 where so many are that the colour is no annotation."""
    red, green, blue = (image[::2, ::2, k].astype(np.int16) for k in range(3))
    spread = np.maximum(np.maximum(red, green), blue) - np.minimum(np.minimum(red, green), blue)
    share = float((spread > _COLOURFUL).mean())
    return share if 1e-4 < share < 0.3 else 0.0


def _scaled(image: NDArray[np.generic]) -> NDArray[np.float32] | None:
    """Values as 0 to 255; None when all are the same or none is a number."""
    values: NDArray[np.float32] = image.astype(np.float32, order="C")
    if image.dtype == np.uint8:
        return values if image.min() < image.max() else None
    finite = np.isfinite(values)
    if not finite.any():
        return None
    low, high = np.quantile(values[finite][:: max(1, values.size // 400_000)], [0.0002, 0.9998])
    if high <= low:
        low, high = float(values[finite].min()), float(values[finite].max())
    if high <= low:
        return None
    stretched = (np.where(finite, values, low) - low) * (255 / (high - low))
    return np.asarray(np.clip(stretched, 0, 255), dtype=np.float32)
