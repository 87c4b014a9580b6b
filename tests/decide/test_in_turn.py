"""Gangs start and stop one after the other: the order, what waits, what may not, and what the guard says of others."""

from dataclasses import replace

import numpy as np
import pytest

from gridtide.decide.dispatch import Dispatch, Turns
from gridtide.decide.in_turn import in_turn
from gridtide.decide.situation import Situation
from gridtide.fleet.response_cap import steepest_kw_per_it
from gridtide.testing.mornings import Judged, run_at_once
from gridtide.testing.studies import small_study

LIMIT = "simultaneous response cap"


def capped(kw_per_min: float, seed: int = 1) -> tuple[Judged, Judged]:
    """A morning run at once without a cap, and the same with one that puts it in turn."""
    study = small_study(seed, hours=24, jobs=60, accelerators=64)
    fleet = replace(study.fleet, response_max_kw_per_min=kw_per_min)
    return run_at_once(study), run_at_once(replace(study, fleet=fleet))


def gang_kw(judged: Judged) -> np.ndarray:
    """What each job draws at the meter at most, beyond parked machines."""
    fleet, placement = judged.situation.fleet, judged.dispatch.placement
    per_it = steepest_kw_per_it(fleet)[fleet.site_of_place[np.maximum(placement.place, 0)]]
    extra_kw = fleet.menu.extra_kw[fleet.menu.entry(placement.place, placement.point)]
    return np.asarray(judged.situation.jobs.accelerators * extra_kw * per_it)


def test_without_a_rate_the_very_dispatch_comes_back() -> None:
    """Nobody who states nothing is told anything else."""
    free, _ = capped(10.0)
    found = in_turn(free.dispatch, free.situation, free.room, free.promised)
    assert found is free.dispatch and len(found.turns) == 0


@pytest.mark.parametrize("kw_per_min", [3.0, 8.0, 50.0])
def test_no_two_gangs_rise_at_once_and_each_takes_its_time(kw_per_min: float) -> None:
    """Turns of one slot lie one behind the other, each as long as its gang is large; stores leave half of the cap."""
    _, judged = capped(kw_per_min)
    placement, turns = judged.dispatch.placement, judged.dispatch.turns
    job = np.repeat(np.arange(len(placement)), np.diff(placement.offsets))
    rising = turns.rise_s > 0.0
    assert rising.sum() > 20
    lasts_s = 60.0 * gang_kw(judged)[job] / (kw_per_min / 2.0)
    assert np.allclose(turns.rise_s[rising], lasts_s[rising])
    for slot in np.unique(placement.slots[rising]):
        own = rising & (placement.slots == slot)
        ends = np.sort(turns.late_s[own])
        begins = np.sort(turns.late_s[own] - turns.rise_s[own])
        assert (begins[1:] >= ends[:-1] - 1e-9).all() and ends[-1] <= 900.0
    assert judged.limits(judged.dispatch) == []


def test_least_slack_goes_first_in_a_slot() -> None:
    """Of those that start in one slot, whoever has less time to spare before its deadline has the earlier turn."""
    free, judged = capped(25.0)
    before, placement = free.dispatch.placement, judged.dispatch.placement
    grid, jobs = before.horizon, free.situation.jobs
    last = before.slots[before.offsets[1:] - 1] + 1
    spare_s = 900 * np.diff(before.offsets) - free.situation.state.remaining_s
    slack_s = 900 * (np.minimum(grid.steps_until(jobs.deadline_s), len(grid)) - last) + spare_s
    job = np.repeat(np.arange(len(placement)), np.diff(placement.offsets))
    compared = 0
    for slot in np.unique(placement.slots):
        own = np.flatnonzero((placement.slots == slot) & (judged.dispatch.turns.rise_s > 0.0))
        own = own[before.slots[before.offsets[job[own]]] == slot]
        order = job[own[np.argsort(judged.dispatch.turns.late_s[own])]]
        keys = [(int(slack_s[one]), str(jobs.name[one])) for one in order]
        assert keys == sorted(keys)
        compared += max(len(keys) - 1, 0)
    assert compared > 3


def test_waiting_costs_no_promise_its_time() -> None:
    """The slots of every promised job hold its declared work beside its turns, before its deadline."""
    free, judged = capped(1.5)
    assert judged.promised.sum() == free.promised.sum()
    placement, turns = judged.dispatch.placement, judged.dispatch.turns
    jobs, state = judged.situation.jobs, judged.situation.state
    for job in np.flatnonzero(judged.promised):
        own = slice(int(placement.offsets[job]), int(placement.offsets[job + 1]))
        lost = np.ceil(turns.late_s[own]).sum() + np.ceil(turns.early_s[own]).sum()
        assert 900 * len(placement.slots[own]) - lost >= state.remaining_s[job]
        assert placement.horizon.ends_s[placement.slots[own][-1]] <= jobs.deadline_s[job]


def test_stores_reach_what_they_were_ordered_no_faster_than_their_part() -> None:
    """Half of the cap is theirs: from what they do now on, slot by slot, and there in the end."""
    _, judged = capped(0.4)
    ordered = stored(judged.dispatch)
    state = replace(judged.situation.state, store_kw=np.asarray([0.0, -4.0]))
    situation = replace(judged.situation, state=state)
    found = in_turn(ordered, situation, judged.room, judged.promised)
    taken_kw = (found.charge_kw - found.discharge_kw)[1]
    assert np.allclose(taken_kw[:6], [-1.0, 0.0, 3.0, 6.0, 9.0, 12.0]) and taken_kw[-1] == 32.0
    assert LIMIT not in judged.limits(found, situation)


def faster(dispatch: Dispatch) -> Dispatch:
    """Every turn in half of its time."""
    return replace(dispatch, turns=replace(dispatch.turns, rise_s=dispatch.turns.rise_s / 2.0))


def heaped(dispatch: Dispatch) -> Dispatch:
    """Every turn at the beginning of its slot."""
    return replace(dispatch, turns=replace(dispatch.turns, late_s=dispatch.turns.rise_s))


def stored(dispatch: Dispatch) -> Dispatch:
    """A store that takes all it can from the third slot on."""
    charge_kw = dispatch.charge_kw.copy()
    charge_kw[1, 2:] = 32.0
    return replace(dispatch, charge_kw=charge_kw)


def sudden(dispatch: Dispatch) -> Dispatch:
    """No turns at all."""
    return replace(dispatch, turns=Turns())


@pytest.mark.parametrize("broken", [faster, heaped, sudden, stored])
def test_the_guard_refuses_what_moves_at_once_and_could_wait(broken: object) -> None:
    """Overlapping, hurried and missing turns, and stores that jump, are breaches of the cap, by name."""
    _, judged = capped(4.0)
    assert callable(broken)
    assert LIMIT in judged.limits(broken(judged.dispatch))


def test_the_guard_knows_work_that_cannot_wait() -> None:
    """A start at once of work without a slot to spare, or too large for a turn, is no breach."""
    _, judged = capped(10.0)

    def without_slack(situation: Situation) -> Situation:
        whole = 900 * np.diff(judged.dispatch.placement.offsets)
        state = replace(situation.state, remaining_s=np.maximum(whole, 1))
        return replace(situation, state=state)

    assert LIMIT not in judged.limits(sudden(judged.dispatch), without_slack(judged.situation))
    fleet = replace(judged.situation.fleet, response_max_kw_per_min=1e-3)
    huge = replace(judged.situation, fleet=fleet)
    assert LIMIT not in judged.limits(sudden(judged.dispatch), huge)
