"""How much capacity of independent units is lost, with which probability: the capacity outage probability table."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze_new

Real = NDArray[np.float64]
MOST_LEVELS = 2_000_000
"""Levels of lost capacity that a table may hold before its grid is made coarser."""


@dataclass(frozen=True, kw_only=True, eq=False)
class OutageTable:
    """Capacity that is lost, k x step_kw for k = 0, 1, …, K. probability: of each, (K + 1,), summing to 1.

    exact: every unit is a whole number of steps; otherwise its loss is split between the two levels next to it, which
    keeps the mean of what is lost.
    """

    capacity_kw: float
    step_kw: float
    probability: Real
    exact: bool

    def __post_init__(self) -> None:
        freeze_new(self, probability=np.float64)


def outage_table(max_kw: Real, outage_rate: Real, step_kw: float | None = None) -> OutageTable:
    """Convolution of units of two states, (G,) each, in their order of size. step_kw: of the grid; by default the
    largest that every unit is a whole number of, in whole kW, or 1,000 kW where that would be too fine.

    Raises ValueError for a rate outside 0 to 1, a capacity below 0 or a step that is not above 0.
    Source: Billinton, Allan, Reliability Evaluation of Power Systems, capacity outage probability tables.
    """
    sizes, rates = np.asarray(max_kw, dtype=np.float64), np.asarray(outage_rate, dtype=np.float64)
    if sizes.shape != rates.shape or not np.isfinite(sizes).all() or (sizes < 0.0).any():
        raise ValueError("capacities must be finite, at least 0, and as many as outage rates")
    if not ((rates >= 0.0) & (rates <= 1.0)).all():
        raise ValueError("an outage rate lies outside 0 to 1")
    step = _step_of(sizes) if step_kw is None else step_kw
    if not step > 0.0:
        raise ValueError("the step of a table must be above 0")
    probability = np.ones(1)
    exact = True
    for at in np.lexsort((rates, sizes)):
        whole, rest = divmod(float(sizes[at]) / step, 1.0)
        whole, rest = (whole + 1.0, 0.0) if rest > 1.0 - 1e-9 else (whole, rest)
        rest = 0.0 if rest < 1e-9 else rest
        exact = exact and rest == 0.0
        probability = _with_unit(probability, int(whole), rest, float(rates[at]))
    return OutageTable(
        capacity_kw=float(sizes.sum()), step_kw=step, probability=probability, exact=exact
    )


def _with_unit(before: Real, levels: int, rest: float, rate: float) -> Real:
    """One more unit, lost by a rate: `levels` levels, the share `rest` of it one more."""
    after = np.zeros(len(before) + levels + (rest > 0.0))
    after[: len(before)] += (1.0 - rate) * before
    after[levels : levels + len(before)] += rate * (1.0 - rest) * before
    if rest > 0.0:
        after[levels + 1 : levels + 1 + len(before)] += rate * rest * before
    return after


def _step_of(sizes: Real) -> float:
    whole = np.round(sizes).astype(np.int64)
    if not np.allclose(sizes, whole, rtol=0.0, atol=1e-9) or not whole.any():
        return 1000.0
    step = float(np.gcd.reduce(whole))
    return step if sizes.sum() / step <= MOST_LEVELS else 1000.0
