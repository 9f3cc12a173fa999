"""Draws follow the noise that was stated, and the likelihood knows it."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from selenolab.core.dataset import Dataset, Table
from selenolab.core.noise import Noise, NoiseTerm
from selenolab.core.quantity import vocabulary
from selenolab.core.schema import Column, TableSchema
from selenolab.stats.noise import log_likelihood, observe

WORDS = vocabulary()
SCHEMA = TableSchema("data", (Column(WORDS["plate"]), Column(WORDS["intensity"], flags=True)))


def dataset(values, plates=None, flags=None):
    frame = pd.DataFrame({"plate": plates or ["p"] * len(values), "intensity": np.asarray(values, float)})
    if flags:
        frame["intensity_flag"] = flags
    return Dataset({"data": Table(SCHEMA, frame)})


def noise(family, scale, shared_by=()):
    return Noise((NoiseTerm("data", "intensity", family, scale, shared_by),))


def drawn(data):
    return data.tables["data"].frame["intensity"].to_numpy()


@pytest.mark.parametrize(
    ("family", "scale", "mean", "sd"),
    [
        ("normal", 2.0, 10.0, 2.0),
        ("poisson", 0.0, 9.0, 3.0),
        ("binomial", 100.0, 0.2, 0.04),
        ("lognormal", 0.1, 5.0, 0.5025),
    ],
)
def test_moments_of_the_draw(family, scale, mean, sd):
    found = drawn(observe(dataset(np.full(40_000, mean)), noise(family, scale), seed=1))
    assert abs(found.mean() - mean) < 0.02 * mean
    assert abs(found.std() - sd) < 0.03 * sd


def test_the_same_seed_gives_the_same_draw_and_leaves_the_expectation_alone():
    expected = dataset([1.0, 2.0, 3.0])
    first, second = (observe(expected, noise("normal", 1.0), seed=7) for _ in range(2))
    assert drawn(first).tolist() == drawn(second).tolist()
    assert drawn(expected).tolist() == [1.0, 2.0, 3.0]


def test_a_shared_error_is_one_draw_a_plate():
    found = drawn(
        observe(dataset([1.0] * 6, ["a", "a", "a", "b", "b", "b"]), noise("normal", 1.0, ("plate",)), 3)
    )
    assert len(set(found[:3])) == 1
    assert len(set(found)) == 2


def test_the_likelihood_is_that_of_the_draw_and_skips_flagged_rows():
    expected = dataset([1.0, 2.0, 3.0])
    seen = dataset([1.1, 2.2, 99.0], flags=["", "", "saturated"])
    want = stats.norm.logpdf([1.1, 2.2], [1, 2], 0.5).sum()
    assert log_likelihood(seen, expected, noise("normal", 0.5)) == pytest.approx(want, rel=1e-12)


@pytest.mark.parametrize(("family", "scale"), [("normal", 0.3), ("lognormal", 0.2), ("poisson", 0.0)])
def test_the_truth_is_likelier_than_a_wrong_model(family, scale):
    expected, wrong = dataset(np.full(500, 4.0)), dataset(np.full(500, 5.0))
    seen = observe(expected, noise(family, scale), seed=2)
    terms = noise(family, scale)
    assert log_likelihood(seen, expected, terms) > log_likelihood(seen, wrong, terms) + 10


def test_a_shared_error_has_no_rowwise_likelihood():
    data = dataset([1.0])
    with pytest.raises(ValueError, match="no row-wise likelihood"):
        log_likelihood(data, data, noise("normal", 1.0, ("plate",)))


def test_resampling_follows_the_weights():
    expected = dataset([1.0, 2.0, 3.0])
    term = NoiseTerm("data", "plate", "resample", np.array([0.0, 0.25, 0.75]), (), draws=4000)
    found = drawn(observe(expected, Noise((term,)), seed=5))
    assert len(found) == 4000
    assert set(found) == {2.0, 3.0}
    assert (found == 3.0).mean() == pytest.approx(0.75, abs=0.03)


def test_resampling_draws_in_every_group():
    expected = dataset([1.0, 2.0, 3.0, 4.0], ["a", "a", "b", "b"])
    term = NoiseTerm("data", "plate", "resample", 1.0, ("plate",), draws=30)
    found = drawn(observe(expected, Noise((term,)), seed=5))
    assert set(found[:30]) == {1.0, 2.0}
    assert set(found[30:]) == {3.0, 4.0}
