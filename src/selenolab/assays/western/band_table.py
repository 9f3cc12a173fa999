"""Band volumes that another program measured, as a long table: lane, protein, volume."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, nan
from typing import Any

from selenolab.assays.western.proteins import protein_of
from selenolab.assays.western.settings import WesternSettings
from selenolab.assays.western.sheet_lanes import lane_number
from selenolab.assays.western.stated import KIND_OF_ROLE, Told, facts_of
from selenolab.core.errors import DataError
from selenolab.core.format import InputFile, Parsed

VOLUMES = (
    "adj_volume_(int)",
    "adj_volume",
    "adjusted_volume",
    "adj_vol_(int)",
    "band_volume",
    "volume_(int)",
    "volume",
    "signal",
    "intensity",
    "intden",
    "area",
)
PROTEINS = ("protein", "band_label", "label", "target", "antibody")
NOT_CORRECTED = ("volume_(int)", "intden")


@dataclass(frozen=True, slots=True)
class TableBand:
    """One row of such a table."""

    blot: str
    membrane: str
    lane: str
    protein: str
    kind: str
    volume: float
    background: float
    saturated: bool


def table_reason(parsed: Parsed) -> str:
    """Why a table holds no band volumes; "" where it does."""
    words = [str(word) for word in parsed.data.columns]
    if "lane" not in words:
        return "the table has no column 'lane'"
    if not any(word in words for word in VOLUMES):
        return f"the table has no column of band volumes ({', '.join(VOLUMES[:6])})"
    return ""


def table_bands(
    file: InputFile, membranes: Sequence[str], settings: WesternSettings, told: Told
) -> list[TableBand]:
    """The rows of a table of band volumes.

    Raises
    ------
    DataError
        A row without a protein, a lane that is no number, a volume that is none.
    """
    data = file.parsed.data
    facts = facts_of(file, settings)
    volume = next(word for word in VOLUMES if word in data)
    name = next((word for word in PROTEINS if word in data), "")
    if volume in NOT_CORRECTED:
        told.warnings.append(
            f"{file.name}: column '{volume}' may hold volumes without a background subtracted: a fold "
            "change is "
            "then pulled towards 1. Export adjusted volumes."
        )
    found = []
    for number, row in enumerate(data.to_dict("records"), 2):
        cells: dict[str, Any] = {str(word): value for word, value in row.items()}
        place = f"{file.name}, row {cells.get('source_row', number)}"
        protein = _text(cells.get(name)) or facts.get("protein", "")
        if not protein:
            raise DataError(
                f"{place}: It names no protein. Add a column protein, or state the file's protein."
            )
        membrane = _text(cells.get("membrane")) or facts.get("membrane", "")
        if not membrane:
            membrane = membranes[0] if len(membranes) == 1 else "1"
        kind = KIND_OF_ROLE.get(file.role) or _kind(protein, settings)
        found.append(
            TableBand(
                f"{file.name}: membrane {membrane}, {protein}",
                membrane,
                lane_number(_text(cells["lane"]), place),
                protein,
                kind,
                _volume(cells[volume], place),
                _number(cells.get("background")),
                _text(cells.get("saturated")).casefold() in ("1", "yes", "true", "saturated", "y"),
            )
        )
    told.assumed.append(f"{file.name}: volumes as another program measured them, pixels were not checked")
    return found


def _kind(protein: str, settings: WesternSettings) -> str:
    known = protein_of(protein, settings.events)
    return known.kind if known else "target"


def _volume(cell: object, place: str) -> float:
    value = _number(cell)
    if not isfinite(value):
        raise DataError(f"{place}: volume is '{cell}'. Expected a number.")
    return value


def _number(cell: object) -> float:
    try:
        return float(str(cell))
    except ValueError:
        return nan


def _text(cell: object) -> str:
    if cell is None or cell != cell or str(cell) == "<NA>":
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
