"""Standard curves through a whole study: protein and calibration for other runs, exclusions, reports."""

import numpy as np
import pytest

from selenolab.core.estimate import Estimate
from selenolab.report.write import write_report
from selenolab.study.folder import run_study
from selenolab.study.plan import load_study
from selenolab.study.run import compute

STUDY = """title: Glutathione
compounds:
  drug: {basis: molecule}
runs:
  bca: {assay: standard_curve, files: [bca.csv], settings: {preset: bca}}
  gsh:
    assay: standard_curve
    files: [gsh.csv]
    settings: {preset: gsh_dtnb, weight: 1/x}
    inputs: {protein: {from: runs.bca.tables.concentrations}}
  curve: {assay: standard_curve, files: [curve.csv]}
  release:
    assay: release
    files: [release.csv]
    settings: {correction: none yet, medium_volume_ml: 50, sample_volume_ml: 1, loaded_drug_ug: 150}
    inputs: {calibration: {from: runs.curve.endpoints.slope, group: {plate: curve}}}
exclusions:
  - {run: gsh, plate: gsh, well: C1, reason: bubble}
comparisons:
  fold: {endpoint: reduced GSH per protein, runs: [gsh], by: dose, control: 0 µM}
"""
WHO = "well,role,experiment,compound,dose [µM],standard_concentration"


def _plate(unit, dilution, standards, amounts, light, rng):
    """Standards twice, then every sample twice; amounts in the undiluted lysate."""
    lines = [f"{WHO} [{unit}],dilution,absorbance"]
    rows = [("standard", "", "", "", x, "", light(x)) for x in standards for _ in range(2)]
    rows += [
        (role, k, "drug" if dose else "", dose, "", dilution, light(amount / dilution))
        for (role, k, dose), amount in amounts.items()
        for _ in range(2)
    ]
    for place, row in enumerate(rows):
        well = f"{'ABCDEFGH'[place // 12]}{place % 12 + 1}"
        cells = [well, *map(str, row[:-1]), f"{row[-1] + 0.001 * rng.standard_normal():.4f}"]
        lines.append(",".join(cells))
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    rng, place = np.random.default_rng(8), tmp_path_factory.mktemp("study")
    keys = [(k, dose) for k in (1, 2, 3) for dose in (0, 8)]
    protein = {("sample" if d else "vehicle", k, d): 1000 + 200 * k + 50 * (d > 0) for k, d in keys}
    bca = _plate("µg/mL", 2, (0, 250, 500, 1000, 2000), protein, lambda x: 0.1 + 1e-3 * x - 1e-7 * x * x, rng)
    total = {
        ("sample" if d else "vehicle", k, d): (300 if d else 500) + 10 * k + 5 * k * (d > 0) for k, d in keys
    }
    masked = {("masked", k, d): (100 if d else 60) for k, d in keys}
    gsh = _plate("µM", 10, (0, 5, 10, 20, 40, 80), {**total, **masked}, lambda x: 0.05 + 0.0136 * x, rng)
    known = enumerate((0, 1, 2, 5, 10), 1)
    curve = "\n".join(f"A{i},standard,{x},{0.02 + 0.03 * x + 1e-4 * (-1) ** i:.5f}" for i, x in known)
    release = "\n".join(f"1,sample,PBS,{hour},{0.01 + 0.002 * hour:.4f}" for hour in (1, 2, 4, 8, 24))
    texts = {
        "bca.csv": bca,
        "gsh.csv": gsh,
        "curve.csv": f"well,role,standard_concentration [µg/mL],absorbance\n{curve}\n",
        "release.csv": f"vessel,role,medium,time [h],absorbance\n{release}\n",
        "study.yaml": STUDY,
    }
    for name, text in texts.items():
        (place / name).write_text(text, encoding="utf-8")
    return place


def test_runs_take_protein_and_calibration_from_curves(folder):
    outcome = compute(load_study(folder / "study.yaml"))
    analyses = {result.run.name: result.analysis for result in outcome.results}
    values = {
        unit.unit_id: unit.value
        for unit in analyses["gsh"].units
        if unit.endpoint == "reduced GSH per protein" and unit.group["dose"] == "0 µM"
    }
    truth = {str(k): (500 + 10 * k - 60) / (1.0 + 0.2 * k) for k in (1, 2, 3)}
    assert values == pytest.approx(truth, rel=0.03)
    released = [e.outcome for e in analyses["release"].endpoints if isinstance(e.outcome, Estimate)]
    assert released
    assert any("excluded" in text for text in analyses["gsh"].warnings)


@pytest.mark.slow
def test_the_report_draws_curves_and_values(folder, tmp_path):
    run_study(load_study(folder / "study.yaml"), tmp_path / "out", finish=write_report)
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "Standard curve, plate gsh" in page
    assert "Cannot conclude" in page or "cannot conclude" in page
    assert (tmp_path / "out" / "figures" / "gsh").is_dir()
