"""What is shown of the day to come: lists of one length from now on, in the units that their names say."""

from datetime import timedelta

import numpy as np
import pytest

from gridtide.case.live_room import room_of
from gridtide.loop.clock import DrivenClock
from gridtide.loop.control import ControlRoom
from gridtide.loop.shown.ahead import class_kw
from gridtide.stores.memory import MemoryIntents, MemoryStore
from gridtide.testing.studies import START, small_study
from gridtide.timeline import instant
from gridtide.trust.modes import Mode

PER_STEP = ("import_max_kw", "price_per_mwh", "carbon_g_per_kwh", "curtailment_kw")
PLANNED = ("plan_import_kw", "plan_facility_kw", "plan_it_kw", "supply_kw")


def opened(hours: int = 48) -> ControlRoom:
    """A room that has not gone a step."""
    study = small_study(3, hours=hours, jobs=30, accelerators=32)
    clock = DrivenClock(study.timeline.start)
    return room_of(study, clock, MemoryStore(), MemoryIntents(), Mode.ADVISE)


def test_before_the_first_turn_nothing_is_ahead() -> None:
    """No plan is invented."""
    said = opened().ahead()
    assert (said["sites"], said["made_at"], said["edges"]) == ([], None, [])


def test_every_list_has_a_value_for_each_step_from_now_to_a_day_ahead() -> None:
    """Also after some steps, when part of the plan is over."""
    room = opened()
    for _ in range(3):
        room.go_on()
    said = room.ahead()
    edges, sites = said["edges"], said["sites"]
    assert isinstance(edges, list) and isinstance(sites, list)
    assert edges[0] <= room.world.now.isoformat() < edges[1]
    assert edges[-1] <= (room.world.now + timedelta(hours=25)).isoformat()
    for site in sites:
        lengths = {len(site[key]) for key in PER_STEP + PLANNED}
        lengths |= {len(values) for values in site["plan_by_class_kw"].values()}
        assert lengths == {len(edges) - 1}


def test_what_is_ahead_says_what_the_plan_says() -> None:
    """Import of each site at an instant, and power of classes that never exceeds IT power."""
    room = opened()
    room.go_on()
    said, plan = room.ahead(), room.memory.plan
    assert plan is not None and room.turn is not None
    sites = said["sites"]
    assert isinstance(sites, list)
    step = plan.horizon.step_holding(room.world.now)
    first = [site["plan_import_kw"][0] for site in sites]
    assert first == pytest.approx(plan.import_kw[:, step].tolist(), abs=1e-3)
    by_class = class_kw(plan, room.turn.situation)
    assert np.all(by_class.sum(axis=0) <= plan.it_kw + 1e-6)
    assert said["made_at"] == START.isoformat() and said["currency"] == room.currency
    assert instant(int(plan.horizon.edges_s[step])).isoformat() == said["edges"][0]  # type: ignore[index]
