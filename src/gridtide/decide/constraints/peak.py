"""The highest import of each billing month, which the demand charge is paid for."""

import numpy as np

from gridtide.decide.layout import Columns, Facts, Whole, peak_of_step
from gridtide.decide.program import Program, places_of


def add_peak(program: Program, columns: Columns, facts: Facts) -> Whole:
    """draw + swing <= peak of its month, one row a site and step, kW."""
    shape = columns.draw.shape
    rows = program.constraints(shape, -np.inf, 0.0 - facts.swing_kw, *places_of(shape))
    program.put(rows, columns.draw, 1.0)
    program.put(rows, peak_of_step(columns, facts), -1.0)
    return rows
