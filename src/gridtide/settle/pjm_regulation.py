"""What regulation earns in PJM: by the hour until September 2025, by five minutes since."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.units import cost_per_kwh

Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class PjmTerms:
    """forfeit_below: an interval whose score is strictly below loses its credit. by_hour: the score of an hour is the
    mean of its intervals, and pays all of them."""

    forfeit_below: float
    by_hour: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class Awards:
    """Intervals of regulation, (n,) each: award, score 0 to 1, clearing prices of capability and performance, money
    per MW and hour, and mileage ratio. start_s: seconds since 1970; hours: length."""

    start_s: NDArray[np.int64]
    hours: Real
    award_kw: Real
    score: Real
    capability_price_per_mw_h: Real
    performance_price_per_mw_h: Real
    mileage_ratio: Real

    def __post_init__(self) -> None:
        names = (
            "hours",
            "award_kw",
            "score",
            "capability_price_per_mw_h",
            "performance_price_per_mw_h",
            "mileage_ratio",
        )
        freeze(self, start_s=np.int64, **dict.fromkeys(names, np.float64))


def pjm_credit(awards: Awards, terms: PjmTerms) -> Real:
    """Money earned in each interval, (n,): award x score x (capability + mileage ratio x performance) x hours."""
    score = _of_hours(awards) if terms.by_hour else awards.score
    price = awards.capability_price_per_mw_h
    price = price + awards.mileage_ratio * awards.performance_price_per_mw_h
    earned = cost_per_kwh(1.0) * awards.award_kw * score * price * awards.hours
    return np.where(awards.score < terms.forfeit_below, 0.0, earned)


def _of_hours(awards: Awards) -> Real:
    """The mean score of the hour that each interval lies in."""
    _, hour = np.unique(awards.start_s // 3600, return_inverse=True)
    mean = np.bincount(hour, awards.score) / np.bincount(hour)
    return np.asarray(mean[hour])
