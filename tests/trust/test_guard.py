"""The guard refuses whatever would break a promise or a limit, and says whose, how much and how much is allowed."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest

from gridtide.decide.dispatch import Dispatch, Placement
from gridtide.decide.extra_cooling import ExtraCooling
from gridtide.decide.reservations import grid_step_s, slot_grid
from gridtide.decide.room import promised_room
from gridtide.decide.situation import Situation
from gridtide.fleet.thermal import ColdStore
from gridtide.loop.turn import Memory, take_turn
from gridtide.simulate.course import mandate_of
from gridtide.simulate.policies import policy_named
from gridtide.simulate.truth import truth_of
from gridtide.simulate.twin import Twin
from gridtide.testing.cooled import usual_hall
from gridtide.testing.offering import capacity_product, offering
from gridtide.testing.studies import small_study
from gridtide.trust.guard import Rung, check, judge


@dataclass(frozen=True, kw_only=True, eq=False)
class Asked:
    """A sound dispatch and what the guard is given beside it."""

    dispatch: Dispatch
    situation: Situation
    room: np.ndarray
    promised: np.ndarray


@pytest.fixture(scope="module")
def asked() -> Asked:
    """The first morning of a small study, all work known, run at once."""
    study = replace(small_study(3, hours=24, jobs=30, accelerators=32), arrivals_known=True)
    policy, forecaster, known = policy_named("run-at-once", study)
    twin = Twin.of(known, truth_of(known))
    turn = take_turn(mandate_of(known, forecaster), policy, twin, Memory(), twin.now)
    grid = slot_grid(turn.situation, grid_step_s(known.timeline))
    return Asked(
        dispatch=turn.orders.dispatch,
        situation=turn.situation,
        room=promised_room(turn.situation, grid),
        promised=turn.orders.promised,
    )


def replaced(dispatch: Dispatch, job: int, slots: list[int], place: int | None = None) -> Dispatch:
    """The dispatch with other slots for one job."""
    old = dispatch.placement
    rows = [
        np.asarray(slots) if row == job else old.slots[old.offsets[row] : old.offsets[row + 1]]
        for row in range(len(old))
    ]
    places = old.place.copy()
    places[job] = old.place[job] if place is None else place
    placement = replace(
        old,
        place=places,
        offsets=np.concatenate([[0], np.cumsum([len(row) for row in rows])]),
        slots=np.concatenate(rows),
    )
    return replace(dispatch, placement=placement)


def slots_of(placement: Placement, job: int) -> list[int]:
    """A job's slots."""
    return [
        int(slot) for slot in placement.slots[placement.offsets[job] : placement.offsets[job + 1]]
    ]


def first_promised(asked: Asked) -> int:
    """A promised job of several slots that may not be interrupted and comes after the first hour."""
    jobs, placement = asked.situation.jobs, asked.dispatch.placement
    late = jobs.release_s > placement.horizon.starts_s[4]
    fits = asked.promised & ~jobs.interruptible & late & (np.diff(placement.offsets) > 2)
    return int(np.flatnonzero(fits)[0])


def limits_of(dispatch: Dispatch, asked: Asked) -> list[str]:
    """What the guard says is broken."""
    return [found.limit for found in check(dispatch, asked.situation, asked.room, asked.promised)]


def test_a_sound_dispatch_is_carried_out(asked: Asked) -> None:
    """Nothing is refused, nobody is called."""
    assert asked.promised.sum() > 20
    assert limits_of(asked.dispatch, asked) == []


def _too_late(asked: Asked, job: int) -> Dispatch:
    edges_s = asked.dispatch.placement.horizon.edges_s
    end = int(np.searchsorted(edges_s, asked.situation.jobs.deadline_s[job]))
    count = len(slots_of(asked.dispatch.placement, job))
    return replaced(asked.dispatch, job, list(range(end - count + 2, end + 2)))


def _too_short(asked: Asked, job: int) -> Dispatch:
    return replaced(asked.dispatch, job, slots_of(asked.dispatch.placement, job)[:-1])


def _forgotten(asked: Asked, job: int) -> Dispatch:
    return replaced(asked.dispatch, job, [], place=-1)


def _torn(asked: Asked, job: int) -> Dispatch:
    slots = slots_of(asked.dispatch.placement, job)
    return replaced(asked.dispatch, job, [*slots, slots[-1] + 2, slots[-1] + 3])


def _too_early(asked: Asked, job: int) -> Dispatch:
    count = len(slots_of(asked.dispatch.placement, job))
    return replaced(asked.dispatch, job, list(range(count)))


def _counted_twice(asked: Asked, job: int) -> Dispatch:
    slots = slots_of(asked.dispatch.placement, job)
    return replaced(asked.dispatch, job, [slots[0]] * len(slots))


@pytest.mark.parametrize(
    ("change", "limit"),
    [
        (_too_late, "end"),
        (_too_short, "reserved time"),
        (_forgotten, "reserved time"),
        (_torn, "interruptions"),
        (_too_early, "start"),
        (_counted_twice, "slots in order"),
    ],
)
def test_a_dispatch_that_breaks_a_promise_is_refused(
    change: Callable[[Asked, int], Dispatch], limit: str, asked: Asked
) -> None:
    """Too late, too short, left out, torn, before its release, the same slot twice."""
    job = first_promised(asked)
    found = check(change(asked, job), asked.situation, asked.room, asked.promised)
    names = {str(asked.situation.jobs.name[job])}
    assert limit in {breach.limit for breach in found if breach.subject in names}


def test_a_dispatch_at_a_place_that_is_not_allowed_is_refused(asked: Asked) -> None:
    """Work that may not leave its region is not moved, whatever it saves."""
    jobs = replace(asked.situation.jobs, allowed=np.zeros_like(asked.situation.jobs.allowed))
    bound = replace(asked, situation=replace(asked.situation, jobs=jobs))
    assert "place" in limits_of(asked.dispatch, bound)
    held = replace(asked.situation.jobs, movable=np.zeros_like(asked.situation.jobs.movable))
    bound = replace(asked, situation=replace(asked.situation, jobs=held))
    job = first_promised(asked)
    site = asked.situation.fleet.site_of_place
    there = int(np.flatnonzero(site != site[asked.dispatch.placement.place[job]])[0])
    slots = slots_of(asked.dispatch.placement, job)
    assert "moves of protected work" in limits_of(
        replaced(asked.dispatch, job, slots, there), bound
    )


def test_a_dispatch_that_needs_more_machines_than_there_are_is_refused(asked: Asked) -> None:
    """At any one slot."""
    none = replace(asked, room=np.zeros_like(asked.room))
    assert "accelerators in use" in limits_of(asked.dispatch, none)


@pytest.mark.parametrize("limit", ["import_kw", "it_power_kw"])
def test_a_dispatch_that_draws_too_much_power_is_refused(limit: str, asked: Asked) -> None:
    """More than the connection or the building carries, though there are machines for it."""
    sites = tuple(
        replace(
            site,
            facility=replace(
                site.facility, it_capacity_kw=36.0 if limit == "it_power_kw" else 70.0
            ),
            contract=replace(site.contract, import_max_kw=36.0 if limit == "import_kw" else 400.0),
        )
        for site in asked.situation.fleet.sites
    )
    fleet = replace(asked.situation.fleet, sites=sites)
    tight = replace(asked, situation=replace(asked.situation, fleet=fleet))
    assert set(limits_of(asked.dispatch, tight)) == {limit}


def test_a_dispatch_that_answers_requests_twice_or_nowhere_near_is_refused(asked: Asked) -> None:
    """Shares of more than one, below zero, not a number, or where the weights are not."""
    shares = asked.dispatch.shares
    for wrong in (shares * 1.5, -shares, np.full_like(shares, np.nan)):
        assert "share of requests" in limits_of(replace(asked.dispatch, shares=wrong), asked)
    away = np.zeros_like(shares)
    away[:, :, 0, :] = 1.0
    assert "answer time without queueing" in limits_of(replace(asked.dispatch, shares=away), asked)


@pytest.mark.parametrize("which", ["charge_kw", "discharge_kw"])
@pytest.mark.parametrize("wrong_kw", [1e6, -1.0, np.nan])
def test_a_store_is_never_asked_for_what_it_cannot_do(
    which: str, wrong_kw: float, asked: Asked
) -> None:
    """More than its power, less than nothing, or no number at all."""
    power_kw = np.full_like(getattr(asked.dispatch, which), wrong_kw)
    assert f"battery {which}" in limits_of(replace(asked.dispatch, **{which: power_kw}), asked)


def test_a_refused_dispatch_gives_way_to_the_witness_and_then_to_a_person(asked: Asked) -> None:
    """Three rungs: the policy's own, the witness, the witness on hold with a call."""
    sound, broken = asked.dispatch, _forgotten(asked, first_promised(asked))
    rungs = []
    for proposed, witness in ((sound, sound), (broken, sound), (broken, broken)):
        chosen, verdict = judge(proposed, witness, asked.situation, asked.room, asked.promised)
        rungs.append((verdict.rung, verdict.call, chosen is witness, len(verdict.refused) > 0))
    assert rungs == [
        (Rung.POLICY, False, True, False),
        (Rung.WITNESS, False, True, True),
        (Rung.HOLD, True, True, True),
    ]


def test_capacity_that_the_store_does_not_have_is_not_offered(asked: Asked) -> None:
    """More than its product allows, beside a store that gives all it has, or less than nothing."""
    fleet = offering(asked.situation.fleet, capacity_product(30.0, offered_max_kw=10.0))
    offers = replace(asked, situation=replace(asked.situation, fleet=fleet))
    steps = len(asked.dispatch.placement.horizon)

    def told(offered_kw: float, discharge_kw: float = 0.0) -> Dispatch:
        given_kw = np.zeros_like(asked.dispatch.discharge_kw)
        given_kw[1] = discharge_kw
        return replace(
            asked.dispatch, offered_kw=np.full((1, steps), offered_kw), discharge_kw=given_kw
        )

    assert limits_of(told(6.0), offers) == []
    assert "offered_kw" in limits_of(told(1e9), offers)
    assert limits_of(told(-1.0), offers) == ["offered_kw below 0"]
    assert limits_of(told(6.0, 12.0), offers) == ["battery discharge when called, kW"]


def test_heat_is_kept_only_where_there_is_something_to_keep_it(asked: Asked) -> None:
    """No order of heat without a hall or a store of cold, none faster than the store, none that is no number."""
    hall, store = (
        usual_hall(100.0),
        ColdStore(energy_kwh=300.0, charge_max_kw=50.0, discharge_max_kw=80.0),
    )
    east, north = asked.situation.fleet.sites
    sites = (replace(east, hall=hall), replace(north, cold_store=store))
    fleet = replace(asked.situation.fleet, sites=sites)
    cooled = replace(asked, situation=replace(asked.situation, fleet=fleet))
    steps = len(asked.dispatch.placement.horizon)

    def told(into_hall_kw: float, into_store_kw: float, swapped: bool = False) -> Dispatch:
        heat_kw = np.zeros((2, 2, steps))
        heat_kw[0, 1 if swapped else 0] = into_hall_kw
        heat_kw[1, 0 if swapped else 1] = into_store_kw
        extra = ExtraCooling(heat_kw=heat_kw, power_kw=np.zeros((2, steps)))
        return replace(asked.dispatch, cooling=extra)

    assert limits_of(told(-40.0, 50.0), cooled) == []
    assert limits_of(told(40.0, -80.0), cooled) == []
    assert limits_of(told(1.0, 1.0, swapped=True), cooled) == [
        "cold store, kW of heat",
        "hall, kW of heat",
    ]
    assert limits_of(told(0.0, 51.0), cooled) == ["cold store, kW of heat"]
    assert limits_of(told(0.0, -81.0), cooled) == ["cold store, kW of heat"]
    assert limits_of(told(np.nan, np.nan), cooled) == ["hall, kW of heat", "cold store, kW of heat"]
