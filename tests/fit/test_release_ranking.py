"""Ranking of release models: same rows only, ties said, no rank without an AICc."""

import numpy as np
import pytest

from selenolab.core.errors import DataError, UnknownNameError
from selenolab.fit.release_fit import fit_vessels
from selenolab.fit.release_models import USUAL
from selenolab.fit.release_ranking import rank_fits, rank_models, rank_over_vessels

HOURS = np.array([0.5, 1, 2, 4, 6, 8, 12, 24, 36, 48])


def sigmoid(seed: int, sd: float = 1.0) -> np.ndarray:
    noise = sd * np.random.default_rng(seed).standard_normal(HOURS.size)
    return np.asarray(100 * (1 - np.exp(-((HOURS / 9) ** 1.7))) + noise)


def test_the_true_model_leads_and_weights_sum_to_one() -> None:
    found = rank_over_vessels(HOURS, np.column_stack([sigmoid(seed) for seed in range(6)]))
    assert found.ranked[0].name == "weibull"
    assert (found.curves, found.n) == (6, 60)
    assert sum(row.weight for row in found.ranked) == pytest.approx(1.0)
    assert found.ranked[0].aicc == pytest.approx(sum(fit.aicc or 0 for fit in found.ranked[0].fits))
    assert all(a.aicc <= b.aicc for a, b in zip(found.ranked, found.ranked[1:], strict=False))
    assert found.ranked[1].delta > 2
    assert found.said.startswith("weibull is best by AICc")


def test_models_fitted_to_fewer_rows_stand_apart() -> None:
    found = rank_models(HOURS, sigmoid(1))
    assert set(dict(found.apart)) == {"higuchi", "korsmeyer_peppas"}
    assert "of the 10 rows: not comparable" in dict(found.apart)["higuchi"]
    everything = rank_models(HOURS, sigmoid(1), kp_max=100)
    assert not everything.apart
    assert len(everything.ranked) == len(USUAL)
    slow = rank_models(HOURS, 0.4 * sigmoid(1))
    assert not {"higuchi", "korsmeyer_peppas"} & set(dict(slow.apart))


def test_a_tie_is_said() -> None:
    y = 100 * (1 - np.exp(-HOURS / 8)) + 12 * np.random.default_rng(1).standard_normal(HOURS.size)
    found = rank_models(HOURS, y, models=("first_order", "hixson_crowell", "weibull", "logistic"))
    assert len(found.tied) > 1
    assert found.said.startswith("tied: ")
    assert all(row.delta < 2 for row in found.ranked if row.name in found.tied)


def test_too_few_rows_or_an_exact_curve_leave_no_aicc_and_no_rank() -> None:
    few = rank_models([1.0, 2.0, 4.0, 8.0], [11.0, 19.0, 36.0, 50.0], models=("first_order", "weibull"))
    assert [row.name for row in few.ranked] == ["first_order"]
    assert few.apart == (("weibull", "no AICc: 2 parameters and the variance need at least 5 rows"),)
    exact = rank_models(HOURS, 100 * (1 - np.exp(-HOURS / 8)), models=("first_order",))
    assert exact.ranked == ()
    assert exact.apart == (("first_order", "no AICc: the curve meets every point"),)
    assert exact.said == "no model can be ranked"
    still = rank_models(HOURS, np.zeros(10), models=("first_order",))
    assert still.apart == (("first_order", "nothing was released"),)


def test_fits_already_made_give_the_same_ranking() -> None:
    table = np.column_stack([sigmoid(seed) for seed in range(3)])
    names = ("weibull", "first_order", "logistic")
    fits = {name: fit_vessels(HOURS, table, model=name) for name in names}
    ranked, again = rank_fits(fits), rank_over_vessels(HOURS, table, models=names)
    assert [row.name for row in ranked.ranked] == [row.name for row in again.ranked]
    assert ranked.ranked[0].aicc == pytest.approx(again.ranked[0].aicc)


def test_order_of_rows_and_unit_of_time_do_not_matter() -> None:
    y, order = sigmoid(4), np.random.default_rng(4).permutation(10)
    base, turned, minutes = (
        rank_models(HOURS, y), rank_models(HOURS[order], y[order]), rank_models(60 * HOURS, y)
    )  # fmt: skip
    for other in (turned, minutes):
        assert [row.name for row in other.ranked] == [row.name for row in base.ranked]
        assert [row.weight for row in other.ranked] == pytest.approx(
            [r.weight for r in base.ranked], abs=1e-6
        )


def test_nonsense_is_named() -> None:
    with pytest.raises(DataError, match="times x vessels"):
        rank_over_vessels(HOURS, sigmoid(1))
    with pytest.raises(UnknownNameError, match="Did you mean weibull"):
        rank_models(HOURS, sigmoid(1), models=("weibul",))
