"""Makes the synthetic data of the tutorial studies. Shares no code with the analysis.

Run ``python studies/generate.py`` to write them again; the same seed gives the same bytes. Nothing here
was measured: cell lines are called "-like", and the truth is in each study's ``truth.json``.
"""

import io
import json
import re
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

SEED = 20261123
EXPERIMENTS = (1, 2, 3)
WELL, READER = 0.035, 0.004  # SD of ln of a well's cells; SD of the reader in AU
BLANK = 0.055  # AU of medium, reagent and solvent
NOTE = "Synthetic: made by studies/generate.py. No number here was measured."

# --- three-days: one long table -------------------------------------------------------------------------

DAYS_COMPOUND, TUMOUR, NORMAL = "selenocystine", "tumour-like", "normal-like"
DAYS_DOSES = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)  # µM
DAYS_SLOPE, DAYS_LOWER, DAYS_EXTRA = 1.9, 0.05, 0.15
NAC_BLANK = 0.035  # AU that the thiol itself adds by reducing the dye
# Half-way doses in µM by line, arm and hour: those of the normal-like line leave the doses at 24 and 48 h.
DAYS_IC50 = {
    (TUMOUR, "", 24): 24.0,
    (TUMOUR, "", 48): 11.0,
    (TUMOUR, "", 72): 6.5,
    (TUMOUR, "NAC", 48): 26.0,
    (NORMAL, "", 24): 400.0,
    (NORMAL, "", 48): 140.0,
    (NORMAL, "", 72): 40.0,
}
DAYS_FULL = {24: 0.55, 48: 0.75, 72: 0.95}  # AU of untreated cells above the blank
DAY_SHARED, DAY_OWN = 0.06, 0.05  # SD of ln IC50: of an experiment, and of a curve in it
DAYS_HEADER = (
    "compound", "cell_line", "arm", "time [h]", "dose [µM]", "replicate", "role", "absorbance", "note",
)  # fmt: skip


def sigmoid(dose: float, mid: float, slope: float, lower: float) -> float:
    """A four-parameter log-logistic curve that starts at one."""
    return lower + (1 - lower) / (1 + (dose / mid) ** slope)


def own_colour(dose: float) -> float:
    """What the compound gives without cells, in AU."""
    return DAYS_EXTRA * dose / (dose + 16.0)


def days_rows(draw: np.random.Generator) -> Iterator[tuple[object, ...]]:
    """Every well: each plate holds what has one time and one arm in one experiment."""
    for experiment in EXPERIMENTS:
        shared = DAY_SHARED * draw.standard_normal()
        for hour, arm in ((24, ""), (48, ""), (48, "NAC"), (72, "")):
            light = DAYS_FULL[hour] * np.exp(0.05 * draw.standard_normal())
            yield from _plate_rows(draw, experiment, hour, arm, light, shared)


def _plate_rows(
    draw: np.random.Generator, experiment: int, hour: int, arm: str, light: float, shared: float
) -> Iterator[tuple[object, ...]]:
    floor = BLANK + (NAC_BLANK if arm else 0.0)
    clear: list[tuple[str, str, float | str, str, float, float]] = [("", "", "", "blank", floor, 0.0)] * 4
    for dose in DAYS_DOSES:
        clear += [(DAYS_COMPOUND, "", dose, "drug_blank", floor + own_colour(dose), 0.0)] * 2
    for line in [key[0] for key in DAYS_IC50 if key[1:] == (arm, hour)]:
        mid = DAYS_IC50[line, arm, hour] * np.exp(shared + DAY_OWN * draw.standard_normal())
        clear += [("", line, 0, "vehicle", floor, light)] * 8
        for dose in DAYS_DOSES:
            share = sigmoid(dose, mid, DAYS_SLOPE, DAYS_LOWER)
            clear += [(DAYS_COMPOUND, line, dose, "sample", floor + own_colour(dose), light * share)] * 3
    for compound, line, dose, role, empty, cells in clear:
        shown = empty + cells * np.exp(WELL * draw.standard_normal()) + READER * draw.standard_normal()
        told = f"{dose:g}" if dose != "" else ""
        yield compound, line, arm, hour, told, experiment, role, f"{shown:.3f}", "synthetic"


def three_days(seed: int) -> dict[str, bytes]:
    """The files of the study by name."""
    rows = [DAYS_HEADER, *days_rows(np.random.default_rng(seed))]
    curves = [
        {
            "cell_line": line, "arm": arm, "time": f"{hour} h", "relative IC50": mid,
            "absolute IC50": round(halving(lambda d, m=mid: sigmoid(d, m, DAYS_SLOPE, DAYS_LOWER)), 6),
            "Hill slope": DAYS_SLOPE, "lower plateau": 100 * DAYS_LOWER, "unit": "µM",
        }
        for (line, arm, hour), mid in DAYS_IC50.items()
    ]  # fmt: skip
    truth = {"note": NOTE, "seed": seed, "SD of ln IC50": [DAY_SHARED, DAY_OWN], "curves": curves}
    table = "\n".join(",".join(str(cell) for cell in row) for row in rows) + "\n"
    return {"wells.csv": table.encode(), "truth.json": _json(truth)}


# --- growth-rate: one sensitivity, two rates of division ------------------------------------------------

GR_COMPOUND, FAST, SLOW = "sodium selenite", "fast-like", "slow-like"
GR_DOSES = (0.3, 0.6, 1.2, 2.5, 5.0, 10.0, 20.0, 40.0)  # µM
GR_HOURS = 72
DOUBLING = {FAST: 24.0, SLOW: 60.0}  # h
GR_MID, GR_SLOPE, GR_LEAST = 4.5, 1.6, -0.35  # the same for both lines
GR_END = 0.90  # AU of untreated cells above the blank at the end: the slow line was seeded more densely
GR_BETWEEN = 0.06  # SD of ln of the dose at which growth halves
ROWS, COLUMNS = "ABCDEFGH", range(1, 13)


def halving(curve: Callable[[float], float], level: float = 0.5) -> float:
    """The dose at which a falling curve passes `level`, by halving an interval of its logarithm."""
    low, high = -6.0, 8.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if curve(10**middle) > level else (low, middle)
    return float(10 ** ((low + high) / 2))


def growth(dose: float, shift: float = 0.0) -> float:
    """GR value: the growth rate under the compound against that without, as 2^ratio - 1."""
    return GR_LEAST + (1 - GR_LEAST) / (1 + (dose / (GR_MID * np.exp(shift))) ** GR_SLOPE)


def cells(line: str, dose: float, shift: float = 0.0) -> float:
    """Cells at the end as a share of untreated ones: start x (GR + 1)^doublings, over start x 2^doublings."""
    return float(((growth(dose, shift) + 1) / 2) ** (GR_HOURS / DOUBLING[line]))


def gr_layout() -> dict[str, tuple[str, str, float | None]]:
    """Role, compound and dose of every well in use of a treated plate."""
    wells: dict[str, tuple[str, str, float | None]] = {}
    for row in ROWS:
        wells[f"{row}2"] = ("blank" if row in "AH" else "vehicle", "", None if row in "AH" else 0.0)
        wells[f"{row}11"] = ("blank" if row in "AH" else "vehicle", "", None if row in "AH" else 0.0)
    for index, dose in enumerate(GR_DOSES):
        for row in "BCDE":
            wells[f"{row}{index + 3}"] = ("sample", GR_COMPOUND, dose)
        for row in "FG":
            wells[f"{row}{index + 3}"] = ("drug_blank", GR_COMPOUND, dose)
    return wells


def zero_layout() -> dict[str, tuple[str, str]]:
    """Role and line of every well in use of the plate read when the compound was added."""
    wells = {f"{row}{column}": ("time_zero", FAST) for row in "BC" for column in range(3, 11)}
    wells |= {f"{row}{column}": ("time_zero", SLOW) for row in "EF" for column in range(3, 11)}
    return wells | {f"{row}2": ("blank", "") for row in "BCEF"}


def _grid(signals: dict[str, float], draw: np.random.Generator) -> list[list[str]]:
    shown = [[signals.get(f"{row}{column}", 0.04) for column in COLUMNS] for row in ROWS]
    noise = READER * draw.standard_normal((len(ROWS), len(COLUMNS)))
    return [
        [f"{value + err:.3f}" for value, err in zip(*pair, strict=True)]
        for pair in zip(shown, noise, strict=True)
    ]


def treated(line: str, draw: np.random.Generator) -> list[list[str]]:
    """The grid of one line's plate after `GR_HOURS`."""
    shift, light = GR_BETWEEN * draw.standard_normal(), GR_END
    signals = {}
    for well, (role, _, dose) in gr_layout().items():
        share = cells(line, dose or 0.0, shift) if role in ("sample", "vehicle") else 0.0
        colour = 0.04 * (dose or 0.0) / ((dose or 0.0) + 10.0)
        signals[well] = BLANK + colour + light * share * np.exp(WELL * draw.standard_normal())
    return _grid(signals, draw)


def at_zero(draw: np.random.Generator) -> list[list[str]]:
    """The grid of the plate with both lines at time zero."""
    signals = {}
    for well, (role, line) in zero_layout().items():
        start = GR_END * 0.5 ** (GR_HOURS / DOUBLING[line]) if role == "time_zero" else 0.0
        signals[well] = BLANK + start * np.exp(WELL * draw.standard_normal())
    return _grid(signals, draw)


def softmax(plates: dict[str, list[list[str]]]) -> bytes:
    """Plates in the layout of a SoftMax Pro text export, and said to be synthetic."""
    lines = [f"##BLOCKS= {len(plates) + 1}", "Note:", "Synthetic data, no reader.", "~End"]
    for name, grid in plates.items():
        head = ["Plate:", name, "1.3", "PlateFormat", "Endpoint", "Absorbance", "Raw", "FALSE", "1"]
        lines.append("\t".join([*head, *[""] * 5, "1", "570 ", "1", "12", "96", "1", "8"]))
        lines.append("\t".join(["", "Temperature(°C)", *(str(column) for column in COLUMNS)]))
        for index, row in enumerate(grid):
            lines.append("\t".join(["", "23.0" if index == 0 else "", *row]))
        lines += ["", "~End"]
    lines.append("Original Filename: synthetic; Date Last Saved: 11/23/2026 10:00:00 AM")
    return ("\n".join(lines) + "\n").encode("latin-1")


def plain_grid(grid: list[list[str]]) -> bytes:
    """A plate-shaped table as a spreadsheet saves it."""
    lines = ["synthetic data", "Read: 570 nm absorbance", "," + ",".join(str(column) for column in COLUMNS)]
    lines += [",".join([letter, *row]) for letter, row in zip(ROWS, grid, strict=True)]
    return ("\n".join(lines) + "\n").encode()


def map_rows() -> Iterator[tuple[object, ...]]:
    """The plate map: a header and one row a well of each plate."""
    yield ("plate", "well", "role", "cell_line", "compound", "dose [µM]")
    for line in (FAST, SLOW):
        for well, (role, compound, dose) in gr_layout().items():
            held = line if role in ("sample", "vehicle") else None
            yield (f"{line} line", well, role, held, compound or None, dose)
    for well, (role, line) in zero_layout().items():
        yield ("day 0", well, role, line or None, None, None)


def workbook(rows: Iterator[tuple[object, ...]]) -> bytes:
    """Rows as a workbook, stored without times so that its bytes are the same every time."""
    from openpyxl import Workbook

    book = Workbook()
    page = book.active
    page.title = "plate map (synthetic)"
    for row in rows:
        page.append(row)
    written, plain = io.BytesIO(), io.BytesIO()
    book.save(written)
    stamp = rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(plain, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(source.namelist()):
            content = re.sub(stamp, b"2026-11-23T00:00:00Z", source.read(name))
            target.writestr(zipfile.ZipInfo(name, (2026, 11, 23, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return plain.getvalue()


def growth_rate(seed: int) -> dict[str, bytes]:
    """The files of the study by name."""
    draw = np.random.default_rng(seed)
    files = {"plate_map.xlsx": workbook(map_rows())}
    for experiment in EXPERIMENTS:
        plates = {f"{line} line": treated(line, draw) for line in (FAST, SLOW)}
        files[f"day3_{experiment}.txt"] = softmax(plates)
        files[f"day0_{experiment}.csv"] = plain_grid(at_zero(draw))
    lines = [
        {
            "cell_line": line, "doubling time [h]": hours, "GR50": round(halving(growth), 6),
            "absolute IC50": round(halving(lambda dose, one=line: cells(one, dose)), 6), "unit": "µM",
        }
        for line, hours in DOUBLING.items()
    ]  # fmt: skip
    truth = {"note": NOTE, "seed": seed, "SD of ln GEC50": GR_BETWEEN, "lines": lines}
    return {**files, "truth.json": _json(truth)}


def _json(told: object) -> bytes:
    return (json.dumps(told, indent=2, ensure_ascii=False) + "\n").encode()


STUDIES = {"three-days": three_days, "growth-rate": growth_rate}


def write(folder: Path, seed: int = SEED) -> None:
    """Write the generated files of every study below `folder`."""
    for study, made in STUDIES.items():
        for name, content in made(seed).items():
            (folder / study).mkdir(parents=True, exist_ok=True)
            (folder / study / name).write_bytes(content)


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
