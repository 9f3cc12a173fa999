"""The virtual door: what images of a model's particles would give, without any picture.

Particles are lognormal by number with the mean and standard deviation that the model shows. Each image
draws its own particles of them, shares a small error of its own (focus, threshold, magnification), and
outlines each particle to part of a pixel. No micrograph is drawn.
"""

import numpy as np
import pandas as pd
from scipy import special

from selenolab.assays.microscopy.schema import OUTLINED, RECORDS
from selenolab.assays.microscopy.settings import MicroscopySettings
from selenolab.core.dataset import Dataset, Table
from selenolab.core.errors import DataError
from selenolab.core.noise import Noise, NoiseTerm

NEEDS = ("mean_diameter", "diameter_sd")
_CLASSES = 400  # equally likely diameters that stand for the distribution
_SOURCE = "model"


def design(settings: MicroscopySettings) -> pd.DataFrame:
    """One batch, as made: condition, dose and time of zero."""
    del settings
    return pd.DataFrame({"condition": ["as made"], "dose": [0.0], "time": [0.0]})


def expect(states: pd.DataFrame, design: pd.DataFrame, settings: MicroscopySettings) -> Dataset:
    """The distribution of diameters, once an image, from `states` (condition, time, mean and SD [nm]).

    Raises
    ------
    DataError
        A condition of the design that `states` has not; a mean that is no length.
    """
    mean, sd = _shown(states, design)
    variance = float(np.log1p((sd / mean) ** 2))
    middle = np.log(mean) - variance / 2
    share = (np.arange(_CLASSES) + 0.5) / _CLASSES
    sizes = np.exp(middle + np.sqrt(variance) * special.ndtri(share)) / settings.virtual_pixel_nm
    names = [f"simulated image {number}" for number in range(1, settings.virtual_images + 1)]
    side = settings.virtual_frame_px
    records = pd.DataFrame({"image": names})
    records = records.assign(
        frame_width=side, frame_height=side, pixel_size=settings.virtual_pixel_nm, scale_source=_SOURCE
    )
    parts = [pd.DataFrame({"image": name, "diameter_px": sizes}) for name in names]
    particles = pd.concat(parts, ignore_index=True)
    particles.insert(0, "particle", [str(number) for number in range(1, len(particles) + 1)])
    return Dataset({"records": Table(RECORDS, records), "outlined": Table(OUTLINED, particles)})


def _shown(states: pd.DataFrame, design: pd.DataFrame) -> tuple[float, float]:
    """Mean and SD [nm] of the one condition."""
    condition, time = str(design["condition"].iloc[0]), float(design["time"].iloc[0])
    own = states[(states["condition"] == condition) & np.isclose(states["time"].astype(float), time)]
    if own.empty:
        raise DataError(f"microscopy: the model gave no diameter for condition '{condition}' at {time:g} h.")
    mean, sd = float(own["mean_diameter"].iloc[0]), float(own["diameter_sd"].iloc[0])
    if not (mean > 0 and 0 <= sd < np.inf):
        raise DataError(
            f"microscopy: the model shows a mean diameter of {mean:g} and an SD of {sd:g}. Expected a length "
            "above zero and an SD of zero or more."
        )
    return mean, sd


def noise(expected: Dataset, settings: MicroscopySettings) -> Noise:
    """Particles drawn for each image, an error that an image shares, and one of each outline."""
    n = len(expected.tables["outlined"].frame)
    drawn = settings.virtual_particles_per_image
    terms = [NoiseTerm("outlined", "particle", "resample", np.ones(n), ("image",), drawn)]
    if settings.virtual_image_cv > 0:
        terms.append(NoiseTerm("outlined", "diameter_px", "lognormal", settings.virtual_image_cv, ("image",)))
    if settings.virtual_outline_px > 0:
        terms.append(NoiseTerm("outlined", "diameter_px", "lognormal", _relative(expected, settings)))
    return Noise(tuple(terms))


def _relative(expected: Dataset, settings: MicroscopySettings) -> float:
    """The outline error as SD of ln: normal errors would make the smallest particles negative."""
    typical = float(expected.tables["outlined"].frame["diameter_px"].median())
    return float(np.sqrt(np.log1p((settings.virtual_outline_px / typical) ** 2)))
