"""What an agreement delivers and nobody draws is sold on for less."""

import numpy as np

from gridtide.decide.layout import Columns, Facts, Whole
from gridtide.decide.program import Program


def add_agreed(program: Program, columns: Columns, facts: Facts) -> Whole:
    """draw + left >= delivered, where something is lost by leaving it; what is left costs that.

    Returns the rows, one for each such cell.
    """
    terms = facts.agreed
    site, step = np.nonzero(terms.lost_per_kwh > 0.0)
    delivered_kw = terms.delivered_kw[site, step]
    rows = program.constraints(site.shape, delivered_kw, np.inf, site, step)
    left = program.variables((len(site),), terms.lost_per_kwh[site, step] * facts.hours[step])
    program.put(rows, columns.draw[site, step], 1.0)
    program.put(rows, left, 1.0)
    return rows
