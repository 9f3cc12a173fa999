"""Plate kinetics: slopes, blanks, activities, changes, inhibition, controls, and the virtual door."""

import importlib.util
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from selenolab.assays.plate_kinetics import virtual
from selenolab.assays.plate_kinetics.preset import PRESETS, preset_named
from selenolab.assays.plate_kinetics.settings import PlateKineticsSettings
from selenolab.core.dataset import Table
from selenolab.core.errors import DataError, SelenolabError
from selenolab.core.estimate import Absent, Estimate, Verdict
from selenolab.core.schema import Column, OpenColumn, TableSchema
from selenolab.formats.plate_presets import shipped
from selenolab.shelf import assays
from selenolab.stats.noise import observe
from selenolab.study.run import analyse_files

SPEC = importlib.util.spec_from_file_location(
    "kinetics_truth", Path(__file__).parents[1] / "generators" / "kinetics_truth.py"
)
truth = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(truth)
EXAMPLE = assays.folder("plate_kinetics") / "example.csv"
MINUTES = np.arange(0.0, 6.0)


def settings(**words):
    return PlateKineticsSettings(**words)


def table(wells, minutes=MINUTES, noise=0.0005, seed=0):
    """A long table of wells: dicts with `rate` and design words."""
    rng = np.random.default_rng(seed)
    rows = []
    for place, words in enumerate(wells):
        facts = {word: value for word, value in words.items() if word != "rate"}
        for t in minutes:
            seen = 0.1 + words["rate"] * t + rng.normal(0, noise)
            rows.append(
                {
                    "well": f"{'ABCDEFGH'[place % 8]}{place // 8 + 1}",
                    **facts,
                    "read_time [s]": 60 * t,
                    "absorbance": seen,
                }
            )
    return pd.DataFrame(rows)


def written(frame, tmp_path, name="plate.csv"):
    path = tmp_path / name
    frame.to_csv(path, index=False)
    return path


def analysed(frame, tmp_path, **words):
    return analyse_files("plate_kinetics", [written(frame, tmp_path)], settings=settings(**words)).analysis


def outcomes(analysis, name):
    return {end.group.get("dose", ""): end.outcome for end in analysis.endpoints if end.name == name}


def lysates(effect=0.5, blank=0.004, experiments=3, **more):
    wells = []
    for number in range(1, experiments + 1):
        base = 0.04 * (1 + 0.1 * number)
        facts = {
            "experiment": number,
            "cell_line": "HepG2",
            "compound": "",
            "dose [µM]": 0,
            "plate": f"p{number}",
            **more,
        }
        wells += [{**facts, "role": "vehicle", "rate": base + blank}] * 2
        wells += [
            {**facts, "role": "sample", "compound": "drug", "dose [µM]": 8, "rate": base * effect + blank}
        ] * 2
        wells += [{**facts, "role": "blank", "rate": blank}]
    return wells


def test_the_blank_is_subtracted_and_the_change_is_within_experiments(tmp_path):
    analysis = analysed(table(lysates()), tmp_path)
    change = outcomes(analysis, "activity, % of control")["8 µM"]
    assert isinstance(change, Estimate)
    assert change.value == pytest.approx(50, rel=0.02)
    assert change.n == 3
    assert set(analysis.tables["rates"].frame["correction"]) == {"blank of the plate", ""}
    assert {(unit.group["dose"], unit.unit_id) for unit in analysis.units} == {
        (dose, name) for dose in ("0 µM", "8 µM") for name in "123"
    }


def test_wells_never_count_as_n(tmp_path):
    change = outcomes(analysed(table(lysates(experiments=1)), tmp_path), "activity, % of control")["8 µM"]
    assert change.n == 1
    assert change.high == np.inf


def test_a_blank_of_the_dose_comes_before_that_of_the_plate(tmp_path):
    wells = lysates()
    plain = analysed(table(wells), tmp_path)
    facts = {"cell_line": "HepG2", "compound": "drug", "dose [µM]": 8, "role": "no_enzyme", "rate": 0.014}
    wells += [{**facts, "experiment": n, "plate": f"p{n}"} for n in (1, 2, 3)]
    mended = analysed(table(wells), tmp_path)
    low, high = (outcomes(one, "activity, % of control")["8 µM"].value for one in (mended, plain))
    assert high - low == pytest.approx(100 * 0.01 / 0.048, rel=0.15)


def test_what_the_compound_adds_is_put_on_the_inhibitor_blank():
    analysis = analyse_files("plate_kinetics", [EXAMPLE], settings=settings(preset="trxr_dtnb")).analysis
    rates = analysis.tables["rates"].frame
    own = rates[(rates["role"] == "sample") & (rates["dose"] == 16)]
    assert own["correction"].str.contains("adds without enzyme").all()
    assert own["blank"].to_numpy() == pytest.approx(0.003 + 0.0003 * 16, rel=0.15)


def test_the_ic50_of_inhibition_is_that_of_the_generator():
    analysis = analyse_files("plate_kinetics", [EXAMPLE], settings=settings(preset="trxr_dtnb")).analysis
    found = next(end.outcome for end in analysis.endpoints if end.name == "absolute IC50")
    assert isinstance(found, Estimate)
    assert found.low < 4.0 < found.high
    assert found.value == pytest.approx(4.0, rel=0.2)
    assert {event.event for event in analysis.events} == {"trxr_activity"}
    assert len(analysis.events) == 5


def test_activity_needs_a_path_and_prints_its_stoichiometry(tmp_path):
    frame = table(lysates(**{"protein [µg]": 20}))
    bare = analysed(frame, tmp_path, preset="trxr_dtnb")
    assert not outcomes(bare, "activity")
    assert any("no light path" in text for text in bare.warnings)
    full = analysed(frame, tmp_path, preset="trxr_dtnb", path_cm=0.5, volume_ul=200)
    micromolar = outcomes(full, "activity")["0 µM"].value
    assert micromolar == pytest.approx(0.048 / (14150 * 0.5) * 1e6 / 2, rel=0.02)
    assert outcomes(full, "specific activity")["0 µM"].value == pytest.approx(micromolar * 200 / 20)
    assert any("2 TNB for each NADPH oxidised" in sentence.text for sentence in full.methods)


def test_protein_may_come_from_another_run(tmp_path):
    result = analyse_files("plate_kinetics", [written(table(lysates()), tmp_path)])
    design = (
        result.analysis.tables["rates"]
        .frame[["experiment", "compound", "cell_line", "dose"]]
        .drop_duplicates()
    )
    concentrations = design.assign(found_concentration=2.0).reset_index(drop=True)
    port = assays["plate_kinetics"].takes["protein"].takes
    words = tuple(Column(one.quantity, gaps=True) for one in port.columns if one.word in concentrations)
    given = Table(
        TableSchema("concentrations", words, open=True), concentrations, {"dose": "µM"},
        {"found_concentration": OpenColumn("number", "mg/mL")},
    )  # fmt: skip
    analysis = assays["plate_kinetics"].analyse(result.dataset, settings(lysate_ul=10), 0, {"protein": given})
    assert next(end.outcome.unit for end in analysis.endpoints if end.name == "rate") == "AU/min/µg"
    with pytest.raises(SelenolabError, match="lysate_ul"):
        assays["plate_kinetics"].analyse(result.dataset, settings(), 0, {"protein": given})


def test_a_stopped_reaction_is_read_once(tmp_path):
    frame = table(lysates(), minutes=np.array([30.0])).drop(columns="read_time [s]")
    change = outcomes(analysed(frame, tmp_path, reaction_minutes=30), "activity, % of control")["8 µM"]
    assert change.value == pytest.approx(50, rel=0.05)


def test_the_minutes_of_a_single_time_column_are_those_of_the_reading(tmp_path):
    frame = table(lysates()).rename(columns={"read_time [s]": "time [s]"})
    assert outcomes(analysed(frame, tmp_path), "rate")["0 µM"].value == pytest.approx(0.048, rel=0.02)


def mechanism_wells(
    law, cofactors=("",), times=(0.0,), substrates=(50.0, 150.0, 400.0), doses=(0.0, 2.0, 6.0)
):
    return [
        {
            "experiment": n,
            "plate": f"p{n}-{dose:g}-{s:g}-{t:g}-{cofactor}",
            "cell_line": "",
            "role": "sample" if dose else "vehicle",
            "compound": "L-selenocystine" if dose else "",
            "dose [µM]": dose,
            "substrate [µM]": s,
            "preincubation [min]": t,
            "cofactor": cofactor,
            "rate": law(dose, s, t, cofactor) * (1 + 0.05 * n),
        }
        for n, dose, s, t, cofactor in product((1, 2, 3), doses, substrates, times, cofactors)
    ]


def test_competition_is_told_by_a_substrate_series(tmp_path):
    wells = mechanism_wells(lambda i, s, t, c: 0.08 * s / (100 * (1 + i / 2) + s))
    analysis = analysed(table(wells, noise=0.0003), tmp_path, preset="trxr_dtnb")
    kind = next(end.outcome for end in analysis.endpoints if end.name == "kind of inhibition")
    assert isinstance(kind, Verdict)
    assert kind.category == "competitive"
    ki = next(end.outcome for end in analysis.endpoints if end.name == "Ki")
    assert ki.value == pytest.approx(2.0, rel=0.2)
    assert not any("substrate series" in lack.control for lack in analysis.missing_controls)


def test_inactivation_that_needs_nadph_is_told_by_pre_incubation(tmp_path):
    def law(i, s, t, cofactor):
        return 0.06 * np.exp(-(0.005 if cofactor == "NADPH" else 0.0005) * i * t) * s / s

    wells = mechanism_wells(law, ("NADPH", "none"), (0.0, 10.0, 20.0, 40.0), (200.0,), (0.0, 2.0, 8.0))
    analysis = analysed(table(wells, noise=0.0003), tmp_path, preset="trxr_dtnb")
    found = {
        end.group.get("cofactor"): end.outcome for end in analysis.endpoints if end.name == "k_inact/K_I"
    }
    assert found["NADPH"].value == pytest.approx(0.005, rel=0.1)
    ratio = next(end.outcome for end in analysis.endpoints if "with over without" in end.name)
    assert ratio.value == pytest.approx(10, rel=0.4)
    said = " ".join(lack.conclusion for lack in analysis.missing_controls)
    assert "inactivated with time" not in said
    assert "NADPH" not in said


def test_missing_controls_speak_and_stop_nothing(tmp_path):
    wells = [w for w in lysates() if w["role"] != "blank"]
    for well in wells:
        well["compound"] = "L-selenocystine" if well["compound"] else ""
    analysis = analysed(table(wells), tmp_path, preset="trxr_dtnb")
    lacking = {lack.conclusion: lack for lack in analysis.missing_controls}
    assert "inhibition of the enzyme" in lacking
    assert any("substrate series" in lack.control for lack in analysis.missing_controls)
    assert any("pre-incubation" in lack.control for lack in analysis.missing_controls)
    assert outcomes(analysis, "activity, % of control")


def test_compounds_at_one_dose_stand_apart_in_the_figures(tmp_path):
    facts = {"cell_line": "HepG2", "dose [µM]": 8, "role": "sample"}
    wells = [*lysates()]
    wells += [{**facts, "experiment": n, "compound": "second", "rate": 0.02 + 0.001 * n} for n in (1, 2, 3)]
    figures = {one.name: one for one in analysed(pd.DataFrame(table(wells)), tmp_path).drawings}
    change, rates = figures["change-from-control"], figures["rates"]
    assert change.bars["category"].is_unique
    assert len(change.bars) == 2
    assert rates.y.low == 0
    assert np.isfinite(rates.bars[["low", "high"]].to_numpy(float)).all()


def test_without_a_control_there_is_no_change_but_a_reason(tmp_path):
    wells = [w for w in lysates() if w["role"] != "vehicle"]
    analysis = analysed(table(wells), tmp_path)
    assert isinstance(outcomes(analysis, "activity, % of control")["8 µM"], Absent)
    assert any("vehicle wells" in lack.control for lack in analysis.missing_controls)


def test_a_rate_below_its_blank_is_kept_and_flagged(tmp_path):
    analysis = analysed(table(lysates(effect=-0.05)), tmp_path)
    found = outcomes(analysis, "activity, % of control")["8 µM"]
    assert found.value == pytest.approx(-5, abs=2)
    assert next(check.passed for check in analysis.checks if check.name == "sign") is False
    assert isinstance(analyse_events(tmp_path).change, Absent)


def analyse_events(tmp_path):
    frame = table(lysates(effect=-0.05))
    return analysed(frame, tmp_path, preset="trxr_dtnb").events[0]


def test_depletion_and_lag_are_said(tmp_path):
    minutes = np.linspace(0, 20, 41)
    frame = table(lysates(), minutes=minutes)
    signal = frame["absorbance"].to_numpy().reshape(-1, 41)
    bent = 0.1 + 0.5 * (1 - np.exp(-(signal - 0.1) / 0.5))
    frame["absorbance"] = bent.ravel() + np.random.default_rng(1).normal(0, 3e-4, frame.shape[0])
    analysis = analysed(frame, tmp_path)
    assert next(check.passed for check in analysis.checks if check.name == "depletion") is False
    assert outcomes(analysis, "rate")["0 µM"].value == pytest.approx(0.048, rel=0.06)


def test_every_shipped_preset_is_sound():
    names = shipped(PRESETS)
    assert {"trxr_dtnb", "gr", "gpx", "caspase_3", "caspase_9", "methylene_blue", "tmb", "catalase"} <= set(
        names
    )
    for name in names:
        assert preset_named(name).controls


@pytest.mark.parametrize("preset", ["trxr_dtnb", "caspase_3", "caspase_9"])
def test_the_virtual_door_shows_the_state_of_the_kit(preset):
    chosen = settings(preset=preset)
    (word,) = virtual.needs_for(chosen)
    design = virtual.design(chosen)
    states = design[["condition", "time"]].assign(**{word: np.where(design["dose"] > 10, 0.4, 1.0)})
    expected = virtual.expect(states, design, chosen)
    seen = observe(expected, virtual.noise(expected, chosen), 3)
    analysis = assays["plate_kinetics"].analyse(seen, chosen, 0, {})
    change = next(
        end.outcome for end in analysis.endpoints if "control" in end.name and end.group["dose"] == "32 µM"
    )
    factor = 100 if change.unit == "%" else 1
    assert change.value / factor == pytest.approx(0.4, rel=0.3)
    again = observe(expected, virtual.noise(expected, chosen), 3)
    assert again.tables["readings"].frame.equals(seen.tables["readings"].frame)


def test_a_kit_that_no_model_shows_is_refused():
    with pytest.raises(DataError, match="Use one of caspase_3, caspase_9, trxr_dtnb"):
        virtual.needs_for(settings(preset="catalase"))


@pytest.mark.slow
def test_the_change_is_told_with_the_stated_error():
    """300 three-experiment studies; the whole run of 2,000 is benchmarks/kinetics_truth.py."""
    spec = importlib.util.spec_from_file_location(
        "bench", Path(__file__).parents[2] / "benchmarks" / "kinetics_truth.py"
    )
    bench = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(bench)
    differs = [bench.told(seed, 1.0, points=3)[0] for seed in range(300)]
    assert 0.02 <= np.mean(differs) <= 0.085
