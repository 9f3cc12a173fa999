"""Progress curves with a known initial rate, by integrating an enzyme's rate equation step by step.

Shares no code with the analysis. A trace has a lag (an exponential or a sigmoid rise of the rate),
Michaelis-Menten depletion of the substrate, white and autocorrelated noise, bubbles (some readings too
high), and a detector's limit.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class TrueTrace:
    """A made trace: `rate` is the signal's rise per minute without lag and depletion."""

    time: np.ndarray  # min
    signal: np.ndarray  # AU
    rate: float
    lag: float  # min, time constant of the rise; 0 for none
    conversion: float  # share of the substrate used at the end
    bubbles: tuple[int, ...]
    limit: float | None  # signal above which the detector says OVRFLW (NaN)


def product(time, rate, capacity, half, lag, shape, steps=8):
    """Signal of the product (n,) at `time` by the fourth-order Runge-Kutta rule.

    `capacity` is the signal when all substrate is used, `half` the Michaelis constant over the
    substrate at the start.
    """

    def rise(t):
        if lag == 0:
            return 1.0
        return 1 - np.exp(-t / lag) if shape == "exponential" else (t / lag) ** 4 / (1 + (t / lag) ** 4)

    def speed(t, p):
        left = max(1 - p / capacity, 0.0)
        return rate * rise(t) * left * (1 + half) / (half + left)

    seen, at, p = [], 0.0, 0.0
    for goal in time:
        step = (goal - at) / steps
        for _ in range(steps if goal > at else 0):
            k1 = speed(at, p)
            k2 = speed(at + step / 2, p + step * k1 / 2)
            k3 = speed(at + step / 2, p + step * k2 / 2)
            k4 = speed(at + step, p + step * k3)
            p, at = p + step * (k1 + 2 * k2 + 2 * k3 + k4) / 6, at + step
        seen.append(p)
    return np.array(seen)


def coloured(rng, n, sd, rho):
    """First-order autoregressive noise (n,) of standard deviation `sd`."""
    shocks = rng.normal(0, sd * np.sqrt(1 - rho**2), n)
    out = np.empty(n)
    out[0] = rng.normal(0, sd)
    for k in range(1, n):
        out[k] = rho * out[k - 1] + shocks[k]
    return out


def trace(
    seed,
    *,
    points=61,
    minutes=30.0,
    lag=None,
    shape=None,
    conversion=None,
    half=None,
    noise=0.0015,
    rho=None,
    bubbles=None,
    limit=None,
    span=None,
):
    """One trace; what is not given is drawn: lag 0 to 2 min, 5 to 70 % conversion, up to two bubbles."""
    rng = np.random.default_rng(seed)
    lag = float(rng.choice([0.0, rng.uniform(0.3, 2.0)])) if lag is None else lag
    shape = str(rng.choice(["exponential", "sigmoid"])) if shape is None else shape
    conversion = rng.uniform(0.05, 0.7) if conversion is None else conversion
    half = 10 ** rng.uniform(-1, 1) if half is None else half
    rho = rng.uniform(0, 0.5) if rho is None else rho
    span = rng.uniform(0.4, 1.2) if span is None else span
    time = np.linspace(0, minutes, points)
    capacity = span / conversion
    low, high = span / minutes / 4, span / minutes * 40
    for _ in range(60):  # the rate that uses up `conversion` of the substrate by the end
        rate = np.sqrt(low * high)
        reached = product(time[[0, -1]], rate, capacity, half, lag, shape, 400)[-1]
        low, high = (rate, high) if reached < span else (low, rate)
    signal = 0.08 + product(time, rate, capacity, half, lag, shape) + coloured(rng, points, noise, rho)
    places = _bubbles(rng, points, bubbles)
    for place, wide, tall in places:
        signal[place : place + wide] += tall
    if limit is not None:
        signal = np.where(signal > limit, np.nan, signal)
    hit = tuple(k for place, wide, _ in places for k in range(place, min(place + wide, points)))
    return TrueTrace(time, signal, float(rate), lag, conversion, hit, limit)


def _bubbles(rng, points, count):
    count = int(rng.integers(0, 3)) if count is None else count
    return [
        (int(rng.integers(2, points - 4)), int(rng.integers(1, 4)), rng.uniform(0.03, 0.4))
        for _ in range(count)
    ]


def study(seed, *, effect, experiments=3, wells=3, sd=0.15, points=9, minutes=8.0, noise=0.001):
    """A long table of a treated and an untreated lysate in independent experiments.

    `effect` is the true ratio of the rates; the logarithm of every experiment's rate scatters with `sd`
    between experiments, for the treated and the untreated alike, and again for the treated.
    """
    rng = np.random.default_rng(seed)
    time = np.linspace(0, minutes, points)
    rows = []
    for number in range(1, experiments + 1):
        base = 0.03 * np.exp(rng.normal(0, sd))
        rates = {"blank": 0.0, "vehicle": base, "sample": base * effect * np.exp(rng.normal(0, sd))}
        for role, rate in rates.items():
            for well in range(1, wells + 1):
                own = 0.002 + (rate * np.exp(rng.normal(0, 0.02)) if role != "blank" else 0.0)
                seen = 0.08 + own * time + rng.normal(0, noise, points)
                name = f"{'ABC'[list(rates).index(role)]}{well}"
                rows += [(str(number), name, role, t, s) for t, s in zip(time, seen, strict=True)]
    frame = pd.DataFrame(rows, columns=["experiment", "well", "role", "read_time", "absorbance"])
    frame["dose"] = np.where(frame["role"] == "sample", 8.0, 0.0)
    return frame


def inhibition_table(seed=7, ic50=4.0, hill=1.2, doses=(1.0, 2.0, 4.0, 8.0, 16.0), points=9, minutes=8.0):
    """The long table of the assay's example: selenocystine on thioredoxin reductase in three lysates.

    The compound makes TNB by itself (0.0003 AU/min for each µM), other enzymes 0.002 and the reagents 0.001.
    """
    rng = np.random.default_rng(seed)
    seconds = np.linspace(0, minutes * 60, points)
    rows = []
    for number in range(1, 4):
        enzyme = 0.03 * np.exp(rng.normal(0, 0.1))
        own = ic50 * np.exp(rng.normal(0, 0.1))
        wells = [("blank", 0.0, 0.001), ("inhibitor_blank", 0.0, 0.003)]
        wells += [("no_enzyme", dose, 0.001 + 0.0003 * dose) for dose in doses]
        wells += [("vehicle", 0.0, 0.003 + enzyme)] * 2
        wells += [("sample", d, 0.003 + 0.0003 * d + enzyme / (1 + (d / own) ** hill)) for d in doses]
        for place, (role, dose, rate) in enumerate(wells):
            slope = rate * np.exp(rng.normal(0, 0.02))
            seen = 0.09 + slope * seconds / 60 + rng.normal(0, 0.001, points)
            name = "L-selenocystine" if dose > 0 else ""
            line = "" if role in ("blank", "no_enzyme") else "HepG2"
            well = f"{'ABCDEFGH'[place % 8]}{place // 8 + 1}"
            rows += [
                (f"plate {number}", well, number, role, name, dose, line, f"{t:g}", f"{s:.4f}")
                for t, s in zip(seconds, seen, strict=True)
            ]
    words = [
        "plate",
        "well",
        "experiment",
        "role",
        "compound",
        "dose [µM]",
        "cell_line",
        "read_time [s]",
        "absorbance",
    ]
    return pd.DataFrame(rows, columns=words)


if __name__ == "__main__":
    import sys

    inhibition_table().to_csv(sys.argv[1], index=False)
