"""Makes the synthetic data of the embedded study. Shares no code with the analysis.

Run ``python -m selenolab.demo.generate FOLDER`` to write them again; the same seed gives the same bytes.
Nothing here was measured: cell lines are called "-like", and the truth is in ``truth.json``.
"""

import csv
import io
import json
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from selenolab.demo import blots, comets, cytometer, dialysis, kits, mechanism, micrographs

SEED = 20261121
ROWS, COLUMNS = "ABCDEFGH", range(1, 13)
DOSES = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)  # µM
EXPERIMENTS = (1, 2, 3)
BETWEEN = 0.10  # SD of ln IC50 between experiments
WELL, READER = 0.035, 0.004  # SD of ln of a well; SD of the reader in AU
BLANK, FULL = 0.055, 0.86  # AU of medium, and of untreated cells above it
EDGE = 1.16  # what evaporation does to the outer wells of the one bad plate
BAD_PLATE = ("MCF-7-like", 2)
BUBBLE = ("HepG2-like", 1, "B5", 1.934)  # line, experiment, well, AU


@dataclass(frozen=True, slots=True)
class Truth:
    """One curve: viability = lower + (1 - lower) / (1 + (dose / ic50)^slope); extra = own signal in AU."""

    compound: str
    cell_line: str
    ic50: float
    slope: float
    lower: float
    extra: float

    def viability(self, dose: float, shift: float) -> float:
        """Share of untreated cells at `dose` in an experiment whose IC50 is exp(shift) times the truth."""
        return float(self.lower + (1 - self.lower) / (1 + (dose / (self.ic50 * np.exp(shift))) ** self.slope))

    @property
    def absolute_ic50(self) -> float:
        """The dose that halves the viability."""
        return float(self.ic50 * ((1 - self.lower) / (0.5 - self.lower) - 1) ** (1 / self.slope))


TRUTHS = (
    Truth("SeSe-DOX", "HepG2-like", 7.5, 1.9, 0.06, 0.15),
    Truth("SeSe-DOX", "MCF-7-like", 17.0, 1.6, 0.05, 0.15),
    Truth("empty carrier", "HepG2-like", 260.0, 1.3, 0.05, 0.01),
    Truth("empty carrier", "MCF-7-like", 300.0, 1.2, 0.05, 0.01),
)


def layout() -> dict[str, tuple[str, str, float | None]]:
    """Role, compound and dose of every well in use; the same on every plate."""
    wells: dict[str, tuple[str, str, float | None]] = {}
    for row in "ABCD":
        wells[f"{row}1"] = ("blank", "", None)
    for well in ("E1", "F1", "G1", "H1", "C11", "D11", "E11", "F11"):
        wells[well] = ("vehicle", "", 0.0)
    for index, dose in enumerate(DOSES):
        for row in "ABC":
            wells[f"{row}{index + 2}"] = ("sample", "SeSe-DOX", dose)
        for row in "DE":
            wells[f"{row}{index + 2}"] = ("drug_blank", "SeSe-DOX", dose)
        for row in "FGH":
            wells[f"{row}{index + 2}"] = ("sample", "empty carrier", dose)
        for column in (9, 10):
            wells[f"{ROWS[index]}{column}"] = ("drug_blank", "empty carrier", dose)
    return wells


def plate(cell_line: str, experiment: int, generator: np.random.Generator) -> NDArray[np.float64]:
    """Absorbance (8, 12) of one plate; wells not in use hold air."""
    found = np.full((len(ROWS), len(COLUMNS)), 0.04)
    truths = {truth.compound: truth for truth in TRUTHS if truth.cell_line == cell_line}
    shifts = {name: BETWEEN * generator.standard_normal() for name in sorted(truths)}
    light = FULL * np.exp(0.06 * generator.standard_normal())
    for well, (role, compound, dose) in layout().items():
        at = ROWS.index(well[0]), int(well[1:]) - 1
        extra = truths[compound].extra * (dose or 0.0) / ((dose or 0.0) + 16.0) if compound else 0.0
        share = 0.0
        if role == "vehicle":
            share = 1.0
        elif role == "sample":
            share = truths[compound].viability(dose or 0.0, shifts[compound])
        shown = BLANK + extra + light * share * np.exp(WELL * generator.standard_normal())
        if (cell_line, experiment) == BAD_PLATE and (at[0] in (0, 7) or at[1] in (0, 11)):
            shown *= EDGE
        found[at] = shown
    found += READER * generator.standard_normal(found.shape)
    if (cell_line, experiment) == BUBBLE[:2]:
        found[ROWS.index(BUBBLE[2][0]), int(BUBBLE[2][1:]) - 1] = BUBBLE[3]
    return found


def export(absorbance: NDArray[np.float64], cell_line: str, experiment: int) -> str:
    """A plate in the layout of a Gen5 text export, and said to be synthetic."""
    head = [
        "", "", "Software Version\t3.12.08", "", "",
        f"Experiment File Path:\tC:\\synthetic\\{cell_line}_{experiment}.xpt",
        "Protocol File Path:\tC:\\synthetic\\MTT_490.prt", "", "", "",
        "Plate Number\tPlate 1", f"Date\t{experiment}/12/2026", "Time\t10:00:00 AM",
        "Reader Type:\tsynthetic data, no reader", "Reader Serial Number:\t0", "Reading Type\tManual", "",
        "Procedure Details", "", "Plate Type\t96 WELL PLATE (Use plate lid)",
        "Eject plate on completion", "Read\t490 nm", "\tAbsorbance Endpoint", "\tFull Plate",
        "\tWavelengths:  490", "\tRead Speed: Normal,  Delay: 100 msec,  Measurements/Data Point: 8", "", "",
        "Actual Temperature:\t23.0", "", "Results",
    ]  # fmt: skip
    table = ["\t" + "\t".join(str(column) for column in COLUMNS)]
    for row, letter in enumerate(ROWS):
        table.append("\t".join([letter, *(f"{value:.3f}" for value in absorbance[row]), "490"]))
    return "\n".join([*head, *table, ""])


def sheet_rows() -> Iterator[tuple[object, ...]]:
    """The plate map: a header and one row a well."""
    yield ("well", "role", "compound", "dose [µM drug]")
    for well, (role, compound, dose) in sorted(
        layout().items(), key=lambda item: (int(item[0][1:]), item[0])
    ):
        yield (well, role, compound or None, dose)


def workbook() -> bytes:
    """The plate map as a workbook, stored without times so that its bytes are the same every time."""
    from openpyxl import Workbook

    book = Workbook()
    page = book.active
    assert page is not None
    page.title = "plate map"
    for row in sheet_rows():
        page.append(row)
    written = io.BytesIO()
    book.save(written)
    plain = io.BytesIO()
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(plain, "w", zipfile.ZIP_STORED) as target:
        for name in sorted(source.namelist()):
            content = source.read(name)
            if name == "docProps/core.xml":
                content = _undated(content)
            target.writestr(zipfile.ZipInfo(name, (2026, 11, 21, 0, 0, 0)), content)
    return plain.getvalue()


def _undated(core: bytes) -> bytes:
    """The properties of a workbook without the time of writing."""
    import re

    return re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2026-11-21T00:00:00Z", core)


def truth() -> str:
    """What the analysis should find."""
    curves = [
        {
            "compound": one.compound, "cell_line": one.cell_line, "relative IC50": one.ic50,
            "absolute IC50": round(one.absolute_ic50, 6), "Hill slope": one.slope,
            "lower plateau": 100 * one.lower, "unit": "µM",
        }
        for one in TRUTHS
    ]  # fmt: skip
    note = "Synthetic: made by selenolab.demo.generate. No number here was measured."
    particles = {"number-mean diameter": micrographs.MEAN, "SD of diameters": micrographs.SD, "unit": "nm"}
    dialysis_truth = {
        medium: {"release rate": rate, "carrier t50": round(float(np.log(2)) / rate, 6), "unit": "h"}
        for medium, rate in dialysis.RATES.items()
    }
    told = {
        "note": note, "seed": SEED, "particles": particles,
        "release": {**dialysis_truth, "membrane": {"rate": dialysis.MEMBRANE, "unit": "1/h"}},
        "sd of ln IC50 between experiments": BETWEEN, "curves": curves, "mechanism": mechanism.truth(),
    }  # fmt: skip
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def contents() -> dict[str, bytes]:
    """Every generated file by its path below the study's folder."""
    files: dict[str, bytes] = {"plate_map.xlsx": workbook(), "truth.json": truth().encode()}
    generator = np.random.default_rng(SEED)
    for cell_line in ("HepG2-like", "MCF-7-like"):
        for experiment in EXPERIMENTS:
            text = export(plate(cell_line, experiment, generator), cell_line, experiment)
            files[f"plates/{cell_line.lower()}_{experiment}.txt"] = text.encode()
    for number, (image, _) in enumerate(micrographs.images(np.random.default_rng([SEED, 1])), start=1):
        files[f"micrographs/grid_{number}.png"] = image
    files["dialysis.csv"] = dialysis.table(np.random.default_rng([SEED, 2])).encode()
    return files | mechanism_files()


def mechanism_files() -> dict[str, bytes]:
    """The files of the mechanism chapter: tubes, blots, comets, kits, and the sheets that name them."""
    files: dict[str, bytes] = {}
    sheets: dict[str, list[tuple[object, ...]]] = {}
    for name, content, row in cytometer.files(np.random.default_rng([SEED, 3])):
        files[f"mechanism/{name}"] = content
        sheets.setdefault(name.split("/")[0], [cytometer.HEADER]).append(row)
    for name, content in blots.files(np.random.default_rng([SEED, 4])):
        files[f"mechanism/{name}"] = content
    sheets["blots"] = list(blots.sheet())
    sheets["comets"] = [comets.HEADER]
    for name, content, row in comets.files(np.random.default_rng([SEED, 5])):
        files[f"mechanism/{name}"] = content
        sheets["comets"].append(row)
    sheets["glutathione"] = list(kits.glutathione(np.random.default_rng([SEED, 6])))
    sheets["trxr"] = list(kits.reductase(np.random.default_rng([SEED, 7])))
    for name, rows in sheets.items():
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n").writerows(rows)
        files[f"mechanism/{name}.csv"] = text.getvalue().encode()
    return files


def write(folder: Path) -> None:
    """Write every generated file below `folder`."""
    for name, content in contents().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
