"""Every request is answered somewhere it may be, or refused at its price."""

import numpy as np

from gridtide.decide.layout import Columns, Facts, Whole
from gridtide.decide.program import Program


def add_demand(program: Program, columns: Columns, facts: Facts) -> Whole:
    """Sum over places of flow + refused = demand, one row a service, origin and step, requests per second."""
    rows = program.constraints(
        facts.requests_per_s.shape,
        facts.requests_per_s,
        facts.requests_per_s,
        step=np.arange(len(facts.hours)),
    )
    service, origin, _ = columns.pair.T
    program.put(rows[service, origin], columns.flow, 1.0)
    program.put(rows, columns.refused, 1.0)
    return rows
