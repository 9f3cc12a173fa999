"""Reference: NIST StRD nonlinear regression. Truth: linear algebra. Properties: bounds, scale."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from selenolab.core.errors import DataError
from selenolab.stats.least_squares import solve

NIST = Path(__file__).parents[2].parent / "shared" / "data" / "viability" / "nist"
needs_nist = pytest.mark.skipif(not NIST.is_dir(), reason="the NIST files of ../shared/data are absent")

Model = Callable[[np.ndarray, np.ndarray], np.ndarray]
MODELS: dict[str, Model] = {
    "Misra1a": lambda b, x: b[0] * (1 - np.exp(-b[1] * x)),
    "Misra1b": lambda b, x: b[0] * (1 - (1 + b[1] * x / 2) ** (-2)),
    "Misra1c": lambda b, x: b[0] * (1 - (1 + 2 * b[1] * x) ** (-0.5)),
    "Misra1d": lambda b, x: b[0] * b[1] * x / (1 + b[1] * x),
    "DanWood": lambda b, x: b[0] * x ** b[1],
    "Chwirut2": lambda b, x: np.exp(-b[0] * x) / (b[1] + b[2] * x),
    "Rat42": lambda b, x: b[0] / (1 + np.exp(b[1] - b[2] * x)),
    "Rat43": lambda b, x: b[0] / (1 + np.exp(b[1] - b[2] * x)) ** (1 / b[3]),
}


def read_nist(path: Path) -> tuple[np.ndarray, np.ndarray, float, np.ndarray, np.ndarray]:
    """(starts (2, p), certified (p, 2), certified RSS, x, y) of one StRD file."""
    text = path.read_text()
    rows = re.findall(r"^\s*b\d+ =\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)", text, flags=re.M)
    table = np.array(rows, float)
    rss = float(re.search(r"Residual Sum of Squares:\s+(\S+)", text)[1])  # type: ignore[index]
    first, last = (int(n) for n in re.search(r"Data\s+\(lines (\d+) to (\d+)\)", text).groups())  # type: ignore[union-attr]
    data = np.array([line.split() for line in text.splitlines()[first - 1 : last]], float)
    return table[:, :2].T, table[:, 2:], rss, data[:, 1], data[:, 0]


@needs_nist
def test_every_nist_file_has_a_model() -> None:
    assert {path.stem for path in NIST.glob("*.dat")} == set(MODELS)


@needs_nist
@pytest.mark.parametrize("real_only", [False, True], ids=["complex step", "differences"])
@pytest.mark.parametrize("start", [0, 1])
@pytest.mark.parametrize("name", sorted(MODELS))
def test_nist_certified_values_to_eight_digits(name: str, start: int, real_only: bool) -> None:
    starts, certified, rss, x, y = read_nist(NIST / f"{name}.dat")
    model = MODELS[name]

    def residuals(b: np.ndarray) -> np.ndarray:
        if real_only and np.iscomplexobj(b):
            raise TypeError("only real numbers")
        return y - model(b, x)

    found = solve(residuals, starts[start])
    assert found.converged
    assert found.dof == x.size - certified.shape[0]
    digits = -np.log10(np.abs(found.x / certified[:, 0] - 1) + 1e-17)
    assert digits.min() >= 8
    assert found.se == pytest.approx(certified[:, 1], rel=1e-6)
    assert found.rss == pytest.approx(rss, rel=1e-9)


def test_bounds_hold_and_are_named() -> None:
    x = np.linspace(0, 1, 9)
    found = solve(lambda p: p[0] + p[1] * x - (1 + 2 * x), [0.0, 0.0], bounds=([-5, -5], [5, 1.5]))
    assert found.x[1] == 1.5
    assert found.held.tolist() == [False, True]
    assert found.x[0] == pytest.approx(1.25, rel=1e-12)
    assert found.dof == 8
    assert found.se[1] == 0.0


def test_result_does_not_depend_on_the_scale_of_a_parameter() -> None:
    x = np.linspace(0.1, 5, 20)
    y = 3 * np.exp(-0.7 * x) + 0.01 * np.cos(17 * x)
    plain = solve(lambda p: p[0] * np.exp(-p[1] * x) - y, [1.0, 1.0])
    tiny = solve(lambda p: p[0] * np.exp(-p[1] * 1e9 * x) - y, [1.0, 1e-9])
    assert tiny.x[1] * 1e9 == pytest.approx(plain.x[1], rel=1e-11)
    assert tiny.se[1] * 1e9 == pytest.approx(plain.se[1], rel=1e-8)


def test_direction_without_information_has_infinite_variance_and_no_nan() -> None:
    x = np.arange(5.0)
    found = solve(lambda p: (p[0] + p[1]) * x - 3 * x - 0.1 * np.cos(x), [1.0, 1.0])
    assert np.all(np.isinf(found.se))
    assert not np.any(np.isnan(found.cov))


def test_no_degrees_of_freedom_is_infinite_variance() -> None:
    x = np.arange(2.0)
    found = solve(lambda p: p[0] + p[1] * x - 3 * x, [0.0, 0.0])
    assert found.dof == 0
    assert np.all(np.isinf(found.se))


def test_residuals_that_are_not_finite_at_the_start_are_refused() -> None:
    with pytest.raises(DataError, match="not finite at the start"):
        solve(lambda p: np.log(p - 5), [1.0], jacobian=lambda p: np.ones((1, 1)))


def test_lower_bound_above_upper_is_refused() -> None:
    with pytest.raises(DataError, match="lower bound above"):
        solve(lambda p: p, [1.0], bounds=([2.0], [1.0]))
