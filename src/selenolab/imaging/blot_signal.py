"""A blot as a signal that rises with protein: channel, orientation, and the level at which it saturates.

Whether bands are dark or light is looked at in the pixels: PhotometricInterpretation and the look on a screen
say how an image is to be shown, not how it was recorded.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from selenolab.core.errors import DataError
from selenolab.imaging.blot_saturation import ceiling_of, saturated_level
from selenolab.imaging.blot_specks import without_specks

Values = NDArray[np.float64]
Bands = Literal["light", "dark"]

LEAST_SIDE = 24  # px; below, no band has a background around it
CHANNELS = {"red": 0, "green": 1, "blue": 2}
LUMA = (0.2126, 0.7152, 0.0722)  # ITU-R BT.709
LEAST_WINDOW = 60  # rows whose median is the ground of a row, so that half of them hold no band
CLEAR = 1.5  # one tail of the grey values must be this many times as long as the other


@dataclass(frozen=True, slots=True)
class Signal:
    """Grey values (H, W) that rise with protein; `bands` says how they lay in the file.

    `saturated` is the signal from which a pixel is saturated, infinite where no pixel is; `noise` the
    standard deviation of a pixel beside the bands, in grey values; `channel` the channel used, "" for grey;
    `specks` hot pixels replaced by the median of their neighbours.
    """

    values: Values
    bands: Bands
    saturated: float
    noise: float
    channel: str = ""
    specks: int = 0


def as_signal(
    image: NDArray[Any], *, channel: str | int | None = None, bands: Bands | None = None, name: str = "image"
) -> Signal:
    """The image as a signal that rises with protein.

    Parameters
    ----------
    image : (H, W), or (H, W, C) with `channel`; a colour image whose channels are equal is grey.
    channel : index from 0, or red, green, blue, luma (ITU-R BT.709) of three channels.
    bands : "light" or "dark" in the numbers of the file; looked for if None.
    name : file or record, for the errors.

    Raises
    ------
    DataError
        Colours without a channel; NaN; one grey value; fewer than 24 pixels a side; no clear orientation.
    """
    grey, used = _one_channel(np.asarray(image), channel, name)
    _check(grey, name)
    ceiling = ceiling_of(np.asarray(image))
    values = grey.astype(np.float64)
    seen = bands or _orientation(values, name)
    if seen == "dark":
        values = (ceiling if np.isfinite(ceiling) else float(values.max())) - values
    noise = pixel_noise(values)
    values, specks = without_specks(values, noise)
    return Signal(values, seen, saturated_level(values, ceiling), noise, used, specks)


def pixel_noise(values: Values) -> float:
    """Standard deviation of a pixel [grey values] from the steps between neighbours, deaf to bands."""
    steps = np.abs(values[:, 2:] - 2 * values[:, 1:-1] + values[:, :-2]) / np.sqrt(6)
    steps = steps[:: max(len(steps) // 400, 1)]
    for part, normal in ((0.25, 0.3186), (0.5, 0.6745)):  # quantiles of |N(0, 1)|
        if (noise := float(np.quantile(steps, part)) / normal) > 0:
            return noise
    return float(np.minimum(steps, np.quantile(steps, 0.9)).mean() / 0.8)  # rounded to whole grey values


def _one_channel(image: NDArray[Any], channel: str | int | None, name: str) -> tuple[NDArray[Any], str]:
    if image.dtype.kind not in "uif" or image.ndim not in (2, 3):
        raise DataError(
            f"{name}: Expected grey values (rows, columns) or (rows, columns, channels), found "
            f"{image.ndim} dimensions of {image.dtype}. Export the blot as a 16-bit grey tif."
        )
    if image.ndim == 2:
        return image, ""
    if channel is None:
        if image.shape[2] == 1 or bool((image == image[..., :1]).all()):
            return image[..., 0], ""
        raise DataError(
            f"{name}: Expected one channel, found {image.shape[2]} that differ. State the channel: red, "
            "green, blue, luma or its number from 0."
        )
    if channel == "luma" and image.shape[2] == 3:
        return np.round(image @ np.array(LUMA), 9), "luma"  # rounded: white stays the type's maximum
    index = CHANNELS.get(channel, -1) if isinstance(channel, str) else channel
    if not 0 <= index < image.shape[2]:
        raise DataError(
            f"{name}: Unknown channel '{channel}'. Known: red, green, blue, luma (of three) "
            "or a number from 0."
        )
    return image[..., index], str(channel)


def _check(grey: NDArray[Any], name: str) -> None:
    height, width = grey.shape
    if min(height, width) < LEAST_SIDE:
        raise DataError(
            f"{name}: Expected at least {LEAST_SIDE} x {LEAST_SIDE} pixels, found {width} x {height}. "
            "Export the blot with the membrane around its bands."
        )
    if bad := int((~np.isfinite(grey)).sum()) if grey.dtype.kind == "f" else 0:
        raise DataError(
            f"{name}: {bad} pixels hold no finite number. Export the image again from the imager."
        )
    low, high = grey.min(), grey.max()
    if low == high:
        what = "black" if low == 0 else "white" if high == ceiling_of(grey) else "of one grey value"
        raise DataError(
            f"{name}: The image is all {what} ({low:g}): it shows no band. Check the exposure and the export."
        )


def _orientation(values: Values, name: str) -> Bands:
    """Which tail of the smoothed and levelled grey values is longer: bands are few and far from it."""
    step = max(min(values.shape) // 300, 1)
    small = ndimage.uniform_filter(values, max(step, 2))[::step, ::step]
    rim = max(min(small.shape) // 50, 1)  # scanners leave dark or light edges
    small = small[rim:-rim, rim:-rim]
    size = max(len(small) // 4, min(LEAST_WINDOW, len(small)))
    over = small - ndimage.median_filter(small, size=(size, 1), mode="nearest")
    above, below = np.quantile(over, 0.998), -np.quantile(over, 0.002)
    if above > CLEAR * below:
        return "light"
    if below > CLEAR * above:
        return "dark"
    raise DataError(
        f"{name}: Unable to see whether bands are light or dark: grey values lie up to {above:.3g} above "
        f"and {below:.3g} below the background. State bands: light or bands: dark."
    )
