"""The active jobs on a grid of slots: what each may take, what each was told, and what is free."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.situation import Situation
from gridtide.decide.state import Status
from gridtide.fleet.jobs import NO_DEADLINE_S
from gridtide.fleet.menu import Menu, accelerators_of, at_share, at_speed_s
from gridtide.timeline import Timeline, regular

RESTARTS_MAX = 8
Whole = NDArray[np.int64]


@dataclass(kw_only=True, eq=False)
class Told:
    """Slots of each job on the grid, with spare columns behind `count`; passes change them in place.

    point: operating point of each job, by its number in the menu of the pool it was told.
    """

    place: Whole
    point: Whole
    offsets: Whole
    count: Whole
    slots: Whole


@dataclass(frozen=True, kw_only=True, eq=False)
class Reservations:
    """n jobs, P places, T slots.

    grid: equal slots from as_of to the last deadline. room: accelerators that promises may use, (P, T).
    menu: the operating points of all places. gang, last (n,); taken: accelerators of each job at each of them, 0 where
    it may not run so, (n, M); first (n, P), T where a job may not run.
    left: (n, 4) seconds of declared work, expected work, both at full speed, restart and slot.
    rule: (n, 3) interruptible, begun, shortest run in slots.
    running_at: place a job runs at now, -1 otherwise; running_with: on how many accelerators, (n,). offer: money to
    move to each place, (n, P). delay: money per accelerator-slot at full speed for each slot of wait, (n,). settled:
    jobs whose slots stay.
    """

    grid: Timeline
    room: Whole
    menu: Menu
    gang: Whole
    taken: Whole
    first: Whole
    last: Whole
    left: Whole
    rule: Whole
    running_at: Whole
    running_with: Whole
    offer: NDArray[np.float64]
    delay: NDArray[np.float64]
    settled: NDArray[np.bool_]
    told: Told


def reservations(situation: Situation, room: Whole, grid: Timeline, moves_max: int) -> Reservations:
    """The situation's jobs on the grid; `room` is what promises may use, (P, T)."""
    jobs, state = situation.jobs, situation.state
    step_s = grid_step_s(grid)
    begun = state.remaining_s < jobs.declared_s
    running = state.status == Status.RUNNING
    shortest = -(-jobs.minimum_run_s // step_s)
    menu = situation.fleet.menu
    told_share = menu.gang_share[menu.entry(state.told_place, state.told_point)]
    return Reservations(
        grid=grid,
        room=room,
        menu=menu,
        gang=jobs.accelerators,
        taken=accelerators_of(menu, jobs),
        first=_first_slots(situation, grid, moves_max),
        last=np.where(
            jobs.deadline_s == NO_DEADLINE_S,
            len(grid),
            np.minimum(grid.steps_until(jobs.deadline_s), len(grid)),
        ),
        left=np.stack(
            [state.remaining_s, state.expected_left_s, jobs.restart_s, np.full(len(jobs), step_s)],
            axis=1,
        ),
        rule=np.stack([jobs.interruptible, begun, shortest], axis=1).astype(np.int64),
        running_at=np.where(running, state.place, -1),
        running_with=at_share(jobs.accelerators, told_share),
        offer=_offers(situation),
        delay=_delay(situation, step_s),
        settled=(running & ~jobs.interruptible) | ~jobs.movable,
        told=_told(situation, grid, step_s),
    )


def expected_counts(held: Reservations, count: Whole, entry: Whole) -> Whole:
    """How many of each job's slots are expected to be used, (n,); the rest is kept for its declared limit.

    count: slots each job holds, those added for restarts among them; entry: of the menu, which it runs at.
    """
    slot_s, speed = held.left[:, 3], held.menu.speed[entry]
    need = np.maximum(1, -(-at_speed_s(held.left[:, 0], speed) // slot_s))
    expected = np.maximum(1, -(-at_speed_s(held.left[:, 1], speed) // slot_s))
    expected = np.minimum(need, expected)
    used: Whole = np.minimum(count, expected + np.maximum(count - need, 0))
    return used


def told_entries(held: Reservations, told: Told) -> Whole:
    """The entry of the menu that each job was told to run at, (n,)."""
    return held.menu.entry(told.place, told.point)


def told_accelerators(held: Reservations, told: Told) -> Whole:
    """The accelerators that each job was told to run on, (n,)."""
    return at_share(held.gang, held.menu.gang_share[told_entries(held, told)])


def slot_grid(situation: Situation, step_s: int) -> Timeline:
    """Slots from as_of to the end of the horizon or the last deadline, whichever is later."""
    deadlines = situation.jobs.deadline_s
    dated = deadlines[deadlines < NO_DEADLINE_S]
    horizon = situation.horizon
    end_s = max(int(horizon.edges_s[-1]), int(dated.max()) if len(dated) else 0)
    n = -(-(end_s - int(horizon.edges_s[0])) // step_s)
    return regular(situation.as_of, timedelta(seconds=step_s), n)


def grid_step_s(grid: Timeline) -> int:
    """Length of a slot. Raises ValueError for a grid of unequal slots."""
    if grid.step_s is None:
        raise ValueError("slots of a placement are equal")
    return grid.step_s


def on_grid(series: NDArray[np.float64], horizon: Timeline, grid: Timeline) -> NDArray[np.float64]:
    """A series over the horizon on the grid of slots; beyond the horizon its last day repeats."""
    day_s = 86_400
    end_s = int(horizon.edges_s[-1])
    beyond = np.maximum(0, -(-(grid.starts_s - end_s + 1) // day_s))
    folded_s = np.maximum(grid.starts_s - beyond * day_s, int(horizon.edges_s[0]))
    index = np.searchsorted(horizon.edges_s, folded_s, side="right") - 1
    return series[..., np.clip(index, 0, len(horizon) - 1)]


def copied(told: Told) -> Told:
    """The same slots in arrays of their own, to be changed in place."""
    return Told(
        place=told.place.copy(),
        point=told.point.copy(),
        offsets=told.offsets,
        count=told.count.copy(),
        slots=told.slots.copy(),
    )


def told_slots(told: Told) -> tuple[Whole, Whole]:
    """Each job as often as it was told slots, and these slots, both (m,)."""
    job = np.repeat(np.arange(len(told.count)), told.count)
    at = np.arange(len(job)) + np.repeat(
        told.offsets[:-1] - np.cumsum(told.count) + told.count, told.count
    )
    return job, told.slots[at]


def free_of(held: Reservations, told: Told) -> Whole:
    """Room that no job was told, (P, T)."""
    places, steps = held.room.shape
    job, slots = told_slots(told)
    cell = told.place[job] * steps + slots
    taken = np.bincount(cell, weights=told_accelerators(held, told)[job], minlength=places * steps)
    return np.asarray(held.room - taken.reshape(places, steps).astype(np.int64), dtype=np.int64)


def load_of_told(held: Reservations, told: Told) -> Whole:
    """Accelerators that jobs were told at each entry of the menu, (M, T)."""
    steps = held.room.shape[1]
    job, slots = told_slots(told)
    cell = told_entries(held, told)[job] * steps + slots
    taken = np.bincount(
        cell, weights=told_accelerators(held, told)[job], minlength=len(held.menu) * steps
    )
    return np.asarray(taken.reshape(len(held.menu), steps), dtype=np.int64)


def _first_slots(situation: Situation, grid: Timeline, moves_max: int) -> Whole:
    jobs, state, fleet = situation.jobs, situation.state, situation.fleet
    now_s = int(grid.edges_s[0])
    site = fleet.site_of_place
    speed_gb_per_s = fleet.network.transfer_gb_per_s[site[state.place]][:, site]
    attempts = 1 + fleet.network.transfer_retries_max
    same_site = site[state.place][:, None] == site[None, :]
    with np.errstate(divide="ignore", invalid="ignore"):
        transfer_s = np.where(same_site, 0.0, jobs.data_gb[:, None] * attempts / speed_gb_per_s)
    reachable = np.isfinite(transfer_s)
    ready_s = np.maximum(jobs.release_s, np.maximum(state.available_s, now_s))[:, None]
    ready_s = ready_s + np.ceil(np.where(reachable, transfer_s, 0.0)).astype(np.int64)
    stays = (state.moves >= moves_max) | (state.status == Status.MOVING) | ~jobs.movable
    stays |= (state.status == Status.RUNNING) & ~jobs.interruptible
    may = jobs.allowed & reachable & (same_site | ~stays[:, None])
    return np.where(may, grid.steps_from(ready_s), len(grid)).astype(np.int64)


def _offers(situation: Situation) -> NDArray[np.float64]:
    site = situation.fleet.site_of_place
    per_gb = situation.fleet.network.transfer_cost_per_gb[site[situation.state.place]][:, site]
    same_site = site[situation.state.place][:, None] == site[None, :]
    return np.where(same_site, 0.0, situation.jobs.data_gb[:, None] * per_gb)


def _delay(situation: Situation, step_s: int) -> NDArray[np.float64]:
    per_h = np.asarray(
        [kind.delay_cost_per_accelerator_h for kind in situation.jobs.classes] or [0.0]
    )
    hours = step_s / 3600.0
    return per_h[situation.jobs.work_class] * hours * hours if len(situation.jobs) else np.zeros(0)


def _told(situation: Situation, grid: Timeline, step_s: int) -> Told:
    """What each job was told, cut to what is still ahead and still needed."""
    jobs, state = situation.jobs, situation.state
    n = len(jobs)
    slowest = float(situation.fleet.menu.speed.min())
    longest_s = at_speed_s(state.remaining_s, slowest)
    widest = -(-(longest_s + RESTARTS_MAX * jobs.restart_s) // step_s)
    counts_told = np.diff(state.told_offsets)
    widest = np.maximum(np.maximum(widest, 1), counts_told)
    offsets = np.concatenate([[0], np.cumsum(widest)]).astype(np.int64)
    slots = np.zeros(int(offsets[-1]), dtype=np.int64)
    job = np.repeat(np.arange(n), counts_told)
    slot = (state.told_starts_s - int(grid.edges_s[0])) // step_s
    ahead = slot >= 0
    job, slot = job[ahead], slot[ahead]
    count = np.bincount(job, minlength=n).astype(np.int64)
    position = np.arange(len(job)) - np.repeat(np.cumsum(count) - count, count)
    slots[offsets[job] + position] = slot
    return Told(
        place=state.told_place.copy(),
        point=state.told_point.copy(),
        offsets=offsets,
        count=count,
        slots=slots,
    )
