"""Seeded courses and quantiles put beside the point forecasts of a situation; for tests and examples."""

from collections.abc import Iterator
from dataclasses import replace
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.margins import levels_of
from gridtide.decide.situation import Situation
from gridtide.signals.plausible import PLAUSIBLE
from gridtide.signals.signal import Kind, Nature, Signal, is_point
from gridtide.simulate.bound import known_course
from gridtide.simulate.truth import truth_of
from gridtide.testing.studies import small_study

Real = NDArray[np.float64]
RELATIVE = {Kind.PRICE: 0.4, Kind.CARBON_AVERAGE: 0.1, Kind.WIND: 0.3, Kind.REQUESTS: 0.1}
"""Standard deviation of the errors made up, as a share of the mean; other kinds are forecast without error."""


def known() -> Iterator[Situation]:
    """Situations whose jobs have all come: a quiet day, a crowded one, one with negative prices."""
    for seed, jobs, negative in ((1, 20, False), (2, 70, False), (3, 40, True)):
        study = small_study(seed, hours=24, jobs=jobs, accelerators=48, negative_prices=negative)
        yield known_course(study, truth_of(study))


def with_courses(situation: Situation, count: int, seed: int = 0, size: float = 1.0) -> Situation:
    """The situation with so many courses of every series; `size` scales how far they lie from the point."""
    rng = np.random.default_rng(seed)
    found: list[Signal] = []
    for one in points_of(situation):
        for number in range(count):
            found.append(_beside(one, size * _error(one, rng), scenario=number))
    return replace(situation, signals=(*situation.signals, *found))


def with_quantiles(situation: Situation, confidence: float, size: float = 1.0) -> Situation:
    """The situation with the quantiles that plans of this confidence ask for, by a normal distribution.

    size: how many times the usual error.
    """
    found: list[Signal] = []
    for one in points_of(situation):
        for level in levels_of(one.kind, confidence):
            off = size * NormalDist().inv_cdf(level) * RELATIVE.get(one.kind, 0.0)
            moved = np.full(len(one.values), off * float(np.nanmean(np.abs(one.values))))
            found.append(_beside(one, moved, quantile=level))
    return replace(situation, signals=(*situation.signals, *found))


def points_of(situation: Situation) -> list[Signal]:
    """The series of a situation that say anything, one value an hour."""
    return [one for one in situation.signals if is_point(one) and not np.isnan(one.values).all()]


def _error(signal: Signal, rng: np.random.Generator) -> Real:
    """An error that lasts for hours: a random walk back to nothing."""
    shocks = rng.normal(size=len(signal.values))
    walk = np.zeros(len(shocks))
    for step in range(1, len(shocks)):
        walk[step] = 0.97 * walk[step - 1] + np.sqrt(1 - 0.97**2) * shocks[step]
    scale = RELATIVE.get(signal.kind, 0.0) * float(np.nanmean(np.abs(signal.values)))
    return np.asarray(scale * walk)


def _beside(
    signal: Signal,
    error: Real,
    *,
    quantile: float | None = None,
    scenario: int | None = None,
) -> Signal:
    return replace(
        signal,
        values=np.clip(signal.values + error, *PLAUSIBLE[signal.kind]),
        nature=Nature.FORECAST,
        source="seeded",
        quantile=quantile,
        scenario=scenario,
    )
