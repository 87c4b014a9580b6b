"""Starts and stops one after the other, so that what moves on purpose keeps the fleet's cap and each site's ramp.

A gang's power rises and falls straight over a turn of its own, which nothing else moving the same way shares: so the
rate holds in every second by construction. Waiting counts against what a job was told: it waits only as far as its
slots, or slots that are free behind them, still hold its declared work before its deadline. What has no such room
moves at once, where no turn in a slot before is free either. Least slack goes first, then the name.
"""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from itertools import pairwise
from math import ceil

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.dispatch import Binding, Dispatch, Placement, Reason, Turns
from gridtide.decide.reservations import grid_step_s
from gridtide.decide.situation import Situation
from gridtide.decide.state import Status
from gridtide.fleet.jobs import NO_DEADLINE_S
from gridtide.fleet.menu import at_share, at_speed_s
from gridtide.fleet.response_cap import (
    in_turn_stores,
    is_ruled,
    queue_of_sites,
    rates_kw_per_min,
    steepest_kw_per_it,
    stores_kw_per_min,
)
from gridtide.grid.stagger import turn_s

Whole = NDArray[np.int64]
Real = NDArray[np.float64]
SOONER_MOST = 8
"""Slots by which work that cannot wait is started sooner at most."""
MICRO = 1e6
"""Turns are whole microseconds, as instants are that they can be told by."""
WORKS_S = 1
"""A gang works at least so long in a slot that it starts or stops in."""


@dataclass(kw_only=True, eq=False)
class _Gangs:
    """The placed jobs of a dispatch as they are moved, by row.

    slots: of each, growing. queue, turn: whom it takes turns with, and how long its own is, s, 0 where nothing binds.
    spare_s: what its slots hold beyond its declared work. first, until: slots it may run in. runs_on, stops_now:
    whether it runs and goes on, or runs and was told to stop now. free: accelerators, (P, T). late, rise, early, fall:
    by job and slot, s.
    """

    slots: list[list[int]]
    place: Whole
    gang: Whole
    queue: Whole
    turn: Real
    spare_s: Whole
    until: Whole
    restart_s: Whole
    begun: NDArray[np.bool_]
    first: Whole
    runs_on: NDArray[np.bool_]
    stops_now: NDArray[np.bool_]
    slack: Whole
    name: NDArray[np.str_]
    free: Whole
    step_s: int
    late: dict[tuple[int, int], float] = field(default_factory=dict)
    rise: dict[tuple[int, int], float] = field(default_factory=dict)
    early: dict[tuple[int, int], float] = field(default_factory=dict)
    fall: dict[tuple[int, int], float] = field(default_factory=dict)

    def in_order(self, jobs: list[int]) -> list[int]:
        """Least slack first, then by name."""
        return sorted(jobs, key=lambda j: (int(self.slack[j]), str(self.name[j])))

    def holds(self, job: int, slot: int) -> bool:
        """Whether a job runs in a slot."""
        return slot in self.slots[job]

    def has_room(self, job: int, slot: int) -> bool:
        """Whether a slot before its end can still be told to a job."""
        inside = 0 <= slot < self.free.shape[1]
        return inside and int(self.free[self.place[job], slot]) >= int(self.gang[job])

    def give(self, job: int, slot: int) -> None:
        """One more slot; a start right behind it is none any more."""
        own = self.slots[job]
        own.append(slot)
        own.sort()
        self.spare_s[job] += ceil(self.late.pop((job, slot + 1), 0.0))
        self.rise.pop((job, slot + 1), None)
        self.free[self.place[job], slot] -= self.gang[job]
        self.spare_s[job] += self.step_s

    def take(self, job: int, slot: int) -> None:
        """One slot less."""
        self.slots[job].remove(slot)
        self.free[self.place[job], slot] += self.gang[job]
        self.spare_s[job] -= self.step_s

    def behind(self, job: int, slot: int) -> int | None:
        """The first free slot that follows a run of a job from a slot on, before it is due."""
        own = set(self.slots[job])
        for at in self.slots[job]:
            after = at + 1
            if at < slot or after in own or after >= int(self.until[job]):
                continue
            if self.has_room(job, after):
                return after
        return None


def in_turn(
    dispatch: Dispatch, situation: Situation, room: Whole, promised: NDArray[np.bool_]
) -> Dispatch:
    """The dispatch with its starts and stops in turn; the same one where no rate is stated.

    room: accelerators that jobs may use, (P, T). promised: whose deadline is, (n,); others may end later than theirs.
    """
    if not is_ruled(situation.fleet):
        return dispatch
    gangs = _gangs_of(dispatch, situation, room, promised)
    held_back, at_once = _starts_in_turn(gangs)
    _stops_in_turn(gangs, at_once)
    placement = _moved(dispatch.placement, gangs, held_back)
    found = replace(dispatch, placement=placement, turns=_turns_of(placement, gangs))
    own = in_turn_stores(situation.fleet)
    if not own.any():
        return found
    taken_kw = _stores_in_turn(dispatch, situation, own)
    return replace(
        found, charge_kw=np.maximum(taken_kw, 0.0), discharge_kw=np.maximum(-taken_kw, 0.0)
    )


def _stores_in_turn(dispatch: Dispatch, situation: Situation, own: NDArray[np.bool_]) -> Real:
    """What stores take less what they give, as ordered, no faster from slot to slot than their part of the cap, from
    what they did last, (S, T), kW. own: those that take turns, (S,)."""
    taken_kw = dispatch.charge_kw - dispatch.discharge_kw
    most_kw = stores_kw_per_min(situation.fleet) * grid_step_s(dispatch.placement.horizon) / 60.0
    last = situation.state.store_kw if situation.state.store_kw.size else taken_kw[:, 0]
    for slot in range(taken_kw.shape[1]):
        change = np.where(own, taken_kw[:, slot] - last, 0.0)
        fastest = max(change[change > 0.0].sum(), -change[change < 0.0].sum())
        if fastest > most_kw:
            taken_kw[own, slot] = last[own] + change[own] * (most_kw / fastest)
        last = taken_kw[:, slot]
    return taken_kw


def _gangs_of(
    dispatch: Dispatch, situation: Situation, room: Whole, promised: NDArray[np.bool_]
) -> _Gangs:
    placement, jobs, state = dispatch.placement, situation.jobs, situation.state
    fleet, step_s = situation.fleet, grid_step_s(dispatch.placement.horizon)
    menu, at, steps = fleet.menu, placement.offsets, len(placement.horizon)
    entry = menu.entry(placement.place, placement.point)
    gang = at_share(jobs.accelerators, menu.gang_share[entry])
    site = fleet.site_of_place[np.maximum(placement.place, 0)]
    kw = gang * menu.extra_kw[entry] * steepest_kw_per_it(fleet)[site]
    exact = [turn_s(one, rate) for one, rate in zip(kw, rates_kw_per_min(fleet)[site], strict=True)]
    turn = np.ceil(np.round(np.asarray(exact) * MICRO, 3)) / MICRO
    slots = [placement.slots[at[j] : at[j + 1]].tolist() for j in range(len(placement))]
    goes_on = _goes_on(situation, placement, gang)
    now = np.asarray([bool(own) and own[0] == 0 for own in slots], dtype=np.bool_)
    begun = state.remaining_s < jobs.declared_s
    restarts = np.asarray([sum(b - a > 1 for a, b in pairwise(own)) for own in slots], np.int64)
    restarts = restarts + (begun & ~(goes_on & now))
    needed_s = at_speed_s(state.remaining_s, menu.speed[entry]) + restarts * jobs.restart_s
    due = np.where(
        jobs.deadline_s == NO_DEADLINE_S, steps, placement.horizon.steps_until(jobs.deadline_s)
    )
    last = np.asarray([own[-1] + 1 if own else 0 for own in slots], dtype=np.int64)
    spare_s = np.diff(at) * step_s - needed_s
    return _Gangs(
        slots=slots,
        place=placement.place,
        gang=gang,
        queue=queue_of_sites(fleet)[site],
        turn=turn,
        spare_s=spare_s,
        until=np.where(promised, np.minimum(due, steps), steps),
        restart_s=jobs.restart_s,
        begun=begun,
        first=_first_slots(situation, placement),
        runs_on=goes_on & now,
        stops_now=goes_on & ~now & (np.diff(at) > 0),
        slack=(np.minimum(due, steps) - last) * step_s + spare_s,
        name=jobs.name,
        free=room - _held(placement, gang, room.shape),
        step_s=step_s,
    )


def _first_slots(situation: Situation, placement: Placement) -> Whole:
    """The slot from which each job could run where it is told to, (n,): for data that move, the first it is told."""
    jobs, state, horizon = situation.jobs, situation.state, placement.horizon
    site = situation.fleet.site_of_place
    stays = site[np.maximum(placement.place, 0)] == site[state.place]
    ready_s = np.maximum(np.maximum(jobs.release_s, state.available_s), int(horizon.edges_s[0]))
    return np.where(stays, horizon.steps_from(ready_s), len(horizon)).astype(np.int64)


def _goes_on(situation: Situation, placement: Placement, gang: Whole) -> NDArray[np.bool_]:
    """Which jobs run now, were told to go on before anything was decided anew, and stay where they are with as many
    accelerators, (n,)."""
    state, menu = situation.state, situation.fleet.menu
    job = np.repeat(np.arange(len(gang)), np.diff(state.told_offsets))
    told = job[state.told_starts_s == int(placement.horizon.edges_s[0])]
    share = menu.gang_share[menu.entry(state.told_place, state.told_point)]
    same = at_share(situation.jobs.accelerators, share) == gang
    same &= state.told_place == placement.place
    running = state.status == Status.RUNNING
    return np.asarray((np.bincount(told, minlength=len(gang)) > 0) & running & same)


def _held(placement: Placement, gang: Whole, shape: tuple[int, ...]) -> Whole:
    """Accelerators that a placement holds, (P, T)."""
    count = np.diff(placement.offsets)
    held = np.zeros(shape, dtype=np.int64)
    where = (np.repeat(placement.place, count), placement.slots)
    np.add.at(held, where, np.repeat(gang, count))
    return held


def _starts_in_turn(gangs: _Gangs) -> tuple[set[int], set[int]]:
    """Delay starts inside their slots, and by whole slots where a slot is full. Returns the jobs held back so, and
    those that start at once because they have no time to spare."""
    starts: dict[int, list[int]] = defaultdict(list)
    for job, own in enumerate(gangs.slots):
        if gangs.turn[job] <= 0.0:
            continue
        for before, slot in zip([-2, *own], own, strict=False):
            if slot - before > 1 and not (slot == 0 and gangs.runs_on[job]):
                starts[slot].append(job)
    held_back: set[int] = set()
    at_once: set[int] = set()
    ready_s: dict[tuple[int, int], float] = defaultdict(float)
    while starts:
        slot = min(starts)
        for job in gangs.in_order(starts.pop(slot)):
            if not gangs.holds(job, slot) or gangs.holds(job, slot - 1):
                continue
            queue = int(gangs.queue[job])
            works_s = ready_s[slot, queue] + float(gangs.turn[job])
            if _may_start(gangs, job, slot, works_s):
                _start(gangs, job, slot, ready_s)
            elif _waits_a_slot(gangs, job, slot):
                held_back.add(job)
                starts[slot + 1].append(job)
            elif not _starts_sooner(gangs, job, slot, ready_s):
                at_once.add(job)
    return held_back, at_once


def _start(gangs: _Gangs, job: int, slot: int, ready_s: dict[tuple[int, int], float]) -> None:
    """Give a job the next turn of a slot."""
    queue, turn = int(gangs.queue[job]), float(gangs.turn[job])
    works_s = ready_s[slot, queue] + turn
    gangs.late[job, slot], gangs.rise[job, slot] = works_s, turn
    gangs.spare_s[job] -= ceil(works_s)
    ready_s[slot, queue] = works_s


def _starts_sooner(
    gangs: _Gangs, job: int, slot: int, ready_s: dict[tuple[int, int], float]
) -> bool:
    """Whether work without time to spare finds a turn in one of the slots before, on machines that are free; then it
    starts there."""
    queue, turn = int(gangs.queue[job]), float(gangs.turn[job])
    restart = _restart(gangs, job, slot)
    for sooner in range(slot - 1, max(int(gangs.first[job]), slot - 1 - SOONER_MOST) - 1, -1):
        if not gangs.has_room(job, sooner) or gangs.holds(job, sooner):
            return False
        if ceil(ready_s[sooner, queue] + turn) + restart + WORKS_S > gangs.step_s:
            continue
        for before in range(sooner, slot):
            gangs.give(job, before)
        if not gangs.holds(job, sooner - 1):
            _start(gangs, job, sooner, ready_s)
        return True
    return False


def _restart(gangs: _Gangs, job: int, slot: int) -> int:
    """Seconds that a start takes by itself: none where nothing was begun."""
    first = gangs.slots[job][0] == slot
    return 0 if first and not gangs.begun[job] else int(gangs.restart_s[job])


def _may_start(gangs: _Gangs, job: int, slot: int, works_s: float) -> bool:
    """Whether a job can begin its work so late in a slot, with a slot more behind its run where it needs one."""
    lost = ceil(works_s)
    if lost + _restart(gangs, job, slot) + WORKS_S > gangs.step_s:
        return False
    return _afford(gangs, job, slot, lost)


def _afford(gangs: _Gangs, job: int, slot: int, lost_s: int) -> bool:
    """Whether a job's slots hold its work though so much is lost; with one more behind where they do not."""
    if lost_s <= gangs.spare_s[job]:
        return True
    more = gangs.behind(job, slot)
    if more is None or lost_s > gangs.spare_s[job] + gangs.step_s:
        return False
    gangs.give(job, more)
    return True


def _waits_a_slot(gangs: _Gangs, job: int, slot: int) -> bool:
    """Whether a job could be told to start a slot later; then it is."""
    if gangs.turn[job] + WORKS_S + gangs.restart_s[job] > gangs.step_s:
        return False
    if gangs.spare_s[job] < gangs.step_s:
        more = gangs.behind(job, slot)
        if more is None:
            return False
        gangs.give(job, more)
    gangs.take(job, slot)
    return True


def _stops_in_turn(gangs: _Gangs, at_once: set[int]) -> None:
    """Let gangs that pause stop before the edge at which they were told to, or run on behind it. at_once: jobs that
    started so, which have no time to spare."""
    stops: dict[int, list[int]] = defaultdict(list)
    for job, own in enumerate(gangs.slots):
        if gangs.turn[job] <= 0.0:
            continue
        if gangs.stops_now[job]:
            stops[0].append(job)
        for slot, after in pairwise(own):
            if after - slot > 1:
                stops[slot + 1].append(job)
    used_s: dict[int, float] = {}
    while stops:
        edge = min(stops)
        early_s: dict[int, float] = defaultdict(float)
        behind_s: dict[int, float] = defaultdict(float)
        for job in gangs.in_order(stops.pop(edge)):
            last, queue, turn = edge - 1, int(gangs.queue[job]), float(gangs.turn[job])
            if gangs.holds(job, edge) or (edge and not gangs.holds(job, last)):
                continue
            if edge and _may_stop(gangs, job, last, early_s[queue] + turn, used_s.get(queue, 0.0)):
                early_s[queue] += turn
                gangs.early[job, last], gangs.fall[job, last] = early_s[queue], turn
                gangs.spare_s[job] -= ceil(early_s[queue])
            elif gangs.has_room(job, edge) and job not in at_once:
                gangs.give(job, edge)
                if gangs.holds(job, edge + 1):
                    continue
                if behind_s[queue] + turn <= gangs.step_s:
                    gangs.early[job, edge] = gangs.step_s - behind_s[queue]
                    gangs.fall[job, edge] = turn
                    gangs.spare_s[job] -= ceil(gangs.early[job, edge])
                    behind_s[queue] += turn
                else:
                    stops[edge + 1].append(job)
        used_s = dict(behind_s)


def _may_stop(gangs: _Gangs, job: int, slot: int, ends_s: float, used_s: float) -> bool:
    """Whether a job can end its work so long before its slot ends. used_s: what stops of the edge before take of it."""
    begins = ceil(gangs.late.get((job, slot), 0.0))
    starts = gangs.slots[job][0] == slot or not gangs.holds(job, slot - 1)
    restart = int(gangs.restart_s[job]) if starts else 0
    if begins + restart + ceil(ends_s) + WORKS_S > gangs.step_s or used_s + ends_s > gangs.step_s:
        return False
    return _afford(gangs, job, slot + 1, ceil(ends_s))


def _moved(placement: Placement, gangs: _Gangs, held_back: set[int]) -> Placement:
    """The placement with the slots as they are now; jobs held back by whole slots say why."""
    counts = [len(own) for own in gangs.slots]
    reason, binding = placement.reason.copy(), placement.binding.copy()
    rows = sorted(held_back)
    reason[rows], binding[rows] = int(Reason.IN_TURN), int(Binding.RESPONSE)
    return replace(
        placement,
        offsets=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        slots=np.asarray([slot for own in gangs.slots for slot in own], dtype=np.int64),
        reason=reason,
        binding=binding,
    )


def _turns_of(placement: Placement, gangs: _Gangs) -> Turns:
    """Seconds by slot of the placement."""
    keys = [(job, slot) for job, own in enumerate(gangs.slots) for slot in own]
    columns = (gangs.late, gangs.rise, gangs.early, gangs.fall)
    late, rise, early, fall = (
        np.round(np.asarray([column.get(key, 0.0) for key in keys], dtype=np.float64) * MICRO)
        / MICRO
        for column in columns
    )
    return Turns(late_s=late, rise_s=rise, early_s=early, fall_s=fall)
