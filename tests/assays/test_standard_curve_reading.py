"""The bench door of the standard curve assay: plates as labs lay them out, and refusals."""

import re
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from selenolab.core.assay import Sheet
from selenolab.core.errors import SelenolabError
from selenolab.core.format import InputFile
from selenolab.faces.cli import main
from selenolab.formats.plate_map import read_plate_map
from selenolab.formats.recognise import read_file
from selenolab.shelf import assays

ASSAY = assays["standard_curve"]
GEN5 = Path(__file__).parents[3] / "shared" / "data" / "viability" / "plates" / "gen5"
LINE = "well,role,standard_concentration [µM],absorbance\n"
GOOD = "A1,standard,0,0.1\nA2,standard,10,0.2\nA3,standard,20,0.3\nA4,standard,40,0.5\n"


def given(path: Path, text: str, role: str = "sample") -> InputFile:
    path.write_text(text, encoding="utf-8")
    parsed, digest = read_file(path)
    return InputFile(path, path.name, role, digest, parsed, {})


def analysed(tmp_path, text, **settings):
    settings = ASSAY.settings(**settings)
    reading = ASSAY.bench.read([given(tmp_path / "t.csv", text)], None, settings)
    return ASSAY.analyse(reading.dataset, settings, 0, {})


def grid(value) -> str:
    """A plate of 8 x 12 wells, `value(row, column)` in each."""
    lines = [",".join(["", *map(str, range(1, 13))])]
    lines += [
        ",".join([letter, *(f"{value(row, column):.4f}" for column in range(12))])
        for row, letter in enumerate("ABCDEFGH")
    ]
    return "\n".join(lines) + "\n"


def test_a_plate_with_a_map_serves_several_lysates(tmp_path):
    """Standards and blanks of the plate name no experiment: they belong to all of them."""
    known = [0, 5, 10, 20, 40, 80]
    plate = grid(lambda row, column: 0.05 + 0.01 * (known[column] if column < 6 and row < 2 else 30 + row))
    lines = [
        "well,role,experiment,compound,dose [µM],standard_concentration [µg/mL],dilution,dilution_source"
    ]
    for row in "AB":
        lines += [f"{row}{column + 1},standard,,,,{x},," for column, x in enumerate(known)]
    for k, row in enumerate("CDE", 1):
        lines += [f"{row}1,vehicle,{k},,0,,5,page 12", f"{row}2,sample,{k},drug,8,,,"]
    (tmp_path / "map.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    parsed = read_plate_map(tmp_path / "map.csv")
    settings = ASSAY.settings(preset="bca", model="linear", dilution=2)
    sheet = Sheet("map.csv", parsed.data, parsed.units)
    reading = ASSAY.bench.read([given(tmp_path / "plate.csv", plate)], sheet, settings)
    analysis = ASSAY.analyse(reading.dataset, settings, 0, {})
    values = {u.unit_id: u.value for u in analysis.units if u.group.get("compound") == "drug"}
    assert values == pytest.approx({"1": 64, "2": 66, "3": 68})  # diluted twice, as set
    assert any("3 wells state no dilution: taken as 2" in text for text in reading.assumed)
    sources = set(analysis.tables["inversions"].frame["source"])
    assert sources == {"page 12", "setting dilution"}
    assert next(e.outcome.n for e in analysis.endpoints if e.name == "concentration") == 3


@pytest.mark.skipif(not GEN5.is_dir(), reason="shared/data/viability is not here")
def test_the_layout_inside_a_readers_export_gives_the_readers_own_answer():
    """A Gen5 export with standards, dilutions and the concentrations that Gen5 worked out itself."""
    path = GEN5 / "endpoint_stdcurve_singleplate.txt"
    parsed, digest = read_file(path)
    file = InputFile(path, path.name, "sample", digest, parsed, {})
    with pytest.raises(SelenolabError, match="without a unit"):
        ASSAY.bench.read([file], None, ASSAY.settings())
    settings = ASSAY.settings(standard_unit="µg/mL")
    reading = ASSAY.bench.read([file], None, settings)
    assert any("those of the layout in the file" in text for text in reading.assumed)
    analysis = ASSAY.analyse(reading.dataset, settings, 0, {})
    slope = next(e.outcome for e in analysis.endpoints if e.name == "slope")
    assert round(slope.value, 5) == 0.00168  # Gen5: Y = 0.00168 X - 0.000723
    rows = analysis.tables["inversions"].frame
    own = rows[(rows["sample"] == "SPL1") & (rows["dilution"] == 1)]["in_well"].iloc[0]
    assert own == pytest.approx((1185.551 + 1200.645 + 1232.046) / 3, rel=1e-3)
    diluted = rows[(rows["sample"] == "SPL4") & (rows["dilution"] == 8)]["in_well"].iloc[0]
    assert diluted == pytest.approx((105.468 + 103.324 + 105.166) / 3, rel=5e-3)


def test_the_recycling_assay_reads_slopes(tmp_path):
    """Wells bend after three minutes; slopes within the window are those of the standards' amounts."""
    known = {"A1": 0.0, "A2": 5.0, "A3": 10.0, "A4": 20.0, "B1": 12.0}
    times = [0.5 * k for k in range(13)]
    lines = ["Time [min]," + ",".join(known)]
    for minute in times:
        seen = [0.1 + (0.004 + 0.005 * x) * (minute if minute <= 3 else 3.0) for x in known.values()]
        lines.append(f"{minute}," + ",".join(f"{y:.5f}" for y in seen))
    rows = [f"{well},standard,,{x}" for well, x in list(known.items())[:4]]
    (tmp_path / "map.csv").write_text(
        "\n".join(["well,role,experiment,standard_concentration [µM]", *rows, "B1,sample,1,"]),
        encoding="utf-8",
    )
    parsed = read_plate_map(tmp_path / "map.csv")
    file, sheet = (
        given(tmp_path / "run.csv", "\n".join(lines) + "\n"),
        Sheet("map.csv", parsed.data, parsed.units),
    )
    settings = ASSAY.settings(preset="gsh_dtnb", rate_from_minute=0.5, rate_to_minute=3)
    analysis = ASSAY.analyse(ASSAY.bench.read([file], sheet, settings).dataset, settings, 0, {})
    total = next(e.outcome for e in analysis.endpoints if e.name == "total glutathione")
    assert total.value == pytest.approx(12, rel=1e-3)
    sensitivity = next(e.outcome for e in analysis.endpoints if e.name == "sensitivity")
    assert (sensitivity.value, sensitivity.unit) == (pytest.approx(0.005, rel=1e-3), "AU/min per µM")
    with pytest.raises(SelenolabError, match=r"has 2 readings from 0 to 0\.5 min"):
        ASSAY.bench.read([file], sheet, ASSAY.settings(rate_to_minute=0.5))
    with pytest.raises(SelenolabError, match=r"kinetic read \(13 times"):
        ASSAY.bench.read([file], sheet, ASSAY.settings())
    with pytest.raises(ValidationError, match="rate_to_minute must lie after"):
        ASSAY.settings(rate_from_minute=2, rate_to_minute=1)


@pytest.mark.parametrize("weight", [1, "1", "1/x^2", "1/x2", "1/x²", "1 / x"])
def test_weights_are_understood_as_people_type_them(weight):
    assert ASSAY.settings(weight=weight).weight in ("1", "1/x", "1/x²")


def test_every_shipped_preset_is_sound_and_cites_what_can_be_looked_up():
    from selenolab.assays.standard_curve.preset import PRESETS, preset_named
    from selenolab.formats.plate_presets import shipped

    assert shipped(PRESETS) == ("bca", "generic", "gsh_dtnb", "ldh_release")
    for name in shipped(PRESETS):
        preset = preset_named(name)
        assert all(wanted.role in preset.roles() for wanted in preset.controls)
        assert all(cited.noun().key.startswith("doi:10.") for cited in preset.references)
        if preset.interference:
            assert preset.disturbs("L-selenocystine")
            assert preset.disturbs("NAC")
            assert all(preset.disturbs(name) for name in ("SeC", "Cu-SeC NPs", "SeCys2", "SeNPs"))
            assert not any(preset.disturbs(name) for name in ("cisplatin", "secnidazole"))


HOSTILE = {
    "no standards": ("well,role,absorbance\nA1,sample,0.2\n", "found none: without them a reading"),
    "falling": (
        LINE + "A1,standard,0,0.9\nA2,standard,10,0.6\nA3,standard,20,0.3\n",
        "set direction to 'falling'",
    ),
    "all equal": (
        LINE + "A1,standard,0,0.3\nA2,standard,10,0.3\nA3,standard,20,0.3\n",
        "all readings equal 0.3",
    ),
    "too few": (LINE + "A1,standard,0,0.1\nA2,standard,10,0.2\n", "needs 3 different concentrations"),
    "a hook": (LINE + GOOD + "A5,standard,80,0.25\n", "not one-to-one"),
    "no concentration": (
        LINE + "A1,standard,0,0.1\nA2,standard,,0.2\n",
        "row 3, well A2: a standard well states",
    ),
    "no unit": (LINE.replace(" [µM]", "") + GOOD, "standard_concentration has no unit"),
    "all saturated": (
        LINE + "A1,standard,0,saturated\nA2,standard,10,saturated\n",
        "with a sound reading, found none",
    ),
    "wrong kit": (LINE + GOOD + "B1,maximum,,0.4\n", "role is 'maximum'"),
    "no protein": (
        "well,role,standard_concentration [µM],protein [mg/mL],absorbance\n"
        "A1,standard,0,,0.1\nA2,standard,10,,0.2\nA3,standard,20,,0.3\nB1,sample,,0,0.2\n",
        "row 5, well B1: protein is 0 mg/mL",
    ),
    "two units": ("well,role,standard_concentration [µM],dilution [mL],absorbance\n", "t.csv"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_tables_are_refused_in_one_line(tmp_path, case):
    text, told = HOSTILE[case]
    with pytest.raises(SelenolabError) as error:
        analysed(tmp_path, text)
    assert told in str(error.value)
    assert "\n" not in str(error.value)


def test_gssg_is_counted_in_molecules_not_by_mass(tmp_path):
    masked = GOOD + "B1,sample,,0.3\nB2,masked,,0.2\n"
    with pytest.raises(SelenolabError, match=r"is in mg/mL, a mass concentration.*in molecules"):
        analysed(tmp_path, LINE.replace("µM", "mg/mL") + masked, preset="gsh_dtnb")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("bcaa", "Did you mean bca"),
        ("none.yaml", "Unable to find the file"),
        ("bad.yaml", "model: Input should be"),
    ],
)
def test_a_preset_that_is_none_is_told_when_it_is_set(tmp_path, name, told):
    (tmp_path / "bad.yaml").write_text("title: x\nmodel: cubic\n", encoding="utf-8")
    with pytest.raises(ValidationError, match=re.escape(told)):
        ASSAY.settings(preset=name if name == "bcaa" else str(tmp_path / name))


@pytest.mark.parametrize("case", ["no standards", "falling", "all equal"])
def test_a_refused_plate_ends_with_two_and_writes_nothing(tmp_path, monkeypatch, capsys, case):
    (tmp_path / "t.csv").write_text(HOSTILE[case][0], encoding="utf-8")
    words = ["analyse", "standard_curve", str(tmp_path / "t.csv"), "-o", str(tmp_path / "out")]
    monkeypatch.setattr("signal.signal", lambda *_: None)
    monkeypatch.setattr(sys, "argv", ["selenolab", *words])
    with pytest.raises(SystemExit) as end:
        main()
    out, err = capsys.readouterr()
    assert (end.value.code, out) == (2, "")
    assert HOSTILE[case][1] in err
    assert err.strip().count("\n") == 0
    assert not (tmp_path / "out").exists()
