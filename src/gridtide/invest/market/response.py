"""What a fleet does that takes a price as given: its work in the cheapest hours that its promises leave, the earlier of
two that cost the same."""

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.program import Program, matrix_of, solve
from gridtide.invest.market.fleets import Window

Real = NDArray[np.float64]
EARLIER = 1e-6
"""Of a unit of money per kWh, over the whole stretch: what tells hours of equal price apart."""


def cheapest_kw(window: Window, price_per_kwh: Real) -> Real:
    """The course of each kind of fleet, (C, T), at a price of its own, (C, T), or of all, (T,)."""
    shape = window.due_kwh.shape
    program = Program()
    tilt = EARLIER * np.arange(shape[1]) / shape[1]
    drawn = program.variables(shape, price_per_kwh + tilt, 0.0, window.most_kw[:, None])
    served = program.variables(shape, 0.0, window.due_kwh, window.arrived_kwh)
    begin = np.zeros(shape)
    begin[:, 0] = -window.whole_kwh
    course = program.constraints(shape, begin, begin)
    program.put(course, served, 1.0)
    program.put(course, np.roll(served, 1, axis=1), -1.0)
    program.put(course, drawn, -1.0)
    found = solve(matrix_of(program), "simplex")
    if not found.feasible:
        raise ArithmeticError(f"work that can be done finds no course: {found.status}")
    return np.asarray(np.clip(found.values[drawn], 0.0, window.most_kw[:, None]))
