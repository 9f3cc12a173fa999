"""From which grey value on a detector tells no difference any more."""

import numpy as np
from numpy.typing import NDArray

_PIXELS = 4  # at the brightest value: fewer may be the top of one comet
_PILED = 4.0  # times the pixels of the values just below it
_DEPTHS = (1023, 4095, 16383)  # full scales of cameras that write into 16 bits


def saturation_level(image: NDArray[np.generic]) -> float | None:
    """The grey value at which pixels are saturated; None where no pixel is.

    That is the largest value the type of number can hold, or a plateau: a brightest value that piles up more
    pixels than the values below it, or the full scale of a camera of 10, 12 or 14 bits.

    Examples
    --------
    >>> saturation_level(np.array([[7, 255], [3, 9]], dtype=np.uint8))
    255.0
    >>> saturation_level(np.arange(400, dtype=np.uint16).reshape(20, 20)) is None
    True
    """
    brightest = image.max()
    if image.dtype.kind in "ui":
        if int(brightest) == int(np.iinfo(image.dtype).max):  # type: ignore[type-var]
            return float(brightest)
        if int(brightest) in _DEPTHS:
            return float(brightest)
    at_top = int((image == brightest).sum())
    if at_top < _PIXELS or at_top == image.size:
        return None
    reach = max(float(brightest) * 0.01, 1.0)
    near = np.asarray(image[(image < brightest) & (image >= brightest - reach)])
    values = max(len(np.unique(near)), 1)
    return float(brightest) if at_top > _PILED * max(near.size / values, 1.0) else None
