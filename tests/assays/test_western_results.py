"""What the western assay concludes from volumes: folds, ratios, bounds, controls and checks."""

import sys
from math import exp, inf, log
from pathlib import Path

import numpy as np
import pytest

from selenolab.assays.western.assay import analyse, assay
from selenolab.assays.western.settings import WesternSettings
from selenolab.core.estimate import Absent, Estimate
from selenolab.core.noise import Noise
from selenolab.stats.intervals import t_quantile
from selenolab.stats.noise import observe

sys.path.append(str(Path(__file__).parent))
from western_files import dataset, fold, pairs, value

THREE = [("m1", 1), ("m1", 2), ("m2", 1), ("m2", 2), ("m3", 1), ("m3", 2)]


def volumes(*numbers, places=THREE):
    return dict(zip(places, map(float, numbers), strict=True))


def said(data, **settings):
    return analyse(data, WesternSettings(**settings), 0, {})


LINE_RULE = "no band that the line cannot have"


def check(analysis, rule, protein=""):
    return [
        c for c in analysis.checks if c.rule == rule and (not protein or c.group.get("protein") == protein)
    ]


def test_the_fold_is_the_ratio_of_geometric_means_with_the_controls_own_variance():
    target = volumes(100, 250, 300, 480, 50, 110)
    actin = volumes(1000, 1250, 1000, 800, 500, 550)
    found = fold(said(dataset(pairs(), {"p21": target, "actin": actin})), "p21")
    steps = [log(2.0), log(2.0), log(2.0)]
    assert value(found) == pytest.approx(2.0)
    assert found.low == -inf  # three equal steps say nothing of the scatter
    target[("m1", 2)] = 300.0
    steps[0] = log(2.4)
    found = fold(said(dataset(pairs(), {"p21": target, "actin": actin})), "p21")
    half = t_quantile(0.95, 2) * np.std(steps, ddof=1) / 3**0.5
    assert found.value == pytest.approx(exp(np.mean(steps)))
    assert (found.low, found.high) == pytest.approx((exp(np.mean(steps) - half), exp(np.mean(steps) + half)))
    assert (found.n, found.n_is) == (3, "independent experiments")


def test_a_factor_on_a_membrane_changes_no_fold_and_no_unit():
    data = {"p21": volumes(100, 250, 300, 480, 50, 140), "actin": volumes(900, 1250, 1000, 800, 500, 550)}
    brighter = {
        "p21": {k: v * (7 if k[0] == "m2" else 1) for k, v in data["p21"].items()},
        "actin": data["actin"],
    }
    one, other = said(dataset(pairs(), data)), said(dataset(pairs(), brighter))
    assert fold(one, "p21").value == pytest.approx(fold(other, "p21").value)
    assert [u.value for u in one.units] == pytest.approx([u.value for u in other.units])
    controls = [u.value for u in one.units if "compound" not in u.group]
    assert len(set(np.round(controls, 6))) == 3  # the control is not set to 1


def test_lanes_of_one_lysate_are_averaged_and_never_counted():
    lanes = [*pairs(), *({**lane, "lane": lane["lane"] + 2} for lane in pairs())]
    places = [*THREE, *((m, n + 2) for m, n in THREE)]
    data = {
        "p21": volumes(100, 250, 300, 480, 50, 140, 120, 230, 280, 500, 55, 150, places=places),
        "actin": dict.fromkeys(places, 1000.0),
    }
    found = said(dataset(lanes, data))
    assert fold(found, "p21").n == 3
    logs = [np.mean([log(250 / 100), log(230 / 120)]), np.mean([log(480 / 300), log(500 / 280)]),
            np.mean([log(140 / 50), log(150 / 55)])]  # fmt: skip
    assert fold(found, "p21").value == pytest.approx(exp(np.mean(logs)))
    assert len(found.units) == 6


def test_without_a_normaliser_the_load_counts_and_every_result_says_so():
    lanes = [{**lane, "lane_load": 20.0 if lane["dose"] else 10.0} for lane in pairs()]
    found = said(dataset(lanes, {"p21": volumes(100, 400, 100, 420, 100, 380)}))
    assert fold(found, "p21").value == pytest.approx((4 * 4.2 * 3.8) ** (1 / 3) / 2)
    assert all("not normalised" in e.warnings for e in found.endpoints)
    assert any(m.control.startswith("a loading control or total protein") for m in found.missing_controls)
    with_actin = {"p21": volumes(100, 400, 100, 420, 100, 380), "actin": dict.fromkeys(THREE, 10.0)}
    absent = fold(said(dataset(lanes, with_actin), normalise_to="total_protein"), "p21")
    assert absent.why == "the membrane has no total protein"


def test_an_arm_is_compared_with_its_own_control():
    lanes = [*pairs(), *({**lane, "lane": lane["lane"] + 2, "arm": "NAC"} for lane in pairs())]
    places = [*THREE, *((m, n + 2) for m, n in THREE)]
    own = volumes(100, 300, 100, 320, 100, 290, 50, 60, 50, 66, 50, 55, places=places)
    found = said(dataset(lanes, {"p21": own, "actin": dict.fromkeys(places, 1000.0)}))
    folds = {e.group.get("arm", ""): e.outcome.value for e in found.endpoints if e.name == "fold of control"}
    assert folds == pytest.approx({"": (3 * 3.2 * 2.9) ** (1 / 3), "NAC": (1.2 * 1.32 * 1.1) ** (1 / 3)})
    assert {(u.group.get("arm", ""), u.group["dose"]) for u in found.units} == {
        ("", "0 µM"), ("", "8 µM"), ("NAC", "0 µM"), ("NAC", "8 µM")
    }  # fmt: skip


def test_all_lysates_on_one_membrane_and_unpaired_lysates_by_welch():
    places = [("m1", n) for n in range(1, 7)]
    data = {
        "p21": volumes(100, 250, 110, 240, 90, 230, places=places),
        "actin": dict.fromkeys(places, 1000.0),
    }
    one = fold(said(dataset(pairs(membranes=False), data)), "p21")
    assert "within experiments" in one.method
    apart = [{**lane, "experiment": str(lane["lane"])} for lane in pairs(membranes=False)]
    other = fold(said(dataset(apart, data)), "p21")
    assert "Welch" in other.method
    assert other.value == pytest.approx(one.value)


def test_both_normalisers_are_shown_and_their_quarrel_fails_a_check():
    data = {
        "p21": volumes(100, 220, 100, 200, 100, 210),
        "actin": volumes(1000, 500, 1000, 520, 1000, 480),
        "total protein": volumes(5000, 5100, 5000, 5000, 5000, 4900),
    }
    found = said(dataset(pairs(), data))
    by_total, by_loading = (
        fold(found, "p21", f"fold of control by {w}") for w in ("total protein", "loading control")
    )
    assert fold(found, "p21").value == by_total.value
    assert by_loading.value / by_total.value == pytest.approx(2.0, rel=0.03)
    assert [c.passed for c in check(found, "normalisers agree")] == [False]
    assert [c.passed for c in check(found, "the loading control does not change")] == [False]
    chosen = said(dataset(pairs(), data), normalise_to="loading_control")
    assert fold(chosen, "p21").value == by_loading.value


def test_a_saturated_band_gives_no_fold_also_where_it_is_the_loading_control():
    data = {"p21": volumes(100, 250, 300, 480, 50, 140), "actin": dict.fromkeys(THREE, 1000.0)}
    full = said(dataset(pairs(), data, flags={("p21", "m1", 2): "saturated: 4 pixels"}))
    assert fold(full, "p21").n == 2
    assert not check(full, "no band is saturated", "p21")[0].passed
    flags = {("actin", m, n): "saturated: 4 pixels" for m, n in THREE}
    none = fold(said(dataset(pairs(), data, flags=flags)), "p21")
    assert isinstance(none, Absent)
    assert "actin: saturated" in none.why


def test_a_picture_that_is_not_quantitative_gives_no_fold():
    data = {"p21": volumes(100, 250, 300, 480, 50, 140), "actin": dict.fromkeys(THREE, 1000.0)}
    blots = {f"m{k} p21": {"blot_refusal": "not quantitative: 8-bit"} for k in (1, 2, 3)}
    found = said(dataset(pairs(), data, blots=blots))
    assert isinstance(fold(found, "p21"), Absent)
    assert "8-bit" in fold(found, "p21").why
    assert not found.units
    assert [c.passed for c in check(found, "the image is quantitative")] == [False] * 3


def test_bands_below_the_detection_limit_are_bounds_and_never_zero():
    data = {"p21": volumes(-2, 250, 1, 480, 0, 140), "actin": dict.fromkeys(THREE, 1000.0)}
    up = fold(said(dataset(pairs(), data)), "p21")
    assert up.censored == ">"
    assert up.value < 140 / 3.3
    data["p21"] = volumes(250, -2, 480, 1, 140, 0)
    down = fold(said(dataset(pairs(), data)), "p21")
    assert down.censored == "<"
    assert down.value > 3.3 / 480
    data["p21"] = dict.fromkeys(THREE, 0.0)
    assert "below the detection limit" in fold(said(dataset(pairs(), data)), "p21").why


def test_treated_and_control_on_different_membranes_are_not_compared():
    lanes = pairs()
    for lane in lanes:
        lane["membrane"] += "c" if lane["dose"] == 0 else "t"
    data = {
        "p21": {(lane["membrane"], lane["lane"]): 100.0 + 10 * k for k, lane in enumerate(lanes)},
        "actin": {(lane["membrane"], lane["lane"]): 1000.0 for lane in lanes},
    }
    found = said(dataset(lanes, data))
    assert "no membrane holds both" in fold(found, "p21").why
    assert any("on the same membrane" in m.control for m in found.missing_controls)


def test_lanes_on_two_sides_of_a_splice_are_not_compared():
    data = {"p21": volumes(100, 250, 300, 480, 50, 140), "actin": dict.fromkeys(THREE, 1000.0)}
    found = said(dataset(pairs(), data, blots={"m1 p21": {"blot_cuts": "1"}}))
    assert fold(found, "p21").n == 2
    assert [c.name for c in check(found, "the blot is in one piece")] == ["m1 p21"]
    every = said(dataset(pairs(), data, blots={f"m{k} actin": {"blot_cuts": "1"} for k in (1, 2, 3)}))
    assert isinstance(fold(every, "p21"), Absent)


def test_phospho_over_total_lane_by_lane_on_one_membrane_and_by_loading_control_on_two():
    load = dict(zip(THREE, (1.0, 1.4, 0.8, 1.1, 1.2, 0.9), strict=True))
    phospho = {k: v * (60 if k[1] == 2 else 200) for k, v in load.items()}
    total = {k: v * (500 if k[1] == 2 else 400) * (1.1 if k[0] == "m2" else 1) for k, v in load.items()}
    data = {"p-Akt": phospho, "Akt": total, "actin": {k: 1000 * v for k, v in load.items()}}
    same = said(dataset(pairs(), data))
    expected = (60 / 500) / (200 / 400)
    assert fold(same, "p-Akt / Akt").value == pytest.approx(expected)
    assert {e.measured for e in same.events if e.event == "p_akt"} == {
        "p-Akt / Akt (western blot, lane by lane on the same membrane)"
    }
    lanes = [*pairs(), *({**lane, "membrane": lane["membrane"] + "b"} for lane in pairs())]
    twin = {(m + "b", n): v for (m, n), v in total.items()}
    loads = {**data["actin"], **{(m + "b", n): 3000 * v * 1.5 for (m, n), v in load.items()}}
    apart = said(dataset(lanes, {"p-Akt": phospho, "Akt": twin, "actin": loads}))
    assert fold(apart, "p-Akt / Akt").value == pytest.approx(expected)
    assert any("membrane first" in s.text for s in apart.methods)
    bare = said(dataset(pairs(), {"p-Akt": phospho, "actin": data["actin"]}))
    assert any(m.control == "total Akt" for m in bare.missing_controls)


def test_bax_over_bcl_2_is_an_event_of_its_own():
    data = {"Bax": volumes(1, 2, 1, 2.2, 1, 1.9), "Bcl-2": volumes(1, 0.5, 1, 0.5, 1, 0.5),
            "actin": dict.fromkeys(THREE, 10.0)}  # fmt: skip
    found = said(dataset(pairs(), data, se=0.01))
    assert {e.event for e in found.events} == {"bax", "bcl_2", "bax_bcl_2"}
    assert fold(found, "Bax / Bcl-2").value == pytest.approx(2 * (2 * 2.2 * 1.9) ** (1 / 3))


@pytest.mark.parametrize(
    ("name", "event"),
    [("p-p53 (Ser15)", "p53_ps15"), ("cleaved caspase-3", "caspase_3"), ("p21 Waf1/Cip1", "p21"),
     ("p27Kip1", "p27"), ("cleaved PARP", "parp_cleavage"),
     ("cytochrome c (cytosolic fraction)", "cytochrome_c"), ("phospho-p44/42", "p_erk"),
     ("γ-H2AX", "dna_damage"), ("CDK6", "cdk6")],
)  # fmt: skip
def test_names_of_proteins_read_events(name, event):
    found = said(dataset(pairs(), {name: volumes(1, 2, 1, 2.2, 1, 1.9)}, se=0.01))
    assert [e.event for e in found.events] == [event]
    reading = found.events[0]
    assert (reading.dose, reading.dose_unit, reading.time) == (8.0, "µM", None)


def test_an_unknown_name_gives_no_event_until_it_is_mapped():
    data = dataset(pairs(), {"ab123": volumes(1, 2, 1, 2.2, 1, 1.9)}, se=0.01)
    found = said(data)
    assert not found.events
    assert sum("ab123" in warning for warning in found.warnings) == 1
    assert [e.event for e in said(data, events={"AB-123": "p21"}).events] == ["p21"]


def test_lines_that_cannot_have_a_band_are_told():
    band = {"cleaved caspase-3": volumes(50, 120, 60, 150, 40, 100)}
    seen = check(said(dataset(pairs(cell_line="MCF-7"), band)), LINE_RULE)
    assert [c.passed for c in seen] == [False]
    assert "10.1074/jbc.273.16.9357" in seen[0].why
    none = {"cleaved caspase-3": dict.fromkeys(THREE, 0.5)}
    assert [c.passed for c in check(said(dataset(pairs(cell_line="MCF7"), none)), LINE_RULE)] == [True]
    assert not check(said(dataset(pairs(cell_line="HepG2"), band)), LINE_RULE)


def series(slope):
    lanes = [
        *pairs(1),
        *({"membrane": "m1", "lane": 3 + k, "role": "dilution", "lane_dilution": 2.0**-k} for k in range(4)),
    ]
    for lane in lanes:
        lane.setdefault("role", "sample")
    own = {("m1", 1): 100.0, ("m1", 2): 60.0} | {("m1", 3 + k): 200 * 2.0 ** (-k * slope) for k in range(4)}
    return dataset(lanes, {"p21": own, "actin": dict.fromkeys(own, 1000.0)})


def test_a_dilution_series_tells_proportional_from_compressed():
    good, flat = said(series(1.0)), said(series(0.6))
    slopes = [next(e.outcome.value for e in a.endpoints if e.name == "dilution slope") for a in (good, flat)]
    assert slopes == pytest.approx([1.0, 0.6])
    assert [check(a, "linear dilution series", "p21")[0].passed for a in (good, flat)] == [True, False]
    assert check(good, "bands lie in the linear range", "p21")[0].passed
    assert not any("semi" in w for e in good.endpoints for w in e.warnings if e.group["protein"] == "p21")
    bare = said(dataset(pairs(), {"p21": volumes(1, 2, 1, 2.2, 1, 1.9)}, se=0.01))
    assert all(any("semi-quantitative" in w for w in e.warnings) for e in bare.endpoints)
    assert any(m.control.startswith("a dilution series") for m in bare.missing_controls)


def test_of_two_exposures_the_brightest_without_saturation_is_taken():
    places = [("m1", 1), ("m1", 2)]
    short, long = {k: 100.0 * k[1] for k in places}, {k: 900.0 * k[1] for k in places}
    data = dataset(pairs(1), {"p21": short, "actin": dict.fromkeys(places, 1000.0)})
    both = dataset(pairs(1), {"p21 long": long})
    for full, expected in ((False, 900.0), (True, 100.0)):
        bands = both.tables["bands"].frame.assign(protein="p21", band_saturated=float(full),
                                                  band_volume_flag="saturated" if full else "")  # fmt: skip
        tables = {
            name: type(table)(table.schema, _joined(table.frame, own), table.units)
            for name, table in data.tables.items()
            for own in [bands if name == "bands" else both.tables[name].frame if name == "blots" else None]
        }
        found = said(type(data)(tables))
        used = found.tables["normalised"].frame
        assert used.loc[used["lane"] == "1", "band_volume"].iloc[0] == expected


def _joined(frame, more):
    import pandas as pd

    return frame if more is None else pd.concat([frame, more], ignore_index=True)


def test_the_virtual_door_finds_the_levels_that_the_model_has():
    settings = WesternSettings(virtual_proteins=("p21", "p_akt"), virtual_experiments=6, virtual_half=1e6)
    plan = assay.virtual.design(settings)
    assert assay.virtual.needs_for(settings) == ("p21", "p_akt")
    states = plan[["condition", "time"]].assign(p21=[1.0, 2.0, 3.0], p_akt=[1.0, 0.5, 0.25])
    expected = assay.virtual.expect(states, plan, settings)
    drawn = observe(expected, assay.virtual.noise(expected, settings), 3)
    told = analyse(drawn, settings, 0, {})
    folds = {
        (e.group["protein"], e.group["dose"]): e.outcome
        for e in told.endpoints
        if e.name == "fold of control"
    }
    assert folds[("p21", "16 µM")].low < 3.0 < folds[("p21", "16 µM")].high
    assert folds[("p-Akt", "16 µM")].value == pytest.approx(0.25, rel=0.2)
    still = analyse(observe(expected, Noise(()), 0), settings, 0, {})
    exact = [
        e.outcome for e in still.endpoints if e.name == "fold of control" and e.group["protein"] == "p21"
    ]
    assert [o.value for o in exact if isinstance(o, Estimate)] == pytest.approx([2.0, 3.0], rel=1e-4)
