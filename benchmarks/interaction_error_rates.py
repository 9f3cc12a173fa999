"""How often an interaction is said where there is none, and its interval holds where there is one.

    python benchmarks/interaction_error_rates.py [studies]

Studies of three experiments with two wells a cell; the day scatters by 0.5, every cell of the design by 0.15,
a well by 0.05 (SD of ln). Both arms share their experiments, or each arm has experiments of its own.
"""

import sys

import numpy as np

from selenolab.stats.interaction import interaction


def study(draw: np.random.Generator, ratio: float, shared: bool) -> tuple[bool, bool]:
    """Whether an interaction was said (p < 0.05), and whether its interval holds the true ratio of ratios."""
    day = draw.normal(0, 0.5, 3)
    other = day if shared else draw.normal(0, 0.5, 3)
    means = (1.0, 4.0, 1.0, 4.0 * ratio)
    cells = []
    for number, (scatter, mean) in enumerate(zip((day, day, other, other), means, strict=True)):
        own = np.exp(scatter + draw.normal(0, 0.15, 3)) * mean
        names = [f"{name}{'' if shared or number < 2 else ' of the arm'}" for name in "123"]
        cells.append(
            {
                name: (value * np.exp(draw.normal(0, 0.05, 2))).tolist()
                for name, value in zip(names, own, strict=True)
            }
        )
    found = interaction(*cells, unit="1")
    return bool(found.p is not None and found.p < 0.05), bool(
        found.estimate.low <= ratio <= found.estimate.high
    )


def main(studies: int) -> None:
    """A row a design."""
    print(f"{'design':34} {'true ratio':>10} {'said':>7} {'held':>7}")
    for shared, name in (
        (True, "both arms in the same experiments"),
        (False, "arms in different experiments"),
    ):
        for ratio in (1.0, 0.3):
            draw = np.random.default_rng([20261121, shared, round(10 * ratio)])
            told = np.array([study(draw, ratio, shared) for _ in range(studies)])
            said, held = 100 * told.mean(axis=0)
            print(f"{name:34} {ratio:10g} {said:6.2f}% {held:6.2f}%")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
