"""FCS 2.0 to 3.2: every data type, byte order, width and scale, against files laid out by hand."""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import pytest

from selenolab.core.errors import UnknownNameError
from selenolab.core.format import Parsed
from selenolab.formats.fcs_channels import channels, top
from selenolab.formats.recognise import read_file

_SPEC = spec_from_file_location("fcs_bytes", Path(__file__).with_name("fcs_bytes.py"))
assert _SPEC is not None
assert _SPEC.loader is not None
laid = module_from_spec(_SPEC)
sys.modules["fcs_bytes"] = laid
_SPEC.loader.exec_module(laid)

RNG = np.random.default_rng(4)
COUNTS = [RNG.integers(0, 1024, 50), RNG.integers(0, 1024, 50), RNG.integers(0, 1024, 50)]
FLOATS = [RNG.normal(0, 1e4, 50).astype(np.float32), RNG.lognormal(5, 2, 50).astype(np.float32)]
SAME_AS_FLOWIO = ["gates/data1.fcs", "diamond/test_data_diamond_01.fcs", "vendor/stratedigm-s1400.fcs"]
WIDTHS = [[16] * 3, [32] * 3, [8, 16, 32], [24] * 3, [16, 24, 64], [10, 12, 11], [40, 48, 56]]
FLOW = Path(__file__).parents[3] / "shared" / "data" / "flow"


def parsed(tmp_path: Path, raw: bytes, name: str = "a.fcs") -> Parsed:
    path = tmp_path / name
    path.write_bytes(raw)
    found, _ = read_file(path)
    assert found.format == "fcs"
    assert found.kind == "population"
    return found


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    "bits", [[16] * 3, [32] * 3, [8, 16, 32], [24] * 3, [16, 24, 64], [10, 12, 11], [40, 48, 56]]
)
def test_integers_of_every_width_and_order(bits: list[int], order: str, tmp_path: Path) -> None:
    columns = [column % (1 << min(width, 10)) for column, width in zip(COUNTS, bits, strict=True)]
    found = parsed(tmp_path, laid.fcs_bytes(columns, bits=bits, order=order))
    assert list(found.data) == ["C1", "C2", "C3"]
    for name, column in zip(found.data, columns, strict=True):
        np.testing.assert_array_equal(found.data[name], column)
        assert found.data[name].dtype == np.float32
    assert found.records["events"].tolist() == [50]
    assert found.records["cytometer"].tolist() == ["Mill"]


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("kind", ["F", "D"])
def test_floats_of_both_lengths_and_orders(kind: str, order: str, tmp_path: Path) -> None:
    found = parsed(tmp_path, laid.fcs_bytes(FLOATS, kind=kind, order=order))
    for name, column in zip(found.data, FLOATS, strict=True):
        np.testing.assert_array_equal(found.data[name], column)
        assert found.data[name].dtype == (np.float32 if kind == "F" else np.float64)


def test_doubles_are_not_rounded(tmp_path: Path) -> None:
    exact = [np.array([1 / 3, -1e-300, 1e300])]
    np.testing.assert_array_equal(parsed(tmp_path, laid.fcs_bytes(exact, kind="D")).data["C1"], exact[0])


@pytest.mark.parametrize(("byteord", "places"), [("3,4,1,2", [2, 3, 0, 1]), ("2,1,4,3", [1, 0, 3, 2])])
def test_an_odd_byte_order_of_32_bits(byteord: str, places: list[int], tmp_path: Path) -> None:
    for kind, columns in (("I", COUNTS[:2]), ("F", FLOATS)):
        little = laid.data_bytes(columns, [kind] * 2, [32] * 2, "<")
        mixed = np.frombuffer(little, np.uint8).reshape(-1, 4)[:, places].tobytes()
        raw = laid.fcs_bytes(columns, kind=kind, bits=[32] * 2, byteord=byteord, data=mixed)
        np.testing.assert_array_equal(parsed(tmp_path, raw).data.to_numpy(), np.array(columns).T)


def test_channels_of_different_types_of_fcs_3_2(tmp_path: Path) -> None:
    how = {"kind": "F", "kinds": ["F", "I"], "bits": [32, 16], "version": "3.2"}
    found = parsed(tmp_path, laid.fcs_bytes([FLOATS[0], COUNTS[0]], {"$P2DATATYPE": "I"}, **how))
    np.testing.assert_array_equal(found.data["C1"], FLOATS[0])
    np.testing.assert_array_equal(found.data["C2"], COUNTS[0])


def test_bits_above_the_range_are_masked(tmp_path: Path) -> None:
    dirty = [COUNTS[0] + 0x8400, COUNTS[1] + 0x0400]
    found = parsed(tmp_path, laid.fcs_bytes(dirty, {"$P2R": "1000"}))
    for name, column in zip(found.data, COUNTS, strict=False):
        np.testing.assert_array_equal(found.data[name], column)
    whole = parsed(tmp_path, laid.fcs_bytes(dirty, {"$P1R": "65536", "$P2R": "65536"}))
    np.testing.assert_array_equal(whole.data["C1"], dirty[0])


def test_log_amplification_is_undone_once(tmp_path: Path) -> None:
    words = {"$P1E": "4,1", "$P2E": "4.0,0.0", "$P3E": "2.5,0.5", "$P3G": "8"}
    found = parsed(tmp_path, laid.fcs_bytes(COUNTS, words))
    np.testing.assert_allclose(found.data["C1"], 10 ** (4 * COUNTS[0] / 1024), rtol=1e-15)
    np.testing.assert_allclose(found.data["C2"], 10 ** (4 * COUNTS[1] / 1024), rtol=1e-15)  # 0 stands for 1
    np.testing.assert_allclose(found.data["C3"], 0.5 * 10 ** (2.5 * COUNTS[2] / 1024), rtol=1e-15)
    assert found.notes == ("C3: $P3G is not applied beside log amplification",)
    wide = parsed(tmp_path, laid.fcs_bytes(COUNTS, {"$P1E": "4,1", "$P1R": "4194304"}, bits=[32] * 3))
    np.testing.assert_allclose(wide.data["C1"], 10 ** (4 * COUNTS[0] / 4194304), rtol=1e-15)


def test_gain_divides_and_time_has_steps_instead(tmp_path: Path) -> None:
    words = {"$P1G": "2.5", "$P3G": "0.01", "$TIMESTEP": "0.01"}
    found = parsed(tmp_path, laid.fcs_bytes(COUNTS, words, names=["FSC-A", "SSC-A", "Time"]))
    np.testing.assert_allclose(found.data["FSC-A"], COUNTS[0] / 2.5)
    np.testing.assert_array_equal(found.data["SSC-A"], COUNTS[1])
    np.testing.assert_allclose(found.data["Time"], COUNTS[2] * 0.01)
    assert dict(found.units) == {"Time": "s"}
    assert "the gain 0.01 is not applied" in found.notes[0]


def test_log_amplification_of_floats_is_not_applied_and_said(tmp_path: Path) -> None:
    found = parsed(tmp_path, laid.fcs_bytes(FLOATS, {"$P1E": "4,1"}, kind="F"))
    np.testing.assert_array_equal(found.data["C1"], FLOATS[0])
    assert "not applied to numbers stored with a floating point" in found.notes[0]


def test_channels_have_markers_ranges_and_gains(tmp_path: Path) -> None:
    words = {"$P1S": "Annexin V", "$P1E": "4,1", "$P2G": "2", "$p3s": "PI"}
    found = parsed(tmp_path, laid.fcs_bytes(COUNTS, words))
    table = channels(found)
    assert table["channel"].tolist() == ["C1", "C2", "C3"]
    assert table["marker"].tolist() == ["Annexin V", "", "PI"]
    assert table["range"].tolist() == [1024, 1024, 1024]
    assert table["decades"].tolist() == [4, 0, 0]
    assert table["gain"].tolist() == [1, 2, 1]
    assert (top(found, "C1"), top(found, "C2"), top(found, "C3")) == (10_000, 512, 1024)
    with pytest.raises(UnknownNameError, match="Unknown channel 'C9'"):
        top(found, "C9")


def test_the_record_says_who_and_when(tmp_path: Path) -> None:
    words = {"$DATE": "02-MAR-2015", "$BTIM": "10:00:01", "$ETIM": "10:02:03", "$SMNO": "well A1"}
    record = parsed(tmp_path, laid.fcs_bytes(COUNTS, words)).records.iloc[0]
    assert (record["date"], record["begin"], record["end"]) == ("2015-03-02", "10:00:01", "10:02:03")
    assert (record["record"], record["tube"], record["version"]) == ("a", "well A1", "3.1")
    short = parsed(tmp_path, laid.fcs_bytes(COUNTS, {"$DATE": "08-Sep-06"}), "060909.001").records.iloc[0]
    assert (short["date"], short["record"]) == ("08-Sep-06", "060909.001")


def test_the_second_of_two_data_sets_is_used_and_said(tmp_path: Path) -> None:
    first = laid.fcs_bytes(COUNTS, {"$NEXTDATA": "0" * 12}, version="2.0")
    high = [column * 900 for column in COUNTS]
    words = {f"$P{index}R": "1048576" for index in (1, 2, 3)}
    found = parsed(tmp_path, laid.two_sets(first, high, words, version="3.0", bits=[32] * 3), "x.LMD")
    np.testing.assert_array_equal(found.data["C2"], high[1])
    assert found.notes == ("the file holds two data sets; the second is used",)
    assert found.records["data_set"].tolist() == [2]


def test_a_file_of_gains_and_numbers_keeps_its_keywords_as_written(tmp_path: Path) -> None:
    found = parsed(tmp_path, laid.fcs_bytes(COUNTS, {"Tube Name": "µ 1", "$Fil": "a/b\\c"}))
    assert found.metadata["Tube Name"] == "µ 1"
    assert found.metadata["$Fil"] == "a/b\\c"
    assert found.records["tube"].tolist() == ["µ 1"]


@pytest.mark.skipif(not FLOW.exists(), reason="the shared flow data are not here")
@pytest.mark.parametrize(
    ("name", "events", "number"),
    [("gates/data1.fcs", 13_367, 8), ("diamond/test_data_diamond_01.fcs", 200_000, 2),
     ("vendor/cytekxp5.fcs", 23_126, 8), ("vendor/stratedigm-s1400.fcs", 10_000, 38),
     ("compensation/060909.001", 10_000, 7)],
)  # fmt: skip
def test_real_files_open(name: str, events: int, number: int) -> None:
    found, _ = read_file(FLOW / name)
    assert found.data.shape == (events, number)
    assert np.isfinite(found.data.to_numpy()).all()
    assert (found.data.std() > 0).sum() >= 2


@pytest.mark.skipif(not FLOW.exists(), reason="the shared flow data are not here")
@pytest.mark.parametrize(
    "name", ["gates/data1.fcs", "diamond/test_data_diamond_01.fcs", "vendor/stratedigm-s1400.fcs"]
)
def test_events_are_those_of_flowio(name: str) -> None:
    flowio = pytest.importorskip("flowio", reason="FlowIO is not installed")
    theirs = flowio.FlowData(str(FLOW / name)).as_array()
    np.testing.assert_array_equal(read_file(FLOW / name)[0].data.to_numpy(np.float64), theirs)


@pytest.mark.skipif(not FLOW.exists(), reason="the shared flow data are not here")
def test_a_cytek_file_of_24_bits() -> None:
    path = FLOW / "vendor" / "cytekxp5.fcs"
    raw = (
        np.frombuffer(path.read_bytes(), np.uint8)[4096 : 4096 + 23_126 * 24]
        .reshape(-1, 8, 3)
        .astype(np.int64)
    )
    stored = raw[:, :, 0] * 65_536 + raw[:, :, 1] * 256 + raw[:, :, 2]
    data = read_file(path)[0].data
    np.testing.assert_array_equal(data["FSC"], stored[:, 1] % 1024)
    np.testing.assert_allclose(data["FL2"], 10 ** (4 * (stored[:, 4] % 1024) / 1024), rtol=1e-14)
    np.testing.assert_allclose(data["TIME"], stored[:, 0] % 32_768 / 1000)
