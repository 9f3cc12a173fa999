"""What the comet assay concludes of slides: n, changes, viability, controls, enzyme, events, virtual door."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from selenolab.core.dataset import Table, sound
from selenolab.core.errors import DataError, StudyError
from selenolab.core.estimate import Absent, Estimate
from selenolab.core.quantity import vocabulary
from selenolab.core.schema import Column, TableSchema
from selenolab.shelf import assays
from selenolab.stats.noise import observe

sys.path.insert(0, str(Path(__file__).resolve().parent))

from comet_tables import cells, dataset, study

COMET = assays["comet"]


def analyse(data, taken=None, **settings):
    return COMET.analyse(data, COMET.settings(**settings), 0, taken or {})


def outcome(analysis, name, **words):
    found = [
        end.outcome for end in analysis.endpoints if end.name == name and words.items() <= end.group.items()
    ]
    assert len(found) == 1
    return found[0]


def test_n_counts_experiments_and_never_cells():
    tail = outcome(analyse(study()), "tail DNA", compound="SeC")
    assert (tail.n, tail.n_is) == (3, "independent experiments")
    assert tail.value == pytest.approx(5.0 + 12.0 + 0.9 * 2, abs=1.5)


def test_more_cells_change_no_interval_much_but_slides_of_one_experiment_are_averaged():
    one = [cells("C1", 5, "1"), cells("C2", 6, "2"), cells("C3", 7, "3")]
    two = [*one, cells("C1b", 9, "1", seed=4)]
    plain, more = (outcome(analyse(dataset(*parts)), "tail DNA") for parts in (one, two))
    assert plain.n == more.n == 3
    assert more.value > plain.value


def test_the_change_is_in_percentage_points_within_experiments():
    change = outcome(analyse(study(effect=12)), "tail DNA, change", compound="SeC")
    assert change.unit == "percentage points"
    assert "within experiments" in change.method
    assert change.low < 12.6 < change.high


def test_the_ratio_stays_sound_near_zero():
    parts = [cells(f"C{e}", 0.0, str(e), seed=e) for e in range(3)]
    parts += [cells(f"T{e}", 8.0, str(e), seed=e, dose=4.0, compound="x") for e in range(3)]
    data = dataset(*parts)
    ratio = outcome(analyse(data), "tail DNA, ratio", compound="x")
    assert isinstance(ratio, Estimate)
    assert 2 < ratio.value <= 10


def test_breaks_need_live_cells():
    known, low, unknown = (analyse(study(viability=v)) for v in (92.0, 60.0, None))
    assert isinstance(outcome(known, "primary strand breaks"), Estimate)
    refused = outcome(low, "primary strand breaks")
    assert isinstance(refused, Absent)
    assert "60 %" in refused.why
    assert low.events[0].change.why.startswith("viability")
    assert isinstance(outcome(unknown, "primary strand breaks"), Absent)
    said = [(one.conclusion, one.control) for one in unknown.missing_controls]
    assert ("primary strand breaks", "viability of the same cells") in said
    assert not known.missing_controls


def viability_table(percent, unit="nM", dose=8000.0):
    words = vocabulary()
    schema = TableSchema(
        "viability",
        tuple(Column(words[w], flags=w == "viability", gaps=True) for w in ("viability", "dose", "compound")),
    )
    frame = pd.DataFrame({"viability": [100.0, percent], "dose": [0.0, dose], "compound": ["", "SeC"]})
    return Table(schema, frame, {"dose": unit})


def test_viability_may_come_from_another_run_in_another_unit():
    found = analyse(study(), {"viability": viability_table(70.0)})
    assert "70 %" in outcome(found, "primary strand breaks").why
    found = analyse(study(), {"viability": viability_table(90.0, "µM", 8.0)})
    assert isinstance(outcome(found, "primary strand breaks"), Estimate)
    other = analyse(study(), {"viability": viability_table(90.0, "µM", 4.0)})
    assert isinstance(outcome(other, "primary strand breaks"), Absent)
    with pytest.raises(StudyError, match="µg/mL"):
        analyse(study(), {"viability": viability_table(90.0, "µg/mL", 8.0)})


def test_missing_controls_are_said():
    lone = dataset(*(cells(f"T{e}", 20, str(e), seed=e, compound="SeC", dose=8.0) for e in range(3)))
    said = {one.control for one in analyse(lone, claim="oxidised bases").missing_controls}
    assert "untreated cells (dose 0)" in said
    assert "a positive control (H2O2)" in said
    assert any("Fpg" in control for control in said)
    assert not any("Fpg" in one.control for one in analyse(lone).missing_controls)


def test_enzyme_sensitive_sites_are_the_difference_to_buffer():
    treated = {"compound": "SeC", "dose": 8.0}
    parts = [cells(f"B{e}", 10, str(e), seed=e, **treated, comet_enzyme="") for e in range(3)]
    parts += [cells(f"F{e}", 25, str(e), seed=e, **treated, comet_enzyme="Fpg") for e in range(3)]
    sites = outcome(analyse(dataset(*parts), claim="oxidised bases"), "enzyme-sensitive sites")
    assert sites.value == pytest.approx(15, abs=1.5)


def test_slides_or_animals_are_n_where_so_stated():
    found = outcome(analyse(study(), n_is="slides"), "tail DNA", compound="SeC")
    assert found.n_is == "slides"
    parts = [cells(f"S{a}{s}", 10 + a, "1", seed=a, animal=f"m{a}") for a in range(4) for s in range(2)]
    found = outcome(analyse(dataset(*parts), n_is="animals"), "tail DNA")
    assert (found.n, found.n_is) == (4, "animals")


def test_hedgehogs_count_and_are_told():
    data = dataset(cells("C1", 5, "1"), cells("T1", 92, "1", compound="SeC", dose=8.0))
    found = analyse(data)
    assert outcome(found, "hedgehogs", compound="SeC").value > 90
    assert any(warning.startswith("Hedgehogs") for warning in found.warnings)


def test_flagged_cells_stay_in_the_table_and_out_of_the_numbers():
    data = study()
    frame = data.tables["comets"].frame.copy()
    first = frame["slide"] == "T1"
    frame["tail_dna_flag"] = np.where(first & (np.arange(len(frame)) % 2 == 0), "excluded: saturated", "")
    table = Table(data.tables["comets"].schema, frame, {"dose": "µM"})
    found = analyse(type(data)({"comets": table}))
    assert len(found.tables["cells"].frame) == len(frame)
    slides = found.tables["slides"].frame.set_index("slide")
    assert slides.loc["T1", "counted"] == int((first & sound(frame, "tail_dna")).sum())


def test_units_hold_controls_and_treated_on_the_raw_scale():
    units = [unit for unit in analyse(study()).units if unit.endpoint == "tail DNA"]
    assert len(units) == 9
    assert {unit.unit for unit in units} == {"%"}
    assert any("compound" not in unit.group for unit in units)


def test_events_carry_dose_and_time():
    (event,) = analyse(study(viability=95.0)).events
    assert (event.event, event.dose, event.dose_unit, event.time) == ("dna_damage", 8.0, "µM", 24.0)
    assert event.change.unit == "1"
    assert event.change.value > 2


def test_model_cells_give_back_the_model_s_tails():
    settings = COMET.settings(virtual_comets=400, virtual_experiment_cv=0.0)
    design = COMET.virtual.design(settings)
    breaks = design["dose"] / 16.0
    states = design[["condition", "time"]].assign(strand_breaks=breaks)
    expected = COMET.virtual.expect(states, design, settings)
    seen = observe(expected, COMET.virtual.noise(expected, settings), 3)
    found = COMET.analyse(seen, settings, 0, {})
    tails = [end.outcome.value for end in found.endpoints if end.name == "tail DNA"]
    odds = 4 / 96 * (1 + 5 * breaks)
    np.testing.assert_allclose(tails, 100 * odds / (1 + odds), rtol=0.08)


def test_a_model_without_a_state_is_an_error():
    settings = COMET.settings()
    design = COMET.virtual.design(settings)
    states = design[["condition", "time"]].assign(strand_breaks=-1.0)
    with pytest.raises(DataError, match="strand_breaks is -1"):
        COMET.virtual.expect(states, design, settings)


@pytest.mark.slow
def test_false_positives_and_coverage():
    rng = np.random.default_rng(7)
    called = covered = 0
    for _ in range(300):
        parts = []
        for e in range(3):
            common = 6 + rng.normal(0, 1)
            for d in (0.0, 8.0):
                own = common + rng.normal(0, 0.7)
                words = {"dose": d, "compound": "x" if d else ""}
                parts.append(cells(f"{e} {d}", own, str(e), n=40, seed=int(rng.integers(1e9)), **words))
        change = outcome(analyse(dataset(*parts)), "tail DNA, change", compound="x")
        called += not change.low <= 0 <= change.high
        covered += change.low <= 0 <= change.high
    assert 0.02 <= called / 300 <= 0.09
    assert 0.91 <= covered / 300 <= 0.98
