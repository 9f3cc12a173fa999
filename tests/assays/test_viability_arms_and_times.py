"""Arms, lines and times in one table: each has its own controls, and each can be compared with the others."""

import numpy as np
import pandas as pd
import pytest

from selenolab.assays.viability.controls import correct
from selenolab.assays.viability.quality import plate_checks, plates
from selenolab.assays.viability.schema import WELLS
from selenolab.core.dataset import Dataset, Table
from selenolab.shelf import assays

ASSAY = assays["viability"]
DOSES = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
LIGHT = {24.0: 0.4, 48.0: 0.8, 72.0: 1.6}


def table(times=(24.0, 48.0, 72.0), arms=("", "NAC"), time_zero=False):
    """One unnamed plate; the untreated cells grow, the arm has a blank of its own."""
    draw, found = np.random.default_rng(3), []
    for time in times:
        for arm in arms:
            floor = 0.05 + (0.03 if arm else 0.0)
            found += [("blank", "", arm, time, np.nan, floor, 0.0)] * 4
            for line, share in (("a", 1.0), ("b", 0.5)):
                light = LIGHT[time] * share
                found += [("vehicle", line, arm, time, 0.0, floor, light)] * 4
                for dose in DOSES:
                    left = light / (1 + (dose / (12.0 if arm else 6.0)) ** 2)
                    found += [("sample", line, arm, time, dose, floor, left)] * 2
    if time_zero:
        found += [("time_zero", line, "", 0.0, np.nan, 0.05, 0.1) for line in "ab"]
    names = ["role", "cell_line", "arm", "time", "dose", "floor", "light"]
    frame = pd.DataFrame(found, columns=names)
    noise = np.exp(0.02 * draw.standard_normal(len(frame)))
    frame["absorbance"] = frame.pop("floor") + frame.pop("light") * noise
    frame["compound"] = np.where(frame["role"] == "sample", "drug", "")
    frame["plate"], frame["experiment"], frame["basis"] = "wells", "1", "molecule"
    if time_zero:
        frame.loc[frame["role"] == "time_zero", "plate"] = "day 0"
    return Dataset({"wells": Table(WELLS, frame, {"dose": "µM"})})


def test_untreated_cells_of_other_times_lines_and_arms_are_no_scatter():
    corrected = correct(table(), ASSAY.settings())
    checks = [c for c in plate_checks(corrected, ASSAY.settings()) if c.name in ("Z'", "control CV")]
    assert len(checks) == 2 * 3 * 2 * 2
    assert all(check.passed for check in checks)
    groups = {tuple(check.group.get(word, "") for word in ("time", "cell_line", "arm")) for check in checks}
    assert ("48 h", "b", "NAC") in groups


def test_each_arm_is_judged_against_its_own_blank():
    for plate in plates(correct(table(times=(48.0,)), ASSAY.settings())):
        assert plate.blank == pytest.approx(0.08 if plate.group.get("arm") else 0.05)
        assert plate.blank.size == 4


def test_a_blank_without_a_time_serves_every_time():
    data = table(arms=("",))
    wells = data.tables["wells"].frame
    wells.loc[wells["role"] == "blank", "time"] = np.nan
    found = plates(correct(data, ASSAY.settings()))
    assert {plate.blank.size for plate in found} == {12}


def test_a_plate_of_time_zero_alone_is_not_asked_for_untreated_cells():
    checks = plate_checks(correct(table(time_zero=True), ASSAY.settings()), ASSAY.settings())
    assert not [check for check in checks if check.name == "Z'" and check.passed is None]


def test_wells_without_an_arm_are_an_arm_where_others_have_one():
    settings = ASSAY.settings(compare_families=False, robust=False)
    units = ASSAY.analyse(table(times=(48.0,)), settings, 0, {}).units
    assert {unit.group.get("arm") for unit in units} == {"none", "NAC"}
    plain = ASSAY.analyse(table(times=(48.0,), arms=("",)), settings, 0, {}).units
    assert {unit.group.get("arm") for unit in plain} == {None}


def test_the_answer_gives_the_selectivity_index_and_no_word_for_no_arm():
    settings = ASSAY.settings(compare_families=False, robust=False, selectivity_reference="b")
    told = ASSAY.analyse(table(times=(48.0,)), settings, 0, {}).answer
    assert "selectivity index (absolute), a against b for drug (NAC): " in told
    assert "selectivity index (absolute), a against b for drug: " in told
    assert "none" not in told
    assert "drug on a: relative IC50" in told
