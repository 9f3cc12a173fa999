"""Images a second of the comet search, in one process: 1200 x 1200 at 16 bits and 1040 x 1388 at 8 bits."""

import sys
import time
from pathlib import Path

import numpy as np

from selenolab.imaging.comet import measure_comets

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "generators"))

import comet_truth  # noqa: E402 - it stands beside the tests

RUNS = 10


def speed(name, image):
    """Print the images a second, by the clock and by the processor."""
    count = len(measure_comets(image).comets)
    wall, work = time.perf_counter(), time.process_time()
    for _ in range(RUNS):
        measure_comets(image)
    wall, work = (time.perf_counter() - wall) / RUNS, (time.process_time() - work) / RUNS
    print(f"{name}: {count} comets, {1 / wall:.1f} images/s by the clock, {1 / work:.1f} by processor time")


def main():
    """Simulated fields, and the shared ones where they are."""
    for comets in (5, 15):
        wide = comet_truth.draw_field(1, comet_truth.Recipe(shape=(1200, 1200), comets=comets))
        speed(f"simulated 1200 x 1200, 16 bits, {comets} comets drawn", wide.image)
    small = comet_truth.draw_field(2, comet_truth.Recipe(shape=(1040, 1388), comets=8, bits=8))
    speed("simulated 1040 x 1388, 8 bits, 8 comets drawn", small.image)
    shared = ROOT.parent / "shared" / "data" / "comet"
    if not shared.is_dir():
        print("shared images: not here")
        return
    from tifffile import TiffFile

    for path in sorted(shared.glob("*.tif")):
        speed(path.name, np.asarray(TiffFile(path).pages[0].asarray()))


if __name__ == "__main__":
    main()
