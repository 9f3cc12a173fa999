"""Electron microscopy data in HDF5 (emd): images of Velox, and of the layout of the NCEM."""

import json
import mmap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from selenolab.core.errors import FormatRefusal
from selenolab.core.format import Evidence, Format, Head, Parsed
from selenolab.formats.image_record import (
    DAMAGE,
    MOST_FILE,
    Picture,
    check_extent,
    gather,
    refuse_damage,
)
from selenolab.formats.pixel_size import Stated, decimal, settle, unit_kind
from selenolab.formats.text import check_file

if TYPE_CHECKING:
    import h5py

TITLE = "EMD (HDF5) image"
_SAVE = "Export the micrograph as TIFF."
_MAGIC = b"\x89HDF\r\n\x1a\n"
_HEAP = b"GCOL\1\0\0\0"
_MOST_NODES = 20_000
_MOST_METADATA = 2**20  # bytes of Velox's JSON, of one frame


@dataclass(frozen=True, slots=True)
class Found:
    """One image data set, (rows, columns) or with frames along `frames`, and what is said of it."""

    name: str
    dataset: Any  # h5py.Dataset
    frames: int | None  # the axis, 0 or 2
    stated: tuple[Stated, ...]
    facts: Mapping[str, str | float]


def recognise(head: Head) -> float:
    """Any HDF5 file; a format that knows its own layout may say more."""
    return 0.5 if head.first.startswith(_MAGIC) else 0.0


def read(path: Path) -> Parsed:
    """All images of the file with their calibration; frames of a film are records of their own.

    Raises
    ------
    FormatRefusal
        for damage, files without images, data kept outside the file, diffraction patterns, too many frames.
    """
    import h5py

    check_file(path, TITLE, MOST_FILE)
    _check_heaps(path)
    try:
        with h5py.File(path, "r") as file:
            notes: list[str] = []
            found = [*_velox(path, file, notes), *_ncem(path, file)]
            if not found:
                reason = "it is HDF5 without a micrograph of Velox or of the NCEM layout"
                raise FormatRefusal(TITLE, path.name, reason, _SAVE)
            total = sum(_count(one) for one in found)
            pictures = [picture for one in found for picture in _pictures(path, one, total, notes)]
    except DAMAGE as error:
        raise refuse_damage(TITLE, path, error) from None
    return gather("emd", TITLE, path, pictures, notes)


def _check_heaps(path: Path) -> None:
    """Refuse a global heap with an object of no size, around which HDF5 1.14 turns for ever.

    A heap is GCOL, version 1, its size, and objects: index, references, 4 bytes, size [8 bytes], content.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as raw:
        start = raw.find(_HEAP)
        while start >= 0:
            stop = min(start + int.from_bytes(raw[start + 8 : start + 16], "little"), len(raw))
            place = start + 16
            while place + 16 <= stop:
                size = int.from_bytes(raw[place + 8 : place + 16], "little")
                step = 16 + -(-size // 8) * 8 if raw[place : place + 2] != b"\0\0" else size
                if step == 0:
                    raise refuse_damage(TITLE, path, ValueError(f"an empty object at byte {place}"))
                place += step
            start = raw.find(_HEAP, start + 8)


def _inside(group: object, name: str) -> Any:
    """What lies under `name` in the file itself; None for links, which may lead to another file."""
    import h5py

    if not isinstance(group, h5py.Group) or not isinstance(group.get(name, getlink=True), h5py.HardLink):
        return None
    return group[name]


def _count(one: Found) -> int:
    return 1 if one.frames is None else int(one.dataset.shape[one.frames])


def _pictures(path: Path, one: Found, total: int, notes: list[str]) -> Iterator[Picture]:
    data = one.dataset
    if data.external or data.is_virtual:
        raise FormatRefusal(TITLE, path.name, "its pixels are kept in another file", _SAVE, one.name)
    if data.dtype.kind not in "uif":
        raise FormatRefusal(
            TITLE, path.name, f"its numbers are {data.dtype}: no grey values", _SAVE, one.name
        )
    shape = [length for axis, length in enumerate(data.shape) if axis != one.frames]
    count = _count(one)
    check_extent(TITLE, path, shape[0], shape[1], data.dtype.itemsize, total)
    size, told = settle(TITLE, path, one.stated, shape)
    notes += told
    pixels = np.asarray(data[()])
    frames = [pixels] if one.frames is None else list(np.moveaxis(pixels, one.frames, 0))
    for index, frame in enumerate(frames):
        name = one.name if count == 1 else f"{one.name} frame {index + 1}"
        yield Picture(name, _native(frame), size, data.dtype.itemsize * 8, one.facts)


def _native(pixels: NDArray[Any]) -> NDArray[Any]:
    return np.ascontiguousarray(pixels.astype(pixels.dtype.newbyteorder("="), copy=False))


def _velox(path: Path, file: "h5py.File", notes: list[str]) -> Iterator[Found]:
    """Data/Image/ID/Data (rows, columns, frames), and Metadata: JSON in bytes, one column a frame."""
    import h5py

    data = _inside(file, "Data")
    images = _inside(data, "Image")
    if isinstance(data, h5py.Group) and (other := sorted(set(data) - {"Image"})):
        notes.append(f"Left out, no micrographs: {', '.join(other)[:100]}")
    if not isinstance(images, h5py.Group):
        return
    for index, name in enumerate(sorted(images)):
        group = _inside(images, name)
        pixels = _inside(group, "Data")
        if not isinstance(pixels, h5py.Dataset) or pixels.ndim not in (2, 3):
            continue
        told = _metadata(path, _inside(group, "Metadata"))
        result = _mapping(told.get("BinaryResult"))
        title = str(result.get("Detector") or "").strip() or "image"
        yield Found(
            title if len(images) == 1 else f"{title} {index + 1}",
            pixels,
            2 if pixels.ndim == 3 else None,
            _velox_size(result),
            _velox_facts(told),
        )


def _metadata(path: Path, dataset: object) -> Mapping[str, Any]:
    import h5py

    if not isinstance(dataset, h5py.Dataset) or dataset.dtype != np.uint8 or dataset.ndim not in (1, 2):
        return {}
    if dataset.shape[0] > _MOST_METADATA or dataset.external or dataset.is_virtual:
        raise FormatRefusal(TITLE, path.name, f"its metadata have {dataset.shape[0]} bytes", _SAVE)
    first = np.asarray(dataset[:, 0] if dataset.ndim == 2 else dataset[:])
    text = first.tobytes().split(b"\0")[0].decode("utf-8", errors="replace")
    try:
        return _mapping(json.loads(text))
    except (ValueError, RecursionError):
        return {}


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _velox_size(result: Mapping[str, Any]) -> tuple[Stated, ...]:
    size = _mapping(result.get("PixelSize"))
    if "width" not in size:
        return ()
    across, down = decimal(size["width"]), decimal(size.get("height", size["width"]))
    units = (str(result.get(f"PixelUnit{axis}", "m")) for axis in "XY")
    return (Stated("Velox PixelSize", across, down, *units),)


def _velox_facts(told: Mapping[str, Any]) -> Mapping[str, str | float]:
    facts: dict[str, str | float] = {}
    instrument, optics = _mapping(told.get("Instrument")), _mapping(told.get("Optics"))
    if name := str(instrument.get("InstrumentModel") or instrument.get("InstrumentClass") or ""):
        facts["instrument"] = name
    if (voltage := decimal(optics.get("AccelerationVoltage"))) > 0:
        facts["voltage"] = voltage / 1000
    if (magnification := decimal(_mapping(told.get("CustomProperties")).get("Magnification"))) > 0:
        facts["magnification"] = magnification
    return facts


def _ncem(path: Path, file: "h5py.File") -> list[Found]:
    """Groups with the attribute emd_group_type = 1: data, and dim1, dim2 ... with name and units."""
    import h5py

    groups: list[h5py.Group] = []
    seen = 0

    def look(_: str, node: object) -> bool | None:
        nonlocal seen
        seen += 1
        if isinstance(node, h5py.Group) and decimal(_attribute(node, "emd_group_type")) == 1:
            groups.append(node)
        return True if seen > _MOST_NODES else None

    file.visititems(look)
    if seen > _MOST_NODES:
        raise FormatRefusal(TITLE, path.name, f"it holds more than {_MOST_NODES} parts", _SAVE)
    return [one for group in groups if (one := _ncem_image(path, group)) is not None]


def _ncem_image(path: Path, group: "h5py.Group") -> Found | None:
    import h5py

    data = _inside(group, "data")
    if not isinstance(data, h5py.Dataset) or data.ndim not in (2, 3):
        return None
    axes = [_axis(_inside(group, f"dim{number + 1}")) for number in range(data.ndim)]
    name = (group.name or "").strip("/").rsplit("/", 1)[-1] or "image"
    if any(unit_kind(unit) == "other" for _, unit in axes):
        raise FormatRefusal(TITLE, path.name, "an axis is no length: a spectrum image", _SAVE, name)
    (down, unit_y), (across, unit_x) = axes[-2:]
    stated = (Stated("dim vectors", across, down, unit_x, unit_y),) if across > 0 and down > 0 else ()
    return Found(name, data, 0 if data.ndim == 3 else None, stated, {})


def _attribute(node: Any, name: str) -> object:
    """A single value of a group or data set; "" where there is none, or where it claims to be many."""
    if name not in node.attrs or node.attrs.get_id(name).shape not in ((), (1,)):
        return ""
    value = node.attrs[name]
    return value[0] if isinstance(value, np.ndarray) else value


def _axis(dimension: object) -> tuple[float, str]:
    """The step of a dim vector and its unit, written as [n_m] in older files."""
    import h5py

    if not isinstance(dimension, h5py.Dataset) or dimension.ndim != 1 or dimension.size < 2:
        return 0.0, ""
    unit = _attribute(dimension, "units")
    text = unit.decode("utf-8", errors="replace") if isinstance(unit, bytes) else str(unit)
    first, second = (float(value) for value in dimension[:2])
    return abs(second - first), text


format = Format(  # noqa: A001 - the contract's word
    name="emd",
    title=TITLE,
    kind="image",
    evidence=Evidence.SPECIFICATION,
    proof="files laid out by ourselves with h5py after the descriptions of Velox and of the NCEM",
    extensions=(".emd", ".h5", ".hdf5"),
    recognise=recognise,
    read=read,
)
