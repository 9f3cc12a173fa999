"""The tables that the analysis gives: bands as measured, lanes as normalised, exposures as found."""

from math import exp, isfinite, nan
from typing import Any

import pandas as pd

from selenolab.assays.western.headline import Headline
from selenolab.assays.western.normalising import Bench
from selenolab.assays.western.schema import DESIGN, MEASURED, MEMBRANES, NORMALISED
from selenolab.core.dataset import Dataset, Table

_GAPS = (
    "band_background",
    "band_snr",
    "band_saturated",
    "band_left",
    "band_right",
    "band_top",
    "band_bottom",
    "band_edit",
)


def tables(dataset: Dataset, bench: Bench, found: Headline) -> dict[str, Table]:
    """All tables of the run."""
    own = {"measured_bands": _measured(dataset, bench), "membranes": _membranes(bench)}
    normalised = _normalised(bench, found)
    return own | ({"normalised": normalised} if normalised is not None else {})


def _measured(dataset: Dataset, bench: Bench) -> Table:
    """The bands of the dataset, those below the detection limit flagged."""
    frame = dataset.tables["bands"].frame
    states = {(band.blot, band.lane.number, band.protein): band for band in bench.room.bands}
    rows = []
    for row in frame.sort_values(["blot", "lane", "protein"]).to_dict("records"):
        band = states[(str(row["blot"]), str(row["lane"]), str(row["protein"]))]
        flag = f"< LOD ({band.volume:.3g})" if band.state == "<" else band.why if band.state == "out" else ""
        rows.append(
            {
                **{str(word): cell for word, cell in row.items()},
                "band_volume_flag": flag,
                "blot_role": band.kind,
            }
        )
    own = pd.DataFrame(rows)
    words = [
        "blot",
        "blot_role",
        "membrane",
        "lane",
        "protein",
        "band_volume",
        "band_volume_se",
        "band_volume_flag",
    ]
    return Table(MEASURED, own[[word for word in (*words, *_GAPS) if word in own]])


def _normalised(bench: Bench, found: Headline) -> Table | None:
    """One row a lane, protein and normaliser."""
    rows: list[dict[str, Any]] = []
    for one in found.quantities:
        if not one.protein:
            continue
        for other in one.by.values() or (one,):
            for group in other.groups:
                pairs = [*zip(group.values, group.scaled, strict=True), *((v, nan) for v in group.left_out)]
                for value, scaled in pairs:
                    lane = value.lane
                    flag = "< LOD" if value.state == "<" else value.why
                    rows.append(
                        {
                            "membrane": lane.membrane,
                            "membrane_part": value.part,
                            "lane": lane.number,
                            "protein": one.name,
                            "normaliser": other.how,
                            "blot": value.blot,
                            **{word: getattr(lane, word) for word in DESIGN},
                            "band_volume": value.volume,
                            "normaliser_volume": value.divisor,
                            "normalised_intensity": exp(scaled) if isfinite(scaled) else nan,
                            "normalised_intensity_flag": flag,
                        }
                    )
    frame = pd.DataFrame(rows)
    if frame.empty:
        return None
    frame = frame[frame["band_volume"].notna()]
    if frame.empty:
        return None
    frame = frame.sort_values(["protein", "normaliser", "membrane", "lane"], ignore_index=True)
    empty = [w for w in DESIGN if not (frame[w].notna() & (frame[w].astype(str) != "")).any()]
    units = {"dose": bench.room.dose_unit} if "dose" not in empty else {}
    return Table(NORMALISED, frame.drop(columns=empty), units)


def _membranes(bench: Bench) -> Table:
    rows = []
    shown = dict.fromkeys((band.blot, band.protein) for band in bench.room.bands)
    for name, protein in sorted(shown):
        blot = bench.room.blots[name]
        own = [band for band in bench.room.bands if (band.blot, band.protein) == (name, protein)]
        used = bench.used[(blot.membrane, protein)] == name
        notes = [blot.note, "" if used else f"not used: {bench.used[(blot.membrane, protein)]} was taken"]
        rows.append(
            {
                "blot": name,
                "membrane": blot.membrane,
                "blot_role": blot.kind,
                "protein": protein,
                "blot_refusal": blot.refusal,
                "blot_exposure": blot.exposure,
                "blot_tilt": blot.tilt,
                "blot_cuts": " ".join(str(cut) for cut in blot.cuts),
                "blot_note": "; ".join(filter(None, notes)),
                "lanes_measured": len(own),
                "bands_saturated": sum(band.saturated for band in own),
            }
        )
    return Table(MEMBRANES, pd.DataFrame(rows))
