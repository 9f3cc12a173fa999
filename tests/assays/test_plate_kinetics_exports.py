"""Kinetic exports of plate readers, read from the shared data where they are."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from selenolab.assays.plate_kinetics.settings import PlateKineticsSettings
from selenolab.core.errors import FormatRefusal
from selenolab.study.run import analyse_files

PLATES = Path(__file__).parents[3] / "shared" / "data" / "viability" / "plates"
pytestmark = pytest.mark.skipif(not PLATES.is_dir(), reason="the shared plate files are not here")


def sheet_of(tmp_path, columns=12, rows="ABCDEFGH"):
    """A plate map: column 1 blank, columns 2 to 4 vehicle, the others the drug."""
    wells = [
        {
            "well": f"{row}{column}",
            "role": "blank" if column == 1 else "vehicle" if column < 5 else "sample",
            "compound": "drug" if column > 4 else "",
            "dose [µM]": 8 if column > 4 else 0,
            "experiment": "1",
        }
        for row in rows
        for column in range(1, columns + 1)
    ]
    path = tmp_path / "map.csv"
    pd.DataFrame(wells).to_csv(path, index=False)
    return path


def test_a_gen5_kinetic_read_gives_a_rate_a_well(tmp_path):
    found = analyse_files("plate_kinetics", [PLATES / "gen5" / "kinetic_singleplate.txt"], sheet_of(tmp_path))
    rates = found.analysis.tables["rates"].frame
    assert len(rates) == 96
    assert np.isfinite(rates["slope"]).all()
    assert set(rates["points"]) == {6}
    assert "integrated" not in set(rates["method"])  # six readings do not tell two constants


def test_wells_without_numbers_are_told_and_left_out(tmp_path):
    file = PLATES / "softmax_pro" / "spectramax340_kinetic_partial_plate.txt"
    found = analyse_files("plate_kinetics", [file], sheet_of(tmp_path))
    rates = found.analysis.tables["rates"].frame
    empty = rates["why"] != ""
    assert 0 < empty.sum() < 96
    assert any("have no slope" in text for text in found.analysis.warnings)


def test_two_reads_of_one_plate_are_not_chosen_between(tmp_path):
    with pytest.raises(FormatRefusal, match="several reads"):
        analyse_files(
            "plate_kinetics",
            [PLATES / "softmax_pro" / "fl_kinetic_plates.txt"],
            sheet_of(tmp_path),
            PlateKineticsSettings(preset="caspase_3"),
        )
