"""Protein of every lysate from another run, so that results can be given per mg."""

from collections.abc import Mapping

from selenolab.assays.standard_curve.prepared import Prepared
from selenolab.assays.standard_curve.schema import CONCENTRATIONS
from selenolab.assays.standard_curve.values import CONCENTRATION, WHO, lysate
from selenolab.core.assay import Port, Taken
from selenolab.core.dataset import Table
from selenolab.core.errors import DataError, StudyError
from selenolab.formats.units import factor

TAKES: Mapping[str, Port] = {
    "protein": Port("protein of the lysates, of a run with the preset bca", CONCENTRATIONS),
}


def protein_of(taken: Taken, prepared: Prepared) -> dict[tuple[object, ...], float]:
    """mg/mL of protein by experiment and group; empty where no run is connected.

    Raises
    ------
    StudyError
        A table without concentrations, in a unit that is no mass concentration, or that shares no
        experiment and group with the samples.
    """
    table = taken.get("protein")
    if table is None:
        return {}
    if not isinstance(table, Table):
        raise StudyError("standard_curve: input 'protein' is no table. Connect tables.concentrations.")
    frame = table.frame[table.frame["measured"] == CONCENTRATION].copy()
    if "found_concentration_flag" in frame:
        frame = frame[frame["found_concentration_flag"] == ""]
    frame = frame[frame["found_concentration"] > 0]
    for word in WHO:
        if word not in frame:
            frame[word] = (
                "" if word in ("sample", "compound", "cell_line", "arm", "experiment") else float("nan")
            )
    found = {}
    for _, row in frame.iterrows():
        try:
            scale = factor(str(row["unit"]), "mg/mL")
        except DataError as error:
            raise StudyError(f"standard_curve: input 'protein': {error}") from None
        found[lysate({word: row[word] for word in WHO})] = float(row["found_concentration"]) * scale
    wells = prepared.wells[prepared.wells["role"].isin(["sample", "vehicle", "masked"])]
    if not any(lysate({word: row[word] for word in WHO}) in found for _, row in wells.iterrows()):
        raise StudyError(
            "standard_curve: input 'protein' shares no lysate with the samples. Use the same words for "
            "experiment, compound, dose, time, cell_line and arm in both runs."
        )
    return found
