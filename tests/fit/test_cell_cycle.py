"""Cell-cycle shares: truth recovered from tubes made cell by cell, and named refusals."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from selenolab.core.errors import DataError, StudyError
from selenolab.fit.cell_cycle import fit_cell_cycle
from selenolab.fit.cell_cycle_result import CellCycle, CellCycleOptions

sys.path.append(str(Path(__file__).parents[1]))
from generators.dna_truth import S_SHAPES, Truth, Tube, drawn, make

TUBE = Tube()
TRUTH = make(TUBE, 1)


def worst(found: CellCycle, truth: Truth) -> float:
    return max(abs(found.g1 - truth.g1), abs(found.s - truth.s), abs(found.g2m - truth.g2m))


def test_shares_peaks_and_background_of_a_usual_tube() -> None:
    found = fit_cell_cycle(TRUTH.area, CellCycleOptions(top=TUBE.top))
    assert worst(found, TRUTH) < 1
    assert found.g1 + found.s + found.g2m == pytest.approx(100)
    assert found.g1_mean == pytest.approx(50_000, rel=0.005)
    assert found.g1_cv == pytest.approx(4, abs=0.2)
    assert found.ratio == pytest.approx(1.96, abs=0.01)
    assert found.aggregates == pytest.approx(3, abs=0.4)
    assert found.debris == pytest.approx(5, abs=1)
    assert found.sub_g1 == pytest.approx(TRUTH.sub_g1, abs=1)
    assert found.deviance < 1.4
    assert found.problems == ()


@pytest.mark.parametrize("model", ["Dean-Jett-Fox", "Watson"])
def test_the_curve_adds_up_to_the_counts(model: str) -> None:
    found = fit_cell_cycle(TRUTH.area, CellCycleOptions(model=model))  # type: ignore[arg-type]
    parts = found.curve[["g1", "s", "g2m", "sub_g1", "debris", "aggregates"]].sum(axis=1)
    assert np.allclose(parts, found.curve["total"])
    assert found.curve["total"].sum() == pytest.approx(found.curve["counts"].sum(), rel=0.01)
    assert found.curve["s"].sum() == pytest.approx(found.cycling * found.s / 100, rel=0.02)
    assert worst(found, TRUTH) < 2


def test_doublets_are_not_taken_for_g2m() -> None:
    truth = make(replace(TUBE, doublets=0.1, g2m_of_rest=0.1, ratio=2.0), 2)
    found = fit_cell_cycle(truth.area)
    blind = fit_cell_cycle(truth.area[truth.area < 125_000], CellCycleOptions(aggregates=False))
    assert worst(found, truth) < 1
    assert worst(blind, truth) > 2  # pairs of G1 cells stand where G2M stands
    assert found.aggregates == pytest.approx(10, abs=1)


@pytest.mark.parametrize("shape", S_SHAPES)
def test_every_shape_of_s_at_a_usual_cv(shape: str) -> None:
    truth = make(replace(TUBE, shape=shape, s=0.4, cv=0.035), 3)
    assert worst(fit_cell_cycle(truth.area), truth) < 2


def test_arrests_and_apoptosis() -> None:
    late = make(replace(TUBE, s=0.15, g2m_of_rest=0.85), 4)
    assert worst(fit_cell_cycle(late.area), late) < 2  # the peak of G1 is the smaller one
    dying = make(replace(TUBE, sub_g1=0.4), 5)
    found = fit_cell_cycle(dying.area)
    assert worst(found, dying) < 3
    assert found.sub_g1 == pytest.approx(dying.sub_g1, abs=3)
    early = make(replace(TUBE, s=0.7, g2m_of_rest=0.2), 6)
    assert worst(fit_cell_cycle(early.area, CellCycleOptions(g1=51_000)), early) < 3


def test_the_answer_follows_the_gain_and_repeats() -> None:
    one, two = fit_cell_cycle(TRUTH.area), fit_cell_cycle(TRUTH.area * 1e-3)
    assert two.s == pytest.approx(one.s, abs=0.05)
    assert two.g1_mean == pytest.approx(one.g1_mean * 1e-3, rel=1e-3)
    assert fit_cell_cycle(TRUTH.area).s == one.s


def test_areas_of_an_old_digital_scale() -> None:
    found = fit_cell_cycle(np.round(TRUTH.area / TUBE.top * 1023))
    assert worst(found, TRUTH) < 2
    assert found.deviance < 1.5


def test_the_standard_error_is_that_of_repeated_tubes() -> None:
    errors, told = [], []
    for seed in range(12):
        truth = make(replace(TUBE, cells=6000, debris=0.0, sub_g1=0.0), 100 + seed)
        found = fit_cell_cycle(truth.area)
        errors.append(found.s - truth.s)
        told.append(found.se_s or np.nan)
    assert 0.5 < np.std(errors) / np.mean(told) < 1.6


@pytest.mark.parametrize(
    ("area", "words"),
    [
        ([], "found 0 events"),
        (TRUTH.area[:300], "found 300 events"),
        (np.full(5000, np.nan), "found 0 events"),
        (np.full(5000, 7.0), "in all 5000 events"),
        (-TRUTH.area, "at or below 0"),
        (np.minimum(TRUTH.area, 90_000), "saturated"),
        (np.log10(TRUTH.area), "looks logarithmic"),
        (256 * np.log10(TRUTH.area), "looks logarithmic"),
        (np.arcsinh(TRUTH.area / 150), "looks logarithmic"),
        (np.linspace(1, 1e5, 20_000), "no sharp peak"),
    ],
)
def test_refusals(area: np.ndarray, words: str) -> None:
    with pytest.raises(DataError, match=words) as refusal:
        fit_cell_cycle(area)
    assert "\n" not in str(refusal.value)


def test_a_place_of_g1_where_no_cells_are_is_refused() -> None:
    with pytest.raises(DataError, match="same detector settings"):
        fit_cell_cycle(TRUTH.area, CellCycleOptions(g1=5e5))


def test_what_is_noted() -> None:
    broad = fit_cell_cycle(make(replace(TUBE, cv=0.1), 7).area)
    assert any("CV of G1" in note for note in broad.problems)
    few = fit_cell_cycle(make(replace(TUBE, cells=900), 8).area)
    assert any("cycling cells" in note for note in few.problems)
    other = make(replace(TUBE, gain=66_000.0, cells=10_000), 9).area
    mixed = fit_cell_cycle(np.concatenate([TRUTH.area, other]))
    assert any("another population" in note for note in mixed.problems)
    holes = fit_cell_cycle(np.append(TRUTH.area, [np.nan, np.inf]))
    assert any("2 of" in note and "not finite" in note for note in holes.problems)
    alone = fit_cell_cycle(make(replace(TUBE, s=0.001, g2m_of_rest=0.001, doublets=0.0), 10).area)
    assert any("Only one" in note for note in alone.problems)


@pytest.mark.parametrize(
    "wrong",
    [
        {"model": "ModFit"},
        {"cv": "3"},
        {"debris": "linear"},
        {"ratio": (2.2, 1.7)},
        {"g1": -1.0},
        {"control_ratio": 1.2},
    ],
)
def test_wrong_options(wrong: dict[str, object]) -> None:
    with pytest.raises(StudyError, match="Cell cycle: found"):
        CellCycleOptions(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("choice", [{"debris": "cuts"}, {"debris": "none"}, {"cv": "free"}])
def test_other_choices_stay_near_the_truth(choice: dict[str, str]) -> None:
    truth = make(replace(TUBE, debris=0.02, sub_g1=0.0), 11)
    assert worst(fit_cell_cycle(truth.area, CellCycleOptions(**choice)), truth) < 2  # type: ignore[arg-type]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "fixed", "known", "mean", "within"),
    [
        ("Dean-Jett-Fox", {}, False, 1.6, 0.75),
        ("Dean-Jett-Fox", {"cv": 0.03}, False, 0.9, 0.95),
        ("Dean-Jett-Fox", {"cv": 0.05}, False, 1.2, 0.9),
        ("Dean-Jett-Fox", {"cv": 0.08, "ratio": 1.96}, True, 1.8, 0.65),
        ("Dean-Jett-Fox", {"doublets": 0.1}, False, 1.6, 0.7),
        ("Dean-Jett-Fox", {"debris": 0.2}, False, 1.6, 0.7),
        ("Watson", {}, False, 2.6, 0.45),
    ],
)
def test_the_whole_range_over_many_seeds(
    model: str, fixed: dict[str, float], known: bool, mean: float, within: float
) -> None:
    """S 10-60 %, CV 3-8 %, debris 0-20 %, doublets 0-10 %: the largest error of the three shares."""
    errors = []
    for seed in range(500, 560):
        truth = make(drawn(seed, **fixed), seed)
        options = CellCycleOptions(model=model, control_ratio=1.96 if known else None)  # type: ignore[arg-type]
        errors.append(worst(fit_cell_cycle(truth.area, options), truth))
    assert np.mean(errors) < mean
    assert np.mean(np.array(errors) <= 2) >= within
