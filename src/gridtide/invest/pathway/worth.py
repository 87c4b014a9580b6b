"""What a token costs, and what one more kW or accelerator would be worth where grid or chips hold demand back."""

from dataclasses import dataclass

import numpy as np

from gridtide.digest import freeze
from gridtide.invest.hours import HOURS_PER_YEAR
from gridtide.invest.pathway.assumptions import ACCELERATED, Real
from gridtide.invest.pathway.course import CHIPS, GRID, Course
from gridtide.invest.pathway.outlook import Scenario
from gridtide.units import cost_per_kwh, price_per_mwh_of

SECONDS_KW = 3.6e6
"""Joules of a kWh."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Worth:
    """Money of one course. (Y,): joules_per_token at the facility's meter, cost_per_million_tokens, electricity_share
    of that cost. (Y, R): power_per_mwh and power_per_kw_year, what one more would be worth beyond its price where the
    grid holds demand back, else 0; chip_per_year, the same of one more accelerator where chips do.
    """

    joules_per_token: Real
    cost_per_million_tokens: Real
    electricity_share: Real
    power_per_mwh: Real
    power_per_kw_year: Real
    chip_per_year: Real

    def __post_init__(self) -> None:
        freeze(self, **dict.fromkeys(self.__dataclass_fields__, np.float64))


def worth_of(scenario: Scenario, course: Course, joules_per_token: float) -> Worth:
    """Of the one course of a scenario. joules_per_token: at the facility's meter in 2024."""
    drivers, costs = scenario.drivers, scenario.costs
    kw = drivers.accelerator_kw[0]
    power = cost_per_kwh(1.0) * costs.price_per_mwh * kw
    hour = costs.compute_per_accelerator_h + power
    joules = joules_per_token / course.work[0, :, 1] * course.pue[0] / course.pue[0, 0]
    rent = hour[:, None] * (scarcity(course, costs.elasticity) - 1.0)
    used_h = HOURS_PER_YEAR * drivers.accelerator_use[0]
    grid = np.where(course.held_by[0] == GRID, rent / kw[:, None], 0.0)
    return Worth(
        joules_per_token=joules,
        cost_per_million_tokens=hour * joules / (kw * SECONDS_KW) * 1e6,
        electricity_share=power / hour,
        power_per_mwh=price_per_mwh_of(1.0) * grid,
        power_per_kw_year=grid * used_h,
        chip_per_year=np.where(course.held_by[0] == CHIPS, rent * used_h, 0.0),
    )


def scarcity(course: Course, elasticity: float) -> Real:
    """Price at which what is drawn is all that is asked for, over its cost, (Y, R) 1 or more.

    Demand falls by `elasticity` per cent for one per cent of price, so that drawn = wanted x price^-elasticity. The
    price beyond cost is the dual of what holds demand back: where max of benefit - cost is sought over the accelerators
    in use, at most so many chips, at most so many kW, only the tighter of the two has a price.
    """
    wanted = course.wanted_twh[0, :, :, ACCELERATED].sum(axis=2)
    drawn = course.drawn_twh[0, :, :, ACCELERATED].sum(axis=2)
    ratio: Real = np.maximum(wanted / np.maximum(drawn, 1e-9 * wanted), 1.0)
    return np.where(course.held_by[0] > 0, ratio ** (1.0 / elasticity), 1.0)
