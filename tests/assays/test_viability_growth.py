"""GR metrics against the R package's values, and through the assay."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from selenolab.assays.viability.growth import gr_values, growth_curve
from selenolab.assays.viability.schema import WELLS
from selenolab.core.dataset import Dataset, Table
from selenolab.core.errors import DataError
from selenolab.core.estimate import Estimate
from selenolab.shelf import assays

ASSAY = assays["viability"]
SHARED = Path(__file__).parents[3] / "shared" / "data" / "viability" / "gr"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="shared data are not beside the checkout")


@pytest.fixture(scope="module")
def reference():
    values = pd.read_csv(SHARED / "expected_R_GRvalues.tsv", sep="\t")
    metrics = pd.read_csv(SHARED / "expected_R_GRmetrics.tsv", sep="\t").set_index("experiment")
    metrics = metrics.astype({"GR50": float})
    found = {
        name: growth_curve(part["concentration"], part["GR"]) for name, part in values.groupby("experiment")
    }
    return values, metrics, found


@needs_shared
def test_gr_values_are_those_of_the_reference_to_1e_9(reference):
    values, _, _ = reference
    own = gr_values(values["cell_count"], values["cell_count__ctrl"], values["cell_count__time0"])
    assert np.abs(own - values["GR"].to_numpy()).max() < 1e-9


@needs_shared
def test_flat_curves_are_those_of_the_reference(reference):
    _, metrics, found = reference
    assert {name for name, curve in found.items() if curve.flat} == set(
        metrics.index[metrics["fit"] == "flat"]
    )


@needs_shared
def test_gr50_of_every_curve_that_is_not_flat_is_within_1e_3(reference):
    _, metrics, found = reference
    for name, curve in found.items():
        theirs = metrics.loc[name, "GR50"]
        if not curve.flat and np.isfinite(theirs):
            assert curve.gr50 == pytest.approx(theirs, rel=1e-3), name
        elif not curve.flat:
            assert curve.gr50 == theirs


@needs_shared
def test_gr_max_and_area_are_those_of_the_reference(reference):
    _, metrics, found = reference
    for name, curve in found.items():
        assert curve.gr_max == pytest.approx(metrics.loc[name, "GRmax"], abs=1e-9)
        assert curve.gr_aoc == pytest.approx(metrics.loc[name, "GR_AOC"], abs=1e-9)


def test_no_growth_gives_no_gr():
    with pytest.raises(DataError, match="did not grow"):
        gr_values([200.0], [100.0], [100.0])
    with pytest.raises(DataError, match="above zero"):
        gr_values([-1.0], [400.0], [100.0])


def grown(start=100.0, control=400.0, ic50=5.0, experiments=3, seed=1):
    """Cell counts with GR = 1 / (1 + (dose/ic50)^1.5)."""
    rng = np.random.default_rng(seed)
    rows = []
    for experiment in range(1, experiments + 1):
        doses = (0.0, 0.0, 0.5, 1, 2, 4, 8, 16, 32, 64)
        for dose in (*doses, *doses):
            gr = 1 / (1 + (dose / ic50) ** 1.5)
            rate = np.log2(gr + 1) * np.log2(control / start)
            count = start * 2**rate * np.exp(0.02 * rng.standard_normal())
            rows.append(("vehicle" if dose == 0 else "sample", dose, count, str(experiment)))
        rows += [
            ("time_zero", np.nan, start * np.exp(0.02 * z), str(experiment)) for z in rng.standard_normal(4)
        ]
    frame = pd.DataFrame(rows, columns=["role", "dose", "response", "experiment"])
    frame["plate"] = "P" + frame["experiment"]
    frame["compound"] = np.where(frame["role"] == "sample", "drug", "")
    frame["cell_line"], frame["basis"] = "x", "molecule"
    return Dataset({"wells": Table(WELLS, frame, {"dose": "µM", "response": "cells"})})


def test_the_assay_gives_gr_metrics_with_cells_at_time_zero():
    analysis = ASSAY.analyse(grown(), ASSAY.settings(compare_families=False, robust=False), 0, {})
    found = {endpoint.name: endpoint.outcome for endpoint in analysis.endpoints}
    assert isinstance(found["GR50"], Estimate)
    assert found["GR50"].low < 5.0 < found["GR50"].high
    assert found["GR50"].n == 3
    assert found["hGR"].value == pytest.approx(1.5, rel=0.15)
    assert {unit.unit_id for unit in analysis.units if unit.endpoint == "GR50"} == {"1", "2", "3"}


def test_a_gr50_beyond_the_doses_is_a_bound():
    data = grown(ic50=900.0, experiments=2)
    analysis = ASSAY.analyse(data, ASSAY.settings(compare_families=False, robust=False), 0, {})
    outcome = next(endpoint.outcome for endpoint in analysis.endpoints if endpoint.name == "GR50")
    assert isinstance(outcome, Estimate)
    assert outcome.censored == ">"
    assert outcome.value <= 64


def test_cells_that_do_not_grow_get_no_gr_and_a_warning():
    analysis = ASSAY.analyse(
        grown(control=104.0), ASSAY.settings(compare_families=False, robust=False), 0, {}
    )
    assert not any(endpoint.name == "GR50" for endpoint in analysis.endpoints)
    assert any("hardly grew" in warning for warning in analysis.warnings)
