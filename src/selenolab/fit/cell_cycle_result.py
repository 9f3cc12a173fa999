"""What is asked of a cell-cycle fit, and what it answers."""

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from selenolab.core.errors import StudyError

Model = Literal["Dean-Jett-Fox", "Watson"]
MODELS: tuple[Model, ...] = ("Dean-Jett-Fox", "Watson")
RATIO_LOW, RATIO_HIGH = 1.75, 2.2
"""G2/G1 of the means: 2 for DNA itself; stains and detectors that are not quite linear give 1.9 to 2."""


@dataclass(frozen=True, slots=True)
class CellCycleOptions:
    """How a DNA histogram is fitted.

    Parameters
    ----------
    model : "Dean-Jett-Fox" (S is a broadened polynomial of degree 2) or "Watson" (S has no given shape).
    g1 : where the G1 peak is, in the units of the area, known from the control tube; the peak is then
        sought within 12 % of it. None: it is found.
    cv : "same" for G1 and G2M, or "free".
    ratio : lowest and highest G2/G1 of the means.
    control_ratio : G2/G1 that the fit of the control tube found, recorded with the same stain and settings;
        it makes S of broad peaks (CV above 6 %) surer. None: 1.96, with a wide margin.
    debris : "exponential", "cuts" (each nucleus that is cut leaves pieces of every size: the debris
        follows the histogram) or "none".
    aggregates : whether doublets and triplets that passed the gate are part of the model.
    top : largest area that the detector (such as 262143) or a gate lets through, where known; events on
        it are saturated, and beyond it nothing is expected.
    least : fewest events between half of G1 and the end of G2M that are fitted.

    Raises
    ------
    StudyError
        A name that is not known, or numbers that make no range.
    """

    model: Model = "Dean-Jett-Fox"
    g1: float | None = None
    cv: Literal["same", "free"] = "same"
    ratio: tuple[float, float] = (RATIO_LOW, RATIO_HIGH)
    control_ratio: float | None = None
    debris: Literal["exponential", "cuts", "none"] = "exponential"
    aggregates: bool = True
    top: float | None = None
    least: int = 500

    def __post_init__(self) -> None:
        for word, found, known in (
            ("model", self.model, MODELS),
            ("cv", self.cv, ("same", "free")),
            ("debris", self.debris, ("exponential", "cuts", "none")),
        ):
            if found not in known:
                raise StudyError(f"Cell cycle: found {word} '{found}'; expected one of {', '.join(known)}.")
        if not 1.5 <= self.ratio[0] < self.ratio[1] <= 2.5:
            raise StudyError(
                f"Cell cycle: found bounds {self.ratio} of G2/G1; expected two rising numbers "
                "from 1.5 to 2.5."
            )
        if self.control_ratio is not None and not self.ratio[0] <= self.control_ratio <= self.ratio[1]:
            raise StudyError(
                f"Cell cycle: found a control_ratio of {self.control_ratio:g}; expected G2/G1 within "
                f"{self.ratio[0]:g} to {self.ratio[1]:g}."
            )
        if self.g1 is not None and not self.g1 > 0:
            raise StudyError(f"Cell cycle: found G1 at {self.g1}; expected an area above 0.")


@dataclass(frozen=True, slots=True)
class CellCycle:
    """Where the cells of one tube stand in the cycle.

    Parameters
    ----------
    model : "Dean-Jett-Fox" or "Watson".
    g1, s, g2m : % of the cycling single cells; they sum to 100.
    se_g1, se_s, se_g2m : standard errors of them [percentage points] from the counting of events alone.
        They are not the error between experiments; None where the model gives none (Watson).
    sub_g1 : % of all events that are not debris (cycling, aggregates and sub-G1).
    debris : % of all events; what lies below the fitted range counts as debris.
    aggregates : % of all events.
    events : finite events that were given; `cycling` : how many of them are cycling single cells.
    g1_mean : mean of the G1 peak, in the units of the area.
    g1_cv, g2m_cv : coefficients of variation of the peaks, %.
    ratio : mean of G2M over mean of G1.
    deviance : Poisson deviance of the histogram per degree of freedom; about 1 for a model that fits.
    curve : one row a bin: dna (centre, units of the area), counts, and the expected counts of g1, s, g2m,
        sub_g1, debris, aggregates and total.
    problems : what speaks against the answer, in words; empty when nothing was noted.
    """

    model: Model
    g1: float
    s: float
    g2m: float
    se_g1: float | None
    se_s: float | None
    se_g2m: float | None
    sub_g1: float
    debris: float
    aggregates: float
    events: int
    cycling: float
    g1_mean: float
    g1_cv: float
    g2m_cv: float
    ratio: float
    deviance: float
    curve: pd.DataFrame
    problems: tuple[str, ...]
