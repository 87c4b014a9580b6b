"""Drawing more or less than was declared is paid for, beyond what is free."""

import numpy as np

from gridtide.decide.layout import Columns, Facts, Whole
from gridtide.decide.program import Program


def add_declared(program: Program, columns: Columns, facts: Facts) -> Whole:
    """(1 - free) position <= draw - more + less <= (1 + free) position, where a position stands; more and less cost.

    Returns the rows, one for each cell that stands.
    """
    terms = facts.declared
    site, step = np.nonzero(~np.isnan(terms.position_kw))
    position_kw, free = terms.position_kw[site, step], terms.free_share[site]
    rows = program.constraints(
        site.shape, (1.0 - free) * position_kw, (1.0 + free) * position_kw, site, step
    )
    cost = terms.price_per_kwh[site] * facts.hours[step]
    apart = program.variables((2, len(site)), cost[None, :])
    program.put(rows, columns.draw[site, step], 1.0)
    program.put(rows, apart[0], -1.0)
    program.put(rows, apart[1], 1.0)
    return rows
