"""Models of cumulative release F [%] against time t: what they say, where they hold, who proposed them.

Costa and Sousa Lobo 2001 (doi:10.1016/S0928-0987(01)00095-1) compare most of them; the parametrisations of
the logistic and Gompertz curves are those of Zhang et al. 2010 (doi:10.1208/s12248-010-9185-1), with
decimal logarithms of time. The Weibull curve written 1 - exp(-t^b / a) has a = Td^b.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from selenolab.core.errors import DataError, UnknownNameError
from selenolab.fit import release_curves as curves
from selenolab.fit import release_grid as grid
from selenolab.fit.release_curves import Curve

Vector = NDArray[np.float64]
Box = Callable[[float, float], tuple[Vector, Vector]]
Candidates = Callable[[Vector], Vector]

FMAX_LIMIT = 200.0  # %: beyond this a plateau is not told by the data
REVIEW = "doi:10.1016/S0928-0987(01)00095-1"


@dataclass(frozen=True, slots=True)
class ReleaseParameter:
    """A parameter of a model.

    Parameters
    ----------
    name, meaning : `unit` holds ``{time}`` for the unit of time.
    logarithmic : whether it is searched as its logarithm.
    low, high : what it can be at all.
    """

    name: str
    unit: str
    meaning: str
    logarithmic: bool = False
    low: float = 0.0
    high: float = np.inf


@dataclass(frozen=True, slots=True)
class ReleaseModel:
    """One model.

    Parameters
    ----------
    name, formula : `formula` in words, F in %, t the time.
    parameters : in the order of the coordinates.
    source : DOI.
    early : whether the model holds for the early part of the release only (F <= 60 %).
    affine : whether the curve is linear in the first coordinate.
    curve, gradient : see :mod:`selenolab.fit.release_curves`.
    box : (first time, last time) -> lower and upper limits of the coordinates.
    candidates : times in order -> (groups, m, p) coordinates; the best of each group is a start.
    pin : (times, percents, theta) -> (B,) first coordinates of the curves through those points; None where
        affine.
    """

    name: str
    formula: str
    parameters: tuple[ReleaseParameter, ...]
    source: str
    early: bool
    affine: bool
    curve: Curve
    gradient: Curve
    box: Box
    candidates: Candidates
    pin: Callable[[Vector, Vector, Vector], Vector] | None = None


_RATE = ReleaseParameter("k", "1/{time}", "rate constant", logarithmic=True)
_FMAX = ReleaseParameter("Fmax", "%", "release in the end")
_SCALE = ReleaseParameter("Td", "{time}", "time at 63.2 % of the end", logarithmic=True)
_SHAPE = ReleaseParameter("b", "", "shape: 1 is first order, above 1 sigmoid, below 1 a fast start")
_LAG = ReleaseParameter("lag", "{time}", "time before release begins")


def _polynomial(name: str, formula: str, powers: tuple[float, ...], source: str, early: bool) -> ReleaseModel:
    curve, gradient = curves.power_sum(powers)
    units = tuple("%/{time}" if power == 1 else f"%/{{time}}^{power:g}" for power in powers)
    names = ("k",) if len(powers) == 1 else ("k1", "k2")
    meanings = ("rate constant",) if len(powers) == 1 else ("diffusion", "relaxation")
    low = 0.0 if len(powers) == 1 else -np.inf
    return ReleaseModel(
        name, formula,
        tuple(ReleaseParameter(*row, low=low) for row in zip(names, units, meanings, strict=True)),
        source, early, True, curve, gradient,
        lambda _first, _last: (np.full(len(powers), low), np.full(len(powers), np.inf)),
        lambda _times: np.zeros((1, 1, len(powers))),
    )  # fmt: skip


def _power_law() -> ReleaseModel:
    return ReleaseModel(
        "korsmeyer_peppas", "F = k t^n, while F <= 60 %",
        (ReleaseParameter("k", "%/{time}^n", "release at t = 1"),
         ReleaseParameter("n", "", "release exponent")),
        "doi:10.1016/0378-5173(83)90064-9", True, True, curves.free_power, curves.free_power_gradient,
        lambda _first, _last: (np.array([0.0, 0.01]), np.array([np.inf, 5.0])),
        lambda _times: grid.exponents(),
    )  # fmt: skip


def _first_order() -> ReleaseModel:
    return ReleaseModel(
        "first_order", "F = 100 (1 - exp(-k t))", (_RATE,), REVIEW, False, False,
        curves.first_order, curves.first_order_gradient, grid.rate_box, grid.rates,
        lambda time, percent, _theta: np.log(-np.log1p(-percent / 100) / time),
    )  # fmt: skip


def _cube_root() -> ReleaseModel:
    return ReleaseModel(
        "hixson_crowell", "F = 100 (1 - (1 - k t)^3), 100 once k t passes 1", (_RATE,),
        "doi:10.1021/ie50260a018", False, False, curves.cube_root, curves.cube_root_gradient,
        grid.rate_box, grid.rates,
        lambda time, percent, _theta: np.log((1 - (1 - percent / 100) ** (1 / 3)) / time),
    )  # fmt: skip


def _weibull() -> ReleaseModel:
    return ReleaseModel(
        "weibull", "F = 100 (1 - exp(-(t / Td)^b))", (_SCALE, _SHAPE),
        "doi:10.1023/A:1016020822093", False, False, curves.weibull, curves.weibull_gradient,
        grid.scale_box, lambda times: grid.sigmoids(times, lambda _b, log_t: log_t, np.log),
        lambda time, percent, theta: np.log(time) - np.log(-np.log1p(-percent / 100)) / theta[..., 1],
    )  # fmt: skip


def _gompertz() -> ReleaseModel:
    return ReleaseModel(
        "gompertz", "F = 100 exp(-a exp(-b log10 t))",
        (ReleaseParameter("a", "", "scale: -ln(F/100) at t = 1", logarithmic=True),
         ReleaseParameter("b", "", "shape, for a tenfold time")),
        "doi:10.1208/s12248-010-9185-1", False, False, curves.gompertz, curves.gompertz_gradient,
        lambda _first, _last: (np.array([-500.0, 0.02]), np.array([500.0, 80.0])),
        lambda times: grid.sigmoids(times, lambda b, log_t: b * log_t, np.log10, 2.3),
        lambda time, percent, theta: np.log(-np.log(percent / 100)) + theta[..., 1] * np.log10(time),
    )  # fmt: skip


def _logistic() -> ReleaseModel:
    return ReleaseModel(
        "logistic", "F = 100 / (1 + exp(-(a + b log10 t)))",
        (ReleaseParameter("a", "", "logit of F/100 at t = 1", low=-np.inf),
         ReleaseParameter("b", "", "shape, for a tenfold time")),
        "doi:10.1023/A:1016020822093", False, False, curves.logistic, curves.logistic_gradient,
        lambda _first, _last: (np.array([-500.0, 0.02]), np.array([500.0, 80.0])),
        lambda times: grid.sigmoids(times, lambda b, log_t: -b * log_t, np.log10, 2.3),
        lambda time, percent, theta: np.log(percent / (100 - percent)) - theta[..., 1] * np.log10(time),
    )  # fmt: skip


def _two_phases() -> ReleaseModel:
    def box(first: float, last: float) -> tuple[Vector, Vector]:
        (low,), (high,) = grid.rate_box(first, last)
        return np.array([0.0, low, low]), np.array([1.0, high, high])

    return ReleaseModel(
        "biphasic", "F = 100 (f (1 - exp(-k1 t)) + (1 - f) (1 - exp(-k2 t))), k1 > k2",
        (ReleaseParameter("f", "", "share of the fast phase", high=1.0),
         ReleaseParameter("k1", "1/{time}", "rate constant of the fast phase", logarithmic=True),
         ReleaseParameter("k2", "1/{time}", "rate constant of the slow phase", logarithmic=True)),
        "doi:10.1208/s12248-010-9185-1", False, True, curves.two_phases, curves.two_phases_gradient,
        box, grid.rate_pairs,
    )  # fmt: skip


def _with_end(model: ReleaseModel) -> ReleaseModel:
    """The model with a free Fmax instead of 100 %."""
    curve, gradient = curves.scaled(model.curve, model.gradient)

    def box(first: float, last: float) -> tuple[Vector, Vector]:
        low, high = model.box(first, last)
        return np.append(0.0, low), np.append(FMAX_LIMIT, high)

    def candidates(times: Vector) -> Vector:
        inner = model.candidates(times)
        return np.concatenate([np.zeros((*inner.shape[:2], 1)), inner], axis=-1)

    return ReleaseModel(
        f"{model.name}_fmax", model.formula.replace("100", "Fmax"), (_FMAX, *model.parameters),
        model.source, False, True, curve, gradient, box, candidates,
    )  # fmt: skip


def _with_lag(model: ReleaseModel) -> ReleaseModel:
    """The model begun after a lag."""
    curve, gradient = curves.delayed(model.curve, model.gradient)
    pin = model.pin
    assert pin is not None

    def box(first: float, last: float) -> tuple[Vector, Vector]:
        low, high = model.box(first, last)
        return np.append(low, 0.0), np.append(high, 0.95 * last)

    return ReleaseModel(
        f"{model.name}_lag", model.formula.replace("t", "(t - lag)", 1) + ", 0 before the lag"
        if model.name != "weibull" else "F = 100 (1 - exp(-((t - lag) / Td)^b)), 0 before the lag",
        (*model.parameters, _LAG), model.source, False, False, curve, gradient, box,
        lambda times: grid.with_lags(model.candidates(times), times),
        lambda time, percent, theta: pin(
            np.maximum(time - theta[..., -1], 1e-9 * time), percent, theta[..., :-1]
        ),
    )  # fmt: skip


def _catalogue() -> dict[str, ReleaseModel]:
    first, weibull = _first_order(), _weibull()
    models = (
        _polynomial("zero_order", "F = k t", (1.0,), REVIEW, False),
        first,
        _with_end(first),
        _polynomial("higuchi", "F = k t^0.5, while F <= 60 %", (0.5,), "doi:10.1002/jps.2600501018", True),
        _power_law(),
        _cube_root(),
        weibull,
        _with_end(weibull),
        _peppas_sahlin(0.5),
        _gompertz(),
        _logistic(),
        _two_phases(),
        _with_lag(first),
        _with_lag(weibull),
    )
    return {model.name: model for model in models}


def _peppas_sahlin(m: float) -> ReleaseModel:
    formula = f"F = k1 t^{m:g} + k2 t^{2 * m:g}"
    return _polynomial("peppas_sahlin", formula, (m, 2 * m), "doi:10.1016/0378-5173(89)90306-2", False)


MODELS: Mapping[str, ReleaseModel] = MappingProxyType(_catalogue())

USUAL: tuple[str, ...] = tuple(name for name in MODELS if not name.endswith("_lag"))
"""The models ranked unless told: all but those with a lag, which are fitted only where one is stated."""


@lru_cache(maxsize=16)
def release_model(name: str, m: float = 0.5) -> ReleaseModel:
    """The model of that name; `m` is the exponent of Peppas and Sahlin (0.43 for spheres).

    Raises
    ------
    UnknownNameError
        For a model that does not exist.
    DataError
        For an `m` that is not between 0 and 1.

    Examples
    --------
    >>> release_model("weibull").formula
    'F = 100 (1 - exp(-(t / Td)^b))'
    """
    if name not in MODELS:
        raise UnknownNameError("release model", name, MODELS)
    if not 0 < m < 1:
        raise DataError(f"Peppas-Sahlin: found m = {m}; expected a number between 0 and 1, such as 0.5.")
    return _peppas_sahlin(m) if name == "peppas_sahlin" and m != 0.5 else MODELS[name]


def natural(model: ReleaseModel, theta: Vector) -> Vector:
    """The parameters (..., p) of coordinates (..., p).

    Examples
    --------
    >>> natural(release_model("weibull"), np.array([0.0, 2.0])).tolist()
    [1.0, 2.0]
    """
    logarithmic = np.array([parameter.logarithmic for parameter in model.parameters])
    return np.where(logarithmic, np.exp(np.where(logarithmic, theta, 0.0)), theta)
