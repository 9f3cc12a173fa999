"""What the figures of growth, time and controls hold."""

from functools import cache
from math import inf

import numpy as np
import pandas as pd
import pytest

from selenolab.assays.viability.schema import WELLS
from selenolab.core.dataset import Dataset, Table
from selenolab.shelf import assays

ASSAY = assays["viability"]
DOSES = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
BOUND = {24.0: 900.0, 48.0: 5.0}  # the first mid dose lies far above the doses
START, DOUBLINGS = 0.2, 2.0


def wells(mids, arms, experiments):
    """Absorbance at each time of `mids` (time -> dose of half growth), above a blank of 0.05."""
    draw, rows = np.random.default_rng(5), []
    for number in range(1, experiments + 1):
        base = {"experiment": str(number), "arm": "", "cell_line": "x"}
        rows += [{**base, "role": "time_zero", "time": 0.0, "net": START}] * 3
        for (time, mid), arm in ((pair, arm) for pair in mids.items() for arm in arms):
            if arm and time != max(mids):
                continue
            here = {**base, "time": time, "arm": arm}
            rows += [{**here, "role": "blank", "net": 0.0, "cell_line": ""}] * 2
            rows += [{**here, "role": "vehicle", "dose": 0.0, "net": START * 2**DOUBLINGS}] * 4
            for dose in DOSES:
                gr = 1 / (1 + (dose / mid) ** 2)
                net = START * (gr + 1) ** DOUBLINGS
                rows += [{**here, "role": "sample", "dose": dose, "net": net, "compound": "drug"}] * 3
    frame = pd.DataFrame(rows)
    frame["compound"] = frame["compound"].fillna("")
    frame["absorbance"] = 0.05 + frame.pop("net") * np.exp(0.03 * draw.standard_normal(len(frame)))
    frame["plate"], frame["basis"] = "wells", "molecule"
    return Dataset({"wells": Table(WELLS, frame, {"dose": "µM"})})


@cache
def analysed(mids, arms, experiments):
    settings = ASSAY.settings(compare_families=False, robust=False)
    return ASSAY.analyse(wells(dict(mids), arms, experiments), settings, 0, {})


def drawings(start, mids, arms=("",), experiments=3):
    found = analysed(tuple(mids.items()), arms, experiments)
    return [drawing for drawing in found.drawings if drawing.name.startswith(start)], found


def test_a_growth_figure_shows_means_and_gr50_with_its_interval():
    (figure,), found = drawings("gr-", {48.0: 5.0})
    mean = next(series for series in figure.series if series.name == "mean")
    assert list(mean.frame["x"]) == list(DOSES)
    assert (mean.frame["low"] < mean.frame["high"]).all()
    assert all(series.faint for series in figure.series if series.name != "mean")
    outcome = next(end.outcome for end in found.endpoints if end.name == "GR50")
    mark = next(mark for mark in figure.marks if mark.across == "x")
    assert (mark.at, mark.low, mark.high) == (outcome.value, outcome.low, outcome.high)
    assert "GR50" in mark.label


def test_a_growth_figure_of_one_experiment_has_no_bars():
    (figure,), _ = drawings("gr-", {48.0: 5.0}, experiments=1)
    mean = next(series for series in figure.series if series.name == "mean")
    assert "low" not in mean.frame
    assert figure.caption.error_bar == ""


def test_a_course_needs_two_times():
    figures, _ = drawings("time-", {24.0: 20.0, 48.0: 5.0}, arms=("", "NAC"))
    assert [figure.name for figure in figures] == ["time-drug-x-none"]


def test_a_course_shows_a_bound_as_open_and_says_it():
    (figure,), _ = drawings("time-", BOUND)
    absolute = next(series for series in figure.series if series.name == "absolute IC50")
    first, last = absolute.frame.iloc[0], absolute.frame.iloc[-1]
    assert (first["label"], first["high"]) == ("> 32", inf)
    assert last["label"] == ""
    assert last["low"] < last["y"] < last["high"] < inf


def test_the_two_kinds_of_a_course_do_not_hide_each_other():
    (figure,), _ = drawings("time-", BOUND)
    places = [sorted(series.frame["x"]) for series in figure.series]
    assert places[0][-1] < 48.0 < places[1][-1]
    assert places[1][-1] == pytest.approx(48.0, abs=1.0)


def test_controls_of_several_times_and_arms_stand_apart():
    (figure,), _ = drawings("controls", {24.0: 20.0, 48.0: 5.0}, arms=("", "NAC"))
    named = set(figure.dots["category"])
    assert {"vehicle, 24 h, wells", "vehicle, 48 h, wells", "vehicle, NAC, 48 h, wells"} <= named
