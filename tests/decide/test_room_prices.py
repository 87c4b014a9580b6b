"""What jobs pay where services hold the rest of a place."""

from dataclasses import replace

import pytest

from gridtide.decide.dispatchers.price_guided import slot_prices
from gridtide.decide.plan_again import solved, task_of
from gridtide.decide.planners.coordinated import Coordinated
from gridtide.decide.situation import Situation
from gridtide.fleet.fleet import Fleet
from gridtide.loop.sight import see
from gridtide.simulate.course import mandate_of
from gridtide.simulate.truth import truth_of
from gridtide.simulate.twin import Twin
from gridtide.testing.planners import OBJECTIVE
from gridtide.testing.studies import small_study

ORDERING = 1e-4
"""Small costs that keep segments in order stand in the program and in no price."""


def half_held(fleet: Fleet) -> Fleet:
    """Half of each pool of training is kept for services."""
    sites = []
    for site in fleet.sites:
        pool = site.pools[0]
        kept = replace(pool, for_services=pool.accelerators // 2)
        sites.append(replace(site, pools=(kept, *site.pools[1:])))
    return replace(fleet, sites=tuple(sites))


def crowded(seed: int) -> Situation:
    """More work than fits into the cheap hours beside what is held."""
    study = small_study(seed, hours=24, jobs=60, accelerators=32)
    study = replace(study, fleet=half_held(study.fleet), arrivals_known=True)
    twin = Twin.of(study, truth_of(study))
    return see(mandate_of(study, "persistence"), twin, study.timeline.start)[0]


@pytest.mark.parametrize("seed", [1, 2])
def test_work_in_a_slot_is_worth_its_energy_its_machines_and_its_room(seed: int) -> None:
    """Where a plan runs some work and could run more, the slot's price covers that of the promise."""
    situation = crowded(seed)
    plan, base = (
        Coordinated(objective=OBJECTIVE).plan(situation),
        solved(task_of(situation, OBJECTIVE)),
    )
    columns, buckets, x = base.columns, base.task.facts.buckets, base.solution.values
    ran = x[columns.work]
    inside = (ran > 1e-6) & (ran < buckets.rate[columns.bucket] - 1e-6)
    bucket, place, step = (getattr(columns, name)[inside] for name in ("bucket", "place", "step"))
    worth = base.solution.row_dual[base.rows.work][bucket]
    wait_h = situation.horizon.starts_s[step] - situation.horizon.starts_s[0]
    beside = (
        buckets.move_cost_per_h[bucket, place] + buckets.delay_cost_per_h[bucket] * wait_h / 3600
    )
    prices = slot_prices(plan, situation.fleet, situation.horizon) / situation.horizon.hours
    paid = prices[place, step] + beside
    room = plan.prices.room_price_per_h[place, step]
    assert inside.sum() > 10
    assert (worth <= paid + ORDERING).all()
    assert (worth > paid - room + ORDERING).any()
