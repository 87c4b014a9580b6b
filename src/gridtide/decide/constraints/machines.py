"""No place uses more accelerators than it has; services keep their burst reserve."""

from dataclasses import dataclass

import numpy as np

from gridtide.decide.layout import Columns, Facts, Whole
from gridtide.decide.program import Program


@dataclass(frozen=True, kw_only=True, eq=False)
class MachineRows:
    """shared: jobs and services together, (P, T). room: jobs alone, (P, T); (0, T) where nothing is held for
    services."""

    shared: Whole
    room: Whole


def add_machines(program: Program, columns: Columns, facts: Facts) -> MachineRows:
    """Jobs + services with their reserve <= accelerators, one row a place and step.

    Jobs alone keep out of what is held for services by the bounds of a second family.
    """
    steps = len(facts.hours)
    places = len(facts.accelerators)
    left = facts.accelerators[:, None] - facts.kept
    where = (facts.site[:, None], np.arange(steps))
    rows = program.constraints((places, steps), -np.inf, left, *where)
    program.put(rows[columns.place, columns.step], columns.work, 1.0)
    service, _, place = columns.pair.T
    need = (1.0 + facts.reserve[place]) / facts.rate[service, place]
    program.put(rows[place], columns.flow, need[:, None])
    kept = facts.room < facts.accelerators[:, None]
    inner = np.zeros((0, steps), dtype=np.int64)
    if kept.any():
        inner = program.constraints(
            (places, steps), -np.inf, np.maximum(facts.room - facts.kept, 0), *where
        )
        program.put(inner[columns.place, columns.step], columns.work, 1.0)
    return MachineRows(shared=rows, room=inner)
