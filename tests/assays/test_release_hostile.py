"""Hostile inputs to the release assay: named, ended with 2 or flagged, and never a silent number."""

import json

import pytest

from selenolab.core.errors import SelenolabError
from selenolab.core.estimate import Absent, Estimate
from selenolab.core.format import InputFile
from selenolab.faces.cli import main
from selenolab.formats.recognise import read_file
from selenolab.shelf import assays

ASSAY = assays["release"]
SET = {"correction": "none yet", "medium_volume_ml": 50, "sample_volume_ml": 1, "loaded_drug_ug": 150}
QUICK = {"models": ["weibull", "korsmeyer_peppas"]}
HEAD = "vessel,medium,time [h],concentration [µg/mL]"
GOOD = tuple((t, 3 * (1 - 0.5 ** (t / 7))) for t in (0.5, 1, 2, 4, 8, 12, 24, 48))


def table(rows=None, head=HEAD, vessels=("V1", "V2", "V3")):
    rows = [(t, f"{c:.4f}") for t, c in GOOD] if rows is None else rows
    lines = [f"{v},PBS,{t},{c}" for v in vessels for t, c in rows]
    return "\n".join([head, *lines]) + "\n"


def file_of(tmp_path, text, name="release.csv", **facts):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    parsed, digest = read_file(path)
    return InputFile(path, name, "sample", digest, parsed, facts)


def analysed(tmp_path, text, **settings):
    chosen = ASSAY.settings(**{**SET, **QUICK, **settings})
    reading = ASSAY.bench.read([file_of(tmp_path, text)], None, chosen)
    return reading, ASSAY.analyse(reading.dataset, chosen, 0, {})


def refused(tmp_path, text, **settings):
    with pytest.raises(SelenolabError) as caught:
        analysed(tmp_path, text, **settings)
    message = str(caught.value)
    assert "Traceback" not in message
    return message


def endpoint(analysis, name, **group):
    return next(
        end
        for end in analysis.endpoints
        if end.name == name and all(end.group.get(w) == t for w, t in group.items())
    )


def check(analysis, name):
    return next(check for check in analysis.checks if check.name == name)


def command(tmp_path, capsys, text, *words):
    path = tmp_path / "release.csv"
    path.write_text(text, encoding="utf-8")
    told = [f"--set={key}={value}" for key, value in SET.items()]
    with pytest.raises(SystemExit) as end:
        main(["analyse", "release", str(path), *told, *words])
    shown = capsys.readouterr()
    return end.value.code, shown.out, shown.err


def test_a_good_table_passes_the_command_line_with_json(tmp_path, capsys):
    code, out, _ = command(tmp_path, capsys, table(), "--json")
    assert code == 0
    found = json.loads(out)
    assert any(end["name"] == "t50 (apparent)" for end in found["endpoints"])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (table([(1, 0.5), (2, 0.6), (2, 0.7)]), "2 h is there twice"),
        (table([(1, 0.5), (2, "much")]), "much"),
        (table(head=HEAD.replace(" [h]", "")), "time has no unit"),
        (table(head=HEAD.replace(" [µg/mL]", "")), "concentration has no unit"),
        (table(head=HEAD.replace("µg/mL", "µM")), "mass concentration"),
    ],
)  # fmt: skip
def test_the_command_line_ends_with_2_and_one_line(tmp_path, capsys, text, said):
    code, out, err = command(tmp_path, capsys, text)
    assert code == 2
    assert said in err
    assert out == ""


def test_minutes_are_converted_by_their_header(tmp_path):
    minutes = [(60 * t, f"{c:.6f}") for t, c in GOOD]
    _, by_minutes = analysed(tmp_path, table(minutes, HEAD.replace("[h]", "[min]")))
    _, by_hours = analysed(tmp_path, table([(t, f"{c:.6f}") for t, c in GOOD]))
    one, other = (endpoint(a, "t50 (apparent)").outcome.value for a in (by_minutes, by_hours))
    assert one == pytest.approx(other, rel=1e-9)


def test_a_falling_concentration_is_flagged_by_vessel_and_time(tmp_path):
    fallen = [(t, f"{c if t < 24 else c / 3:.4f}") for t, c in GOOD]
    _, analysis = analysed(tmp_path, table(fallen))
    found = check(analysis, "no falling curve")
    assert found.passed is False
    assert "24 h" in found.why or "48 h" in found.why


def test_times_out_of_order_are_sorted_and_said(tmp_path):
    turned = [(t, f"{c:.4f}") for t, c in (*GOOD[:3], GOOD[4], GOOD[3], *GOOD[5:])]
    reading, analysis = analysed(tmp_path, table(turned))
    assert any("4 h stands after 8 h" in text for text in reading.warnings)
    _, straight = analysed(tmp_path, table())
    name = "t50 (apparent)"
    assert endpoint(analysis, name).outcome.value == endpoint(straight, name).outcome.value


@pytest.mark.parametrize("word", ["medium_volume_ml", "sample_volume_ml", "loaded_drug_ug"])
def test_a_volume_or_amount_of_zero_is_refused_by_name(tmp_path, word):
    with pytest.raises(ValueError, match="greater than 0"):
        ASSAY.settings(**{**SET, word: 0})
    column = {"medium_volume_ml": "medium_volume [mL]", "sample_volume_ml": "sample_volume [mL]"}
    head = f"{HEAD},{column.get(word, 'loaded_drug [µg]')}"
    text = "\n".join([head, *(f"V1,PBS,{t},{c:.4f},0" for t, c in GOOD)])
    message = refused(tmp_path, text)
    assert word.rsplit("_", 1)[0] in message
    assert "more than zero" in message


@pytest.mark.parametrize("word", ["medium_volume_ml", "sample_volume_ml", "loaded_drug_ug"])
def test_what_is_needed_and_nowhere_stated_is_asked_for(tmp_path, word):
    assert word in refused(tmp_path, table(), **{word: None})


def test_an_aliquot_above_the_medium_is_refused(tmp_path):
    assert "not smaller than" in refused(tmp_path, table(), sample_volume_ml=60)


def test_more_than_was_loaded_is_not_clipped_and_fails_the_mass_balance(tmp_path):
    _, analysis = analysed(tmp_path, table(), loaded_drug_ug=100)
    found = check(analysis, "mass balance")
    assert found.passed is False
    assert found.value > 120
    assert endpoint(analysis, "released at the last time", time="48 h").outcome.value > 120


def test_a_unit_that_must_be_wrong_is_refused_by_vessel_and_time(tmp_path):
    message = refused(tmp_path, table(), loaded_drug_ug=0.15)
    assert "vessel V1, 0.5 h" in message
    assert "Check the unit" in message


def test_between_100_and_120_it_is_shown_as_it_is(tmp_path):
    _, analysis = analysed(tmp_path, table(), loaded_drug_ug=140)
    found = check(analysis, "mass balance")
    assert found.passed is True
    assert found.value > 100
    assert "as they are" in found.why


@pytest.mark.parametrize("unit", ["%", "1"])
def test_a_correction_that_nobody_told_is_refused_with_what_to_write(tmp_path, unit):
    scale = 1 if unit == "%" else 100
    rows = [(t, f"{c / 3 * 100 / scale:.4f}") for t, c in GOOD]
    text = table(rows, HEAD.replace("concentration [µg/mL]", f"released [{unit}]"))
    message = refused(tmp_path, text, correction="")
    assert "'none yet' or 'already corrected'" in message
    assert "\n" not in message
    _, corrected = analysed(tmp_path, text, correction="already corrected")
    _, raw = analysed(tmp_path, text, correction="none yet")
    last = [endpoint(a, "released at the last time", time="48 h").outcome.value for a in (corrected, raw)]
    assert last[0] == pytest.approx(100 * GOOD[-1][1] / 3, abs=0.01)
    assert last[1] > last[0] + 5


def test_a_concentration_needs_the_word_too(tmp_path):
    assert "already allows" in refused(tmp_path, table(), correction="")


def test_two_value_columns_are_refused(tmp_path):
    text = "vessel,medium,time [h],concentration [µg/mL],released [%]\nV1,PBS,1,0.5,10\nV1,PBS,2,0.6,20\n"
    assert "two value columns" in refused(tmp_path, text)


def test_wide_and_long_mixed_are_refused(tmp_path):
    text = "vessel,medium,time [h],concentration [µg/mL],V7 [µg/mL]\nV1,PBS,1,0.5,0.4\nV1,PBS,2,0.6,0.5\n"
    assert "Wide and long are mixed" in refused(tmp_path, text)


def test_vessels_of_different_units_are_refused(tmp_path):
    text = "time [h],V1 [µg/mL],V2 [%]\n1,0.5,10\n2,0.6,20\n4,0.7,30\n"
    assert "different units" in refused(tmp_path, text)


def test_a_vessel_column_without_unit_is_refused(tmp_path):
    text = "time [h],V1 [µg/mL],V2\n1,0.5,10\n2,0.6,20\n4,0.7,30\n"
    assert "state no unit" in refused(tmp_path, text)


def test_a_medium_that_nobody_states_is_refused(tmp_path):
    assert "no medium is stated" in refused(tmp_path, table().replace("PBS", ""))


def test_one_vessel_gives_numbers_without_intervals(tmp_path):
    _, analysis = analysed(tmp_path, table(vessels=("V1",)))
    found = endpoint(analysis, "released at the last time", time="48 h").outcome
    assert found.n == 1
    assert found.low == -float("inf")
    assert any("one batch" in text for text in analysis.warnings)


def test_one_time_point_gives_no_curve_and_says_so(tmp_path):
    _, analysis = analysed(tmp_path, table([(24, 2.0)]))
    assert isinstance(endpoint(analysis, "released", time="24 h").outcome, Estimate)
    for name in ("t50 (apparent)", "best model", "Korsmeyer-Peppas exponent"):
        found = endpoint(analysis, name).outcome
        assert isinstance(found, Absent)
        assert found.why


def test_values_below_the_loq_stay_as_bounds(tmp_path):
    reading, analysis = analysed(tmp_path, table(), loq_ug_per_ml=10)
    found = endpoint(analysis, "released at the last time", time="48 h").outcome
    assert found.censored == "<"
    table_ = analysis.tables["released"].frame
    assert (table_["released_flag"] == "<LOQ").all()
    assert len(table_) == len(reading.dataset.tables["aliquots"].frame)
    assert isinstance(endpoint(analysis, "t50 (apparent)").outcome, Absent)


def test_a_written_loq_without_its_number_is_asked_for(tmp_path):
    rows = [(0.5, "<LOQ"), *((t, f"{c:.4f}") for t, c in GOOD[1:])]
    assert "loq_ug_per_ml" in refused(tmp_path, table(rows))
    _, analysis = analysed(tmp_path, table(rows), loq_ug_per_ml=0.2)
    assert endpoint(analysis, "burst").outcome.value > 0
    assert any("below the LOQ: 3" in text for text in analysis.warnings)


def test_an_excluded_value_still_took_its_aliquot(tmp_path):
    from selenolab.core.study import Exclusion
    from selenolab.study.exclude import exclude

    chosen = ASSAY.settings(**SET, **QUICK)
    reading = ASSAY.bench.read([file_of(tmp_path, table())], None, chosen)
    left_out = exclude(reading.dataset, [Exclusion("r", {"vessel": "V2", "time": "12"}, "spilt")])
    plain, without = (ASSAY.analyse(d, chosen, 0, {}) for d in (reading.dataset, left_out))
    flags = without.tables["released"].frame["released_flag"]
    assert (flags == "excluded: spilt").sum() == 1
    last = [endpoint(a, "released at the last time", time="48 h").outcome.value for a in (plain, without)]
    assert last[1] == pytest.approx(last[0], abs=0.2)
    assert endpoint(without, "released at the last time", time="48 h").outcome.n == 3


def test_curves_that_fall_have_no_mean_time_outside_the_times(tmp_path):
    _, analysis = analysed(tmp_path, table([(t, f"{3 - 0.05 * t:.3f}") for t, _ in GOOD]))
    found = endpoint(analysis, "mean release time").outcome
    assert isinstance(found, Absent)
    assert "fall" in found.why


def test_one_time_has_no_mean_time_of_release(tmp_path):
    _, analysis = analysed(tmp_path, table([(8, "1.5")]))
    found = endpoint(analysis, "mean release time").outcome
    assert isinstance(found, Absent)
    assert "two times" in found.why


def test_times_that_must_be_in_another_unit_are_refused(tmp_path):
    message = refused(tmp_path, table([(t * 1e6, f"{c:.4f}") for t, c in GOOD]))
    assert "release.csv" in message
    assert "500000 h" in message
    assert "Check the unit" in message


def test_aliquots_taken_for_vessels_are_refused(tmp_path):
    assert "1001 vessels" in refused(tmp_path, table(vessels=[f"V{k}" for k in range(1001)]))


def test_a_probe_that_writes_every_second_is_refused_before_it_fills_the_memory(tmp_path):
    rows = [(0.001 * (k + 1), "1.5") for k in range(10_001)]
    assert "10001 aliquots" in refused(tmp_path, table(rows, vessels=("V1",)))


def test_a_release_of_next_to_nothing_passes_no_mass_balance(tmp_path):
    _, analysis = analysed(tmp_path, table(), loaded_drug_ug=1e9)
    found = check(analysis, "mass balance")
    assert found.passed is None
    assert "check loaded drug and units" in found.why


def test_a_ph_of_74_is_refused_without_a_unit_it_does_not_have(tmp_path):
    message = refused(tmp_path, table([(t, f"{c:.4f},74") for t, c in GOOD], f"{HEAD},pH"))
    assert "from -2 to 16 (" in message
    assert "of at least 0 mM" in refused(tmp_path, table([(1, "1,-5")], f"{HEAD},gsh [mM]"))
