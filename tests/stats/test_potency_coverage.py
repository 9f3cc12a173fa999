"""The headline IC50 interval holds the truth as often as it says."""

import importlib.util
from pathlib import Path

import pytest

PLACE = Path(__file__).parents[2] / "benchmarks" / "coverage_potency.py"


@pytest.fixture(scope="module")
def bench():
    spec = importlib.util.spec_from_file_location("coverage_potency", PLACE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("absolute", [False, True])
def test_a_few_hundred_studies(bench, absolute):
    studies = bench.simulate(300, 3, 1, absolute)
    found, _, _ = bench.headline(studies, bench.fitted(studies), absolute)
    assert 0.92 <= bench.covered(found, studies.truth).mean() <= 0.99


@pytest.mark.slow
@pytest.mark.parametrize("absolute", [False, True])
def test_headline_covers_in_every_stratum(bench, absolute):
    """16,000 studies, fixed seed: 94-96.5 % overall, every stratum of (SD, position, slope) >= 93 %.

    A stratum holds 500 or more studies, so its figure has a standard error of up to one point.
    """
    result = bench.measured(16000, 3, 20261, absolute)
    assert 0.94 <= result["overall"] <= 0.965
    assert min(row["n"] for row in result["strata"]) > 250
    low = [row for row in result["strata"] if row["coverage"] < 0.93]
    assert not low
    assert 0.93 <= result["one experiment, profile"] <= 0.975
    assert result["naive t, by position"]["outside"] < 0.93  # what extrapolated numbers would do
