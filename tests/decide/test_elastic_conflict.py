"""Elastic jobs in a conflict: what stays where it was told counts the accelerators it holds there."""

from dataclasses import replace

import numpy as np

from gridtide.decide.conflict.elastic import Kind
from gridtide.decide.conflict.promises_and_limits import elastic_plan
from gridtide.decide.facts import facts_of, held_of
from gridtide.decide.planners.coordinated import plan_program, written
from gridtide.decide.program import matrix_of
from gridtide.decide.reservations import reservations
from gridtide.decide.room import promised_room
from gridtide.fleet.operating_point import OperatingPoint
from gridtide.loop.sight import see
from gridtide.simulate.course import mandate_of
from gridtide.simulate.truth import truth_of
from gridtide.simulate.twin import Twin
from gridtide.testing.planners import OBJECTIVE
from gridtide.testing.studies import POINT, small_study
from gridtide.trust.admission import admit

HALF = OperatingPoint(name="half", speed=0.6, it_kw_per_accelerator=1.0, gang_share=0.5)


def test_a_resized_job_that_stays_asks_for_the_accelerators_it_holds() -> None:
    """Half of its gang for the slots it was told, not the whole of it."""
    study = small_study(2, hours=24, jobs=8, accelerators=64, points=(POINT, HALF))
    elastic = np.ones(len(study.jobs), dtype=np.bool_)
    study = replace(study, arrivals_known=True, jobs=replace(study.jobs, elastic=elastic))
    twin = Twin.of(study, truth_of(study))
    situation, _ = see(mandate_of(study, "persistence"), twin, twin.now)
    grid = held_of(situation, OBJECTIVE).grid
    room = promised_room(situation, grid)
    held = admit(situation, reservations(situation, room, grid, OBJECTIVE.moves_max)).held
    held.told.point[:] = 1
    held = replace(held, settled=np.ones_like(held.settled))
    facts = facts_of(situation, OBJECTIVE, held)
    program, columns, rows = written(situation, facts)
    due = np.full(len(facts.buckets), len(facts.hours))
    asked = plan_program(situation, facts, held, matrix_of(program), columns, rows, due)
    asks = {
        one.name: one.asks
        for one in elastic_plan(asked, soft_promises=False).members
        if one.kind is Kind.FIXED_WORK
    }
    assert asks
    for job in np.flatnonzero(held.told.place >= 0):
        halved = -(-int(held.gang[job]) // 2)
        told = f"{halved * held.told.count[job] * 0.25:,.1f} accelerator-hours where it was told"
        assert asks[str(situation.jobs.name[job])] == told
