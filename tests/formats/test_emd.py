"""EMD: images of Velox and of the NCEM layout, written with h5py; links and outside data are not followed."""

import json
import math
import random
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from selenolab.core.errors import FormatRefusal, SelenolabError
from selenolab.core.format import Parsed
from selenolab.formats.recognise import read_file

PIXELS = np.random.default_rng(2).integers(0, 4000, (24, 32)).astype(np.uint16)
TOLD = {
    "BinaryResult": {
        "Detector": "HAADF",
        "PixelSize": {"width": "1.2e-10", "height": "1.2e-10"},
        "PixelUnitX": "m",
        "PixelUnitY": "m",
    },
    "Optics": {"AccelerationVoltage": "200000"},
    "Instrument": {"InstrumentModel": "Talos"},
}


def velox(path: Path, told: Any = TOLD, frames: int = 1, names: tuple[str, ...] = ("a1",)) -> Path:
    text = told if isinstance(told, bytes) else json.dumps(told).encode()
    with h5py.File(path, "w") as file:
        for name in names:
            group = file.create_group(f"Data/Image/{name}")
            group["Data"] = np.repeat(PIXELS[..., None], frames, axis=2)
            group["Metadata"] = np.repeat(
                np.frombuffer(text.ljust(3000, b"\0"), np.uint8)[:, None], frames, 1
            )
    return path


def ncem(
    path: Path, pixels: np.ndarray = PIXELS, units: tuple[Any, ...] = ("[n_m]", "[n_m]"), step: float = 0.5
) -> Path:
    with h5py.File(path, "w") as file:
        group = file.create_group("data/particles")
        group.attrs["emd_group_type"] = 1
        group["data"] = pixels
        for axis, length in enumerate(pixels.shape):
            group[f"dim{axis + 1}"] = np.arange(length) * step
            group[f"dim{axis + 1}"].attrs["units"] = units[axis]
    return path


def parsed(path: Path) -> Parsed:
    found, _ = read_file(path)
    assert found.format == "emd"
    return found


def test_velox(tmp_path: Path) -> None:
    found = parsed(velox(tmp_path / "a.emd"))
    record = found.records.iloc[0]
    assert np.array_equal(found.arrays["HAADF"], PIXELS)
    assert found.arrays["HAADF"].dtype == np.uint16
    assert record["pixel_size"] == pytest.approx(0.12)
    assert (record["voltage"], record["instrument"], record["bits"]) == (200, "Talos", 16)


def test_frames_and_several_images_are_records(tmp_path: Path) -> None:
    found = parsed(velox(tmp_path / "a.emd", frames=3))
    assert found.records["record"].tolist() == [f"HAADF frame {n}" for n in (1, 2, 3)]
    two = parsed(velox(tmp_path / "b.emd", names=("a1", "b2")))
    assert two.records["record"].tolist() == ["HAADF 1", "HAADF 2"]


@pytest.mark.parametrize("told", [b"", b"{", b"[1]", b"\xff\xfe", b'{"BinaryResult": 3}', b"[" * 2900])
def test_velox_without_sense_in_its_metadata_has_no_scale(told: bytes, tmp_path: Path) -> None:
    record = parsed(velox(tmp_path / "a.emd", told)).records.iloc[0]
    assert math.isnan(record["pixel_size"])
    assert record["pixel_size_flag"] == "not stated in the file"


@pytest.mark.parametrize(
    ("units", "nm"), [("[n_m]", 0.5), ("nm", 0.5), ("[u_m]", 500.0), (b"\xc3\x85", 0.05)]
)
def test_ncem(units: Any, nm: float, tmp_path: Path) -> None:
    found = parsed(ncem(tmp_path / "a.emd", units=(units, units)))
    assert np.array_equal(found.arrays["particles"], PIXELS)
    assert found.records["pixel_size"].iloc[0] == pytest.approx(nm)


def test_a_unit_that_claims_to_be_a_thousand_texts_is_no_unit(tmp_path: Path) -> None:
    with h5py.File(ncem(tmp_path / "a.emd"), "a") as file:
        file["data/particles/dim1"].attrs["units"] = ["nm"] * 1000
    record = parsed(tmp_path / "a.emd").records.iloc[0]
    assert "it has no unit" in record["pixel_size_flag"]


def test_ncem_stacks_and_both_edges(tmp_path: Path) -> None:
    stack = np.stack([PIXELS, PIXELS + 1])
    found = parsed(ncem(tmp_path / "a.emd", stack.astype(">f4"), ("[n_m]",) * 3))
    assert np.array_equal(found.arrays["particles frame 2"], stack[1])
    assert found.arrays["particles frame 2"].dtype == np.float32


def diffraction(path: Path) -> None:
    velox(path, {"BinaryResult": {"PixelSize": {"width": "1e7", "height": "1e7"}, "PixelUnitX": "1/m"}})


def outside(path: Path) -> None:
    (path.parent / "secret").write_bytes(b"s" * 768)
    with h5py.File(path, "w") as file:
        place = [(str(path.parent / "secret"), 0, 768)]
        file.create_dataset("Data/Image/a/Data", (24, 32), np.uint8, external=place)


def linked(path: Path) -> None:
    ncem(path.parent / "other.emd")
    with h5py.File(path, "w") as file:
        file["Data/Image/a"] = h5py.ExternalLink("other.emd", "data/particles")


def circle(path: Path) -> None:
    with h5py.File(path, "w") as file:
        group = file.create_group("Data/Image/a")
        group["b"] = file["Data"]


def heap(path: Path) -> None:
    """An object of the global heap that is free space of no size."""
    raw = bytearray(ncem(path).read_bytes())
    place = raw.find(b"GCOL") + 16
    raw[place : place + 16] = bytes(16)
    path.write_bytes(raw)


def plain(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file["x"] = PIXELS


def cut(path: Path) -> None:
    velox(path)
    path.write_bytes(path.read_bytes()[:-700])


def huge(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file.create_dataset("Data/Image/a/Data", (200_000, 200_000), np.uint8, chunks=(1000, 1000))


WRONG = {
    "diffraction": (diffraction, "1/m: a diffraction pattern"),
    "film": (lambda path: velox(path, frames=99), "stack of 99"),
    "spectra": (lambda path: ncem(path, np.zeros((4, 5, 6)), ("eV", "nm", "nm")), "spectrum image"),
    "outside": (outside, "kept in another file"),
    "linked": (linked, "without a micrograph"),
    "circle": (circle, "without a micrograph"),
    "heap": (heap, "an empty object at byte"),
    "plain": (plain, "without a micrograph"),
    "cut": (cut, "damaged"),
    "magic": (lambda path: path.write_bytes(b"\x89HDF\r\n\x1a\n" + b"\0" * 90), "damaged"),
    "huge": (huge, "too many"),
    "one pixel": (lambda path: ncem(path, PIXELS[:1, :1]), "1 x 1 pixels"),
    "complex": (lambda path: ncem(path, PIXELS.astype("c8")), "no grey values"),
    "texts": (lambda path: ncem(path, PIXELS.astype("S4")), "no grey values"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_named(name: str, tmp_path: Path) -> None:
    write, word = WRONG[name]
    path = tmp_path / "a.emd"
    write(path)
    with pytest.raises(FormatRefusal, match=r"^a\.emd: [^\n]*$") as told:
        read_file(path)
    assert word in str(told.value)


@pytest.mark.parametrize("rounds", [100, pytest.param(3000, marks=pytest.mark.slow)])
def test_mutations_are_read_or_refused(rounds: int, tmp_path: Path) -> None:
    whole, dice, outcomes = ncem(tmp_path / "w.emd").read_bytes(), random.Random(1), set()
    path = tmp_path / "m.emd"
    for _ in range(rounds):
        raw = bytearray(whole)
        for _ in range(dice.randint(1, 4)):
            raw[dice.randrange(8, len(raw))] = dice.choice([0, 1, 127, 255, dice.randrange(256)])
        path.write_bytes(raw)
        outcomes.add(outcome(path))
    assert outcomes == {"read", "refused"}


def outcome(path: Path) -> str:
    """Read or refused; a refusal names the file in one line."""
    try:
        found = read_file(path)[0]
    except SelenolabError as error:
        if path.name not in str(error) or "\n" in str(error):
            raise AssertionError(str(error)) from error
        return "refused"
    assert not (found.records["pixel_size"].isna() & (found.records["pixel_size_flag"] == "")).any()
    return "read"
