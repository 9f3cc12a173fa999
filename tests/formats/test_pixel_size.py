"""Units of pixel sizes, the rule of plausibility, and statements that contradict each other."""

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selenolab.core.errors import FormatRefusal
from selenolab.formats.pixel_size import (
    Stated,
    decimal,
    implausible,
    length_text,
    plain_unit,
    settle,
    to_nm,
    unit_kind,
)

HERE = Path("a.tif")


def of(*stated: Stated, longest: int = 1024) -> tuple[float, float, str, tuple[str, ...]]:
    size, notes = settle("TIFF image", HERE, stated, (longest, longest))
    return size.x, size.y, size.flag, notes


@pytest.mark.parametrize(
    ("unit", "nm"),
    [
        ("nm", 1), ("NM", 1), ("[n_m]", 1), ("nanometers", 1), ("um", 1e3), ("µm", 1e3), ("\u03bcm", 1e3),
        ("micron", 1e3), ("\\u00B5m", 1e3), ("[u_m]", 1e3), ("Å", 0.1), ("\u212b", 0.1), ("Angstrom", 0.1),
        ("pm", 1e-3), ("m", 1e9), ("mm", 1e6), ("cm", 1e7), (" nm\x00", 1),
    ],
)  # fmt: skip
def test_lengths(unit: str, nm: float) -> None:
    assert unit_kind(unit) == "length"
    assert to_nm(1.0, unit) == pytest.approx(nm)


@pytest.mark.parametrize("unit", ["1/nm", "1/Å", "nm^-1", "nm⁻¹", "1 / nm", "[1/n_m]", "1/m", "mrad", "rad"])
def test_reciprocal_lengths_and_angles_are_diffraction(unit: str) -> None:
    assert unit_kind(unit) == "diffraction"
    assert to_nm(1.0, unit) is None
    with pytest.raises(FormatRefusal, match=r"a\.tif: .*a diffraction pattern"):
        of(Stated("calibration", 0.1, 0.1, unit, unit))
    with pytest.raises(FormatRefusal, match="diffraction"):
        of(Stated("calibration", 0.1, 0.1, "nm", unit))


@pytest.mark.parametrize(
    ("unit", "kind"), [("", "unknown"), ("pixel", "unknown"), ("eV", "other"), ("s", "other")]
)
def test_what_is_no_length_gives_no_scale(unit: str, kind: str) -> None:
    assert unit_kind(unit) == kind
    x, _, flag, notes = of(Stated("ImageJ", 0.1, 0.1, unit, unit))
    assert math.isnan(x)
    assert flag.startswith("not used: ")
    assert len(notes) == 1


@pytest.mark.parametrize(
    ("nm", "longest", "word"),
    [
        (1e9 / 81964, 2048, "12.2 µm a pixel is the pitch of a camera"),
        (25.4e6 / 300, 2048, "84.67 µm a pixel is a print or screen resolution"),
        (25.4e6 / 2082, 2048, "pitch of a camera"),
        (2400.0, 1000, "pitch of a camera"),
        (1500.0, 1000, "more than the 1 µm"),
        (1e-4, 1000, "finer than the 0.5 pm"),
        (0.0, 1000, "no length"),
        (-1.0, 1000, "no length"),
        (math.inf, 1000, "no length"),
        (math.nan, 1000, "no length"),
        (0.001, 16, "field 16 pm wide"),
        (900.0, 12000, "field 10.8 mm wide"),
    ],
)
def test_what_no_micrograph_has(nm: float, longest: int, word: str) -> None:
    assert word in implausible(nm, longest)


@pytest.mark.parametrize(
    ("nm", "longest"), [(0.248538, 68), (5.50607, 16), (0.6, 2048), (0.002, 4096), (500, 1024)]
)
def test_what_micrographs_have(nm: float, longest: int) -> None:
    assert implausible(nm, longest) == ""


@given(
    st.floats(0.001, 900), st.sampled_from([("nm", 1.0), ("µm", 1e3), ("Å", 0.1), ("pm", 1e-3), ("m", 1e9)])
)
def test_the_unit_changes_nothing(nm: float, unit: tuple[str, float]) -> None:
    word, factor = unit
    x, y, flag, _ = of(Stated("tag", nm / factor, nm / factor, word, "nm" if word == "nm" else word))
    assert x == pytest.approx(nm, rel=1e-12)
    assert (y, flag) == (x, "")


def test_one_axis_in_nm_and_the_other_in_micrometres() -> None:
    assert of(Stated("tag", 0.5, 0.0005, "nm", "µm"))[:3] == (0.5, 0.5, "")


def test_unequal_edges_are_not_used() -> None:
    x, y, flag, _ = of(Stated("tag", 0.0507, 0.507, "nm", "nm"))
    assert math.isnan(x)
    assert math.isnan(y)
    assert "50.7 pm wide and 0.507 nm high (unequal)" in flag
    assert of(Stated("tag", 0.5, 0.503, "nm", "nm"))[:3] == (0.5, 0.503, "")


def test_two_statements_must_agree() -> None:
    maker, other = Stated("FEI tag", 1.0, 1.0, "nm", "nm"), Stated("ImageJ", 2.0, 2.0, "nm", "nm")
    x, _, flag, _ = of(maker, other)
    assert math.isnan(x)
    assert flag == "not used: FEI tag says 1 nm, ImageJ says 2 nm"
    assert of(maker, Stated("ImageJ", 0.001001, 0.001001, "µm", "µm"))[:3] == (1.0, 1.0, "")


def test_an_implausible_statement_leaves_room_for_a_plausible_one() -> None:
    pitch, scale = Stated("camera", 12.2, 12.2, "µm", "µm"), Stated("ImageJ", 2.0, 2.0, "nm", "nm")
    x, _, flag, notes = of(pitch, scale)
    assert (x, flag) == (2.0, "")
    assert notes == ("camera: 12.2 µm a pixel is the pitch of a camera, not the specimen; not used",)


def test_nothing_stated() -> None:
    x, _, flag, notes = of()
    assert math.isnan(x)
    assert (flag, notes) == ("not stated in the file", ())


@pytest.mark.parametrize(
    ("text", "number"),
    [("8.26823e-010", 8.26823e-10), ("8,26823e-010", 8.26823e-10), (" 1,5 ", 1.5), (3, 3.0), ("-2.5", -2.5)],
)
def test_numbers_of_both_locales(text: object, number: float) -> None:
    assert decimal(text) == pytest.approx(number)


@pytest.mark.parametrize("text", ["", "1,234.5", "1.234,5", "nm", None, "0x10", "1 2", "nan", "--1"])
def test_what_is_no_number_or_two(text: object) -> None:
    assert math.isnan(decimal(text))


def test_spellings() -> None:
    assert plain_unit("Âµm") == "µm"
    assert [length_text(nm) for nm in (2.5e6, 1500, 12, 0.05)] == ["2.5 mm", "1.5 µm", "12 nm", "50 pm"]
