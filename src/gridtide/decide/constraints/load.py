"""What machines draw is what the building carries: the only link between work and sites."""

import numpy as np

from gridtide.decide.layout import Columns, Facts, Whole, kw_per_request
from gridtide.decide.program import Program, places_of


def add_load(program: Program, columns: Columns, facts: Facts) -> Whole:
    """Sum of segments = IT power beyond the parked floor, kW, one row a site and step.

    The row's dual is the price of one more kW of IT for the step.
    """
    sites = len(facts.curve.floor_it_kw)
    given_kw = facts.given.sum(axis=0) * facts.extra_kw[:, None]
    site = facts.site[facts.menu.place]
    fixed = np.stack([given_kw[site == s].sum(axis=0) for s in range(sites)])
    rows = program.constraints(fixed.shape, fixed, fixed, *places_of(fixed.shape))
    program.put(rows[:, :, None], columns.segment, 1.0)
    program.put(
        rows[facts.site[columns.place], columns.step], columns.work, -facts.extra_kw[columns.entry]
    )
    place = columns.pair[:, 2]
    program.put(rows[facts.site[place]], columns.flow, -kw_per_request(columns, facts)[:, None])
    return rows
