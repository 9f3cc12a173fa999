"""Synthetic micrographs with a known population, through the bench door: sizes, recall, and the edge."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from selenolab.assays.microscopy.edge import edge_weights
from selenolab.assays.microscopy.edits import Edits
from selenolab.assays.microscopy.moments import mean
from selenolab.assays.microscopy.outlining import outline
from selenolab.assays.microscopy.settings import MicroscopySettings

SPEC = importlib.util.spec_from_file_location("micrographs", Path(__file__).with_name("micrographs.py"))
micrographs = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(micrographs)
SHAPE = (400, 480)


def measured(images, **options):
    """Sizes counted, their ratios to the truth, whole particles drawn, sizes of all with a centre inside."""
    sizes, ratios, whole, inside = [], [], 0, []
    for seed in range(images):
        pixels, truth = micrographs.micrograph(shape=SHAPE, bar_nm=0, step=1, seed=100 + seed, **options)
        blank = np.zeros(SHAPE, bool)
        found = outline("a", pixels.astype(np.float32), blank, None, Edits(), MicroscopySettings()).particles
        counted = found[found["diameter_px_flag"] == ""]
        x, y, d = truth.particles.T
        whole += int(((np.minimum(x, SHAPE[1] - x) > d / 2) & (np.minimum(y, SHAPE[0] - y) > d / 2)).sum())
        inside += d[(x > 0) & (x < SHAPE[1]) & (y > 0) & (y < SHAPE[0])].tolist()
        sizes += counted["diameter_px"].tolist()
        for row in counted.to_dict("records"):
            away = np.hypot(x - row["centre_x"], y - row["centre_y"])
            if away.min() < 3:
                ratios.append(row["diameter_px"] / d[away.argmin()])
    return np.array(sizes), np.array(ratios), whole, np.array(inside)


@pytest.mark.parametrize("options", [{}, {"noise": 15.0}, {"dark": False}, {"touching": 8, "count": 40}])
def test_particles_are_found_and_are_as_large_as_they_were_drawn(options):
    sizes, ratios, whole, _ = measured(2, **options)
    assert len(ratios) >= 0.97 * whole
    assert len(ratios) >= 0.97 * len(sizes)  # and little else is found
    assert np.median(ratios) == pytest.approx(1, abs=0.02)
    low, high = np.quantile(ratios, [0.05, 0.95])
    assert 0.94 < low < high < 1.06


@pytest.mark.slow
def test_the_mean_of_many_images_is_that_of_the_population():
    sizes, _, _, inside = measured(20, cv=0.3, mean=30.0, count=50)
    weight = edge_weights(sizes, np.array([float(SHAPE[1])]), np.array([float(SHAPE[0])]))
    corrected, plain = mean(sizes, weight) / inside.mean(), sizes.mean() / inside.mean()
    print(corrected, plain)  # noqa: T201 - the figures of the record
    assert plain < corrected
    assert corrected == pytest.approx(1, abs=0.015)
