"""The virtual door: particles of a model come back as sizes that hold the model's own."""

import numpy as np
import pandas as pd
import pytest

from selenolab.assays.microscopy import virtual
from selenolab.assays.microscopy.assay import assay
from selenolab.assays.microscopy.endpoints import CV, MEAN, MEDIAN, SD, SIXTH, SPECS
from selenolab.core.drawing import Overlay
from selenolab.core.errors import DataError
from selenolab.core.estimate import Absent, Estimate
from selenolab.stats.noise import observe


def states(mean=62.4, sd=12.5):
    return pd.DataFrame(
        {"condition": ["as made"], "time": [0.0], "mean_diameter": [mean], "diameter_sd": [sd]}
    )


def simulated(seed=1, mean=62.4, sd=12.5, **words):
    settings = assay.settings(**words)
    expected = virtual.expect(states(mean, sd), virtual.design(settings), settings)
    dataset = observe(expected, virtual.noise(expected, settings), seed)
    return assay.analyse(dataset, settings, 0, {})


def outcomes(analysis):
    return {endpoint.name: endpoint.outcome for endpoint in analysis.endpoints}


def test_the_expected_distribution_has_the_moments_of_the_model():
    settings = assay.settings(edge_correction=False)
    expected = virtual.expect(states(), virtual.design(settings), settings)
    found = outcomes(assay.analyse(expected, settings, 0, {}))
    assert found[MEAN].value == pytest.approx(62.4, rel=0.002)
    assert found[SD].value == pytest.approx(12.5, rel=0.01)
    assert found[MEDIAN].value == pytest.approx(62.4 / np.sqrt(1 + (12.5 / 62.4) ** 2), rel=0.002)


def test_simulated_images_give_every_size_and_no_shape_and_no_picture():
    analysis = simulated()
    found = outcomes(analysis)
    assert set(found) == {spec.name for spec in SPECS}
    assert isinstance(found["circularity"], Absent)
    assert isinstance(found["aggregated particles"], Absent)
    assert found[MEAN].n == 5
    assert found[CV].value == pytest.approx(100 * 12.5 / 62.4, rel=0.15)
    assert not any(isinstance(drawing, Overlay) for drawing in analysis.drawings)
    assert any("no image was made" in sentence.text for sentence in analysis.methods)
    assert not any(check.name in ("contrast", "saturation", "coverage") for check in analysis.checks)


def test_particles_and_images_are_as_many_as_were_asked_for():
    analysis = simulated(virtual_images=7, virtual_particles_per_image=33)
    assert len(analysis.tables["particles"].frame) == 7 * 33
    assert len(analysis.tables["images"].frame) == 7
    assert {unit.unit_id for unit in analysis.units} == {f"simulated image {n}" for n in range(1, 8)}


def test_without_noise_between_images_every_size_is_positive_and_particles_differ():
    analysis = simulated(mean=3.0, sd=2.0, virtual_outline_px=4.0, virtual_image_cv=0.0)
    sizes = analysis.tables["particles"].frame["diameter"]
    assert (sizes > 0).all()
    assert sizes.nunique() > 200


def test_a_distribution_without_spread_has_one_size():
    found = outcomes(simulated(sd=0.0, virtual_outline_px=0.0, virtual_image_cv=0.0))
    assert found[MEAN].value == pytest.approx(62.4)
    assert found[SIXTH].value == pytest.approx(62.4)


@pytest.mark.parametrize("wrong", [{"mean": 0.0}, {"mean": -5.0}, {"sd": -1.0}, {"mean": np.nan}])
def test_a_mean_that_is_no_length_is_refused(wrong):
    with pytest.raises(DataError, match="Expected a length"):
        simulated(**wrong)


def held(seeds, **words):
    """Shares of seeds, in %, in which the intervals hold the model's mean and median."""
    hits = np.zeros(2)
    spread = np.log1p((12.5 / 62.4) ** 2)
    for seed in range(seeds):
        found = outcomes(simulated(seed, **words))
        for at, (name, truth) in enumerate(((MEAN, 62.4), (MEDIAN, 62.4 / np.exp(spread / 2)))):
            assert isinstance(found[name], Estimate)
            hits[at] += found[name].low <= truth <= found[name].high
    return 100 * hits / seeds


@pytest.mark.slow
def test_intervals_hold_the_size_of_the_model():
    found = held(1000)
    print(found)  # noqa: T201 - the figures of the record
    assert (found > 92.5).all()
    assert (found < 98).all()
