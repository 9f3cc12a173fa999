"""An interaction: its interval covers, its error rate holds, and a rescue of the control is no rescue."""

import numpy as np
import pytest

from selenolab.core.errors import StudyError
from selenolab.stats.interaction import Cell, interaction, verdict

NAMES = ("a", "b", "c", "d")


def cell(*values: float) -> Cell:
    return {name: [value] for name, value in zip(NAMES, values, strict=False)}


def test_a_rescue_is_seen_and_said() -> None:
    found = interaction(cell(1, 1.1, 0.9), cell(8, 9, 7), cell(1, 1, 1.2), cell(1.1, 1.0, 1.25), "1")
    assert found.estimate.high < 1
    assert "weaker with NAC" in verdict(found, "NAC")
    assert "no clear effect remains" in verdict(found, "NAC")


def test_among_many_interactions_one_by_itself_says_nothing() -> None:
    found = interaction(cell(1, 1.1, 0.9), cell(8, 9, 7), cell(1, 1, 1.2), cell(1.1, 1.0, 1.25), "1")
    assert "is open" in verdict(found, "NAC", p_adjusted=0.08)
    assert "weaker" in verdict(found, "NAC", p_adjusted=0.04)


def test_an_effect_that_turns_round_is_no_block() -> None:
    found = interaction(cell(10, 11, 9), cell(40, 45, 37), cell(10, 11, 9), cell(5, 5.4, 4.6), "%")
    assert "turned round" in verdict(found, "NAC")


def test_a_perturbation_that_moves_both_arms_alike_is_no_rescue() -> None:
    found = interaction(cell(10, 11, 9), cell(40, 45, 37), cell(5, 5.4, 4.6), cell(20, 22.6, 18.2), "%")
    assert found.estimate.low <= 1 <= found.estimate.high
    assert "is open" in verdict(found, "zVAD")


def test_without_an_effect_nothing_is_needed_for_it() -> None:
    found = interaction(cell(1, 1.2, 0.9), cell(1.1, 1.0, 0.95), cell(1, 1, 1.1), cell(0.5, 0.5, 0.6), "1")
    assert verdict(found, "NAC").startswith("There is no clear effect without NAC")


def test_a_stronger_effect_is_never_called_needed() -> None:
    found = interaction(cell(10, 11, 9), cell(20, 21, 19.5), cell(10, 11, 9), cell(50, 52, 48), "%", "linear")
    assert found.estimate.unit == "%"
    assert verdict(found, "BSO") == "The effect is stronger with BSO."


def test_a_treated_experiment_needs_the_control_of_its_arm() -> None:
    with pytest.raises(StudyError, match="no untreated ones with the perturbation"):
        interaction(cell(1, 2, 3), cell(1, 2, 3), cell(1, 2), cell(1, 2, 3), "1")
    with pytest.raises(StudyError, match="two independent experiments"):
        interaction(cell(1), cell(2), cell(1), cell(2), "1")


@pytest.mark.parametrize("paired", [True, False])
def test_error_rate_and_coverage(paired: bool) -> None:
    """2,000 studies of three experiments, the day and the arm scattering; a true interaction of 0.5."""
    draw = np.random.default_rng(7)
    covered = 0
    for _ in range(2000):
        day = draw.normal(0, 0.5, 3)
        other = day if paired else draw.normal(0, 0.5, 3)
        own = np.exp(draw.normal(0, 0.15, (4, 3)))
        means = [1.0, 4.0, 1.0, 2.0]
        arms = [np.exp(d) * m * o for d, m, o in zip((day, day, other, other), means, own, strict=True)]
        cells = [{f"{n}{'' if paired or k < 2 else 'x'}": [float(v)] for n, v in zip("abc", arm, strict=True)}
                 for k, arm in enumerate(arms)]  # fmt: skip
        found = interaction(*cells, "1")
        assert found.paired == paired
        covered += found.estimate.low <= 0.5 <= found.estimate.high
    assert 0.93 <= covered / 2000 <= (0.97 if paired else 0.985)  # Welch is a little wide at n = 3
