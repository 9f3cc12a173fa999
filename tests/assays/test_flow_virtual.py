"""The virtual door: what was put into the model's states comes out of the same analysis."""

from functools import cache

import numpy as np
import pytest

from selenolab.core.errors import DataError
from selenolab.core.estimate import Estimate
from selenolab.shelf import assays
from selenolab.stats.noise import observe

FLOW = assays["flow"]
STATES = {
    "early_apoptotic": (3.0, 10.0, 20.0, 25.0),
    "late_apoptotic": (2.0, 6.0, 12.0, 30.0),
    "g1_share": (55.0, 50.0, 42.0, 35.0),
    "s_share": (28.0, 35.0, 45.0, 52.0),
    "g2m_share": (17.0, 15.0, 13.0, 13.0),
    "cell_h2o2": (10.0, 14.0, 20.0, 30.0),
    "membrane_potential": (1.0, 0.85, 0.6, 0.3),
}


@cache
def simulated(panel, **changes):
    settings = FLOW.settings(**{"panel": panel, "shown_tubes": 1, "virtual_events": 6000, **changes})
    design = FLOW.virtual.design(settings)
    words = FLOW.virtual.needs_for(settings)
    states = design[["condition", "time"]].assign(**{word: STATES[word] for word in words})
    expected = FLOW.virtual.expect(states, design, settings)
    seen = observe(expected, FLOW.virtual.noise(expected, settings), 4)
    return FLOW.analyse(seen, settings, 0, {})


def outcome(analysis, name, dose):
    return next(
        e.outcome for e in analysis.endpoints if e.name == name and e.group.get("dose") == f"{dose} µM"
    )


@pytest.mark.parametrize(
    ("panel", "name", "dose", "true"),
    [
        ("annexin", "early apoptotic", 8, 20.0),
        ("annexin", "late apoptotic", 16, 30.0),
        ("dna", "S", 8, 45.0),
        ("dna", "G1", 0, 55.0),
        ("dna", "sub-G1", 16, 30.0),
        ("dcf", "DCF fluorescence, fold of control", 16, 3.0),
    ],
)
def test_the_states_come_back(panel, name, dose, true):
    found = outcome(simulated(panel, virtual_share_cv=0.02, virtual_stain_cv=0.01), name, dose)
    assert isinstance(found, Estimate)
    assert found.n == 3
    assert found.value == pytest.approx(true, rel=0.12)


def test_the_jc1_ratio_falls_with_the_potential_and_cccp_lies_below():
    analysis = simulated("jc1")
    folds = [outcome(analysis, "JC-1 red/green, fold of control", dose).value for dose in (4, 8, 16)]
    assert 1 > folds[0] > folds[1] > folds[2] > 0
    assert next(c for c in analysis.checks if c.rule == "CCCP lowers the ratio").passed


def test_experiments_scatter_by_more_than_the_draw():
    def spread(cv):
        analysis = simulated("annexin", virtual_share_cv=cv, virtual_experiments=6, virtual_events=1500)
        values = [
            u.value for u in analysis.units if u.endpoint == "early apoptotic" and u.group["dose"] == "8 µM"
        ]
        return np.std(values, ddof=1)

    assert spread(0.3) > 2 * spread(0.0)


def test_a_panel_asks_for_its_own_states_only():
    assert FLOW.virtual.needs_for(FLOW.settings(panel="jc1")) == ("membrane_potential",)
    assert set(FLOW.virtual.needs) == set(STATES)


def test_untreated_cells_without_the_signal_are_an_error():
    settings = FLOW.settings(panel="dcf")
    design = FLOW.virtual.design(settings)
    with pytest.raises(DataError, match="hydrogen peroxide"):
        FLOW.virtual.expect(design[["condition", "time"]].assign(cell_h2o2=0.0), design, settings)
    with pytest.raises(DataError, match="dose above zero"):
        FLOW.virtual.design(replace_doses(settings))


def replace_doses(settings):
    return settings.model_copy(update={"virtual_doses": (0.0,)})


def test_gates_and_thresholds_of_simulated_tubes_stand_in_the_tables():
    analysis = simulated("annexin")
    assert {"gate_counts", "tube_values", "matrices"} == set(analysis.tables)
    assert {"threshold annexin", "threshold death"} <= set(analysis.tables["tube_values"].frame)
