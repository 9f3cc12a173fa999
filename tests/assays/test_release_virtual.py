"""The virtual door: the design that a model follows, and the model's t50 found again."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

from selenolab.core.errors import DataError, StudyError
from selenolab.core.estimate import Estimate
from selenolab.shelf import assays, models
from selenolab.simulate.reference import simulate
from selenolab.stats.noise import observe

ASSAY = assays["release"]
SPEC = importlib.util.spec_from_file_location(
    "release_virtual", Path(__file__).parents[2] / "benchmarks" / "release_virtual.py"
)
bench = importlib.util.module_from_spec(SPEC)
sys.modules["release_virtual"] = bench
SPEC.loader.exec_module(bench)


@pytest.fixture(scope="module")
def plain():
    return bench.expected(ASSAY.settings())


@pytest.fixture(scope="module")
def analysed(plain):
    settings = ASSAY.settings(models=["weibull", "first_order"])
    seen = observe(plain, ASSAY.virtual.noise(plain, settings), 5)
    return ASSAY.analyse(seen, settings, 5, {})


def of(analysis, name, **group):
    return [
        e for e in analysis.endpoints if e.name == name and all(e.group.get(w) == t for w, t in group.items())
    ]


def test_the_design_has_every_arm_and_takes_every_aliquot():
    design = ASSAY.virtual.design(ASSAY.settings())
    assert design["condition"].nunique() == 5 + 1 + 3
    assert (design["action"] == "sample").all()
    assert set(ASSAY.virtual.inputs) <= set(design)
    free = design[design["role"] == "free_drug"]
    assert (free["free_fraction"] == 1).all()
    assert (design.loc[design["role"] == "non_cleavable", "cleavable_fraction"] == 0).all()


def test_the_virtual_vessels_count_as_planned_and_their_ph_as_measured(plain):
    frame = plain.tables["aliquots"].frame
    counts = frame.groupby(["role", "medium"])["vessel"].nunique()
    assert (counts["sample"] == 6).all()
    assert (counts["free_drug"] == 3).all()
    assert frame["ph"].notna().all()
    assert (frame["replacement"] == "none yet").all()


def test_without_noise_the_release_is_the_models(plain):
    """10.0 % in buffer and 84.5 % with 10 mM GSH at 24 h: the dossier's assumed targets."""
    frame = ASSAY.analyse(plain, ASSAY.settings(models=["weibull"]), 0, {}).tables["summary"].frame
    day = frame[(frame["time"] == 24) & (frame["role"] == "sample")].set_index("medium")["released"]
    assert day["PBS pH 7.4"] == pytest.approx(10.0, abs=0.3)
    assert day["10 mM GSH pH 7.4"] == pytest.approx(84.5, abs=0.5)
    assert day["10 mM GSH pH 5.5"] == pytest.approx(10.8, abs=0.5)
    assert abs(day["20 µM GSH pH 7.4"] - day["PBS pH 7.4"]) < 0.3


def test_the_analysis_gives_the_t50_that_the_benchmark_counts(plain, analysed):
    settings = ASSAY.settings()
    for medium, outcome in bench.outcomes(plain, settings, 5):
        (found,) = [e for e in of(analysed, "t50 (apparent)", medium=medium) if "role" not in e.group]
        assert found.outcome == outcome


def test_slow_media_are_bounds_and_gsh_is_redox(analysed):
    (slow,) = [e for e in of(analysed, "t50 (apparent)", medium="PBS pH 7.4") if "role" not in e.group]
    assert (slow.outcome.censored, slow.outcome.value) == (">", pytest.approx(48))
    (trigger,) = of(analysed, "trigger", medium="10 mM GSH pH 7.4")
    assert trigger.outcome.category == "redox"
    assert not [c for c in analysed.missing_controls if c.control == "free-drug control"]


def test_early_ratios_over_almost_nothing_are_not_given(analysed):
    table = analysed.tables["selectivity"].frame
    early = table[
        (table["time"] == 0.5) & (table["medium"] == "10 mM GSH pH 7.4") & (table["role"] == "sample")
    ]
    assert early["ratio"].isna().all()
    (day,) = [
        e
        for e in of(analysed, "redox selectivity", medium="10 mM GSH pH 7.4", time="24 h")
        if "role" not in e.group
    ]
    assert isinstance(day.outcome, Estimate)
    assert day.outcome.low < 84.5 / 10.0 < day.outcome.high
    (acid,) = [
        e
        for e in of(analysed, "redox selectivity", medium="10 mM GSH pH 5.5", time="24 h")
        if "role" not in e.group
    ]
    assert any("the pH differs" in text for text in acid.warnings)


def test_a_state_that_the_model_did_not_give_is_named():
    settings = ASSAY.settings()
    design = ASSAY.virtual.design(settings)
    states = design[["condition", "time"]].assign(free_drug=1.0).iloc[:-1]
    with pytest.raises(DataError, match="no free_drug for condition"):
        ASSAY.virtual.expect(states, design, settings)


def test_two_media_of_one_name_are_refused():
    media = [{"name": "PBS"}, {"name": "PBS", "ph": 5.5}]
    with pytest.raises(StudyError, match="one name"):
        ASSAY.virtual.design(ASSAY.settings(virtual_media=media))


def test_own_media_run_through_the_model():
    media = [{"name": "buffer"}, {"name": "peroxide", "h2o2_mm": 33}]
    settings = ASSAY.settings(virtual_media=media, models=["weibull"])
    design = ASSAY.virtual.design(settings)
    states = simulate(models["carrier_release"], design, dose_unit="µg")
    dataset = ASSAY.virtual.expect(states, design, settings)
    frame = ASSAY.analyse(dataset, settings, 0, {}).tables["summary"].frame
    day = frame[(frame["time"] == 24) & (frame["role"] == "sample")].set_index("medium")["released"]
    assert day["peroxide"] == pytest.approx(87.8, abs=1.5)


@pytest.mark.slow
def test_the_models_t50_lies_in_its_interval_in_95_of_100_seeds():
    """Acceptance: 93-97 % of 200 seeds; media that never reach half are bounds in every seed."""
    table = bench.measure(range(1, 201)).set_index("medium")
    reached = table[np.isfinite(table["t50"])]
    assert list(reached.index) == ["10 mM GSH pH 7.4"]
    assert reached["coverage"].between(0.93, 0.97).all()
    never = table[~np.isfinite(table["t50"])]
    assert len(never) == 4
    assert (never["bounds"] == 200).all()
    assert (never["coverage"] == 1.0).all()
