"""How a plan meets what forecasts do not know: by the point forecast, by courses, or with a margin."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float64]


class Uncertainty(StrEnum):
    """What a plan is made for."""

    EXPECTED = "expected"
    CVAR = "cvar"
    CHANCE = "chance"


@dataclass(frozen=True, kw_only=True)
class Risk:
    """What a plan weighs beside the point forecast.

    uncertainty: which of the three; the rest speaks only of its own. scenarios: equally likely courses, ≥ 1.
    cvar_weight: weight of the dearest courses beside the mean of all, in [0, 1]. cvar_level: share of courses
    that do not belong to the dearest, in [0, 1). confidence: share of cases, in [0.5, 1), in which each limit
    and the planned peak of each step shall hold.
    """

    uncertainty: Uncertainty = Uncertainty.EXPECTED
    scenarios: int = 8
    cvar_weight: float = 0.5
    cvar_level: float = 0.75
    confidence: float = 0.95


CERTAIN = Risk()


def tail_mean(costs: Real, level: float) -> float:
    """Mean of the dearest 1 - level of equally likely costs (n,), a cost at the edge by its part.

    Conditional value at risk as Rockafellar and Uryasev write it (2000).
    """
    dearest = np.sort(costs)[::-1]
    share = (1.0 - level) * len(dearest)
    weights = np.clip(share - np.arange(len(dearest)), 0.0, 1.0)
    return float(weights @ dearest / share)


def weighed(costs: Real, risk: Risk) -> float:
    """What equally likely costs (n,) count for together: their mean and that of the dearest, by their weight."""
    tail = tail_mean(costs, risk.cvar_level)
    return float((1.0 - risk.cvar_weight) * costs.mean() + risk.cvar_weight * tail)
