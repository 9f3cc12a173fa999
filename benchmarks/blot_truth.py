"""Fold changes and saturation on made-up blots of known volumes.

    python benchmarks/blot_truth.py [--seeds N] [--background rim|line|rolling_ball]

Each blot has a random tilt (to 3 degrees), smile, frown, slope and bow of the ground, streaks, camera noise
and hot pixels; bands are dark or light; every third blot has saturated bands. Lanes and bands are found.
A fold change is a band over the band of the same row in the first lane whose band is sound. The target is 5 %
for every sound band, and every saturated band flagged.
"""

import argparse
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from selenolab.core.errors import SelenolabError
from selenolab.imaging.blot_bands import find_bands
from selenolab.imaging.blot_lanes import find_lanes
from selenolab.imaging.blot_signal import as_signal
from selenolab.imaging.blot_tilt import find_tilt

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "generators"))
from blot_truth import Blot, random_blot

LIMIT = 0.05
NEAR = 0.5  # of the distance between lanes


def scored(blot: Blot, background: str = "rim") -> pd.DataFrame:
    """One row a true band: the volume found beside the true one (NaN if none), flags, fold changes."""
    signal = as_signal(blot.image)
    tilt = find_tilt(signal)
    lanes = find_lanes(signal, tilt=tilt.angle)
    found = find_bands(signal, lanes, background=background)
    truth = blot.bands.copy()
    truth["found"], truth["flagged"] = np.nan, False
    pitch = np.diff(blot.lanes).min()
    middle = (found["x0"] + found["x1"]) / 2
    for row, band in truth.iterrows():
        near = found[(abs(middle - band["x"]) < NEAR * pitch) & (abs(found["y"] - band["y"]) < 15)]
        if len(near):
            best = near.loc[near["volume"].idxmax()]
            truth.loc[row, "found"], truth.loc[row, "flagged"] = best["volume"], best["saturated"]
    truth["extra"] = len(found) - int(truth["found"].notna().sum())
    truth["lanes_found"], truth["lanes_true"] = len(lanes.x0), len(blot.lanes)
    truth["tilt_off"] = tilt.angle - blot.scene.tilt
    return truth.assign(off=_fold_errors(truth))


def _fold_errors(truth: pd.DataFrame) -> pd.Series:
    """Found fold change over the true one - 1; NaN for saturated bands and where a band was not found."""
    off = pd.Series(np.nan, index=truth.index)
    for _, row in truth[~truth["saturated"]].groupby("band"):
        reference = row[row["found"].notna()].head(1)
        if len(reference):
            fold = row["found"] / float(reference["found"].iloc[0])
            off[row.index] = fold / (row["volume"] / float(reference["volume"].iloc[0])) - 1
    return off


def run(seeds: Iterable[int], background: str = "rim") -> pd.DataFrame:
    """`scored` of each seed, refusals as bands that were not found."""
    tables = []
    for seed in seeds:
        blot = random_blot(seed)
        try:
            table = scored(blot, background)
        except SelenolabError as error:
            print(f"seed {seed}: {error}")
            table = blot.bands.assign(found=np.nan, flagged=False, off=np.nan, extra=0)
        tables.append(table.assign(seed=seed))
    return pd.concat(tables, ignore_index=True)


def main() -> None:
    """Draw, measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--background", default="rim")
    asked = parser.parse_args()
    start = time.perf_counter()
    table = run(range(asked.seeds), asked.background)
    sound = table[~table["saturated"]]
    size = sound["off"].abs()
    full = table[table["saturated"]]
    lanes = table.groupby("seed")[["lanes_found", "lanes_true", "extra"]].first()
    tilt = table["tilt_off"].abs()
    say = {
        "blots, bands": f"{asked.seeds}, {len(table)} (background {asked.background})",
        "true bands not found": int(table["found"].isna().sum()),
        "bands found where none is": int(lanes["extra"].sum()),
        "blots with a wrong number of lanes": int((lanes["lanes_found"] != lanes["lanes_true"]).sum()),
        "tilt off, median and most": f"{tilt.median():.2f}, {tilt.max():.2f} degrees",
        "fold change off, median, 95 %, most": " ".join(f"{size.quantile(q):.2%}" for q in (0.5, 0.95, 1)),
        "sound bands beyond 5 %": f"{int((size > LIMIT).sum())} of {len(sound)}",
        "saturated bands flagged": f"{int(full['flagged'].sum())} of {len(full)}",
        "sound bands flagged": f"{int(sound['flagged'].sum())} of {len(sound)}",
        "seconds": f"{time.perf_counter() - start:.0f}",
    }
    for words, number in say.items():
        print(f"{words:38}{number}")
    worst = sound.loc[size.sort_values(ascending=False).index[:8], ["seed", "lane", "band", "volume", "off"]]
    print(worst.to_string(index=False))


if __name__ == "__main__":
    main()
