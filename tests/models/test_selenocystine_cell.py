"""The selenocystine model against the figures it was specified by, its balances, limits, known failures."""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from selenolab.shelf import models
from selenolab.simulate.reference import simulate

MODEL = models["selenocystine_cell"]
DOSES = (0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
FIBROBLAST = {"Vx": 4e-4, "vO2": 1.0, "DT": 36.0}
INSIDE = ("SeC", "Si", "SG", "SH", "Sm", "G", "GG", "Ta", "Ti", "N", "Tr", "Pr", "G1", "Sp", "G2", "AE", "AL")
SEEN_FROM_INSIDE = replace(MODEL, observables={name: name for name in INSIDE})


def run(doses, times, model=MODEL, **overrides):
    rows = [{"condition": f"{dose:g}", "dose": dose, "time": time} for dose in doses for time in times]
    return simulate(model, pd.DataFrame(rows), overrides, "µM")


@cache
def at_24_h():
    return run(DOSES, (24.0,)).set_index("condition")


def viability(dose, hours=24.0, **overrides):
    found = run((0.0, dose), (hours,), **overrides)["viable_cells"].to_numpy()
    return 100 * found[1] / found[0]


def seen(dose, hours, word, **overrides):
    return float(run((dose,), (hours,), **overrides)[word].iloc[0])


def test_viability_after_24_h():
    """8, 16 and 32 µM were fitted (43.37, 29.5 and 18.04 %); the others follow."""
    found = at_24_h()["viable_cells"]
    told = [100, 87.6, 77.0, 61.3, 43.4, 28.8, 18.8, 15.1]
    assert (100 * found / found.iloc[0]).to_numpy() == pytest.approx(told, abs=0.06)


@pytest.mark.parametrize(("hours", "told"), [(24.0, 6.2), (48.0, 2.3), (72.0, 2.2)])
def test_half_of_the_cells_are_left_at(hours, told):
    doses = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
    seen_by_dose = run((0.0, *doses), (hours,))["viable_cells"].to_numpy()
    left = seen_by_dose[1:] / seen_by_dose[0]
    assert np.exp(np.interp(-0.5, -left, np.log(doses))) == pytest.approx(told, abs=0.06)


@pytest.mark.parametrize(
    ("word", "told", "off"),
    [
        ("s_share", (28, 46, 50, 52, 49), 0.5),
        ("g1_share", (55, 44, 43, 43, 48), 0.6),
        ("g2m_share", (17, 9, 7, 5, 3), 0.5),
        ("early_apoptotic", (0, 17, 30, 38, 41), 0.6),
        ("late_apoptotic", (0, 13, 25, 38, 50), 0.6),
        ("strand_breaks", (0, 0.09, 0.18, 0.36, 1.29), 0.01),
        ("p53_ps15", (0.10, 0.49, 0.74, 1.04, 1.57), 0.006),
        ("p21", (0.4, 1.6, 2.3, 3.1, 4.3), 0.06),
        ("p27", (1, 1.3, 1.6, 1.9, 2.7), 0.06),
        ("bcl_2", (1, 0.91, 0.85, 0.73, 0.51), 0.006),
        ("bax", (0, 0.05, 0.08, 0.13, 0.24), 0.006),
        ("membrane_potential", (1, 0.92, 0.84, 0.71, 0.41), 0.006),
        ("cleaved_caspase_9", (0, 0.02, 0.04, 0.09, 0.20), 0.006),
        ("cleaved_caspase_8", (0, 0.04, 0.07, 0.10, 0.15), 0.006),
        ("cleaved_caspase_3", (0, 0.05, 0.09, 0.15, 0.27), 0.006),
        ("cleaved_parp", (0, 0.14, 0.22, 0.33, 0.46), 0.006),
        ("cyclin_a", (1, 0.58, 0.48, 0.39, 0.27), 0.006),
        ("cyclin_d1", (1, 0.92, 0.85, 0.74, 0.43), 0.006),
        ("cyclin_d3", (1, 0.91, 0.84, 0.73, 0.42), 0.006),
        ("cdk4_6", (1, 0.96, 0.93, 0.88, 0.70), 0.006),
        ("trxr_active", (0.5, 0.375, 0.295, 0.195, 0.08), 0.003),
    ],
)
def test_states_after_24_h(word, told, off):
    found = at_24_h().loc[["0", "4", "8", "16", "32"], word]
    assert found.to_numpy() == pytest.approx(told, abs=off)


def test_hydrogen_peroxide_in_time_and_with_the_dose():
    found = run((16.0,), (0.0, 1.0, 3.0, 6.0, 12.0, 24.0, 48.0))["cell_h2o2"]
    assert found.to_numpy() == pytest.approx([5.3, 20, 28, 27, 21, 12, 6], abs=0.5)
    at_6_h = run((4.0, 8.0, 16.0, 32.0), (6.0,))["cell_h2o2"]
    assert at_6_h.to_numpy() == pytest.approx([11.9, 17.8, 27.2, 39.3], abs=0.1)
    assert found.iloc[3] / found.iloc[0] == pytest.approx(5.2, abs=0.05)


def test_kinases_fall_and_rise():
    found = run((0.0, 16.0, 32.0), (3.0, 24.0)).set_index(["condition", "time"])
    assert found.loc[("0", 24.0), ["p_akt", "p_erk"]].to_numpy() == pytest.approx([0.5, 0.5], abs=1e-4)
    assert found.loc[("16", 3.0), "p_akt"] == pytest.approx(0.26, abs=0.006)
    assert found.loc[("16", 24.0), "p_erk"] == pytest.approx(0.38, abs=0.006)
    assert found.loc[("32", 24.0), "p_akt"] == pytest.approx(0.23, abs=0.006)
    assert found["p_jnk"].xs(24.0, level="time").to_numpy() == pytest.approx([0.05, 0.28, 0.79], abs=0.006)
    assert found.loc[("32", 24.0), "p_p38"] > 5 * found.loc[("0", 24.0), "p_p38"]


def test_a_normal_fibroblast_barely_responds():
    """Put in by hand: a fiftieth of the uptake."""
    rest, dosed = (seen(dose, 6.0, "cell_h2o2", **FIBROBLAST) for dose in (0.0, 16.0))
    assert dosed / rest == pytest.approx(1.18, abs=0.01)
    assert viability(16.0, **FIBROBLAST) == pytest.approx(96.9, abs=0.1)


def test_silencing_p53_protects():
    assert viability(16.0, p53wt=0.1) == pytest.approx(74.1, abs=0.2)
    assert seen(16.0, 24.0, "cleaved_caspase_3", p53wt=0.1) == pytest.approx(0.013, abs=0.001)


def test_blocking_caspases_protects_and_leaves_what_comes_before():
    assert viability(16.0, zvad=0.95) == pytest.approx(74.4, abs=0.2)
    plain, blocked = run((16.0,), (6.0, 24.0)), run((16.0,), (6.0, 24.0), zvad=0.95)
    for word in ("cell_h2o2", "strand_breaks"):
        assert blocked[word].to_numpy() == pytest.approx(plain[word].to_numpy(), rel=1e-5)
    assert seen(16.0, 24.0, "cleaved_parp", zvad=0.95) < 0.02
    assert seen(16.0, 24.0, "cleaved_caspase_3", zvad=1.0) < 1e-6


def test_knocking_down_trxr_makes_it_worse():
    assert seen(16.0, 6.0, "cell_h2o2", trxr_level=0.2) == pytest.approx(44, abs=1)
    assert viability(16.0, trxr_level=0.2) == pytest.approx(21.5, abs=0.3)
    assert viability(4.0, trxr_level=0.2) == pytest.approx(60.6, abs=0.3)


def test_thiols_outside_and_catalase_rescue():
    """NAC and GSH by construction: outside, they keep selenocystine out."""
    assert viability(16.0, nac=5000.0) == pytest.approx(77.3, abs=0.2)
    assert viability(16.0, gsh_medium=5000.0) == pytest.approx(77.3, abs=0.2)
    assert seen(16.0, 6.0, "cell_h2o2", nac=5000.0) == pytest.approx(8.6, abs=0.1)
    assert viability(16.0, catalase=5.0) == pytest.approx(47.2, abs=0.2)


def test_inhibitors_of_akt_and_erk():
    rest = run((0.0,), (24.0,), akt_inhibitor=0.8, erk_inhibitor=0.8)
    assert rest["p_akt"].iloc[0] == pytest.approx(0.2 / 1.2, abs=1e-3)
    assert rest["p_erk"].iloc[0] == pytest.approx(0.2 / 1.2, abs=1e-3)
    assert viability(4.0, erk_inhibitor=0.8) < viability(4.0) - 1


@pytest.mark.parametrize(
    ("word", "value", "parameter"),
    [
        ("nac_outside", 5000.0, "nac"),
        ("gsh_outside", 5000.0, "gsh_medium"),
        ("p53_working", 0.1, "p53wt"),
        ("caspase_blocked", 0.95, "zvad"),
        ("trxr_made", 0.2, "trxr_level"),
        ("catalase_factor", 5.0, "catalase"),
    ],
)
def test_a_design_sets_what_an_override_sets(word, value, parameter):
    design = pd.DataFrame({"condition": ["a"], "dose": [16.0], "time": [24.0]})
    by_design = simulate(MODEL, design.assign(**{word: value}), {}, "µM")
    pd.testing.assert_frame_equal(by_design, simulate(MODEL, design, {parameter: value}, "µM"))


def test_untreated_cells_grow_by_their_doubling_time_and_keep_their_shares():
    found = run((0.0,), (0.0, 24.0, 48.0, 72.0))
    assert found["viable_cells"].to_numpy() == pytest.approx([1, 1.741, 3.031, 5.278], rel=2e-3)
    for word, share in (("g1_share", 55), ("s_share", 28), ("g2m_share", 17)):
        assert found[word].to_numpy() == pytest.approx(share, abs=0.05)
    for word in MODEL.observables:
        if word != "viable_cells" and "apoptotic" not in word:  # those start at nothing, at time zero
            assert found[word].to_numpy() == pytest.approx(found[word].iloc[0], rel=1e-3, abs=2e-4)
    assert found[["early_apoptotic", "late_apoptotic"]].max(axis=None) < 0.02


def test_a_vanishing_dose_does_nothing_and_more_does_more():
    assert viability(0.001) > 99.9
    found = run((0.0, 0.5, 2.0, 8.0, 32.0), (24.0, 48.0)).pivot(
        index="condition", columns="time", values="viable_cells"
    )
    shares = found.loc[["0", "0.5", "2", "8", "32"]] / found.loc["0"]
    assert (np.diff(shares[24.0]) < 0).all()
    assert (np.diff(shares[48.0]) < 0).all()


def test_selenium_is_neither_made_nor_lost():
    found = run((16.0, 64.0), (0.0, 1.0, 6.0, 24.0, 72.0), SEEN_FROM_INSIDE, kle=0.0)
    inside = 2 * found["Si"] + found["SG"] + found["SH"] + found["Sm"]
    molecules = found["SeC"] + 1e-4 * inside / 2
    dosed = found["condition"].astype(float)
    assert molecules.to_numpy() == pytest.approx(dosed.to_numpy(), rel=1e-7)
    assert inside.iloc[-1] > 100  # and some of it is inside


def test_enzyme_and_pools_stay_within_their_totals():
    found = run((16.0,), (0.0, 1.0, 6.0, 24.0, 72.0), SEEN_FROM_INSIDE)
    assert (found["Ta"] + found["Ti"]).to_numpy() == pytest.approx(0.5, rel=1e-7)
    for name, total in (("N", 60.0), ("Tr", 10.0), ("Pr", 60.0)):
        assert found[name].between(0, total).all()


def test_glutathione_changes_by_renewal_and_export_alone():
    found = run((16.0,), (0.0, 1.0, 6.0, 24.0), SEEN_FROM_INSIDE, kgd=0.0, kge=0.0)
    pool = (found["G"] + 2 * found["GG"] + found["SG"]).to_numpy()
    assert pool == pytest.approx(pool[0], rel=1e-8)
    assert found["GG"].max() > 2 * found["GG"].iloc[0]


def test_cells_are_neither_made_nor_lost_where_nothing_divides_or_crumbles():
    found = run((16.0,), (0.0, 6.0, 24.0), SEEN_FROM_INSIDE, DT=1e9, al_debris=0.0)
    cells = found[["G1", "Sp", "G2", "AE", "AL"]].sum(axis=1)
    assert cells.to_numpy() == pytest.approx(1.0, rel=1e-6)


def test_events_come_in_their_order():
    """Half of the change until 24 h at 16 µM is reached: H2O2, then Psi, p53, caspase-8, caspase-3, PARP."""
    times = tuple(np.arange(0.0, 24.01, 0.2).round(1))
    found = run((16.0,), times)

    def half(word, peak=False):
        change = np.abs(found[word].to_numpy() - found[word].iloc[0])
        return times[int(np.argmax(change >= 0.5 * (change.max() if peak else change[-1])))]

    assert half("cell_h2o2", peak=True) == pytest.approx(0.8, abs=0.3)
    order = ["cell_h2o2", "membrane_potential", "p53_ps15", "cleaved_caspase_8", "cleaved_caspase_3"]
    reached = [half(word, peak=True) for word in (*order, "cleaved_parp")]
    assert reached == sorted(reached)


def test_known_gap_glutathione_inside_does_not_matter():
    """A known failure, kept visible: depletion should kill more, and a rise inside alone should rescue."""
    alone = viability(16.0)
    assert viability(16.0, G0=1000.0) == pytest.approx(alone, abs=0.5)
    assert viability(16.0, nac=5000.0, Kseq=1e7) == pytest.approx(alone, abs=0.5)


def test_every_parameter_says_what_it_rests_on():
    fitted = {own.name for own in MODEL.parameters if own.kind == "fitted"}
    assert fitted == {"ws", "KH", "kD"}
    assert {own.kind for own in MODEL.parameters} <= {"assumed", "derived", "fitted"}
    assert sum(own.kind == "assumed" for own in MODEL.parameters) > 100


@pytest.mark.slow
@pytest.mark.parametrize(
    ("line", "vx", "doubling", "p53wt", "ic50"),
    [
        ("A375", 0.01063, 20, 1.0, 3.6),
        ("CNE2", 0.02221, 22, 0.4, 5.6),
        ("HepG2, low", 0.00813, 30, 1.0, 5.444),
        ("HepG2, high", 0.00277, 30, 1.0, 17.5),
        ("SW620", 0.01801, 24, 0.4, 7.3),
        ("Colo201", 0.00946, 30, 0.4, 16.2),
        ("HL60", 0.01247, 28, 0.1, 34.5),
    ],
)
def test_each_line_with_its_uptake_has_its_ic50(line, vx, doubling, p53wt, ic50):
    """One number a line, set to meet the IC50: calibration by construction, at 72 h."""
    overrides = {"Vx": vx, "DT": float(doubling), "p53wt": p53wt}
    assert viability(ic50, 72.0, **overrides) == pytest.approx(50, abs=2.5), line
