"""Jobs moved one by one by what the whole fleet costs: never dearer, never out of their windows."""

from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gridtide.decide.call_answer import CallAnswer
from gridtide.decide.dispatch import Reason
from gridtide.decide.dispatchers.price_guided import slot_prices
from gridtide.decide.event import Event, EventKind
from gridtide.decide.ex_ante import expected_costs
from gridtide.decide.facts import held_of
from gridtide.decide.fleet_search import searched
from gridtide.decide.plan import Plan
from gridtide.decide.planners.coordinated import Coordinated
from gridtide.decide.reservations import Reservations, Told, free_of, reservations
from gridtide.decide.room import promised_room
from gridtide.decide.situation import Situation
from gridtide.decide.told import told_placement
from gridtide.fleet.operating_point import OperatingPoint
from gridtide.fleet.reactor import Reactor
from gridtide.loop.sight import see
from gridtide.simulate.course import mandate_of
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.simulate.twin import Twin
from gridtide.testing.planners import OBJECTIVE
from gridtide.testing.reactors import REACTOR, with_reactor
from gridtide.testing.studies import POINT, small_study
from gridtide.trust.admission import admit


@dataclass(frozen=True, kw_only=True, eq=False)
class Asked:
    """A situation with its witness and a plan that does not know scarce machines."""

    situation: Situation
    held: Reservations
    plan: Plan

    def cost(self, told: Told) -> float:
        """What the fleet is expected to cost with these slots, by code the search does not use."""
        held = replace(self.held, told=told)
        placement = told_placement(self.situation, held, Reason.KEPT)
        price = slot_prices(self.plan, self.situation.fleet, held.grid)
        (cost,) = expected_costs(self.plan, self.situation, (placement,), held, price, OBJECTIVE)
        return cost

    def found(
        self, order: list[int] | None = None, offered: NDArray[np.bool_] | None = None
    ) -> Told:
        """The slots after the search, of all jobs that may move or of those asked for, at the points offered or all."""
        price = slot_prices(self.plan, self.situation.fleet, self.held.grid)
        chosen = np.flatnonzero(~self.held.settled & (self.held.told.place >= 0))
        rows = chosen if order is None else np.asarray(order, dtype=np.int64)
        may = np.ones(len(self.held.menu), dtype=np.bool_) if offered is None else offered
        return searched(self.plan, self.situation, self.held, OBJECTIVE, price, rows, may)


def asked(seed: int, jobs: int, plant: Reactor | None = None) -> Asked:
    """A day of which all jobs have come, each told its earliest slots."""
    study = small_study(seed, hours=24, jobs=jobs, accelerators=48)
    return asked_of(study if plant is None else with_reactor(study, plant, export_kw=30.0))


def asked_of(study: Study) -> Asked:
    """The same of the day of a study."""
    study = replace(study, arrivals_known=True)
    twin = Twin.of(study, truth_of(study))
    situation, _ = see(mandate_of(study, "persistence"), twin, twin.now)
    grid = held_of(situation, OBJECTIVE).grid
    room = promised_room(situation, grid)
    held = admit(situation, reservations(situation, room, grid, OBJECTIVE.moves_max)).held
    plan = Coordinated(objective=OBJECTIVE).around(situation, held)
    none = np.zeros_like(plan.prices.accelerator_price_per_h)
    prices = replace(plan.prices, accelerator_price_per_h=none, room_price_per_h=none)
    return Asked(situation=situation, held=held, plan=replace(plan, prices=prices))


@settings(max_examples=12)
@given(
    seed=st.integers(0, 10_000),
    jobs=st.sampled_from([5, 30, 70]),
    plant=st.sampled_from([None, REACTOR]),
)
def test_the_fleet_never_costs_more_than_before(
    seed: int, jobs: int, plant: Reactor | None
) -> None:
    """By the full model of power, sales, waits, moves and peaks."""
    day = asked(seed, jobs, plant)
    assert day.cost(day.found()) <= day.cost(day.held.told) * (1.0 + 1e-9) + 1e-6


def test_what_work_takes_from_a_sale_is_not_free() -> None:
    """A site that makes more than it needs pays for work what it would have earned."""
    steady = replace(REACTOR, least_share=1.0, cost_per_mwh=0.0)
    day = asked(4, 30, steady)
    fleet = day.situation.fleet
    nothing = replace(day.held.told, place=np.full_like(day.held.told.place, -1))
    plain = replace(fleet.sites[0].contract, export_max_kw=0.0)
    kept = replace(fleet, sites=(replace(fleet.sites[0], contract=plain), *fleet.sites[1:]))
    unsold = replace(day, situation=replace(day.situation, fleet=kept))
    sold = day.cost(day.held.told) - day.cost(nothing)
    free = unsold.cost(day.held.told) - unsold.cost(nothing)
    assert sold > free + 1e-6


@settings(max_examples=12)
@given(seed=st.integers(0, 10_000), jobs=st.sampled_from([30, 120]))
def test_a_job_only_moves_within_its_window_and_no_place_is_overfull(seed: int, jobs: int) -> None:
    """Slots in order, inside release and deadline, enough for the declared limit, within the room. Work that was told
    to run behind its deadline, for it cannot be done before, stays so."""
    day = asked(seed, jobs)
    held, found = day.held, day.found()
    for job in np.flatnonzero(found.place >= 0):
        begin = found.offsets[job]
        slots = found.slots[begin : begin + found.count[job]]
        told = held.told.slots[begin : begin + held.told.count[job]]
        if found.place[job] == held.told.place[job] and np.array_equal(slots, told):
            continue
        assert (np.diff(slots) > 0).all()
        assert held.first[job, found.place[job]] <= slots[0]
        assert slots[-1] < held.last[job]
        assert len(slots) * held.left[job, 3] >= held.left[job, 0]
    assert (free_of(held, found) >= np.minimum(free_of(held, held.told), 0)).all()


def test_jobs_that_were_not_asked_for_stay() -> None:
    """Only the jobs of the order move."""
    day = asked(3, 30)
    first = int(np.flatnonzero(~day.held.settled & (day.held.told.place >= 0))[0])
    before, after = day.held.told, day.found([first])
    others = np.arange(len(before.place)) != first
    assert np.array_equal(before.place[others], after.place[others])
    assert np.array_equal(before.count[others], after.count[others])


def test_a_second_search_finds_little_more() -> None:
    """Where nothing pays any more alone, all stays as it is."""
    day = asked(5, 40)
    once = day.found()
    again = replace(day, held=replace(day.held, told=once))
    saved = day.cost(day.held.told) - day.cost(once)
    assert saved > 0.0
    assert day.cost(once) - day.cost(again.found()) == pytest.approx(0.0, abs=0.1 * saved)


def test_an_elastic_job_changes_its_size_where_the_fleet_costs_less_and_only_to_what_is_offered() -> (
    None
):
    """Parts of gangs need less power for their work here; with whole gangs alone on offer none is taken."""
    part = OperatingPoint(name="part", speed=0.6, it_kw_per_accelerator=1.0, gang_share=0.5)
    study = small_study(3, hours=24, jobs=30, accelerators=48, points=(POINT, part))
    elastic = np.ones(len(study.jobs), dtype=np.bool_)
    day = asked_of(replace(study, jobs=replace(study.jobs, elastic=elastic)))
    found = day.found()
    assert (found.point > 0).any()
    assert day.cost(found) <= day.cost(day.held.told)
    for job in np.flatnonzero(found.point > 0):
        assert found.count[job] * day.held.left[job, 3] * 0.6 >= day.held.left[job, 0] - 1
    assert (free_of(day.held, found) >= np.minimum(free_of(day.held, day.held.told), 0)).all()
    assert not (day.found(offered=day.held.menu.point == 0).point > 0).any()


@settings(max_examples=6)
@given(seed=st.integers(0, 10_000), absorbs=st.booleans())
def test_what_lacks_of_a_call_counts_in_the_search_of_the_fleet(seed: int, absorbs: bool) -> None:
    """With a call that was taken the fleet never costs more after the search, what lacks of it counted."""
    day = asked(seed, 30)
    seen = day.situation
    site, start = seen.fleet.sites[0].name, seen.as_of + timedelta(hours=3)
    kind = EventKind.ABSORB if absorbs else EventKind.DEMAND_RESPONSE
    event = Event(
        site=site, start=start, end=start + timedelta(hours=4), issued_at=seen.as_of, kind=kind,
        mandatory=False, reduce_kw=0.0 if absorbs else 20.0, take_kw=20.0 if absorbs else 0.0,
        payment_per_mwh=500.0,
    )  # fmt: skip
    answer = CallAnswer(
        event=event, answered_at=seen.as_of, steps=seen.horizon, share=1.0, cost_per_mwh=0.0,
        baseline_kw=np.full(len(seen.horizon), 30.0), reason="",
    )  # fmt: skip
    called = replace(day, situation=replace(seen, commitments=(answer,)))
    told, found = day.held.told, called.found()
    assert called.cost(told) >= day.cost(told) - 1e-9
    assert called.cost(found) <= called.cost(told) * (1.0 + 1e-9) + 1e-6
