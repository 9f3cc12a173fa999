"""Plates of random designs: a sound analysis, or one line that says why not."""

import random

import numpy as np
import pytest

from selenolab.core.errors import SelenolabError
from selenolab.core.format import InputFile
from selenolab.formats.recognise import read_file
from selenolab.shelf import assays

ASSAY = assays["standard_curve"]
OPTIONAL = (
    "experiment", "compound", "dose [µM]", "cell_line", "time [h]", "arm", "dilution", "protein [mg/mL]",
)  # fmt: skip
EXTRA = {
    "generic": ("spike", "sample_blank"),
    "bca": ("spike", "compound_blank"),
    "gsh_dtnb": ("masked", "sample_blank", "buffer_blank", "spike"),
    "ldh_release": ("maximum", "spontaneous", "compound_blank"),
}


def _reading(rng, mean):
    odd = rng.random()
    if odd < 0.04:
        return rng.choice(["", "saturated", "<0.1", "3.5"])
    return f"{mean + rng.gauss(0, 0.003):.4f}"


def _plate(rng, preset):
    """A random design: columns left out, wells of any role, cells empty here and there."""
    columns = [word for word in OPTIONAL if rng.random() < 0.75]
    header = ["well", "role", "standard_concentration [µM]", *columns, "absorbance"]
    wells = []
    if preset != "ldh_release":
        levels = sorted(rng.sample([0, 1, 5, 10, 20, 40, 80, 160], rng.randint(2, 7)))
        wells += [("standard", x, _reading(rng, 0.05 + 0.01 * x)) for x in levels for _ in range(2)]
    for _ in range(rng.randint(0, 25)):
        role = rng.choice(["sample", "sample", "vehicle", "blank", *EXTRA[preset]])
        known = 10 if role == "spike" else ""
        wells.append((role, known, _reading(rng, rng.uniform(0, 1.8))))
    choices = {
        "experiment": ["1", "2", "3"],
        "compound": ["", "drug", "L-selenocystine"],
        "dose [µM]": ["0", "8", ""],
        "cell_line": ["HepG2"],
        "time [h]": ["24", "48"],
        "arm": ["", "NAC"],
        "dilution": ["", "1", "10"],
        "protein [mg/mL]": ["", "1.5"],
    }
    lines = [",".join(header)]
    for place, (role, known, seen) in enumerate(wells):
        design = ["" if role == "standard" else rng.choice(choices[word]) for word in columns]
        well = f"{'ABCDEFGH'[place // 12]}{place % 12 + 1}"
        lines.append(",".join([well, role, str(known), *design, seen]))
    return "\n".join(lines) + "\n"


def _sound(analysis):
    names = [(end.name, tuple(sorted(end.group.items()))) for end in analysis.endpoints]
    assert len(names) == len(set(names))
    drawn = [drawing.name for drawing in analysis.drawings]
    assert len(drawn) == len(set(drawn))
    assert all(np.isfinite(unit.value) for unit in analysis.units)
    top = {check.name for check in analysis.checks}
    assert "saturation" in top


@pytest.mark.parametrize("preset", EXTRA)
def test_random_plates_are_analysed_or_refused_in_one_line(tmp_path, preset):
    rng, analysed, refused = random.Random(f"standard curve {preset}"), 0, []
    for number in range(6):
        path = tmp_path / f"t{number}.csv"
        path.write_text(_plate(rng, preset), encoding="utf-8")
        settings = ASSAY.settings(
            preset=preset,
            model=rng.choice([None, "linear", "quadratic", "4PL"]),
            weight=rng.choice([None, "1", "1/x", "1/y²"]),
        )
        try:
            parsed, digest = read_file(path)
            file = InputFile(path, path.name, "sample", digest, parsed, {})
            reading = ASSAY.bench.read([file], None, settings)
            _sound(ASSAY.analyse(reading.dataset, settings, 0, {}))
            analysed += 1
        except SelenolabError as error:
            refused.append(str(error))
    assert not [text for text in refused if "\n" in text or not text]
    assert analysed >= 1
