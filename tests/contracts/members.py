"""How a contract test meets an assay: by its folder, its example and its name, and by nothing else."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from selenolab.core.analysis import Analysis
from selenolab.core.assay import Assay, Reading, Sheet
from selenolab.core.format import InputFile
from selenolab.formats.plate_map import read_plate_map
from selenolab.formats.recognise import read_file
from selenolab.shelf import assays
from selenolab.study.record import check_json, endpoint_json

SHEETS = ("example_sheet.xlsx", "example_sheet.csv", "example_sheet.tsv")
DIGITS = 6


def example_files(name: str) -> list[InputFile]:
    """The example's files: `example.*` is a sample, `example_ROLE.*` has that role, `-2` is another."""
    assay, folder = assays[name], assays.folder(name)
    found = []
    for path in sorted([*folder.glob("example.*"), *folder.glob("example[_-]*.*")]):
        if path.name in SHEETS or path.name == "example_settings.json":
            continue
        parsed, sha256 = read_file(path, assay.bench.formats)
        role = path.stem.removeprefix("example").split("-")[0].strip("_") or "sample"
        found.append(InputFile(path, path.name, role, sha256, parsed))
    return found


def example_sheet(folder: Path) -> Sheet | None:
    """The example's sheet, where it has one."""
    path = next((folder / name for name in SHEETS if (folder / name).is_file()), None)
    if path is None:
        return None
    parsed = read_plate_map(path)
    return Sheet(path.name, parsed.data, parsed.units)


def example_settings(assay: Assay, folder: Path) -> Any:
    """The settings of the example: those of `example_settings.json`, else the defaults."""
    path = folder / "example_settings.json"
    return assay.settings(**json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {})


def read_example(name: str) -> Reading:
    """The example through the bench door."""
    assay, folder = assays[name], assays.folder(name)
    return assay.bench.read(example_files(name), example_sheet(folder), example_settings(assay, folder))


def analyse_example(name: str) -> Analysis:
    """The analysis of the example, seed 0."""
    assay, folder = assays[name], assays.folder(name)
    return assay.analyse(read_example(name).dataset, example_settings(assay, folder), 0, {})


def golden(name: str) -> dict[str, Any]:
    """What `expected.json` holds: endpoints, verdicts, missing controls, units and sizes of tables."""
    reading, analysis = read_example(name), analyse_example(name)
    return rounded(
        {
            "assumed": list(reading.assumed),
            "endpoints": [endpoint_json(endpoint) for endpoint in analysis.endpoints],
            "checks": [
                {key: check_json(check)[key] for key in ("rule", "name", "group", "passed", "value")}
                for check in analysis.checks
            ],
            "missing_controls": [control.control for control in analysis.missing_controls],
            "warnings": [*reading.warnings, *analysis.warnings],
            "tables": {name: len(table.frame) for name, table in sorted(analysis.tables.items())},
            "units": [
                {"endpoint": u.endpoint, "unit_id": u.unit_id, "value": u.value, "censored": u.censored}
                for u in analysis.units
            ],
        }
    )


def rounded(value: Any) -> Any:
    """`value` with its floats at six digits, so that processors may differ in the last ones."""
    if isinstance(value, dict):
        return {key: rounded(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(part) for part in value]
    if isinstance(value, float | np.floating):
        if not math.isfinite(value):
            raise ValueError(f"Expected finite numbers in a golden file, found {value}.")
        return float(f"{value:.{DIGITS}g}")
    return value


def states_for(design: pd.DataFrame, words: tuple[str, ...]) -> pd.DataFrame:
    """Made-up model states for every condition: each word falls with the dose, from 1."""
    dose = design["dose"].to_numpy(float) if "dose" in design else np.zeros(len(design))
    middle = float(np.median(dose[dose > 0])) if (dose > 0).any() else 1.0
    states = design[["condition", "time"]].copy()
    for word in words:
        states[word] = 0.05 + 0.95 / (1 + (dose / middle) ** 2)
    return states
