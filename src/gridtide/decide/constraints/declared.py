"""Drawing more or less than was declared, or is to be bought, is paid for."""

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.layout import Columns, Facts, Whole
from gridtide.decide.program import Program


def add_declared(program: Program, columns: Columns, facts: Facts) -> Whole:
    """position - free <= draw - more + less <= position + free, where a position stands; more and less cost.

    Returns the rows, one for each cell that stands.
    """
    terms = facts.declared
    site, step = np.nonzero(~np.isnan(terms.position_kw))
    position_kw, free_kw = terms.position_kw[site, step], terms.free_kw[site, step]
    rows = program.constraints(site.shape, position_kw - free_kw, position_kw + free_kw, site, step)
    cost = terms.price_per_kwh[site] * facts.hours[step]
    apart = program.variables((2, len(site)), cost[None, :])
    program.put(rows, columns.draw[site, step], 1.0)
    program.put(rows, apart[0], -1.0)
    program.put(rows, apart[1], 1.0)
    return rows


def add_bought(program: Program, columns: Columns, facts: Facts, asked: NDArray[np.bool_]) -> Whole:
    """draw - more + less = bought + delivered in the cells asked, (S, T), where leaving a position costs or agreements
    deliver; more and less cost, also what will be free: that is left for what nobody knows yet.

    Returns the columns of what is bought, (S, T), below 0 where more is delivered than drawn: the draw itself in all
    other cells.
    """
    price_per_kwh, delivered_kw = facts.declared.price_per_kwh, facts.agreed.not_bought_kw
    site, step = np.nonzero(asked & ((price_per_kwh > 0.0)[:, None] | (delivered_kw > 0.0)))
    quantity = program.variables((len(site),), 0.0, -np.inf)
    rows = program.constraints(
        site.shape, delivered_kw[site, step], delivered_kw[site, step], site, step
    )
    program.put(rows, columns.draw[site, step], 1.0)
    program.put(rows, quantity, -1.0)
    paid = price_per_kwh[site] > 0.0
    cost = price_per_kwh[site[paid]] * facts.hours[step[paid]]
    apart = program.variables((2, len(cost)), cost[None, :])
    program.put(rows[paid], apart[0], -1.0)
    program.put(rows[paid], apart[1], 1.0)
    bought = columns.draw.copy()
    bought[site, step] = quantity
    return bought
