"""The bench door of the release assay: tables as users write them, sheets, facts, and what is refused."""

import openpyxl
import pandas as pd
import pytest

from selenolab.core.assay import Sheet
from selenolab.core.errors import DataError, SelenolabError, StudyError
from selenolab.core.estimate import Endpoint, Estimate, at_least
from selenolab.core.format import InputFile
from selenolab.formats.recognise import read_file
from selenolab.shelf import assays

ASSAY = assays["release"]
SET = {"correction": "none yet", "medium_volume_ml": 50, "sample_volume_ml": 1, "loaded_drug_ug": 150}
TIMES = (1, 2, 4, 8, 24)


def given(tmp_path, text, name="table.csv", role="sample", **facts):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    parsed, digest = read_file(path)
    return InputFile(path, name, role, digest, parsed, facts)


def read(files, sheet=None, **settings):
    files = files if isinstance(files, list) else [files]
    return ASSAY.bench.read(files, sheet, ASSAY.settings(**{**SET, **settings}))


def frame(reading) -> pd.DataFrame:
    return reading.dataset.tables["aliquots"].frame


def analyse(reading, taken=None, **settings):
    chosen = ASSAY.settings(**{**SET, "models": ["weibull"], **settings})
    return ASSAY.analyse(reading.dataset, chosen, 0, taken or {})


def released(analysis, time):
    table = analysis.tables["released"].frame
    return table.loc[table["time"] == time, "released"].tolist()


LONG = "vessel,medium,time [h],concentration [mg/L]\n" + "".join(
    f"{v},PBS,{t},{0.1 * t + 0.01 * v}\n" for v in (1, 2) for t in TIMES
)
WIDE = "time [h],V1 [µg/mL],V2 [µg/mL]\n" + "".join(f"{t},{0.1 * t + 0.01},{0.1 * t + 0.02}\n" for t in TIMES)


def test_long_and_wide_tables_give_the_same_release(tmp_path):
    long = read(given(tmp_path, LONG))
    wide = read(given(tmp_path, WIDE, "wide.csv", medium="PBS"))
    assert sorted(frame(long)["vessel"].unique()) == ["1", "2"]
    assert sorted(frame(wide)["vessel"].unique()) == ["V1", "V2"]
    assert released(analyse(long), 24) == pytest.approx(released(analyse(wide), 24), rel=1e-12)


def test_a_workbook_reads_like_text(tmp_path):
    book = openpyxl.Workbook()
    for line in LONG.splitlines():
        book.active.append([float(c) if c.replace(".", "").isdigit() else c for c in line.split(",")])
    path = tmp_path / "table.xlsx"
    book.save(path)
    parsed, digest = read_file(path)
    reading = read(InputFile(path, path.name, "sample", digest, parsed, {}))
    assert released(analyse(reading), 24) == pytest.approx(released(analyse(read(given(tmp_path, LONG))), 24))


def test_a_wide_table_takes_its_vessels_from_the_sheet(tmp_path):
    rows = {
        "vessel": ["V1", "V2"], "medium": ["PBS", "PBS + GSH"], "gsh [mM]": [0.0, 10.0], "pH": [7.41, 7.35],
        "batch": ["a", "a"],
    }  # fmt: skip
    sheet = Sheet("sheet.xlsx", pd.DataFrame(rows))
    found = frame(read(given(tmp_path, WIDE), sheet)).groupby("vessel").first()
    assert found.loc["V2", "medium"] == "PBS + GSH"
    assert found.loc["V2", "gsh"] == 10.0
    assert found.loc["V1", "ph"] == 7.41
    assert found.loc["V1", "experiment"] == "a"


def test_the_sheet_and_the_file_may_not_contradict(tmp_path):
    sheet = Sheet("sheet.xlsx", pd.DataFrame({"vessel": ["1", "2"], "medium": ["PBS", "serum"]}))
    with pytest.raises(StudyError, match="medium is PBS in the file and serum"):
        read(given(tmp_path, LONG), sheet)


def test_facts_of_a_file_state_amounts_with_their_units(tmp_path):
    facts = {"loaded_drug_ug": "120", "medium_volume_ml": "40", "gsh": "10 mM", "ph": "7.2", "batch": "b7"}
    found = frame(read(given(tmp_path, LONG, **facts)))
    first = found.iloc[0]
    assert (first["loaded_drug"], first["medium_volume"], first["gsh"]) == (120, 40, 10)
    assert (first["ph"], first["experiment"], first["sample_volume"]) == (7.2, "b7", 1)


def test_an_unknown_fact_and_one_without_unit_are_named(tmp_path):
    with pytest.raises(StudyError, match="Unknown fact 'mediums'"):
        read(given(tmp_path, LONG, mediums="PBS"))
    with pytest.raises(DataError, match="gsh has no unit"):
        read(given(tmp_path, LONG, gsh="10"))


def test_vessels_numbered_anew_in_every_medium_are_different_vessels(tmp_path):
    text = LONG + LONG.split("\n", 1)[1].replace("PBS", "GSH")
    reading = read(given(tmp_path, text))
    assert sorted(frame(reading)["vessel"].unique()) == ["GSH 1", "GSH 2", "PBS 1", "PBS 2"]
    assert any("different vessels" in text for text in reading.assumed)


def test_the_header_may_say_what_the_correction_is(tmp_path):
    text = LONG.replace("concentration", "uncorrected concentration")
    reading = read(given(tmp_path, text), correction="")
    assert (frame(reading)["replacement"] == "none yet").all()
    with pytest.raises(StudyError, match="already corrected"):
        read(given(tmp_path, LONG), correction="")


def test_a_header_against_the_settings_holds_and_is_said(tmp_path):
    text = LONG.replace("concentration", "corrected concentration")
    reading = read(given(tmp_path, text), correction="none yet")
    assert (frame(reading)["replacement"] == "already corrected").all()
    assert any("itself says 'already corrected', the settings 'none yet'" in w for w in reading.warnings)
    assert not read(given(tmp_path, LONG)).warnings


def test_a_column_may_say_what_the_correction_is_for_each_vessel(tmp_path):
    head, *rows = LONG.strip().splitlines()
    text = "\n".join([f"{head},correction", *(f"{row},already corrected" for row in rows)]) + "\n"
    reading = read(given(tmp_path, text), correction="")
    assert (frame(reading)["replacement"] == "already corrected").all()


def test_absorbance_takes_the_calibration_of_settings_or_of_another_run(tmp_path):
    text = LONG.replace("concentration [mg/L]", "absorbance")
    reading = read(given(tmp_path, text), correction="")
    plain = analyse(read(given(tmp_path, LONG)))
    own = analyse(reading, calibration_slope=0.5, calibration_intercept=0.0)
    assert released(own, 24) == pytest.approx([2 * share for share in released(plain, 24)])
    slope = Endpoint("slope", {}, Estimate(0.25, 0.2, 0.3, "AU mL/µg", "fit", 5, "standards"))
    taken = analyse(reading, {"calibration": slope}, calibration_slope=0.5)
    assert released(taken, 24) == pytest.approx([4 * share for share in released(plain, 24)])
    with pytest.raises(StudyError, match="need a calibration"):
        analyse(reading)


def test_the_loaded_drug_may_come_from_another_run(tmp_path):
    reading = read(given(tmp_path, LONG), loaded_drug_ug=None)
    loaded = Endpoint("loaded drug", {}, Estimate(300.0, 290.0, 310.0, "µg", "t", 3, "batches"))
    half = analyse(reading, {"loaded": loaded}, loaded_drug_ug=None)
    plain = analyse(read(given(tmp_path, LONG)))
    assert released(half, 24) == pytest.approx([share / 2 for share in released(plain, 24)])
    assert any("drug in the bag is known to about 3.3 %" in text for text in half.warnings)
    bound = Endpoint("loaded drug", {}, at_least(300.0, "µg", "t", 3, "batches"))
    with pytest.raises(StudyError, match="only a bound"):
        analyse(reading, {"loaded": bound}, loaded_drug_ug=None)


def test_blanks_of_the_medium_are_subtracted_and_dilution_multiplied(tmp_path):
    blank = "".join(f"B,PBS,{t},0.01,blank\n" for t in TIMES)
    rows = "".join(f"{v},PBS,{t},{0.1 * t + 0.01},sample\n" for v in (1, 2) for t in TIMES)
    text = f"vessel,medium,time [h],concentration [µg/mL],role\n{rows}{blank}"
    found = analyse(read(given(tmp_path, text)))
    assert released(found, 1) == pytest.approx([100 * 50 * 0.1 / 150] * 2)
    assert any(check.name == "blank" and check.passed for check in found.checks)
    diluted = analyse(read(given(tmp_path, text), dilution=2))
    assert released(diluted, 1) == pytest.approx([2 * 100 * 50 * 0.1 / 150] * 2)


def test_a_file_with_the_role_free_drug_is_the_control(tmp_path):
    control = given(tmp_path, LONG, "free.csv", role="free_drug")
    reading = read([given(tmp_path, LONG), control])
    assert set(frame(reading)["role"]) == {"sample", "free_drug"}
    assert any("free-drug controls hold 150 µg" in text for text in reading.assumed)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("vessel,medium,concentration [µg/mL]\nV1,PBS,2\nV2,PBS,3\n", "time"),
        ("vessel,medium,time [h],note\nV1,PBS,1,a\nV1,PBS,2,b\n", "value column"),
        (LONG.replace("time [h]", "time [nm]"), "time"),
        (LONG.replace("vessel", "role").replace("\n1,", "\nstirrer,"), "role is 'stirrer'"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path, text, said):
    with pytest.raises(SelenolabError, match=said):
        read(given(tmp_path, text))


def test_what_suits_and_what_does_not(tmp_path):
    suits = ASSAY.bench.suits
    assert suits(given(tmp_path, LONG).parsed) == ""
    assert suits(given(tmp_path, WIDE).parsed) == ""
    plate = "compound,cell_line,time [h],dose [µM],absorbance\na,b,24,1,0.5\na,b,24,2,0.4\n"
    assert "no release" in suits(given(tmp_path, plate).parsed)
    assert "no column 'time'" in suits(given(tmp_path, "a,dose [µM]\nx,1\ny,2\n").parsed)


def test_drug_that_is_stated_twice_is_refused(tmp_path):
    loaded = Endpoint("loaded drug", {}, Estimate(75.0, 70.0, 80.0, "µg", "weighed", 3, "batches"))
    reading = read(given(tmp_path, LONG))
    with pytest.raises(StudyError, match="stated twice"):
        analyse(reading, {"loaded": loaded})
    bare = read(given(tmp_path, LONG), loaded_drug_ug=None)
    twice = released(analyse(bare, {"loaded": loaded}, loaded_drug_ug=None), 24)
    assert twice == pytest.approx([2 * share for share in released(analyse(reading), 24)])


def test_a_gsh_blank_without_a_medium_is_refused_beside_several_media(tmp_path):
    rows = [f"{v},{m},{r},{t},{t / 10}" for v, m, r in BLANKED for t in TIMES]
    text = "\n".join(["vessel,medium,role,time [h],concentration [mg/L]", *rows])
    with pytest.raises(DataError, match="Name its medium"):
        read(given(tmp_path, text))


BLANKED = (("1", "PBS", "sample"), ("2", "GSH", "sample"), ("B", "", "gsh_blank"))


def test_shares_of_one_under_a_percent_sign_are_asked_about(tmp_path):
    rows = [f"1,PBS,{t},{t / 30}" for t in TIMES]
    text = "\n".join(["vessel,medium,time [h],released [%]", *rows])
    reading = read(given(tmp_path, text))
    assert any("Are they shares of one?" in told for told in reading.warnings)
