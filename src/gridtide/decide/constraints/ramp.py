"""Grid power changes from step to step no faster than the contract allows, from what is measured now on."""

import numpy as np

from gridtide.decide.layout import Columns, Facts, Real, Whole
from gridtide.decide.program import Program

STEEP_COST_PER_KW = 100.0
"""What a kilowatt beyond the rule counts: far above any saving, below what leaves work undone or people in
the dark, so that a plan exists where services and weather alone are steeper than the rule."""


def add_ramp(
    program: Program,
    columns: Columns,
    facts: Facts,
    most_kw_per_min: tuple[float | None, ...],
    grid_power_now_kw: Real,
) -> tuple[Whole, Whole]:
    """|grid power - grid power a step before| <= rate times the shorter of the two, for sites with a rule.

    grid_power_now_kw: as measured, (S,), NaN where unknown: then the first step is free. Returns the rows and the
    columns that go beyond the rule, up and down, (2, ruled sites, T).
    """
    ruled = [site for site, rate in enumerate(most_kw_per_min) if rate is not None]
    limits = np.asarray([most_kw_per_min[site] for site in ruled], dtype=np.float64)
    shorter_h = np.minimum(facts.hours, np.append(facts.hours[0], facts.hours[:-1]))
    most = limits[:, None] * shorter_h * 60.0
    before = np.zeros_like(most)
    before[:, :1] = np.nan_to_num(grid_power_now_kw[ruled])[:, None]
    free = np.zeros_like(most)
    free[:, :1] = np.where(np.isnan(grid_power_now_kw[ruled]), np.inf, 0.0)[:, None]
    where = (np.asarray(ruled, dtype=np.int64)[:, None], np.arange(len(facts.hours)))
    rows = program.constraints(most.shape, before - most - free, before + most + free, *where)
    for block, sign in ((columns.draw, 1.0), (columns.sell, -1.0)):
        program.put(rows, block[ruled], sign)
        program.put(rows[:, 1:], block[ruled][:, :-1], -sign)
    steep = program.variables((2, *most.shape), STEEP_COST_PER_KW)
    for block, sign in zip(steep, (1.0, -1.0), strict=True):
        program.put(rows, block, sign)
    return rows, steep
