"""Particles of a micrograph as a label image.

Every connected region at every threshold is a candidate (the component tree), as a whole and cut at its
necks; each is judged by its shape and its contour, and the best set that does not overlap is kept. Nothing is
thresholded globally, so shading, weak beside strong particles, and cores in shells need no settings. The idea
of choosing regions from a tree follows Arteta et al. 2012 (doi:10.1007/978-3-642-33415-3_43); here nothing is
learnt.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from selenolab.core.errors import DataError
from selenolab.imaging.background import frame
from selenolab.imaging.candidates import visited_where
from selenolab.imaging.glance import Glance, coarser, glance
from selenolab.imaging.grid_kernel import enlarged
from selenolab.imaging.judge_kernel import paint
from selenolab.imaging.polarity import Found, Polarity, best_polarity
from selenolab.imaging.quality import Limits
from selenolab.imaging.splitting import NECK

LEAST_PX = 5.0  # a smaller region has no shape
FULL_GRID_PX = 1024  # larger images are worked on a coarser grid, as far as the smallest particle allows
COARSE_GRID_PX, CELLS = 512, 16.0  # the coarsest grid, and cells across a usual particle there
# a region below this share of the area-weighted median diameter is a speck; 0.1 to 0.25 are alike
SPECK = 0.15
SIGMA = 1.2  # px on that grid; 1 to 1.5 are alike on the development images


@dataclass(frozen=True, slots=True)
class ParticleOptions:
    """What counts as a particle.

    Parameters
    ----------
    polarity : "dark" particles on a brighter ground, "bright" on a darker one, or "auto".
    min_diameter : smallest equivalent diameter [px], at least 5; None takes 5 px, or 1/200 of the longer
        side of the image if that is more, in images of more than 768 px up to a third of the usual
        diameter, and leaves specks out; what it comes to is noted.
    max_diameter : largest equivalent diameter [px]; None sets no limit.
    split : how readily touching particles are cut apart: 0 never, 1 where the pieces are clearly more convex
        than the whole, 2 already where they are as convex.
    """

    polarity: Literal["auto", "dark", "bright"] = "auto"
    min_diameter: float | None = None
    max_diameter: float | None = None
    split: float = 1.0


@dataclass(frozen=True, slots=True)
class Segmentation:
    """Particles found: labels (H, W) from 1 (0 is the ground), polarity, and what the user should know."""

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
        Where the image is no matrix of finite numbers, ignore has another shape, or an option is out of
        range.
    """
    options = options or ParticleOptions()
    grey = _checked(image)
    hidden = _checked_ignore(ignore, grey.shape) | frame(grey)
    limits = _limits(options, grey.shape)
    if min(grey.shape) < LEAST_PX:
        return _nothing(
            grey.shape, options, f"Not searched: the image is {grey.shape[0]} x {grey.shape[1]} px."
        )
    if hidden.all():
        return _nothing(grey.shape, options, "Not searched: no pixel is left beside what is ignored.")
    seen = glance(grey, hidden, SIGMA, limits, options.polarity)
    factor = _grid(options, limits.least, grey.shape, seen)
    least = max(limits.least / factor, LEAST_PX)
    there = Limits(least, max(limits.most / factor, least), limits.price)
    small, small_hidden = coarser(grey, hidden, factor) if factor > 1 else (grey, hidden)
    polarity, found = best_polarity(small, small_hidden, SIGMA, there, seen.polarity)
    labels = _painted(found)
    if not labels.any():
        return _nothing(grey.shape, options, "No particle was found.")
    noted: tuple[str, ...] = ()
    if options.min_diameter is None:
        labels, noted = _without_specks(labels, factor)
        if factor > 1:
            cells = (
                f"Searched on cells of {factor} x {factor} px: particles below {least * factor:.0f} px may be"
            )
            noted += (f"{cells} missed; set min_diameter for them.",)
    full = enlarged(labels, factor, *grey.shape) if factor > 1 else labels
    return Segmentation(full, polarity, noted)


def _without_specks(labels: NDArray[np.int32], factor: int) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Labels without regions far smaller than where the area is, and what to say about them."""
    diameters = np.sqrt(4 / np.pi * np.bincount(labels.ravel()))[1:]
    order = np.argsort(diameters)
    half = np.searchsorted(np.cumsum(diameters[order] ** 2), 0.5 * (diameters**2).sum())
    least = SPECK * diameters[order[half]]
    kept = np.concatenate([[False], diameters >= least])
    if kept[1:].all():
        return labels, ()
    noted = (
        f"{int((~kept[1:]).sum())} specks below {least * factor:.0f} px, {SPECK:.0%} of the area-weighted "
        "median diameter, were left out; set min_diameter to keep them."
    )
    return (np.cumsum(kept) * kept).astype(np.int32)[labels], (noted,)


def _painted(found: Found) -> NDArray[np.int32]:
    """The label image of a choice, numbered without gaps."""
    candidates, choice = found
    labels = np.zeros(candidates.levels.shape, np.int32)
    necks = np.where(choice.ways == 0, 0.0, NECK)
    fresh = visited_where(candidates.ignore)
    seeds = candidates.seeds[choice.nodes]
    paint(candidates.levels, fresh, seeds, necks, candidates.least_radius, choice.kept, labels)
    inner = labels[1:-1, 1:-1]
    present = np.bincount(inner.ravel(), minlength=1) > 0
    present[0] = False
    return np.ascontiguousarray((np.cumsum(present) * present).astype(np.int32)[inner])


def _limits(options: ParticleOptions, shape: tuple[int, ...]) -> Limits:
    least = max(LEAST_PX, max(shape) / 200) if options.min_diameter is None else options.min_diameter
    most = np.inf if options.max_diameter is None else options.max_diameter
    if not LEAST_PX <= least <= most:
        given = f"min_diameter {least:g} px, max_diameter {most:g} px"
        raise DataError(
            f"Particle options: found {given}, expected {LEAST_PX:g} <= min_diameter <= max_diameter."
        )
    if not 0 <= options.split <= 2:
        raise DataError(
            f"Particle options: found split {options.split:g}, expected 0 (never) to 2 (readily)."
        )
    if options.polarity not in ("auto", "dark", "bright"):
        raise DataError(
            f"Particle options: found polarity '{options.polarity}', expected auto, dark or bright."
        )
    return Limits(least, most, _price(options.split))


def _price(split: float) -> float:
    return 0.0 if split == 0 else 0.8 + 0.1 * split


def _grid(options: ParticleOptions, least: float, shape: tuple[int, ...], seen: Glance) -> int:
    """Pixels a side of a cell of the working grid: the smallest particle keeps five cells.

    Where the user sets no smallest particle and those seen at a glance are large, they get sixteen cells.
    """
    finest = max(1, min(int(least / LEAST_PX), round(max(shape) / FULL_GRID_PX)))
    if options.min_diameter is not None:
        return finest
    return max(finest, min(int(seen.diameter / CELLS), round(max(shape) / COARSE_GRID_PX)))


def _nothing(shape: tuple[int, ...], options: ParticleOptions, why: str) -> Segmentation:
    polarity: Polarity = "bright" if options.polarity == "bright" else "dark"
    return Segmentation(np.zeros(shape, np.int32), polarity, (why,))


def _checked(image: NDArray[np.generic]) -> NDArray[np.float32]:
    if image.ndim != 2 or image.size == 0:
        raise DataError(f"Image: found shape {image.shape}, expected one grey value a pixel (H, W).")
    if not (np.issubdtype(image.dtype, np.integer) or np.issubdtype(image.dtype, np.floating)):
        raise DataError(f"Image: found values of type {image.dtype}, expected integers or floats.")
    count = 0 if np.issubdtype(image.dtype, np.integer) else int((~np.isfinite(image)).sum())
    if count:
        raise DataError(f"Image: found {count} pixels that are no finite number, expected none.")
    return np.ascontiguousarray(image, np.float32)


def _checked_ignore(ignore: NDArray[np.bool_] | None, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    if ignore is None:
        return np.zeros(shape, np.bool_)
    if ignore.shape != shape:
        raise DataError(f"Ignored pixels: found shape {ignore.shape}, expected that of the image, {shape}.")
    return np.ascontiguousarray(ignore, np.bool_)
