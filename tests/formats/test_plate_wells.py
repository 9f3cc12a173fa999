"""Wells of plates for any assay: words, kinetic times, measures with units, named errors."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from selenolab.core.assay import Sheet
from selenolab.core.errors import DataError, FormatRefusal, StudyError
from selenolab.core.format import InputFile
from selenolab.formats.plate_map import read_plate_map
from selenolab.formats.plate_reads import PlateRead
from selenolab.formats.plate_wells import PlateDoor, plate_suits, read_wells
from selenolab.formats.plate_words import SAME, PlateWords
from selenolab.formats.recognise import read_file

WORDS = PlateWords(
    roles={"sample": "s", "standard": "known", "blank": "b", "vehicle": "v"},
    same={**SAME, "concentration": "concentration"},
    texts=("dilution_source",),
    measures={"concentration": "", "dilution": "1", "protein": "mg/mL"},
    dosed=(),
    named=(),
)
KINETIC = PlateWords(roles={"sample": "s", "blank": "b"}, dosed=(), named=(), kinetic=True)
SERIES = "Time [min],A1,A2\n0,0.10,0.20\n1,0.15,0.21\n2,0.20,0.22\n"


def given(path: Path, text: str, role: str = "sample") -> InputFile:
    path.write_text(text, encoding="utf-8")
    parsed, sha256 = read_file(path)
    return InputFile(path, path.name, role, sha256, parsed)


def sheet(path: Path, text: str) -> Sheet:
    path.write_text(text, encoding="utf-8")
    parsed = read_plate_map(path)
    return Sheet(path.name, parsed.data, parsed.units)


def test_all_times_of_a_kinetic_read_are_kept_in_seconds(tmp_path: Path) -> None:
    file = given(tmp_path / "run.csv", SERIES)
    layout = sheet(tmp_path / "map.csv", "well,role,experiment,time [h]\nA1,sample,1,24\nA2,blank,1,24\n")
    found = read_wells([file], layout, PlateDoor(KINETIC, PlateRead(keep_times=True)), "kinetics").frame
    assert sorted(set(found["read_time"])) == [0.0, 60.0, 120.0]
    assert set(found["time"]) == {24.0}  # the design's time stays beside that of the reading
    sample = found[found["role"] == "sample"].sort_values("read_time")
    np.testing.assert_allclose(sample["absorbance"], [0.10, 0.15, 0.20])


def test_a_kinetic_read_without_a_choice_is_refused(tmp_path: Path) -> None:
    file = given(tmp_path / "run.csv", SERIES)
    with pytest.raises(FormatRefusal, match=r"kinetic read \(3 times from 0 to 2 min\)"):
        read_wells([file], None, PlateDoor(KINETIC), "kinetics")


def test_the_only_time_of_a_long_kinetic_table_is_that_of_the_reading(tmp_path: Path) -> None:
    text = "well,role,experiment,time [min],absorbance\nA1,sample,1,0,0.1\nA1,sample,1,2,0.2\n"
    found = read_wells([given(tmp_path / "t.csv", text)], None, PlateDoor(KINETIC), "kinetics").frame
    assert found["read_time"].tolist() == [0.0, 120.0]
    assert found["time"].isna().all()


def test_an_endpoint_read_has_no_read_time(tmp_path: Path) -> None:
    grid = ",".join(["", *map(str, range(1, 13))]) + "\n"
    grid += "\n".join(",".join([row, *[f"{0.1 * n:.1f}" for n in range(1, 13)]]) for row in "ABCDEFGH")
    layout = sheet(tmp_path / "map.csv", "well,role\nA1,sample\n")
    file = given(tmp_path / "plate.csv", grid)
    found = read_wells([file], layout, PlateDoor(KINETIC, PlateRead(keep_times=True)), "kinetics")
    assert found.frame["read_time"].isna().all()
    assert any("95 wells of plate" in line for line in found.assumed)


def test_measures_come_in_one_unit(tmp_path: Path) -> None:
    one = given(tmp_path / "a.csv", "well,role,concentration [µg/mL],absorbance\nA1,standard,50,0.2\n")
    two = given(tmp_path / "b.csv", "well,role,concentration [mg/mL],absorbance\nA1,standard,0.1,0.3\n")
    found = read_wells([one, two], None, PlateDoor(WORDS), "curve")
    assert found.units["concentration"] == "µg/mL"
    np.testing.assert_allclose(found.frame["concentration"], [50.0, 100.0])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("well,role,concentration,absorbance\nA1,standard,50,0.2\n", "concentration has no unit"),
        ("well,role,dilution [mL],absorbance\nA1,sample,2,0.2\n", "dilution is in 'mL'. Expected a plain"),
        ("well,role,protein [µM],absorbance\nA1,sample,2,0.2\n", "Put protein of different kinds"),
        ("well,role,absorbance\nA1,standrad,0.2\n", "Did you mean standard?"),
        ("well,role,absorbance\nA1,drug_blank,0.2\n", "role is 'drug_blank'"),
        ("well,role,absorbance\nA1,sample,0.2\nA1,sample,0.3\n", "the well is there twice"),
        ("well,role,value\nA1,sample,0.2\n", "Unable to find a signal. Name a column absorbance, intensity"),
    ],
)
def test_what_does_not_fit_is_told_in_one_line(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(DataError) as error:
        read_wells([given(tmp_path / "t.csv", text)], None, PlateDoor(WORDS), "curve")
    assert told in str(error.value)
    assert "\n" not in str(error.value)


def test_no_file_and_no_table_are_named(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="curve: Expected at least one file"):
        read_wells([], None, PlateDoor(WORDS), "curve")
    file = given(tmp_path / "t.csv", "well,role,signal_x\nA1,sample,0.2\n")
    assert "has no column absorbance" in plate_suits(file.parsed, WORDS)
    assert plate_suits(file.parsed, WORDS, ("dose",)) == "the table has no column 'dose'"


def test_a_sample_without_a_dose_is_allowed_where_no_role_is_dosed(tmp_path: Path) -> None:
    text = "well,role,concentration [µg/mL],absorbance\nA1,standard,5,0.2\nA2,sample,,0.3\n"
    found = read_wells([given(tmp_path / "t.csv", text)], None, PlateDoor(WORDS), "curve")
    assert found.frame["dose"].isna().all()
    assert "dose" not in found.units
    assert isinstance(found.frame, pd.DataFrame)
