"""What viability tells the pathway page."""

import numpy as np
import pandas as pd
import pytest

from selenolab.assays.viability.assay import analyse
from selenolab.assays.viability.schema import WELLS
from selenolab.assays.viability.settings import ViabilitySettings
from selenolab.core.dataset import Dataset, Table
from selenolab.core.estimate import Absent, Estimate


def wells(left: dict[float, tuple[float, ...]]) -> Dataset:
    """Viability in % of three experiments at every dose."""
    rows = [
        {"plate": f"P{e}", "experiment": str(e), "role": "sample", "compound": "L-selenocystine",
         "cell_line": "HepG2", "arm": "", "basis": "molecule", "dose": dose, "time": 24.0, "viability": value}
        for dose, values in {0.0: (100.0, 100.0, 100.0), **left}.items()
        for e, value in enumerate(values)
    ]  # fmt: skip
    return Dataset({"wells": Table(WELLS, pd.DataFrame(rows), {"dose": "µM"})})


LEFT = {2.0: (90.0, 95.0, 88.0), 8.0: (50.0, 55.0, 45.0), 32.0: (10.0, 12.0, 9.0), 64.0: (5.0, 4.0, 6.0)}


def test_every_dose_is_a_reading_with_its_time() -> None:
    found = analyse(wells(LEFT), ViabilitySettings(), 0, {}).events
    assert [(one.event, one.dose, one.dose_unit, one.time) for one in found] == [
        ("viability", dose, "µM", 24.0) for dose in LEFT
    ]
    change = found[1].change
    assert isinstance(change, Estimate)
    assert change.value == pytest.approx(np.exp(np.log([0.5, 0.55, 0.45]).mean()))
    assert change.n == 3
    assert found[1].group == {"compound": "L-selenocystine", "cell_line": "HepG2"}


def test_no_signal_left_is_no_ratio() -> None:
    found = analyse(wells({**LEFT, 64.0: (5.0, -1.0, 2.0)}), ViabilitySettings(), 0, {}).events
    assert isinstance(found[-1].change, Absent)
