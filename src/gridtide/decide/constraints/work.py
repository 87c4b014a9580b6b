"""All work of a bucket is done in its window, left for later where its deadline allows, or priced as lost."""

from gridtide.decide.layout import Columns, Facts, Whole
from gridtide.decide.program import Program


def add_work(program: Program, columns: Columns, facts: Facts) -> Whole:
    """Sum of hours times accelerators times pace + later + undone = work, one row a bucket, accelerator-hours."""
    work_h = facts.buckets.work_h
    rows = program.constraints(work_h.shape, work_h, work_h)
    worked = facts.hours[columns.step] * facts.menu.pace[columns.entry]
    program.put(rows[columns.bucket], columns.work, worked)
    program.put(rows, columns.undone, 1.0)
    program.put(rows, columns.later, 1.0)
    return rows
