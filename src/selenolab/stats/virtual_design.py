"""The conditions that a virtual door asks a model for: untreated cells and doses, at each time."""

from collections.abc import Sequence
from itertools import product

import pandas as pd

from selenolab.core.errors import DataError


def doses_and_times(
    doses: Sequence[float], unit: str, times_h: Sequence[float], compound: str, cell_line: str, least: int = 1
) -> pd.DataFrame:
    """A row a condition: condition, dose, dose_unit, time [h], compound, cell_line; untreated cells first.

    Raises
    ------
    DataError
        Fewer than `least` doses above zero.

    Examples
    --------
    >>> doses_and_times([8.0], "µM", [24.0], "SeNP", "HepG2")["condition"].tolist()
    ['0 µM at 24 h', '8 µM at 24 h']
    """
    known = (0.0, *sorted({float(dose) for dose in doses if dose > 0}))
    if len(known) <= least:
        wanted = "one dose" if least == 1 else "two doses" if least == 2 else f"{least} doses"
        raise DataError(f"virtual_doses: Expected at least {wanted} above zero. Add doses.")
    rows = [
        {
            "condition": f"{dose:g} {unit} at {time:g} h",
            "dose": dose,
            "dose_unit": unit,
            "time": float(time),
            "compound": compound,
            "cell_line": cell_line,
        }
        for time, dose in product(sorted(set(times_h)), known)
    ]
    return pd.DataFrame(rows)
