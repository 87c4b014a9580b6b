"""A gang runs on one number of accelerators at a time: at a place its sizes and speeds share it."""

from dataclasses import dataclass

import numpy as np

from gridtide.decide.layout import Columns, Facts, Whole
from gridtide.decide.program import Program


@dataclass(frozen=True, kw_only=True, eq=False)
class GangRows:
    """row: of the program, bucket: of work, one a bucket of elastic work, place and step, (G,)."""

    row: Whole
    bucket: Whole


def add_gangs(program: Program, columns: Columns, facts: Facts) -> GangRows:
    """Sum of accelerators over gang share <= accelerators of whole gangs, where gangs may change.

    Without it a gang would run at half, at whole and at double size at once. Work that may not change has no row.
    Places have rows of their own: one over all sites would tie what large programs are solved apart by.
    """
    share = facts.menu.gang_share[columns.entry]
    steps, places = len(facts.hours), len(facts.site)
    cell = (columns.bucket * places + columns.place) * steps + columns.step
    changing = np.unique(cell[share != 1.0])
    inside = np.flatnonzero(np.isin(cell, changing))
    bucket, place, step = changing // (places * steps), changing // steps % places, changing % steps
    rows = program.constraints(
        bucket.shape, -np.inf, facts.buckets.rate[bucket], facts.site[place], step
    )
    number = np.searchsorted(changing, cell[inside])
    program.put(rows[number], columns.work[inside], 1.0 / share[inside])
    return GangRows(row=rows, bucket=bucket)
