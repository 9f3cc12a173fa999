"""The tilt of a blot from the direction of its bands' edges."""

import itertools
from dataclasses import dataclass
from math import atan2, degrees, radians, tan

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from selenolab.imaging.blot_signal import Signal

Values = NDArray[np.float64]

SMOOTH = 2.0  # px
STEEPEST = 12.0  # degrees: the edges of a band that count, and the largest tilt that can be found
STRIPS = 12  # parts of the image, for the spread of the angle
LEAST_SEEN = 6.0  # a gradient counts from this many times the noise's own
MOST_ERROR = 1.5  # degrees


@dataclass(frozen=True, slots=True)
class Tilt:
    """Bands fall to the right by `angle` [degrees] with standard error `error`; 0 and a note if unclear."""

    angle: float
    error: float
    note: str = ""


def find_tilt(signal: Signal) -> Tilt:
    """The median direction of the bands' edges over strips of the image, so that a smile evens out.

    Strong and faint bands count alike: gradients are compressed to their inverse hyperbolic sine.
    """
    smooth = ndimage.gaussian_filter(signal.values, SMOOTH)
    down, across = np.gradient(smooth)
    flat = np.abs(down) * tan(radians(STEEPEST)) >= np.abs(across)
    seen = flat & (np.abs(down) > LEAST_SEEN * _gradient_noise(down))
    weight = np.where(seen, np.arcsinh(np.abs(down) / max(_gradient_noise(down), 1e-12)), 0.0)
    slopes = np.divide(across, down, out=np.zeros_like(down), where=seen)
    angles, weights = _by_strip(slopes, weight)
    if len(angles) < 2:
        return Tilt(0.0, float("nan"), "Too few edges of bands to see a tilt: 0 is taken")
    angle = float(np.average(angles, weights=weights))
    error = float(np.sqrt(np.average((angles - angle) ** 2, weights=weights) / (len(angles) - 1)))
    if error > MOST_ERROR:
        return Tilt(0.0, error, f"Bands run in different directions ({angle:.1f} ± {error:.1f}°): 0 is taken")
    return Tilt(angle, error)


def _gradient_noise(gradient: Values) -> float:
    return float(np.quantile(np.abs(gradient), 0.25) / 0.3186)


def _by_strip(slopes: Values, weight: Values) -> tuple[Values, Values]:
    """Angles [degrees] of the strips that hold edges, and the weights of each."""
    cuts = np.linspace(0, slopes.shape[1], STRIPS + 1).astype(int)
    angles, weights = [], []
    for a, b in itertools.pairwise(cuts):
        w = weight[:, a:b]
        if (w > 0).sum() < 20:
            continue
        # an edge with slope dy/dx = tan(tilt) has the gradient (-tan(tilt), 1) up to its sign
        angles.append(degrees(atan2(-float((w * slopes[:, a:b]).sum()), float(w.sum()))))
        weights.append(np.sqrt(w.sum()))
    return np.array(angles), np.array(weights)
