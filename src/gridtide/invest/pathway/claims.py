"""What a public statement on computing's share of electricity requires: growth, power and accelerators a year."""

from dataclasses import dataclass

import numpy as np

from gridtide.invest.hours import HOURS_PER_YEAR
from gridtide.invest.pathway.assumptions import ACCELERATED, FIRST_YEAR, PLAIN
from gridtide.invest.pathway.course import GW_PER_TWH, Course
from gridtide.invest.pathway.outlook import Claim, Scenario, Society


@dataclass(frozen=True, kw_only=True)
class Required:
    """What a statement needs, least and most. percentile: share of a fan's courses that stay below, 0 to 1.

    twh: of all data centres, or of accelerated work where the statement is about that. growth: a year, from 2024.
    gw_per_year: of mean draw added, evenly over the years. accelerators_per_year: fitted in the year of the
    statement at that growth, where all that is not accelerated draws what it does in the base course.
    """

    claim: Claim
    twh: tuple[float, float]
    growth: tuple[float, float]
    gw_per_year: tuple[float, float]
    accelerators_per_year: tuple[float, float]
    percentile: tuple[float, float]


def yearly_growth(before: float, after: float, years: float) -> float:
    """Growth a year [share] that leads from one figure to another, both above 0 (compound annual growth rate)."""
    return float((after / before) ** (1.0 / years) - 1.0)


def society_twh(society: Society, year: int) -> tuple[float, float]:
    """What society draws in a year, at the least and the most growth."""
    passed = year - FIRST_YEAR
    low, high = (society.twh * (1.0 + growth) ** passed for growth in society.growth)
    return low, high


def required(
    claim: Claim, society: Society, base: Scenario, course: Course, fan: Course
) -> Required:
    """What a statement requires, beside the base course (one) and the courses of a fan."""
    at = claim.year - FIRST_YEAR
    drawn = course.drawn_twh[0].sum(axis=1)
    if claim.of_society:
        low, high = society_twh(society, claim.year)
        first, others = float(drawn[0].sum()), float(drawn[at, PLAIN].sum())
        courses = fan.electricity_twh[:, at].sum(axis=1)
    else:
        low = high = float(drawn[at].sum())
        first, others = float(drawn[0, ACCELERATED].sum()), 0.0
        courses = _accelerated_share(fan, at)
    needs = (claim.low_share * low, claim.high_share * high)
    marks = needs if claim.of_society else (claim.low_share, claim.high_share)
    growth = tuple(yearly_growth(first, need, at) for need in needs)
    fitted = [
        _fitted(base, at, max(need - others, 0.0), g) for need, g in zip(needs, growth, strict=True)
    ]
    return Required(
        claim=claim,
        twh=needs,
        growth=(growth[0], growth[1]),
        gw_per_year=_pair([(need - first) * GW_PER_TWH / at for need in needs]),
        accelerators_per_year=_pair(fitted),
        percentile=_pair([float(np.mean(courses < mark)) for mark in marks]),
    )


def _accelerated_share(fan: Course, at: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    world = fan.drawn_twh[:, at].sum(axis=1)
    share: np.ndarray[tuple[int], np.dtype[np.float64]] = world[:, ACCELERATED].sum(
        axis=1
    ) / world.sum(axis=1)
    return share


def _fitted(base: Scenario, at: int, twh: float, growth: float) -> float:
    """Accelerators a year where those in use grow at that pace and old ones are replaced."""
    drivers = base.drivers
    each = float(drivers.accelerator_kw[0, at] * drivers.accelerator_use[0]) * HOURS_PER_YEAR * 1e-9
    return twh / each * (growth / (1.0 + growth) + 1.0 / float(drivers.accelerator_life[0]))


def _pair(values: list[float]) -> tuple[float, float]:
    low, high = values
    return low, high
