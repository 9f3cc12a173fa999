"""Reference: every vendor export in shared data against the ASM document written by another project."""

import json
import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from selenolab.core.errors import FormatRefusal
from selenolab.core.format import Parsed
from selenolab.formats.recognise import read_file

PLATES = Path(__file__).parents[3] / "shared" / "data" / "viability" / "plates"
EXPORTS = sorted(path for path in PLATES.glob("*/*") if path.suffix in (".txt", ".xlsx"))
ANSWERED = [path for path in EXPORTS if path.with_suffix(".json").exists()]
SIGNALS = ("absorbance", "fluorescence", "luminescence")
pytestmark = pytest.mark.skipif(not EXPORTS, reason="shared data is absent")

# The other project reads the first absorbance step of this workbook only; the raw steps at 280 and
# 320 nm stand in the file as well (checked by hand: sheets "Absorbance 280_03", "Absorbance 320_05").
MORE: dict[str, set[Any]] = {
    "skanit_different_plate_pattern.xlsx": {
        (plate, "A2", "absorbance", wave)
        for plate in ("Blank plate", "Sample Plate")
        for wave in (280.0, 320.0)
    }
}
Key = tuple[str, str, str, float | None]


def name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def expected(path: Path) -> list[dict[str, Any]]:
    """One dict a measurement of the ASM document."""
    document = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    found = []
    for entry in document["plate reader aggregate document"]["plate reader document"]:
        whole = entry["measurement aggregate document"]
        for measured in whole["measurement document"]:
            control = measured["device control aggregate document"]["device control document"][0]
            detector = control.get("detector wavelength setting", {}).get("value") or None
            found.append(
                {
                    "measured": measured,
                    "plate": measured["sample document"]["well plate identifier"],
                    "well": measured["sample document"]["location identifier"],
                    "sample": measured["sample document"].get("sample identifier"),
                    "signal": control["detection type"].split()[-1].lower(),
                    "detector": detector,
                    "excitation": control.get("excitation wavelength setting", {}).get("value"),
                    "temperature": measured.get("compartment temperature", {}).get("value"),
                    "errors": [
                        error["error"]
                        for error in measured.get("error aggregate document", {}).get("error document", [])
                    ],
                }
            )
    return found


def ours(parsed: Parsed) -> pd.DataFrame:
    """Data and records joined, without the wells that the reader left blank."""
    records = parsed.records.drop(columns=["rows", "columns"]).rename(columns={"wavelength": "light"})
    joined = parsed.data.merge(records, on="record", validate="many_to_one")
    joined["detector"] = joined["emission"].fillna(
        joined["light"].where(joined["signal"] == "absorbance", pd.NA)
    )
    return joined[joined["value_flag"] != "empty"]


def key(plate: str, well: str, signal: str, detector: Any) -> Key:
    return plate, well, signal, None if pd.isna(detector) else float(detector)


def groups(frame: pd.DataFrame) -> dict[Key, pd.DataFrame]:
    """Our rows by plate, well, signal and detector wavelength."""
    columns = [frame["plate"], frame["well"], frame["signal"], frame["detector"]]
    keys = [key(*row) for row in zip(*columns, strict=True)]
    return dict(list(frame.groupby(pd.Series(keys, index=frame.index, dtype=object))))


def same(value: float, flag: str, want: float) -> bool:
    """Equal numbers; where the other project writes -0.0 for an error, ours is a flag."""
    if flag:
        return math.isnan(value) and want == 0.0
    return value == want


@pytest.mark.parametrize("path", ANSWERED, ids=name)
def test_every_well_of_the_answer_is_read(path: Path) -> None:
    parsed, _ = read_file(path)
    assert parsed.format == path.parent.name
    found = groups(ours(parsed))
    answer = expected(path)
    # two reads of one well at the same wavelength are compared in their order
    wanted: dict[Key, list[dict[str, Any]]] = {}
    for item in answer:
        wanted.setdefault(key(item["plate"], item["well"], item["signal"], item["detector"]), []).append(item)
    assert found.keys() - wanted.keys() == MORE.get(path.name, set())
    assert wanted.keys() <= found.keys()
    for which, items in wanted.items():
        rows = found[which]
        readings = list(rows.groupby("record", sort=False))
        assert len(readings) == len(items), which
        for (_, mine), item in zip(readings, items, strict=True):
            check_reading(mine, item)


def check_reading(mine: pd.DataFrame, item: dict[str, Any]) -> None:
    measured = item["measured"]
    cube = next((value for word, value in measured.items() if word.endswith("data cube")), None)
    if cube is None:
        values = [measured[item["signal"]]["value"]]
    else:
        values = cube["data"]["measures"][0]
        axis = (
            "time" if cube["cube-structure"]["dimensions"][0]["concept"] == "elapsed time" else "wavelength"
        )
        assert mine[axis].tolist() == cube["data"]["dimensions"][0]
    pairs = list(zip(mine["value"], mine["value_flag"], values, strict=True))
    assert all(same(*pair) for pair in pairs), (item["plate"], item["well"], pairs)
    raw_errors = [error for error in item["errors"] if not error.startswith(("<", ">", "?"))]
    assert bool(raw_errors) == bool((mine["value_flag"] != "").any())
    for flag in mine.loc[mine["value_flag"] != "", "value_flag"]:
        assert any(error.strip("*").casefold() in flag.casefold() for error in raw_errors)
    if item["temperature"] is not None:
        assert mine["temperature"].iloc[0] == pytest.approx(item["temperature"])
    if item["signal"] == "fluorescence":
        assert mine["light"].iloc[0] == item["excitation"]
    if mine["sample"].notna().any():
        assert mine["sample"].iloc[0] == item["sample"]


def test_layout_names_are_kept() -> None:
    parsed, _ = read_file(PLATES / "gen5" / "endpoint_stdcurve_singleplate.txt")
    first = parsed.data.set_index("well").loc["B1"]
    assert (first["sample"], first["amount"], first["value"]) == ("STD2", "666.67", 1.112)


def test_three_plates_of_one_gen5_file() -> None:
    parsed, _ = read_file(PLATES / "gen5" / "endpoint_stdcurve_multiplate.txt")
    assert parsed.records["plate"].tolist() == ["Plate 1", "Plate 2", "Plate 3"]
    assert len(parsed.data) == 3 * 96
    wells = parsed.data.set_index(["record", "well"])["value"]
    assert wells["Plate 1 / 630nmAbsRead:630", "A1"] == 3.481
    assert parsed.data["value"].notna().all()


def test_kinetic_gen5_has_times_and_no_blanked_values() -> None:
    parsed, _ = read_file(PLATES / "gen5" / "kinetic_singleplate.txt")
    assert parsed.records["read_kind"].tolist() == ["kinetic"]
    well = parsed.data[parsed.data["well"] == "A1"]
    assert well["time"].tolist() == [0, 60, 120, 180, 240, 300]
    assert well["value"].tolist()[:3] == [1.24, 1.88, 2.28]
    assert any("Blank OD600:450" in note for note in parsed.notes)
    assert any("kinetic, 6 times from 0 to 300 s" in note for note in parsed.notes)


@pytest.mark.parametrize(
    ("file", "kind", "reason"),
    [
        ("gen5/garbage_error.txt", "unknown", "definitely not plate data"),
        ("gen5/missing_results_error.txt", "Gen5", "no results"),
        ("softmax_pro/header_size_mismatch.txt", "SoftMax Pro", "10 values under 96 wells"),
    ],
)
def test_refused_by_name(file: str, kind: str, reason: str) -> None:
    with pytest.raises(FormatRefusal, match=reason) as refusal:
        read_file(PLATES / file)
    assert kind in refusal.value.format
    assert "\n" not in str(refusal.value)
    assert Path(file).name in str(refusal.value)
