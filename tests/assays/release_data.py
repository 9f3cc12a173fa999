"""SYNTHETIC dialysis runs with a known truth: drug arrives in the medium, aliquots are taken and replaced.

Shares no code with the analysis. Run as a script it writes the example of the assay (seed 20260).
"""

from pathlib import Path

import numpy as np
import pandas as pd

TIMES = (0.5, 1, 2, 4, 8, 12, 24, 48)
HEADER = "# SYNTHETIC: written by tests/assays/release_data.py, seed 20260; no bench data\n"


def sampled(arrived, times, medium_volume=50.0, sample_volume=1.0, loaded=150.0):
    """Concentrations [µg/mL] at `times` when the share `arrived(t)` [%] has come into the medium by then."""
    in_medium, before, found = 0.0, 0.0, []
    for time in times:
        now = loaded * arrived(time) / 100
        in_medium += now - before
        before = now
        concentration = in_medium / medium_volume
        found.append(concentration)
        in_medium -= concentration * sample_volume
    return np.array(found)


def through_bag(rate, k_m, steps=4000, last=60.0):
    """Share [%] in the medium: first-order release at `rate` [1/h] through a bag of `k_m` [1/h], in steps."""
    time = np.linspace(0, last, steps * 5 + 1)
    step = time[1]
    carrier, bag, medium = 100.0, 0.0, 0.0
    shown = [0.0]
    for _ in time[1:]:
        out, through = rate * carrier * step, k_m * bag * step
        carrier, bag, medium = carrier - out, bag + out - through, medium + through
        shown.append(medium)
    return lambda at: float(np.interp(at, time, shown))


def free_drug(k_m):
    """Share [%] in the medium of free drug in a bag of `k_m` [1/h]."""
    return lambda at: 100 * (1 - np.exp(-k_m * at))


def vessels(arrived, count, rng, sd=0.02, times=TIMES, **volumes):
    """(vessel, time, concentration) of `count` vessels with normal scatter of `sd` µg/mL."""
    plain = sampled(arrived, times, **volumes)
    rows = []
    for vessel in range(1, count + 1):
        seen = np.maximum(plain + sd * rng.standard_normal(len(times)), 0.0)
        rows += [(vessel, time, value) for time, value in zip(times, seen, strict=True)]
    return rows


def run(seed=20260, sd=0.02, count=4):
    """A run as a frame: carriers in two media, free drug, a non-cleavable control and a GSH blank."""
    rng = np.random.default_rng(seed)
    gsh, plain = "10 mM GSH", "PBS"
    arms = [
        ("P", plain, "sample", "SeSe-NP", through_bag(0.004, 0.6), count),
        ("G", gsh, "sample", "SeSe-NP", through_bag(0.1, 0.6), count),
        ("F", plain, "free_drug", "", free_drug(0.6), 3),
        ("C", gsh, "non_cleavable", "CC-NP", through_bag(0.005, 0.6), 3),
        ("N", plain, "non_cleavable", "CC-NP", through_bag(0.004, 0.6), 3),
    ]
    parts = []
    for letter, medium, role, carrier, arrived, number in arms:
        part = pd.DataFrame(
            vessels(arrived, number, rng, sd), columns=["vessel", "time [h]", "concentration [µg/mL]"]
        )
        part["vessel"] = [f"{letter}{name}" for name in part["vessel"]]
        parts.append(
            part.assign(medium=medium, role=role, carrier=carrier, pH=7.38 if medium == gsh else 7.41)
        )
    blank = pd.DataFrame({"vessel": "B1", "time [h]": TIMES, "concentration [µg/mL]": 0.01})
    parts.append(blank.assign(medium=gsh, role="gsh_blank", carrier="", pH=7.38))
    frame = pd.concat(parts, ignore_index=True)
    frame["gsh [mM]"] = [10.0 if medium == gsh else 0.0 for medium in frame["medium"]]
    frame["concentration [µg/mL]"] = frame["concentration [µg/mL]"].round(4)
    order = ["vessel", "medium", "role", "carrier", "pH", "gsh [mM]", "time [h]", "concentration [µg/mL]"]
    return frame[order]


def main():
    """Write the example of the assay."""
    folder = Path(__file__).parents[2] / "src" / "selenolab" / "assays" / "release"
    text = HEADER + run().to_csv(index=False, lineterminator="\n")
    (folder / "example.csv").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
