"""No place uses more accelerators than it has; services keep their burst reserve."""

import numpy as np

from gridtide.decide.layout import Columns, Facts, Whole, machines_per_request
from gridtide.decide.program import Program


def add_machines(program: Program, columns: Columns, facts: Facts) -> tuple[Whole, Whole]:
    """Jobs + services with their reserve <= accelerators, one row a place and step.

    Jobs alone keep out of what is held for services by the bounds of a second family, (P, T); (0, T)
    where nothing is held.
    """
    steps = len(facts.hours)
    places = len(facts.accelerators)
    left = facts.accelerators[:, None] - facts.kept
    where = (facts.site[:, None], np.arange(steps))
    rows = program.constraints((places, steps), -np.inf, left, *where)
    program.put(rows[columns.place, columns.step], columns.work, 1.0)
    service, origin, place = columns.pair.T
    need = machines_per_request(columns, facts)
    program.put(rows[place], columns.flow, need[:, None] * facts.request_peak[service, origin])
    kept = facts.room < facts.accelerators[:, None]
    inner = np.zeros((0, steps), dtype=np.int64)
    if kept.any():
        inner = program.constraints(
            (places, steps), -np.inf, np.maximum(facts.room - facts.kept, 0), *where
        )
        program.put(inner[columns.place, columns.step], columns.work, 1.0)
    return rows, inner
