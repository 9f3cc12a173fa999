"""Known answers of the standard curve assay: curves, glutathione, release, controls that speak."""

from types import SimpleNamespace

import numpy as np
import pytest

from selenolab.assays.standard_curve.answer import answer
from selenolab.core.errors import StudyError
from selenolab.core.estimate import Absent, Estimate
from selenolab.core.format import InputFile
from selenolab.formats.recognise import read_file
from selenolab.shelf import assays

ASSAY = assays["standard_curve"]
GSH_HEAD = (
    "well,role,experiment,compound,dose [µM],standard_concentration [µM],dilution,protein [mg/mL],absorbance"
)


def given(tmp_path, text, name="table.csv", role="sample"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    parsed, digest = read_file(path)
    return InputFile(path, name, role, digest, parsed, {})


def analysed(tmp_path, text, taken=None, **settings):
    settings = ASSAY.settings(**settings)
    reading = ASSAY.bench.read([given(tmp_path, text)], None, settings)
    return ASSAY.analyse(reading.dataset, settings, 0, taken or {})


def light(amount):
    return 0.05 + 0.01 * amount


def table(*rows, head=GSH_HEAD, standards=(0, 5, 10, 20, 40, 80), exact=True):
    """Standards without scatter (or with a hair of it) and the rows given as lists of cells."""
    width = head.count(",") + 1
    place = head.split(",").index(next(word for word in head.split(",") if word.startswith("standard_conc")))
    lines, well = [head], 0
    for turn in range(2):
        for x in standards:
            well += 1
            cells = [""] * width
            cells[0], cells[1], cells[place] = f"A{well}", "standard", f"{x:g}"
            cells[-1] = f"{light(x) + (0 if exact else 0.002 * (-1) ** (turn + well)):.6f}"
            lines.append(",".join(cells))
    lines += [",".join([f"B{number}", *map(str, row)]) for number, row in enumerate(rows, 1)]
    return "\n".join(lines) + "\n"


def found(analysis, name, **group):
    hits = [e for e in analysis.endpoints if e.name == name and group.items() <= dict(e.group).items()]
    assert len(hits) == 1, (name, group, [(e.name, dict(e.group)) for e in analysis.endpoints])
    return hits[0].outcome


def lysates(values, dilution="", protein=""):
    """Rows of vehicle and 8 µM wells: {(experiment, dose, role): amount in the well}."""
    return [
        [
            role,
            experiment,
            "L-selenocystine" if dose else "",
            dose,
            "",
            dilution,
            protein,
            f"{light(amount):.6f}",
        ]
        for (experiment, dose, role), amount in values.items()
    ]


def test_total_gssg_and_reduced_glutathione_by_hand(tmp_path):
    rows = lysates(
        {("1", 0, "vehicle"): 40, ("1", 0, "masked"): 6, ("1", 8, "sample"): 30, ("1", 8, "masked"): 10}
    )
    analysis = analysed(tmp_path, table(*rows, exact=False), preset="gsh_dtnb")
    treated = {"compound": "L-selenocystine", "dose": "8 µM"}
    assert found(analysis, "total glutathione", **treated).value == pytest.approx(30, rel=2e-3)
    assert found(analysis, "GSSG", **treated).value == pytest.approx(5, rel=1e-2)
    assert found(analysis, "GSSG in GSH equivalents", **treated).value == pytest.approx(10, rel=1e-2)
    assert found(analysis, "reduced GSH", **treated).value == pytest.approx(20, rel=1e-2)
    assert found(analysis, "GSH/GSSG", **treated).value == pytest.approx(4, rel=2e-2)
    assert found(analysis, "GSH/GSSG, fold of control", **treated).value == pytest.approx(
        4 / (34 / 3), rel=2e-2
    )
    alone = found(analysis, "reduced GSH", dose="0 µM")
    assert alone.n == 1
    assert "one experiment" in alone.method
    assert alone.low < 34 < alone.high


def test_gssg_standards_count_twice(tmp_path):
    rows = lysates({("1", 0, "vehicle"): 40, ("1", 0, "masked"): 6})
    analysis = analysed(tmp_path, table(*rows), preset="gsh_dtnb", standard_counts=2)
    assert found(analysis, "total glutathione").value == pytest.approx(80, rel=1e-6)
    assert found(analysis, "GSSG").value == pytest.approx(6, rel=1e-6)
    assert found(analysis, "reduced GSH").value == pytest.approx(68, rel=1e-6)


def test_a_gssg_below_the_standards_makes_bounds_of_all_that_rests_on_it(tmp_path):
    rows = lysates({("1", 0, "vehicle"): 40, ("1", 0, "masked"): 2})
    analysis = analysed(tmp_path, table(*rows), preset="gsh_dtnb")
    gssg, free = found(analysis, "GSSG"), found(analysis, "reduced GSH")
    assert (gssg.censored, gssg.value) == ("<", 2.5)
    assert (free.censored, free.value) == (">", pytest.approx(35))
    assert found(analysis, "GSH/GSSG").censored == ">"


def test_more_gssg_than_glutathione_is_no_number(tmp_path):
    rows = lysates({("1", 0, "vehicle"): 10, ("1", 0, "masked"): 20})
    outcome = found(analysed(tmp_path, table(*rows), preset="gsh_dtnb"), "reduced GSH")
    assert isinstance(outcome, Absent)
    assert "exceeds total glutathione" in outcome.why


def test_dilution_and_protein_enter_once(tmp_path):
    rows = lysates({("1", 0, "vehicle"): 40}, dilution="10", protein="2")
    analysis = analysed(tmp_path, table(*rows))
    assert found(analysis, "concentration").value == pytest.approx(400)
    per = found(analysis, "concentration per protein")
    assert (per.value, per.unit) == (pytest.approx(200), "nmol/mg")
    inversions = analysis.tables["inversions"].frame
    assert inversions["source"].tolist() == ["sheet"]
    assert inversions["in_well"].tolist() == pytest.approx([40])


def test_protein_comes_from_another_run(tmp_path):
    head = GSH_HEAD.replace("standard_concentration [µM]", "standard_concentration [µg/mL]")
    rows = lysates({("1", 0, "vehicle"): 50, ("1", 8, "sample"): 25}, dilution="20")
    bca = analysed(tmp_path, table(*rows, head=head), preset="bca", model="linear")
    taken = {"protein": bca.tables["concentrations"]}
    gsh = analysed(tmp_path, table(*lysates({("1", 0, "vehicle"): 40, ("1", 8, "sample"): 40})), taken)
    assert found(gsh, "concentration per protein", dose="0 µM").value == pytest.approx(40)
    assert found(gsh, "concentration per protein", dose="8 µM").value == pytest.approx(80)
    other = table(*lysates({("2", 0, "vehicle"): 40}))
    with pytest.raises(StudyError, match="shares no lysate"):
        analysed(tmp_path, other, taken)


def test_a_linear_calibration_serves_the_release_assay(tmp_path):
    head = GSH_HEAD.replace("standard_concentration [µM]", "standard_concentration [mg/mL]")
    rows = table(head=head, standards=(0, 0.01, 0.02, 0.05), exact=True).replace("0.050500", "0.050500")
    analysis = analysed(tmp_path, rows)
    slope = found(analysis, "slope")
    assert slope.unit == assays["release"].takes["calibration"].takes.unit
    assert slope.value == pytest.approx(0.01 / 1000)  # 0.01 AU per mg/mL
    assert found(analysis, "intercept").value == pytest.approx(0.05)
    assert "there are no samples" in analysis.answer


def test_outside_the_standards_experiments_give_bounds_and_no_fold(tmp_path):
    values = {(str(k), 0, "vehicle"): 30 + k for k in (1, 2, 3)} | {
        (str(k), 8, "sample"): 90 for k in (1, 2, 3)
    }
    analysis = analysed(tmp_path, table(*lysates(values)))
    above = found(analysis, "concentration", dose="8 µM")
    assert (above.censored, above.value, above.n) == (">", 80, 3)
    fold = found(analysis, "concentration, fold of control")
    assert isinstance(fold, Absent)
    assert "beyond that of the top standard" in fold.why
    assert {u.censored for u in analysis.units if u.group.get("dose") == "8 µM"} == {">"}
    mixed = analysed(tmp_path, table(*lysates({**values, ("3", 8, "sample"): 60})))
    assert "2 of 3 experiments give no number" in found(mixed, "concentration", dose="8 µM").why


def test_n_counts_lysates_and_never_wells(tmp_path):
    values = {(str(k), dose, "vehicle" if not dose else "sample"): a for k, dose, a in
              ((1, 0, 30), (2, 0, 36), (3, 0, 33), (1, 8, 15), (2, 8, 18), (3, 8, 16.5))}  # fmt: skip
    once = analysed(tmp_path, table(*lysates(values)))
    thrice = analysed(tmp_path, table(*[row for row in lysates(values) for _ in range(3)]))
    for name in ("concentration", "concentration, fold of control"):
        one, three = (found(a, name, dose="8 µM") for a in (once, thrice))
        assert one.n == three.n == 3
        assert [three.low, three.high] == pytest.approx([one.low, one.high])
    assert found(once, "concentration, fold of control").value == pytest.approx(0.5)
    assert len([u for u in thrice.units if u.endpoint == "concentration"]) == 6


def test_release_is_in_percent_of_lysed_cells(tmp_path):
    rows = ["well,role,experiment,compound,dose [µM],absorbance"]
    se = "L-selenocystine"
    amounts = {
        "blank": ("", "", 0.10), "vehicle": ("", 0, 0.20), "maximum": ("", "", 1.10),
        "sample": (se, 8, 0.55), "compound_blank": (se, 8, 0.15),
    }  # fmt: skip
    for number, (role, (compound, dose, seen)) in enumerate(amounts.items(), 1):
        rows.append(f"A{number},{role},1,{compound},{dose},{seen}")
    analysis = analysed(tmp_path, "\n".join(rows) + "\n", preset="ldh_release")
    assert found(analysis, "LDH release", dose="8 µM").value == pytest.approx(40)  # (0.55 - 0.15)/1.00
    assert found(analysis, "LDH release", dose="0 µM").value == pytest.approx(10)
    assert found(analysis, "cytotoxicity").value == pytest.approx(100 * (0.40 - 0.10) / (1.00 - 0.10))
    assert [e.event for e in analysis.events] == ["ldh_release"]
    assert analysis.events[0].change.value == pytest.approx(4)
    missing = {control.control for control in analysis.missing_controls}
    assert missing == {"lysed cells with the compound added (maximum with a dose)"}


def test_release_without_lysed_cells_or_blank_says_so(tmp_path):
    rows = "well,role,experiment,compound,dose [µM],absorbance\nA1,vehicle,1,,0,0.2\nA2,sample,1,drug,8,0.6\n"
    analysis = analysed(tmp_path, rows, preset="ldh_release")
    assert {"medium without cells (blank)", "lysed untreated cells (maximum)"} <= {
        control.control for control in analysis.missing_controls
    }
    assert found(analysis, "LDH signal, fold of control").value == pytest.approx(3)
    with_lysed = analysed(tmp_path, rows + "A3,maximum,1,,,1.2\n", preset="ldh_release")
    outcome = found(with_lysed, "LDH release", dose="8 µM")
    assert isinstance(outcome, Absent)
    assert "no medium blank" in outcome.why
    assert found(with_lysed, "cytotoxicity").value == pytest.approx(40)


def test_turbidity_is_taken_off_where_it_was_measured(tmp_path):
    rows = lysates({("1", 0, "vehicle"): 40, ("1", 8, "sample"): 30})
    rows += [
        ["sample_blank", "1", "L-selenocystine", 8, "", "", "", "0.14"],
        ["buffer_blank", "1", "", "", "", "", "", "0.04"],
    ]
    plain = analysed(tmp_path, table(*rows[:2]), preset="gsh_dtnb")
    clear = analysed(tmp_path, table(*rows), preset="gsh_dtnb")
    assert found(plain, "total glutathione", dose="8 µM").value == pytest.approx(30)
    assert found(clear, "total glutathione", dose="8 µM").value == pytest.approx(20)
    lacking = [control.control for control in plain.missing_controls]
    assert any("without DTNB" in text for text in lacking)
    assert not any("without DTNB" in control.control for control in clear.missing_controls)


def test_a_spike_shows_what_the_compound_does_to_the_assay(tmp_path):
    rows = [
        *lysates({("1", 8, "sample"): 30}),
        ["spike", "1", "L-selenocystine", 8, "20", "", "", f"{light(26):.4f}"],
    ]
    analysis = analysed(tmp_path, table(*rows), preset="bca", model="linear")
    check = next(check for check in analysis.checks if check.name == "recovery with the compound")
    assert (check.passed, check.value) == (False, pytest.approx(30, rel=1e-2))
    assert not [c for c in analysis.missing_controls if "spike" in c.control]
    assert any("reduce copper" in text for text in analysis.warnings)


def test_saturated_wells_are_bounds_and_flagged(tmp_path):
    rows = [*lysates({("1", 0, "vehicle"): 40}), ["sample", "1", "drug", 8, "", "", "", "3.6"]]
    analysis = analysed(tmp_path, table(*rows), preset="gsh_dtnb")
    outcome = found(analysis, "total glutathione", dose="8 µM")
    assert (outcome.censored, outcome.value) == (">", 80)
    assert next(check for check in analysis.checks if check.name == "saturation").passed is False


def test_dilutions_of_one_sample_are_put_together_and_compared(tmp_path):
    rows = [
        ["vehicle", "1", "", 0, "", times, "", f"{light(amount):.4f}"]
        for times, amount in ((1, 90), (2, 60), (4, 20))
    ]
    analysis = analysed(tmp_path, table(*rows))
    assert found(analysis, "concentration").value == pytest.approx((120 + 80) / 2)
    check = next(check for check in analysis.checks if check.name == "parallel dilutions")
    assert (check.passed, check.value) == (False, pytest.approx(40))


def test_a_competitive_kit_of_a_lab_is_a_page_of_yaml(tmp_path):
    (tmp_path / "elisa.yaml").write_text(
        "title: cGMP ELISA\nanalyte: cGMP\nmodel: 4PL\nweight: 1/y\ndirection: falling\nspellings: "
        "{nsb: blank}\n"
        "event: gpx_activity\n", encoding="utf-8",
    )  # fmt: skip
    curve = {x: 0.1 + 1.9 / (1 + x / 10) for x in (0, 1, 3, 10, 30, 100)}
    rows = ["well,role,experiment,compound,dose [µM],standard_concentration [nM],absorbance"]
    rows += [f"A{k},standard,,,,{x},{y:.5f}" for k, (x, y) in enumerate(curve.items(), 1)]
    rows += ["B1,vehicle,1,,0,,1.05", "B2,sample,1,drug,8,,0.4166667", "B3,nsb,,,,,0.06"]
    analysis = analysed(tmp_path, "\n".join(rows) + "\n", preset=str(tmp_path / "elisa.yaml"))
    assert found(analysis, "concentration", dose="0 µM").value == pytest.approx(10, rel=1e-3)
    assert found(analysis, "concentration", dose="8 µM").value == pytest.approx(50, rel=1e-3)
    assert [event.event for event in analysis.events] == ["gpx_activity"]


def test_a_plate_without_standards_borrows_the_only_curve_and_says_so(tmp_path):
    text = table(*lysates({("1", 0, "vehicle"): 40})).replace("well,", "plate,well,", 1)
    lines = text.splitlines()
    body = [f"{'P2' if 'vehicle' in line else 'P1'},{line}" for line in lines[1:]]
    analysis = analysed(tmp_path, "\n".join([lines[0], *body]) + "\n")
    assert found(analysis, "concentration").value == pytest.approx(40)
    check = next(check for check in analysis.checks if check.name == "own standards")
    assert (check.passed, check.group) == (False, {"plate": "P2"})


def test_one_curve_for_all_experiments_is_said(tmp_path):
    values = {(str(k), 0, "vehicle"): 30 + k for k in (1, 2, 3)}
    analysis = analysed(tmp_path, table(*lysates(values), exact=False))
    assert any("read from one curve" in text for text in analysis.warnings)
    assert isinstance(found(analysis, "concentration"), Estimate)


def test_the_virtual_door_gives_the_model_glutathione_back():
    import pandas as pd

    from selenolab.stats.noise import observe

    settings = ASSAY.settings(preset="gsh_dtnb", virtual_lysate_cv=0.0, virtual_well_sd=0.001)
    design = ASSAY.virtual.design(settings)
    gsh = {0.0: 5000.0, 2.0: 4000.0, 8.0: 2500.0, 32.0: 1500.0}
    states = pd.DataFrame({
        "condition": design["condition"], "time": design["time"],
        "cell_gsh": design["dose"].map(gsh), "cell_gssg": 40.0,
    })  # fmt: skip
    expected = ASSAY.virtual.expect(states, design, settings)
    analysis = ASSAY.analyse(observe(expected, ASSAY.virtual.noise(expected, settings), 3), settings, 0, {})
    for dose, truth in gsh.items():
        assert found(analysis, "reduced GSH", dose=f"{dose:g} µM").value == pytest.approx(truth, rel=0.02)
        assert found(analysis, "GSSG", dose=f"{dose:g} µM").value == pytest.approx(40, rel=0.03)
    assert {event.event for event in analysis.events} == {"gsh", "gsh_gssg"}
    with pytest.raises(StudyError, match="models show glutathione only"):
        ASSAY.virtual.expect(states, design, ASSAY.settings(preset="bca"))


@pytest.mark.slow
def test_differs_from_control_is_said_as_often_as_promised(monkeypatch):
    from pathlib import Path

    monkeypatch.syspath_prepend(str(Path(__file__).parents[2]))
    from benchmarks.standard_curve_headline import counted

    table = counted(500, 11).set_index("measured")
    assert table["false_positives"].between(2.5, 8.0).all(), table
    assert table["value_held"].between(92.0, 98.0).all(), table
    assert np.isfinite(table.to_numpy(float)).all()


def test_the_answer_says_of_glutathione_the_reduced_form_and_the_ratio():
    def one(name):
        outcome = Estimate(2.0, 1.0, 3.0, "µM", "mean", 3, "independent experiments")
        return SimpleNamespace(name=name, group={"dose": "8 µM"}, control=False, outcome=outcome, change=None)

    names = [
        "total glutathione",
        "GSSG",
        "reduced GSH",
        "GSH/GSSG",
        "GSSG per protein",
        "reduced GSH per protein",
    ]
    told = answer([one(name) for name in names])
    assert "reduced GSH per protein 2" in told
    assert "GSH/GSSG 2" in told
    assert "total" not in told
    assert "reduced GSH 2" not in told


def test_an_arm_of_thiol_disturbs_as_a_compound_does(tmp_path):
    head = GSH_HEAD.replace("compound", "compound,arm")
    rows = [
        ["vehicle", "1", "", "", "0", "", "2", "1", "0.3"],
        ["sample", "1", "X", "NAC", "8", "", "2", "1", "0.2"],
    ]
    analysis = analysed(tmp_path, table(*rows, head=head, exact=False), preset="gsh_dtnb")
    assert any(
        text.startswith("NAC: Selenols and other thiols react with DTNB") for text in analysis.warnings
    )
