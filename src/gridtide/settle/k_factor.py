"""K, by which Chinese provinces weigh regulation: named measures, each put in relation to its standard, then combined.

A province is data: which measures, how each relates, how they combine, and every clamp. The few ways to relate and to
combine are functions here rather than expressions in a file, so that each has a test and no text is ever evaluated.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze

Real = NDArray[np.float64]


class Relation(StrEnum):
    """How a measure x relates to its standard s: x/s, 1 - x/s, or 2 - s/x."""

    RATIO = "ratio"
    ONE_LESS_RATIO = "one-less-ratio"
    TWO_LESS_INVERSE = "two-less-inverse"


class Combine(StrEnum):
    """How factors make K."""

    WEIGHTED_SUM = "weighted-sum"
    PRODUCT = "product"


@dataclass(frozen=True, kw_only=True)
class KFactor:
    """One factor. measure: what is measured, with its unit, as a column of movements calls it.

    standard: what it is held against, in the same unit, None where it is given with the measures. weight: in a sum.
    floor, cap: of the factor.
    """

    measure: str
    relation: Relation
    standard: float | None
    weight: float
    floor: float
    cap: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Movements:
    """Movements after commands, (n,): trading period each lies in, by the second it begins; megawatts travelled, the
    market's own unit; clearing price per megawatt. measured: by factor of the rule, (F, n)."""

    period_s: NDArray[np.int64]
    mileage: Real
    price: Real
    measured: Real

    def __post_init__(self) -> None:
        freeze(self, period_s=np.int64, mileage=np.float64, price=np.float64, measured=np.float64)


@dataclass(frozen=True, kw_only=True)
class KTerms:
    """A province's rule. admission: least K that may take part. paid_cap: K above it is paid as it. decimals: of the
    mean over a trading period, None without rounding."""

    combine: Combine
    factors: tuple[KFactor, ...]
    admission: float
    paid_cap: float
    decimals: int | None


def factors_of(terms: KTerms, measured: Real, standards: Real) -> Real:
    """The clamped factors of each movement, (F, n). measured: (F, n); standards: (F,), read where a factor has none of
    its own. A measure of 0 under `two-less-inverse` gives the floor."""
    rows = []
    for factor, values, given in zip(terms.factors, measured, standards, strict=True):
        standard = float(given) if factor.standard is None else factor.standard
        rows.append(np.clip(_related(factor.relation, values, standard), factor.floor, factor.cap))
    return np.stack(rows)


def k_of_movements(terms: KTerms, factors: Real) -> Real:
    """K of each movement, (n,). factors: (F, n)."""
    if terms.combine is Combine.PRODUCT:
        return np.asarray(np.prod(factors, axis=0))
    weights = np.asarray([factor.weight for factor in terms.factors])
    return np.asarray((weights[:, None] * factors).sum(axis=0))


def k_of_period(terms: KTerms, k: Real) -> float:
    """The mean of K over the movements of a trading period, rounded where the rule says so."""
    mean = float(k.mean())
    return mean if terms.decimals is None else round(mean, terms.decimals)


def k_fee(terms: KTerms, mileage: Real, price: Real, k: Real, sharing: float) -> float:
    """Money for trading periods: sharing x sum of mileage x price x K, K no more than the paid cap.

    mileage: MW travelled, the market's own unit. price: money per MW. sharing: energy in the cost-sharing pool as a
    share of all that was dispatched.
    """
    return sharing * float((mileage * price * np.minimum(k, terms.paid_cap)).sum())


def ranking_price(bid: float, k: float, k_max: float) -> float:
    """The price by which bids are ranked: the bid over K as a share of the best K."""
    return bid / (k / k_max)


def _related(relation: Relation, values: Real, standard: float) -> Real:
    if relation is Relation.RATIO:
        return values / standard
    if relation is Relation.ONE_LESS_RATIO:
        return 1.0 - values / standard
    moved = values > 0.0
    return np.where(moved, 2.0 - standard / np.where(moved, values, 1.0), -np.inf)
