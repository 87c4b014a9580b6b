"""Can all promises and limits of a course hold together for somebody who knows everything?

Jobs may run in fractions and pause for nothing, power and a burst reserve are counted low: a conflict that is
found here is one for every policy. Where none is found, whole jobs may still not fit.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.conflict.answer import Conflict, conflict_in
from gridtide.decide.conflict.elastic import Elastic
from gridtide.decide.conflict.promises_and_limits import elastic_plan
from gridtide.decide.facts import facts_of, held_of
from gridtide.decide.layout import Facts
from gridtide.decide.objective import Objective
from gridtide.decide.planners.coordinated import plan_program, written
from gridtide.decide.program import matrix_of
from gridtide.decide.relaxed import cheaper, loosened
from gridtide.decide.situation import Situation

LATE_MAX_H = 24.0
"""Hours after its deadline within which work may still be done late."""


KINDS_MAX = 400
"""Kinds of jobs that are told apart; windows are rounded outward until there are no more."""


def conflict_of(
    situation: Situation, objective: Objective, soft_promises: bool = True
) -> Conflict | None:
    """What cannot hold together from this situation on, None where everything can. Every job that may wait is
    asked for by its deadline, every request at once, every limit in every step.

    soft_promises: false leaves out what a course may leave undone or refuse at a price.
    """
    return conflict_in(elastic_course(situation, objective, soft_promises), situation.horizon)


def elastic_course(situation: Situation, objective: Objective, soft_promises: bool) -> Elastic:
    """The course with every promise and limit closed, each with its ways out."""
    held = held_of(situation, objective)
    held = replace(held, settled=np.zeros_like(held.settled))
    facts = cheaper(
        situation, facts_of(situation, objective, held, outward=True, kinds_max=KINDS_MAX)
    )
    due = np.minimum(facts.buckets.last, len(facts.hours))
    facts = _with_machines_for_all(situation, _with_later_windows(facts))
    program, columns, rows = written(situation, facts)
    matrix = matrix_of(program)
    loosened(matrix, columns, situation)
    asked = plan_program(situation, facts, held, matrix, columns, rows, due)
    return elastic_plan(asked, soft_promises)


def _with_later_windows(facts: Facts) -> Facts:
    """Buckets that may also run for LATE_MAX_H after they are due."""
    ends_h = np.cumsum(facts.hours)
    last = np.minimum(facts.buckets.last, len(ends_h))
    until_h = np.where(last > 0, ends_h[np.maximum(last - 1, 0)], 0.0) + LATE_MAX_H
    later: NDArray[np.int64] = np.searchsorted(ends_h, until_h + 1e-9, side="right")
    return replace(facts, buckets=replace(facts.buckets, last=np.maximum(later, last)))


def _with_machines_for_all(situation: Situation, facts: Facts) -> Facts:
    """Room by machines alone: what power allows is asked by the rows of power."""
    kept = np.asarray([pool.for_services for pool in situation.fleet.pools], dtype=np.int64)
    room = np.maximum(facts.accelerators - kept, 0)[:, None]
    return replace(facts, room=np.repeat(room, len(facts.hours), axis=1))
