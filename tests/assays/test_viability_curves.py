"""Curves, potencies and their intervals: known answers, named states, bounds instead of numbers."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from selenolab.assays.viability.schema import WELLS
from selenolab.core.dataset import Dataset, Table
from selenolab.core.drawing import CurvePlot
from selenolab.core.errors import DataError, StudyError
from selenolab.core.estimate import Absent, Estimate
from selenolab.fit.dose_response import fit_curve
from selenolab.fit.profile import profile_interval
from selenolab.shelf import assays
from selenolab.stats.noise import observe

ASSAY = assays["viability"]
SHARED = Path(__file__).parents[3] / "shared" / "data" / "viability"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="shared data are not beside the checkout")
DOSES = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
PLAIN = {"compare_families": False, "robust": False}


def response(dose, ic50=8.0, slope=1.5, lower=5.0):
    return lower + (100 - lower) / (1 + (np.asarray(dose, float) / ic50) ** slope)


def table(curves, unit="µM", word="viability", response_unit="a.u."):
    """`curves`: (compound, line, experiment, doses, values)."""
    frame = pd.concat(
        [
            pd.DataFrame(
                {
                    "compound": c,
                    "cell_line": line,
                    "experiment": str(e),
                    "dose": np.asarray(d, float),
                    word: v,
                }
            )
            for c, line, e, d, v in curves
        ],
        ignore_index=True,
    )
    frame["plate"], frame["role"], frame["basis"] = "P" + frame["experiment"], "sample", "molecule"
    units = {"dose": unit, **({"response": response_unit} if word == "response" else {})}
    return Dataset({"wells": Table(WELLS, frame, units)})


def replicated(
    shape, experiments=3, sd=3.0, between=0.1, wells=3, seed=1, compound="drug", line="x", doses=(0, *DOSES)
):
    rng = np.random.default_rng(seed)
    for experiment in range(1, experiments + 1):
        shift = np.exp(between * rng.standard_normal())
        dose = np.repeat(np.asarray(doses, float), wells)
        yield compound, line, experiment, dose, shape(dose / shift) + sd * rng.standard_normal(dose.size)


def outcomes(data, **settings):
    analysis = ASSAY.analyse(data, ASSAY.settings(**{**PLAIN, **settings}), 0, {})
    return {endpoint.name: endpoint.outcome for endpoint in analysis.endpoints}, analysis


@needs_shared
def test_ryegrass_has_its_published_coefficients():
    raw = pd.read_csv(SHARED / "drc" / "ryegrass.csv")
    data = table([("acid", "grass", 1, raw["conc"], raw["rootl"])], "mM", "response", "cm")
    found, analysis = outcomes(data)
    row = analysis.tables["curves"].frame.iloc[0]
    for letter, value in {"b": 2.98222, "c": 0.481413, "d": 7.79296, "e": 3.057955}.items():
        assert row[letter] == pytest.approx(value, rel=1e-5)
    assert row["rss"] == pytest.approx(5.400214628, rel=1e-8)
    assert row["lack_of_fit_p"] == pytest.approx(0.86648, abs=1e-5)
    relative = found["relative IC50"]
    assert relative.value == pytest.approx(3.057955, rel=1e-4)
    assert (relative.low, relative.high) == pytest.approx((2.6911, 3.4755), abs=2e-3)
    assert relative.n == 1


@needs_shared
def test_families_of_ryegrass_are_those_of_the_reference():
    raw = pd.read_csv(SHARED / "drc" / "ryegrass.csv")
    data = table([("acid", "grass", 1, raw["conc"], raw["rootl"])], "mM", "response", "cm")
    _, analysis = outcomes(data, compare_families=True)
    rss = analysis.tables["families"].frame.set_index("family")["rss"]
    for family, value in {"LL.3": 6.622820, "LL.5": 5.277047, "W1.4": 6.024151}.items():
        assert rss[family] <= value * (1 + 1e-6)


def test_relative_and_absolute_ic50_differ_by_the_plateau():
    found, _ = outcomes(table(replicated(lambda x: response(x, lower=30.0), sd=1.5, between=0.02)))
    expected = 8.0 * ((100 - 30) / (50 - 30) - 1) ** (1 / 1.5)
    assert found["relative IC50"].value == pytest.approx(8.0, rel=0.06)
    assert found["absolute IC50"].value == pytest.approx(expected, rel=0.06)


def test_an_absolute_ic50_above_which_a_plateau_stays_is_undefined_with_the_reason():
    found, _ = outcomes(table(replicated(lambda x: response(x, lower=65.0), sd=1.0)))
    assert isinstance(found["absolute IC50"], Absent)
    assert "lower plateau" in found["absolute IC50"].why
    assert isinstance(found["relative IC50"], Estimate)


@pytest.mark.parametrize("experiments", [1, 3])
def test_an_ic50_above_the_doses_is_a_bound(experiments):
    found, analysis = outcomes(table(replicated(lambda x: response(x, ic50=400.0), experiments)))
    absolute = found["absolute IC50"]
    assert (absolute.censored, absolute.value, absolute.high) == (">", pytest.approx(64.0), np.inf)
    units = [unit for unit in analysis.units if unit.endpoint == "absolute IC50"]
    assert {(unit.censored, unit.value) for unit in units} == {(">", 64.0)}


def test_an_ic50_below_the_doses_is_a_bound():
    found, _ = outcomes(table(replicated(lambda x: response(x, ic50=0.05, slope=2))))
    assert found["absolute IC50"].censored == "<"
    assert found["absolute IC50"].value <= 1.05


def test_no_estimate_of_a_potency_lies_outside_the_doses():
    shapes = [response(0.0, 1.0)] and [lambda x, e=e: response(x, ic50=e) for e in (0.1, 5, 70, 3000)]
    for seed, shape in enumerate(shapes):
        found, _ = outcomes(table(replicated(shape, experiments=2, seed=seed)))
        for name in ("relative IC50", "absolute IC50", "IC10", "IC90"):
            if isinstance(found[name], Estimate):
                assert 1.0 - 1e-9 <= found[name].value <= 64.0 + 1e-9


def test_one_experiment_is_labelled_n_one_with_a_profile_interval():
    found, analysis = outcomes(table(replicated(response, experiments=1)))
    relative = found["relative IC50"]
    assert (relative.n, relative.n_is) == (1, "independent experiments")
    assert "profile likelihood" in relative.method
    endpoint = next(end for end in analysis.endpoints if end.name == "relative IC50")
    assert any("n = 1" in warning for warning in endpoint.warnings)


def test_several_experiments_give_the_t_interval_of_their_log10_values():
    found, analysis = outcomes(table(replicated(response, between=0.25, sd=1.0)))
    values = np.log10([u.value for u in analysis.units if u.endpoint == "relative IC50"])
    half = 4.302652729911275 * values.std(ddof=1) / np.sqrt(3)
    assert np.log10(found["relative IC50"].value) == pytest.approx(values.mean(), abs=1e-9)
    assert np.log10(found["relative IC50"].low) == pytest.approx(values.mean() - half, abs=1e-9)


def test_the_profile_limits_of_every_experiment_stand_in_the_table():
    found, analysis = outcomes(table(replicated(response, experiments=1)))
    row = analysis.tables["curves"].frame.iloc[0]
    relative = found["relative IC50"]
    assert (row["relative_ic50_low"], row["relative_ic50_high"]) == pytest.approx(
        (relative.low, relative.high)
    )


@pytest.mark.parametrize("family", ["LL.3", "W1.4"])
def test_the_interval_of_another_family_is_its_profile_interval(family):
    data = table(replicated(lambda x: response(x, lower=0.0), experiments=1, sd=1.0))
    found, _ = outcomes(data, family=family)
    frame = data.tables["wells"].frame
    fit = fit_curve(frame["dose"], frame["viability"], family)
    exact = profile_interval(fit, percent=50.0)
    relative = found["relative IC50"]
    assert (relative.low, relative.high) == pytest.approx((exact.low, exact.high), rel=2e-3)


def test_wells_are_never_n():
    few, _ = outcomes(table(replicated(response, wells=2)))
    many, _ = outcomes(table(replicated(response, wells=8)))
    assert few["relative IC50"].n == many["relative IC50"].n == 3


def test_a_pooled_fit_comes_only_when_asked_for_and_with_a_warning():
    data = table(replicated(response, between=0.3, sd=2.0))
    plain, _ = outcomes(data)
    assert "pooled relative IC50" not in plain
    pooled, analysis = outcomes(data, pooled=True)
    assert pooled["pooled relative IC50"].n_is == "wells"
    width = {name: np.log(o.high / o.low) for name, o in pooled.items() if name.endswith("relative IC50")}
    assert width["pooled relative IC50"] < width["relative IC50"]
    assert any("not independent" in w for e in analysis.endpoints for w in e.warnings)


@pytest.mark.parametrize(
    ("shape", "state"),
    [
        (lambda x: np.full(x.size, 100.0), "flat"),
        (lambda x: 100 + 60 / (1 + (8 / np.maximum(x, 1e-9)) ** 2), "increasing"),
        (lambda x: np.zeros(x.size), "all zero"),
        (lambda x: np.where(x < 6, 100.0, 5.0), "step"),
    ],
)
def test_odd_curves_have_a_named_state_and_no_invented_number(shape, state):
    sd = 0.0 if state == "all zero" else 2.0
    found, analysis = outcomes(table(replicated(shape, sd=sd, between=0.0, seed=5)), compare_families=True)
    states = set(analysis.tables["curves"].frame["state"])
    assert state in states
    if state in ("increasing", "all zero"):
        assert isinstance(found["relative IC50"], Absent)
        assert found["relative IC50"].why
    json.dumps([str(endpoint.outcome) for endpoint in analysis.endpoints], allow_nan=False)


def test_the_fit_does_not_know_the_unit_of_the_dose():
    micro = list(replicated(response))
    nano = [(c, line, e, 1000 * d, v) for c, line, e, d, v in micro]
    one, two = outcomes(table(micro))[0], outcomes(table(nano, "nM"))[0]
    for name in ("relative IC50", "absolute IC50", "IC10"):
        assert two[name].value == pytest.approx(1000 * one[name].value, rel=1e-6)
        assert two[name].low == pytest.approx(1000 * one[name].low, rel=1e-4)
    assert two["AUC"].value == pytest.approx(one["AUC"].value)


def test_a_stray_well_moves_the_plain_fit_and_is_told():
    curves = list(replicated(response, experiments=1, sd=1.0, seed=3))
    curves[0][4][12] += 70
    _, analysis = outcomes(table(curves), robust=True)
    row = analysis.tables["curves"].frame.iloc[0]
    assert abs(row["robust_e"] - 8) < abs(row["e"] - 8)


def test_a_hump_at_low_doses_is_lack_of_fit_and_the_families_say_which():
    def hump(x):
        return (100 + 25 * x) / (1 + (x / 6) ** 2.2)

    _, analysis = outcomes(table(replicated(hump, experiments=1, sd=1.5)), compare_families=True)
    check = next(check for check in analysis.checks if check.name == "lack of fit")
    assert check.passed is False
    best = analysis.tables["families"].frame.sort_values("aicc").iloc[0]
    assert best["family"] == "BC.4"


@pytest.mark.parametrize(
    "family",
    [
        "LL.2",
        "LL.3",
        *(pytest.param(name, marks=pytest.mark.slow) for name in ("LL.5", "W1.4", "BC.4")),
    ],
)
def test_every_family_gives_the_ic50_with_an_interval(family):
    found, _ = outcomes(
        table(replicated(lambda x: response(x, lower=0.0), experiments=2, wells=2)), family=family
    )
    outcome = found["relative IC50"]
    assert outcome.value == pytest.approx(8.0, rel=0.25)
    assert outcome.low < outcome.value < outcome.high


def counted(experiments=2, subjects=40, seed=3):
    rng = np.random.default_rng(seed)
    for experiment in range(1, experiments + 1):
        for dose in (0.0, *DOSES):
            alive = rng.binomial(subjects, 1 / (1 + (dose / 8) ** 2))
            yield "drug", "fly", experiment, [dose], [100 * alive / subjects]


def test_counts_of_survivors_have_a_binomial_interval():
    data = table(list(counted(experiments=1)))
    frame = data.tables["wells"].frame.assign(total=40.0)
    full = Dataset({"wells": Table(WELLS, frame, {"dose": "µM"})})
    found, analysis = outcomes(full, family="binomial LL.2")
    row, relative = analysis.tables["curves"].frame.iloc[0], found["relative IC50"]
    assert relative.low < 8.0 < relative.high
    assert np.log(relative.high / relative.low) / 2 == pytest.approx(1.96 * row["e_se"] / row["e"], rel=0.15)
    assert found["absolute IC50"].value == pytest.approx(relative.value)


def test_counts_need_their_totals():
    with pytest.raises(DataError, match=r"Expected a column 'total'"):
        outcomes(table(list(counted())), family="binomial LL.2")


def test_the_selectivity_index_is_a_ratio_of_lines():
    curves = [
        *replicated(response, line="tumour"),
        *replicated(lambda x: response(x, ic50=24.0), line="normal", seed=2),
    ]
    found, _ = outcomes(table(curves), selectivity_reference="normal")
    index = found["selectivity index (relative)"]
    assert index.low < 3.0 < index.high
    assert index.value == pytest.approx(3.0, rel=0.25)


def test_the_selectivity_index_is_a_bound_where_the_normal_line_is_censored():
    curves = [
        *replicated(response, line="tumour"),
        *replicated(lambda x: response(x, ic50=900.0), line="normal"),
    ]
    found, _ = outcomes(table(curves), selectivity_reference="normal")
    index = found["selectivity index (absolute)"]
    assert index.censored == ">"
    assert 3 < index.value < 64 / 8


def test_a_reference_line_that_is_not_there_is_refused_with_the_nearest():
    with pytest.raises(
        StudyError, match=r"selectivity_reference: 'nrmal' is not among the data. Did you mean normal"
    ):
        outcomes(table(replicated(response, line="normal")), selectivity_reference="nrmal")


def test_the_area_is_one_where_nothing_happens_and_half_for_a_step_in_the_middle():
    none, _ = outcomes(table([("d", "x", 1, [0, *DOSES], [100.0] * 8)]))
    step, _ = outcomes(table([("d", "x", 1, [0, 1, 10, 100], [100.0, 100.0, 50.0, 0.0])]))
    assert none["AUC"].value == pytest.approx(1.0)
    assert step["AUC"].value == pytest.approx(0.5)


def test_units_hold_the_viability_of_every_dose_for_comparisons():
    _, analysis = outcomes(table(replicated(response)))
    units = [unit for unit in analysis.units if unit.endpoint == "viability"]
    assert {unit.group["dose"] for unit in units} == {"0", "1", "2", "4", "8", "16", "32", "64"}
    assert len(units) == 24


def test_captions_say_n_and_what_the_bar_is():
    _, analysis = outcomes(table(replicated(response)))
    figure = next(d for d in analysis.drawings if isinstance(d, CurvePlot))
    assert figure.caption.n == "3 independent experiments"
    assert "95 % confidence interval" in figure.caption.error_bar
    assert any("IC50" in mark.label for mark in figure.marks)


def test_times_are_apart_and_drawn_over_time():
    parts = []
    for time, ic50 in ((24.0, 20.0), (48.0, 10.0), (72.0, 5.0)):
        part = table(replicated(lambda x, e=ic50: response(x, ic50=e), experiments=2)).tables["wells"].frame
        parts.append(part.assign(time=time, plate=part["plate"] + f" {time:g} h"))
    data = Dataset({"wells": Table(WELLS, pd.concat(parts, ignore_index=True), {"dose": "µM"})})
    analysis = ASSAY.analyse(data, ASSAY.settings(**PLAIN), 0, {})
    found = {e.group["time"]: e.outcome.value for e in analysis.endpoints if e.name == "relative IC50"}
    assert found["24 h"] > found["48 h"] > found["72 h"]
    assert any(drawing.name.startswith("time-") for drawing in analysis.drawings)


def simulated(seed, **settings):
    chosen = ASSAY.settings(basis="molecule", **PLAIN, **settings)
    design = ASSAY.virtual.design(chosen)
    states = design[["condition", "time"]].assign(viable_cells=response(design["dose"], 10.0, 1.6, 5.0) / 100)
    expected = ASSAY.virtual.expect(states, design, chosen)
    return observe(expected, ASSAY.virtual.noise(expected, chosen), seed)


def test_the_virtual_door_gives_back_the_truth_it_was_given():
    found, _ = outcomes(simulated(4))
    assert found["relative IC50"].value == pytest.approx(10.0, rel=0.12)
    assert found["lower plateau"].value == pytest.approx(5.0, abs=3.0)


def test_ignoring_the_drug_blank_is_biased_and_subtracting_it_is_not():
    def mean_log(**settings):
        values = [outcomes(simulated(seed, virtual_drug_blank_au=0.25), **settings)[0] for seed in range(3)]
        return np.mean([np.log(found["absolute IC50"].value) for found in values])

    truth = np.log(10.0 * (95 / 45 - 1) ** (1 / 1.6))
    assert abs(mean_log() - truth) < 0.06
    assert mean_log(drug_blank="ignore") - truth > 0.1


def coverage(studies, seed, experiments=3):
    """Shares of studies whose interval of the relative and of the absolute IC50 holds the truth."""
    hits = np.zeros(2)
    truths = 8.0, 8.0 * (95 / 45 - 1) ** (1 / 1.5)
    for study in range(studies):
        data = table(replicated(response, experiments, 5.0, 0.2, seed=seed + study))
        found, _ = outcomes(data)
        for place, name in enumerate(("relative IC50", "absolute IC50")):
            outcome = found[name]
            hits[place] += isinstance(outcome, Estimate) and outcome.low <= truths[place] <= outcome.high
    return hits / studies


@pytest.mark.slow
def test_headline_intervals_cover_what_they_promise():
    relative, absolute = coverage(1200, 10_000)
    assert 0.93 <= relative <= 0.97
    assert 0.93 <= absolute <= 0.97


@pytest.mark.slow
def test_intervals_of_one_experiment_cover_the_truth_of_that_experiment():
    hits = 0
    for seed in range(600):
        found, _ = outcomes(table(replicated(response, 1, 5.0, 0.0, seed=50_000 + seed)))
        outcome = found["relative IC50"]
        hits += isinstance(outcome, Estimate) and outcome.low <= 8.0 <= outcome.high
    assert 0.93 <= hits / 600 <= 0.97
