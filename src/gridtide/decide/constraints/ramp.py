"""Grid power changes from step to step no faster than the contract allows."""

import numpy as np

from gridtide.decide.layout import Columns, Facts, Whole
from gridtide.decide.program import Program


def add_ramp(
    program: Program, columns: Columns, facts: Facts, most_kw_per_min: tuple[float | None, ...]
) -> Whole:
    """|draw_t - sell_t - (draw_{t-1} - sell_{t-1})| <= rate times the step, for sites with a rule."""
    ruled = [site for site, rate in enumerate(most_kw_per_min) if rate is not None]
    limits = np.asarray([most_kw_per_min[site] for site in ruled], dtype=np.float64)
    most = limits[:, None] * facts.hours[1:] * 60.0
    rows = program.constraints(most.shape, -most, most)
    for block, sign in ((columns.draw, 1.0), (columns.sell, -1.0)):
        program.put(rows, block[ruled][:, 1:], sign)
        program.put(rows, block[ruled][:, :-1], -sign)
    return rows
