"""The bench door of the viability assay: plates and tables as users write them, and what is refused."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from selenolab.core.assay import Sheet
from selenolab.core.errors import DataError, FormatRefusal, SelenolabError, StudyError
from selenolab.core.format import InputFile
from selenolab.formats.plate_map import read_plate_map
from selenolab.formats.recognise import read_file
from selenolab.shelf import assays

ASSAY = assays["viability"]
DEMO = Path(__file__).parents[2] / "src" / "selenolab" / "demo"
SHARED = Path(__file__).parents[3] / "shared" / "data" / "viability"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="shared data are not beside the checkout")
FULL = "compound,cell_line,time [h],dose [µM molecule],experiment,plate,well,role,absorbance"


def given(tmp_path, text, name="table.csv", role="sample", **facts):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    parsed, digest = read_file(path)
    return InputFile(path, name, role, digest, parsed, facts)


def read(files, sheet=None, **settings):
    files = files if isinstance(files, list) else [files]
    return ASSAY.bench.read(files, sheet, ASSAY.settings(**settings))


def wells(reading) -> pd.DataFrame:
    return reading.dataset.tables["wells"].frame


def curve(header="dose [µM]", column="viability [%]", scale=1.0, control=True):
    doses = [*([0] if control else []), 1, 2, 4, 8, 16, 32, 64]
    rows = [f"drug,line,{d},{scale * (5 + 95 / (1 + (d / 8) ** 1.5)):.4f}" for d in doses]
    return "\n".join([f"compound,cell_line,{header},{column}", *rows]) + "\n"


def plate(index=1, line="hepg2-like", **facts):
    path = DEMO / "plates" / f"{line}_{index}.txt"
    parsed, digest = read_file(path)
    return InputFile(path, path.name, "sample", digest, parsed, {"experiment": str(index), **facts})


def demo_map() -> Sheet:
    parsed = read_plate_map(DEMO / "plate_map.xlsx")
    return Sheet("plate_map.xlsx", parsed.data, parsed.units)


def test_a_full_long_table_is_read_with_units_and_basis(tmp_path):
    rows = (
        "selenocystine,HepG2,48,4,1,P1,A3,sample,0.5",
        ",HepG2,48,0,1,P1,A2,vehicle,0.9",
        ",,48,,1,P1,A1,blank,0.06",
    )
    text = "\n".join((FULL, *rows, ""))
    found = read(given(tmp_path, text))
    frame = wells(found)
    assert found.dataset.tables["wells"].units["dose"] == "µM"
    assert frame["basis"].iloc[0] == "molecule"
    assert frame.loc[frame["role"] == "sample", "dose"].tolist() == [4.0]
    assert frame["time"].tolist() == [48.0] * 3


def test_a_dose_without_a_unit_is_refused_with_the_way_to_write_it(tmp_path):
    with pytest.raises(DataError, match=r"dose has no unit.*'dose \[µM\]'"):
        read(given(tmp_path, curve(header="dose")))


def test_a_dose_unit_of_the_settings_serves_a_bare_header(tmp_path):
    assert (
        read(given(tmp_path, curve(header="conc")), dose_unit="nM").dataset.tables["wells"].units["dose"]
        == "nM"
    )


def test_files_in_different_units_of_one_kind_are_brought_together(tmp_path):
    one = given(tmp_path, curve(), "one.csv", experiment="1")
    two = given(
        tmp_path, curve(header="dose [nM]").replace("drug,line,", "drug,line,"), "two.csv", experiment="2"
    )
    frame = wells(read([one, two]))
    assert frame.loc[frame["file"] == "two.csv", "dose"].max() == pytest.approx(0.064)


def test_molar_and_mass_doses_are_not_mixed(tmp_path):
    one, two = given(tmp_path, curve(), "one.csv"), given(tmp_path, curve(header="dose [µg/mL]"), "two.csv")
    with pytest.raises(DataError, match=r"two.csv.*different runs"):
        read([one, two])


def test_doses_in_other_units_that_do_not_overlap_are_doubted(tmp_path):
    one = given(tmp_path, curve(), "one.csv", experiment="1")
    two = given(tmp_path, curve(header="dose [nM]", control=True), "two.csv", experiment="2")
    reading = read([one, two])
    analysis = ASSAY.analyse(reading.dataset, ASSAY.settings(compare_families=False), 0, {})
    assert any("do not overlap" in warning for warning in analysis.warnings)


@pytest.mark.parametrize(
    ("column", "scale"),
    [("viability [1]", 0.01), ("viability", 0.01), ("viability", 1.0), ("response [%]", 1.0)],
)
def test_percent_and_fraction_give_the_same_wells(tmp_path, column, scale):
    frame = wells(read(given(tmp_path, curve(column=column, scale=scale))))
    assert frame["viability"].max() == pytest.approx(100.0)


def test_a_scale_that_nothing_decides_is_asked_for(tmp_path):
    text = curve(column="viability", scale=0.01, control=False)
    with pytest.raises(DataError, match=r"set response_scale"):
        read(given(tmp_path, text))
    assert wells(read(given(tmp_path, text), response_scale="fraction"))["viability"].max() > 50


def test_a_plain_response_is_fitted_as_it_stands(tmp_path):
    found = read(given(tmp_path, "dose [mM],response\n0,7.5\n0.94,7.1\n3.75,2\n7.5,0.8\n"))
    assert "response" in wells(found)
    assert any("as it stands" in text for text in found.assumed)


def test_a_missing_basis_is_said_and_never_guessed(tmp_path):
    reading = read(given(tmp_path, curve()))
    assert set(wells(reading)["basis"]) == {"not stated"}
    analysis = ASSAY.analyse(reading.dataset, ASSAY.settings(compare_families=False), 0, {})
    assert any("What the doses count is not stated" in warning for warning in analysis.warnings)


def test_an_ambiguous_compound_is_refused_with_its_row(tmp_path):
    with pytest.raises(DataError, match=r"table.csv: row 2.*'SeC' is ambiguous"):
        read(given(tmp_path, curve().replace("drug", "SeC")))


def test_an_unknown_role_is_refused_with_the_nearest_one(tmp_path):
    text = f"{FULL}\nx,HepG2,48,4,1,P1,A3,sampel,0.5\n"
    with pytest.raises(DataError, match=r"role is 'sampel'. Did you mean sample"):
        read(given(tmp_path, text))


def test_a_well_that_is_there_twice_is_refused(tmp_path):
    row = "x,HepG2,48,4,1,P1,A3,sample,0.5\n"
    with pytest.raises(DataError, match=r"well A3: the well is there twice"):
        read(given(tmp_path, f"{FULL}\n{row}{row}"))


def test_a_sample_without_a_dose_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"a sample well has no dose"):
        read(given(tmp_path, f"{FULL}\nx,HepG2,48,,1,P1,A3,sample,0.5\nx,HepG2,48,1,1,P1,A4,sample,0.5\n"))


def test_a_sample_of_no_experiment_among_others_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"no experiment"):
        read(given(tmp_path, f"{FULL}\nx,HepG2,48,2,,P1,A3,sample,0.5\nx,HepG2,48,1,1,P1,A4,sample,0.5\n"))


def test_a_time_without_a_unit_is_refused(tmp_path):
    with pytest.raises(DataError, match=r"time has no unit.*time \[h\]"):
        read(given(tmp_path, "time,dose [µM],viability [%]\n48,1,90\n48,2,80\n"))


def test_no_experiment_is_n_one_and_said(tmp_path):
    found = read(given(tmp_path, curve()))
    assert set(wells(found)["experiment"]) == {"1"}
    assert any("n = 1" in warning for warning in found.warnings)


def test_two_signals_of_one_run_are_refused(tmp_path):
    one = given(tmp_path, curve(), "one.csv")
    two = given(tmp_path, curve(column="absorbance", scale=0.01), "two.csv")
    with pytest.raises(DataError, match=r"different signals"):
        read([one, two])


def test_plates_are_laid_out_by_their_map():
    found = read(
        [plate(1, plate="P1", cell_line="HepG2"), plate(2, plate="P2", cell_line="HepG2")], demo_map()
    )
    frame = wells(found)
    assert len(frame) == 164
    assert set(frame["plate"]) == {"P1", "P2"}
    assert set(frame["wavelength"]) == {490.0}
    assert (frame["plate_wells"] == 96).all()
    b5 = frame[(frame["plate"] == "P1") & (frame["well"] == "B5")].iloc[0]
    assert (b5["role"], b5["compound"], b5["dose"], b5["absorbance"]) == (
        "sample",
        "SeSe-DOX",
        8.0,
        1.934,
    )


def test_plates_of_one_name_in_several_files_get_the_files_name():
    frame = wells(read([plate(1, cell_line="HepG2"), plate(2, cell_line="HepG2")], demo_map()))
    assert frame["plate"].nunique() == 2


def test_a_wavelength_the_file_has_not_is_refused_with_those_it_has():
    with pytest.raises(FormatRefusal, match=r"no read at 570 nm; it has .*490 nm.*Set wavelength_nm"):
        read(plate(), demo_map(), wavelength_nm=570)


def test_a_map_that_names_a_well_the_plate_has_not_is_refused():
    sheet = demo_map()
    odd = sheet.frame.assign(well=sheet.frame["well"].replace({"A1": "P24"}))
    with pytest.raises(StudyError, match=r"no such well"):
        read(plate(), replace(sheet, frame=odd))


def test_a_plate_without_a_map_has_no_roles():
    with pytest.raises(SelenolabError, match=r"no well has a role"):
        read(plate())


def test_a_map_that_was_not_filled_in_is_named_as_what_to_mend():
    sheet = demo_map()
    empty = sheet.frame[["well", "dose"]].assign(role="", dose=np.nan)
    with pytest.raises(
        SelenolabError, match=r"no well has a role\. Fill in 'role' or 'dose' on the sample sheet"
    ):
        read(plate(), replace(sheet, frame=empty))


def test_an_unknown_fact_is_refused_with_the_nearest():
    with pytest.raises(StudyError, match=r"Unknown fact 'cell_lien'. Did you mean cell_line"):
        read(plate(cell_lien="x"), demo_map())


def test_a_time_fact_needs_its_unit():
    with pytest.raises(StudyError, match=r"Write it like '48 h'"):
        read(plate(time="48"), demo_map())
    assert set(wells(read(plate(time="2 d"), demo_map()))["time"]) == {48.0}


def test_a_time_zero_plate_turns_its_cells_into_time_zero():
    start = replace(plate(2, cell_line="HepG2"), role="time_zero")
    roles = wells(read([plate(1, cell_line="HepG2"), start], demo_map()))
    assert set(roles.loc[roles["file"] == start.name, "role"]) == {"time_zero", "blank", "drug_blank"}


@needs_shared
def test_a_kinetic_export_is_refused_until_a_minute_is_named():
    path = SHARED / "plates" / "gen5" / "kinetic_singleplate.txt"
    parsed, digest = read_file(path)
    file = InputFile(path, path.name, "sample", digest, parsed)
    label = str(parsed.records["label"].iloc[0])
    names = sorted(set(parsed.data["well"]))[:6]
    frame = pd.DataFrame({"well": names, "role": ["sample"] * 6, "dose": np.arange(6.0), "compound": "x"})
    sheet = Sheet("map", frame, {"dose": "µM"})
    with pytest.raises(FormatRefusal, match=r"kinetic read.*Set kinetic_minute"):
        read(file, sheet, read_label=label)
    assert len(wells(read(file, sheet, read_label=label, kinetic_minute=0.0))) == 6


@needs_shared
@pytest.mark.parametrize("name", ["ryegrass", "secalonic", "terbuthylazin"])
def test_tables_of_other_programs_need_their_names_and_unit_only(tmp_path, name):
    raw = pd.read_csv(SHARED / "drc" / f"{name}.csv")
    dose = next(column for column in raw if column.lower() in ("conc", "dose"))
    response = next(column for column in raw if column != dose)
    text = raw.rename(columns={dose: "dose [mM]", response: "response"}).to_csv(index=False)
    assert len(wells(read(given(tmp_path, text)))) == len(raw)
