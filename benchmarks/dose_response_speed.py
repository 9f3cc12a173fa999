"""How fast and how good the batched LL.4 fitter is, against scipy in the same run.

Run alone on the machine: python benchmarks/dose_response_speed.py [--curves 20000] [--seed 1]

8 doses x 3 replicates, estimates and standard errors, CPU time of one process. scipy is
`scipy.optimize.curve_fit`, Levenberg-Marquardt (its default without bounds), on (b, c, d, ln e), started
where a careful user would start it: c and d from the lowest and highest dose mean, b = 1, e in the middle
of the doses (log scale). The batched fitter gets the doses and responses only; its grid is inside the time.
"""

import argparse
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
from scipy.optimize import curve_fit

DOSE = 0.5 * 2.0 ** np.arange(8)
WELLS = np.repeat(DOSE, 3)
COLD = """
import time; start = time.perf_counter()
import numpy as np
dose = 0.5 * 2.0 ** np.arange(8)
y = 10 + 90 / (1 + (dose / 5) ** 1.5) + np.array([[-1.0], [0.0], [1.0]])
{call}
print(time.perf_counter() - start)
"""
CALLS = {
    "one curve, NumPy path": "from selenolab.fit.dose_response import fit_curve\n"
    "fit_curve(np.tile(dose, 3), y.ravel())",
    "batch, compiled path": "from selenolab.fit.batch import fit_many; fit_many(dose, y.T[None])",
    "batch of intervals, compiled path": "from selenolab.fit.batch import fit_many\n"
    "from selenolab.fit.profile_batch import profile_many\n"
    "profile_many(fit_many(dose, y.T[None]), percent=50)",
}


def ordinary(rng: np.random.Generator, n: int) -> np.ndarray:
    """(n, 8, 3): sd 5 %, slope 0.6-3, bottom 0-35, IC50 log-uniform over 1-64."""
    e, b, c = np.exp(rng.uniform(0, np.log(64), n)), rng.uniform(0.6, 3, n), rng.uniform(0, 35, n)
    return noisy(rng, e, b, c, 5.0)


def difficult(rng: np.random.Generator, n: int) -> np.ndarray:
    """(n, 8, 3): a quarter each partial, shallow, steep, noisy."""
    e, b, c = np.exp(rng.uniform(0, np.log(64), n)), rng.uniform(0.6, 3, n), rng.uniform(0, 35, n)
    sd = np.full(n, 5.0)
    kind = np.arange(n) % 4
    e = np.where(kind == 0, np.exp(rng.uniform(np.log(40), np.log(400), n)), e)
    b = np.where(kind == 1, rng.uniform(0.2, 0.6, n), np.where(kind == 2, rng.uniform(4, 12, n), b))
    return noisy(rng, e, b, c, np.where(kind == 3, 15.0, sd))


def noisy(
    rng: np.random.Generator, e: np.ndarray, b: np.ndarray, c: np.ndarray, sd: np.ndarray | float
) -> np.ndarray:
    clean = c[:, None] + (100 - c[:, None]) / (1 + (DOSE / e[:, None]) ** b[:, None])
    scale = np.broadcast_to(np.asarray(sd, float), e.shape)[:, None, None]
    return clean[:, :, None] + scale * rng.standard_normal((e.size, DOSE.size, 3))


def curve(x: np.ndarray, b: float, c: float, d: float, log_e: float) -> np.ndarray:
    return c + (d - c) / (1 + np.exp(b * (np.log(x) - log_e)))


def scipy_fit(y: np.ndarray, start: list[float], most: int = 2000) -> float:
    """RSS of one scipy fit; infinite where it gives up."""
    try:
        found, _ = curve_fit(curve, WELLS, y.ravel(), p0=start, maxfev=most)
    except RuntimeError:
        return np.inf
    return float(np.sum((curve(WELLS, *found) - y.ravel()) ** 2))


def plain_start(y: np.ndarray) -> list[float]:
    mean = y.mean(axis=1)
    return [1.0, float(mean.min()), float(mean.max()), float(np.log(DOSE).mean())]


def many_starts(y: np.ndarray) -> float:
    """Best RSS of scipy from 15 starts."""
    _, low, high, _ = plain_start(y)
    grid = [(b, z) for b in (0.5, 1.5, 5.0) for z in np.linspace(np.log(DOSE[0]), np.log(DOSE[-1]), 5)]
    return min(scipy_fit(y, [b, low, high, z]) for b, z in grid)


def cpu(work: object, times: int = 3) -> float:
    """Least CPU seconds of `times` runs."""
    best = np.inf
    for _ in range(times):
        start = time.process_time()
        work()  # type: ignore[operator]
        best = min(best, time.process_time() - start)
    return best


def cold(call: str, folder: str) -> float:
    """Wall seconds of a fresh interpreter whose compiled code lies, or is to be laid, in `folder`."""
    import os

    script = COLD.format(call=call)
    out = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True,
        env={**os.environ, "NUMBA_CACHE_DIR": folder},
    )  # fmt: skip
    return float(out.stdout.split()[-1])


def speed(n: int, seed: int) -> None:
    from selenolab.fit.batch import fit_many
    from selenolab.fit.profile_batch import profile_many

    y = ordinary(np.random.default_rng(seed), n)
    fits = fit_many(DOSE, y)
    ours = n / cpu(lambda: fit_many(DOSE, y))
    few = y[: max(n // 20, 200)]
    theirs = len(few) / cpu(lambda: [scipy_fit(one, plain_start(one)) for one in few], 2)
    print(f"batched fit + SE   {ours:12,.0f} curves/s ({n} curves, states named, two starts)")
    print(f"scipy curve_fit    {theirs:12,.0f} curves/s (Levenberg-Marquardt, one start)")
    print(f"ratio              {ours / theirs:12,.0f} x")
    profile_many(fits, percent=50)
    for name, options in (("relative", {"percent": 50}), ("absolute", {"level": 50})):
        rate = n / cpu(lambda options=options: profile_many(fits, **options), 1)
        print(f"{name} profile   {rate:12,.0f} intervals/s")


def quality(n: int, seed: int) -> None:
    from selenolab.fit.batch import fit_many

    for name, draw in (("ordinary", ordinary), ("difficult", difficult)):
        y = draw(np.random.default_rng(seed), n)
        ours = fit_many(DOSE, y).rss
        theirs = np.array([many_starts(one) for one in y])
        good = ours <= theirs * (1 + 1e-6)
        worse = np.mean(theirs > ours * (1 + 1e-6))
        print(f"{name}: RSS <= best of 15 scipy starts x (1 + 1e-6): {100 * good.mean():.2f} % of {n}")
        most = np.max(ours / theirs) - 1
        print(f"  our worst ratio - 1 {most:.1e}; scipy worse by > 1e-6 on {100 * worse:.1f} %")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--curves", type=int, default=20_000)
    parser.add_argument("--compared", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    warnings.simplefilter("ignore")  # scipy's covariance warnings on hard curves
    speed(chosen.curves, chosen.seed)
    for name, call in CALLS.items():
        with tempfile.TemporaryDirectory() as folder:
            first, second = cold(call, folder), cold(call, folder)
        print(f"cold start, {name}: {first:.2f} s without, {second:.2f} s with compiled code on disk")
    quality(chosen.compared, chosen.seed)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1] / "src"))
    main()
