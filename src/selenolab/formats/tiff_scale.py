"""What a TIFF file states of the size of a pixel: tags of makers, ImageJ and OME; print resolutions.

The private tags are known from published descriptions: 34680 and 34682 FEI/Thermo (ini text, metres), 34118
Zeiss SmartSEM, 33560 Olympus SIS (also JEOL cameras), 65003 to 65010 DigitalMicrograph.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from selenolab.formats.pixel_size import Stated, decimal, unit_kind

_OME_PIXELS = re.compile(r"<(?:\w+:)?Pixels\b[^>]*>")
_INCH, _CENTIMETRE = 2, 3  # ResolutionUnit

Tags = Mapping[int, Any]  # code -> value as decoded


def stated_sizes(tags: Tags, imagej: Mapping[str, Any] | None, description: str) -> tuple[Stated, ...]:
    """Every statement of the pixel size, the maker's first.

    Parameters
    ----------
    tags : of one page.
    imagej : what ImageJ wrote into the first page, if it did.
    description : ImageDescription of the first page.
    """
    found = (*_fei(tags), *_zeiss(tags), *_sis(tags), *_gatan(tags), *_ome(description))
    return (*found, *_imagej(tags, imagej or {}))


def print_resolution(tags: Tags, imagej: Mapping[str, Any] | None) -> str:
    """A note on a resolution in dots an inch or a centimetre, which says nothing of the specimen."""
    if imagej and unit_kind(str(imagej.get("unit", ""))) == "length":
        return ""
    unit = int(decimal(tags.get(296, _INCH)) if tags.get(296) is not None else _INCH)
    across = _per_unit(tags.get(282)) * (2.54 if unit == _CENTIMETRE else 1)
    if unit not in (_INCH, _CENTIMETRE) or not across > 1:
        return ""
    return f"Its {across:.0f} dpi are a print resolution, not a scale of the specimen: not used"


def facts(tags: Tags) -> Mapping[str, str | float]:
    """Instrument, magnification and voltage [kV], where a maker's tag tells them."""
    found: dict[str, str | float] = {}
    fei, zeiss = _fei_sections(tags), _mapping(tags.get(34118))
    system, beam = _mapping(fei.get("System")), _mapping(fei.get("Beam"))
    if name := str(system.get("SystemType") or "").strip():
        found["instrument"] = name
    voltage = decimal(beam.get("HV")) / 1000
    kilovolts = voltage if voltage > 0 else decimal(_zeiss_value(zeiss, "ap_actualkv"))
    if kilovolts > 0:
        found["voltage"] = kilovolts
    if (magnification := decimal(_mapping(tags.get(33560)).get("magnification"))) > 0:
        found["magnification"] = magnification
    return found


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _fei_sections(tags: Tags) -> Mapping[str, Any]:
    return _mapping(tags.get(34680)) or _mapping(tags.get(34682))


def _fei(tags: Tags) -> Iterator[Stated]:
    for name, section in _fei_sections(tags).items():
        across = _mapping(section).get("PixelWidth")
        if across is not None and decimal(across) > 0:
            down = _mapping(section).get("PixelHeight", across)
            yield Stated(f"FEI tag, {name}", decimal(across), decimal(down), "m", "m")
            return


def _zeiss_value(zeiss: Mapping[str, Any], word: str) -> object:
    entry = zeiss.get(word)
    return entry[1] if isinstance(entry, tuple) and len(entry) > 1 else None


def _zeiss(tags: Tags) -> Iterator[Stated]:
    """The size in the stored image; that on the screen only where the former is not told."""
    zeiss = _mapping(tags.get(34118))
    for word, name in (("ap_image_pixel_size", "Image Pixel Size"), ("ap_pixel_size", "Pixel Size")):
        entry = zeiss.get(word)
        if not isinstance(entry, tuple) or len(entry) < 2:
            continue
        match = re.fullmatch(r"\s*([-+\d.,eE]+)\s*(\D*)", " ".join(str(part) for part in entry[1:]))
        if match:
            edge = decimal(match[1])
            yield Stated(f"Zeiss tag, {name}", edge, edge, match[2], match[2])
            return


def _sis(tags: Tags) -> Iterator[Stated]:
    sis = _mapping(tags.get(33560))
    across, down = decimal(sis.get("pixelsizex")), decimal(sis.get("pixelsizey"))
    if across > 0:
        yield Stated("Olympus SIS tag", across, down, "m", "m")


def _gatan(tags: Tags) -> Iterator[Stated]:
    across, down = decimal(_first(tags.get(65009))), decimal(_first(tags.get(65010)))
    if across > 0:
        units = [_text(tags.get(code)) for code in (65003, 65004)]
        yield Stated("DigitalMicrograph tags", across, down, units[0], units[1])


def _first(value: object) -> object:
    return value[0] if isinstance(value, tuple) and value else value


def _text(value: object) -> str:
    if isinstance(value, tuple):
        value = bytes(part for part in value if isinstance(part, int) and 0 <= part < 256)
    if isinstance(value, bytes):
        return value.replace(b"\0", b"").decode("latin-1")
    return str(value or "")


def _ome(description: str) -> Iterator[Stated]:
    """PhysicalSizeX of OME-XML (2013 and later; µm where no unit is told), the same for all its images."""
    if "<!ENTITY" in description or "openmicroscopy.org" not in description:
        return
    found = []
    for element in _OME_PIXELS.findall(description):
        told = {
            word: value
            for word, _, value in re.findall(r"""(PhysicalSize\w+)\s*=\s*(["'])(.*?)\2""", element)
        }
        if "PhysicalSizeX" in told:
            unit_x, unit_y = (told.get(f"PhysicalSize{axis}Unit", "µm") for axis in "XY")
            across, down = (decimal(told.get(f"PhysicalSize{axis}", told["PhysicalSizeX"])) for axis in "XY")
            found.append(Stated("OME-XML", across, down, unit_x, unit_y))
    yield from dict.fromkeys(found)


def _imagej(tags: Tags, imagej: Mapping[str, Any]) -> Iterator[Stated]:
    """Pixels a unit in the resolution tags, the unit in ImageJ's own text; inches are for printers."""
    unit = str(imagej.get("unit", ""))
    across, down = _per_unit(tags.get(282)), _per_unit(tags.get(283))
    if unit_kind(unit) == "unknown" or unit.lower().startswith("inch") or not across > 0 or not down > 0:
        return
    units = unit, str(imagej.get("yunit", unit))
    yield Stated("ImageJ", 1 / across, 1 / down, *units)


def _per_unit(value: object) -> float:
    """A resolution as TIFF has it: (numerator, denominator)."""
    if isinstance(value, tuple) and len(value) == 2 and decimal(value[1]) > 0:
        return decimal(value[0]) / decimal(value[1])
    return decimal(value)
