"""The rolling-ball background of a 1648 x 1200 blot beside scikit-image's, in one run.

    flock /tmp/selenolab-bench.lock python benchmarks/blot_background.py [--radius 50] [--json FILE]

The image is the anti-actin blot of the shared data, or a made-up one of its size where that is absent. Both
methods get the same floating-point image and the same ball (as tall in grey values as wide in pixels); ours
is the exact erosion too, so that only rounding parts them. The volumes are those of the bands found.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import tifffile
from numpy.typing import NDArray
from skimage import restoration

from selenolab.imaging.blot_background import rolling_ball
from selenolab.imaging.blot_bands import find_bands
from selenolab.imaging.blot_frame import window
from selenolab.imaging.blot_lanes import find_lanes
from selenolab.imaging.blot_signal import Signal, as_signal
from selenolab.imaging.blot_tilt import find_tilt

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "generators"))
from blot_truth import Scene, draw

ACTIN = Path(__file__).parents[2] / "shared" / "data" / "western" / "anti_actin_16bit.tif"
SPEED, ALIKE = 50.0, 0.02
REPEATS = 3

Values = NDArray[np.float64]


def image() -> NDArray[np.uint16]:
    """The anti-actin blot, or a made-up one of the same size."""
    if ACTIN.exists():
        return np.asarray(tifffile.imread(ACTIN), np.uint16)
    scene = Scene(shape=(1648, 1200), slope=(200, 100), tilt=1.0, sigma=7)
    return draw(scene, np.full((8, 2), 9000.0), 1).image


def timed(what: Callable[[], Values], repeats: int) -> tuple[float, Values]:
    """Shortest wall time [s] of the repeats, and the answer."""
    shortest, answer = float("inf"), np.zeros(0)
    for _ in range(repeats):
        start = time.perf_counter()
        answer = what()
        shortest = min(shortest, time.perf_counter() - start)
    return shortest, answer


def volumes(signal: Signal, ground: Values) -> Values:
    """Sum of signal minus background over each band found."""
    lanes = find_lanes(signal, tilt=find_tilt(signal).angle)
    over = signal.values - ground
    boxes = find_bands(signal, lanes)[["x0", "x1", "y0", "y1"]].to_numpy()
    return np.array([window(over, lanes.tilt, *box).values.sum() for box in boxes])


def main() -> None:
    """Time both on one image, and compare the volumes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--radius", type=float, default=50)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    signal = as_signal(image())
    rolling_ball(signal.values[:64, :64], 10)  # compile
    ours, mine = timed(lambda: rolling_ball(signal.values, asked.radius), REPEATS)
    theirs, peer = timed(lambda: restoration.rolling_ball(signal.values, radius=asked.radius), 1)
    ratio = volumes(signal, mine) / volumes(signal, peer)
    result = {
        "pixels": list(signal.values.shape),
        "radius [px]": asked.radius,
        "ours [s]": round(ours, 3),
        "scikit-image [s]": round(theirs, 2),
        "times faster": round(theirs / ours, 1),
        "largest difference of the background [grey values]": float(np.abs(mine - peer).max()),
        "bands": len(ratio),
        "volumes apart, most": float(np.abs(ratio - 1).max()),
    }
    for words, number in result.items():
        print(f"{words:52}{number}")
    if asked.json:
        asked.json.write_text(json.dumps(result, indent=1))
    if theirs / ours < SPEED or np.abs(ratio - 1).max() > ALIKE:
        raise SystemExit(f"Expected at least {SPEED:g} x and volumes within {ALIKE:.0%}.")


if __name__ == "__main__":
    main()
