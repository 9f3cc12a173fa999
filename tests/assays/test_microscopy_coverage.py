"""How often the intervals hold the truth, over simulated populations that vary between images."""

from functools import partial

import numpy as np
import pytest
from scipy import special

from selenolab.assays.microscopy.moments import mean, moment_mean, standard_deviation
from selenolab.assays.microscopy.uncertainty import of_moment, of_quantile, smooth

# Particles an image, CV within images, SD of ln size between images.
POPULATIONS = ((40, 0.15, 0.05), (40, 0.3, 0.05), (15, 0.15, 0.02), (100, 0.2, 0.1))
INTERVALS = {
    "mean": partial(smooth, mean),
    "D10": partial(of_quantile, 0.1),
    "D50": partial(of_quantile, 0.5),
    "D90": partial(of_quantile, 0.9),
    "area": partial(smooth, moment_mean(2), tails=True),
    "d6": partial(of_moment, moment_mean(6), 6),
    "SD": partial(smooth, standard_deviation, tails=True),
}


def truths(middle, spread):
    """The statistics of the whole population, which is lognormal within and between images."""
    moment = np.exp(middle + spread**2 / 2)
    return {
        "mean": moment,
        "D10": np.exp(middle + spread * special.ndtri(0.1)),
        "D50": np.exp(middle),
        "D90": np.exp(middle + spread * special.ndtri(0.9)),
        "area": np.exp(middle + 2.5 * spread**2),
        "d6": np.exp(middle + 6.5 * spread**2),
        "SD": moment * np.sqrt(np.expm1(spread**2)),
    }


def draw(rng, images, particles, within, between):
    """Sizes and their images; images hold unequal numbers of particles."""
    counts = np.maximum(2, rng.poisson(particles * rng.lognormal(0, 0.3, images)))
    unit = np.repeat(np.arange(images), counts)
    middles = rng.normal(3, between, images)
    return rng.lognormal(middles[unit], within), unit


def coverage(images, particles, cv, between, seeds):
    """Share of seeds, in %, in which each interval (95 %) holds the truth."""
    within = np.sqrt(np.log1p(cv**2))
    truth = truths(3, np.hypot(within, between))
    rng = np.random.default_rng([images, particles])
    hits = dict.fromkeys(INTERVALS, 0)
    for _ in range(seeds):
        d, unit = draw(rng, images, particles, within, between)
        for name, interval in INTERVALS.items():
            found = interval(d, np.ones(len(d)), unit, 0.95)
            hits[name] += found.low <= truth[name] <= found.high
    return {name: 100 * hit / seeds for name, hit in hits.items()}


def test_the_mean_is_held_about_as_often_as_promised():
    found = coverage(5, 40, 0.15, 0.05, 150)
    assert 90 <= found["mean"] <= 99
    assert 90 <= found["D50"] <= 100


@pytest.mark.slow
@pytest.mark.parametrize("images", [3, 5, 10])
@pytest.mark.parametrize("population", POPULATIONS)
def test_coverage_of_the_intervals(images, population):
    found = coverage(images, *population, 2000)
    print(images, population, found)  # noqa: T201 - the figures of the record
    assert 92.5 <= found["mean"] <= 97
    assert 92.5 <= found["D50"] <= 97.5
    for name in ("D10", "D90", "area"):
        assert 91 <= found[name] <= 97.5, name
    assert 92.5 <= found["d6"] <= 99.5  # widened by a lognormal tail: rather too wide than too narrow
    # What varies between few images is itself poorly known: where it is large beside the spread of particles
    # (0.1 of 0.2), the interval of the SD is too short, which the README says.
    assert 86 <= found["SD"] <= 97.7
