"""The plan as it is shown: a few sites and jobs at a time, nothing of it told while nobody approved."""

import json
from datetime import datetime

import numpy as np

from gridtide.case.live_room import room_of
from gridtide.loop.clock import DrivenClock
from gridtide.loop.control import ControlRoom
from gridtide.loop.shown.plan import JOBS_MOST, plan_shown
from gridtide.stores.memory import MemoryIntents, MemoryStore
from gridtide.testing.studies import small_study
from gridtide.trust.modes import Mode


def opened(jobs: int = 90, mode: Mode = Mode.ADVISE) -> ControlRoom:
    """A room of a small study, one step on."""
    study = small_study(3, hours=24, jobs=jobs, accelerators=32)
    clock = DrivenClock(study.timeline.start)
    room = room_of(study, clock, MemoryStore(), MemoryIntents(), mode)
    room.go_on()
    return room


def test_before_the_first_turn_the_plan_is_empty_and_says_so() -> None:
    """No site, no job, nothing proved."""
    study = small_study(3, hours=24, jobs=9, accelerators=32)
    clock = DrivenClock(study.timeline.start)
    room = room_of(study, clock, MemoryStore(), MemoryIntents(), Mode.ADVISE)
    said = plan_shown(room.glance(), 0)
    assert (said["sites"], said["jobs"], said["certificate"]) == ([], [], None)


def test_power_by_class_with_idle_and_losses_is_what_the_plan_draws_at_the_meter() -> None:
    """Stacked it comes to the facility; every series has a value for each step."""
    room = opened()
    glance = room.glance()
    said = json.loads(json.dumps(plan_shown(glance, 0), allow_nan=False))
    plan = glance.memory.plan
    assert plan is not None
    first, steps = said["sites"][0], len(said["edges"]) - 1
    stacked = np.sum(list(first["by_class_kw"].values()), axis=0)
    begin = next(
        at
        for at, edge in enumerate(plan.horizon.edges_s)
        if edge == int(datetime.fromisoformat(said["edges"][0]).timestamp())
    )
    np.testing.assert_allclose(stacked, plan.facility_kw[0, begin : begin + steps], atol=0.01)
    assert {len(first[key]) for key in ("import_kw", "price_per_mwh", "it_price_per_kwh")} == {
        steps
    }


def test_the_parts_of_a_price_sum_to_it() -> None:
    """What one more kWh of IT costs, split by cause."""
    first = plan_shown(opened().glance(), 0)["sites"][0]
    parts = np.sum(list(first["price_parts_per_kwh"].values()), axis=0)
    np.testing.assert_allclose(parts, first["it_price_per_kwh"], atol=0.005)


def test_jobs_with_least_slack_come_first_and_the_rest_is_counted() -> None:
    """Their stretches lie within the horizon and end before the deadline where they are promised."""
    said = plan_shown(opened(400).glance(), 0)
    jobs = said["jobs"]
    slack = [job["slack_s"] for job in jobs if job["slack_s"] is not None]
    assert slack == sorted(slack)
    assert len(jobs) == JOBS_MOST or said["left_out"]["jobs"] == 0
    for job in jobs:
        if job["promised"] and job["deadline"] and job["runs"]:
            assert job["runs"][-1][1] <= job["deadline"]


def test_sites_beyond_the_last_are_none() -> None:
    """And those that are not shown are counted."""
    said = plan_shown(opened().glance(), 100)
    assert said["sites"] == []
    assert said["left_out"]["sites"] > 0


def test_what_is_told_is_drawn_as_told_and_a_proposal_as_what_it_is() -> None:
    """While nobody approved nothing is told; what a policy may do holds at once."""
    waits = plan_shown(opened().glance(), 0)
    assert waits["told"] is False and waits["decision"] is None
    assert waits["newest_proposal"]["title"]
    acts = plan_shown(opened(mode=Mode.ACT).glance(), 0)
    assert acts["told"] is True and acts["decision"] is not None


def test_work_that_is_over_is_shown_no_more() -> None:
    """Nor are its slots, however long the orders hold that gave them."""
    room = opened(mode=Mode.ACT)
    for _ in range(20):
        room.go_on()
    glance = room.glance()
    assert glance.turn is not None
    there = set(glance.turn.situation.jobs.name.tolist())
    for job in plan_shown(glance, 0)["jobs"]:
        assert job["job"] in there
        assert all(end > glance.at.isoformat() for _, end in job["runs"])
