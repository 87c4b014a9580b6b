"""The work of a situation as single jobs, and the prices of its plan as the first congestion prices.

The plan already knows where machines are scarce: what one more accelerator-hour is worth beyond its energy. Where room
is short, placement that starts from there proves more without a pass of its own than it finds in several from nothing.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.facts import extra_power_kw
from gridtide.decide.many_jobs import NO_SITE, ManyJobs, Room
from gridtide.decide.mass_bound import Ascent, Bound, Congestion
from gridtide.decide.mass_placement import MassPlacement, placed
from gridtide.decide.mass_sweeps import Sweeps
from gridtide.decide.plan import Plan
from gridtide.decide.reservations import Reservations, free_of, grid_step_s, on_grid
from gridtide.decide.situation import Situation

Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class SingleJobs:
    """Jobs that wait, the room beside all others, and what the plan says of it; places are sites here.

    start: the plan's price of scarce machines. row: of each job in the situation, (n,).
    """

    jobs: ManyJobs
    room: Room
    start: Congestion
    row: NDArray[np.int64]


def single_jobs(plan: Plan, situation: Situation, held: Reservations) -> SingleJobs:
    """What waits and may move, for declared run times; what runs, has begun or stays keeps its slots.

    Every job runs at full speed; one that loses work at a restart runs in one piece. What waiting costs is not
    seen. Left out, a job costs the value of its class.
    """
    waits = ~held.settled & (held.running_at < 0) & (held.rule[:, 1] == 0)
    row = np.flatnonzero(waits)
    room = _room(plan, situation, held, ~waits)
    return SingleJobs(
        jobs=_columns(situation, held, row),
        room=room,
        start=_congestion(plan, held),
        row=row,
    )


def placed_by(
    plan: Plan,
    situation: Situation,
    held: Reservations,
    *,
    seed: int = 0,
    ascent: Ascent | None = None,
    sweeps: Sweeps | None = None,
) -> tuple[SingleJobs, MassPlacement, Bound]:
    """Every waiting job placed at the prices of the plan, with the bound on any other placement.

    seed: of the batches of the ascent. Raises BadInput with every fault of the input.
    """
    single = single_jobs(plan, situation, held)
    placement, bound, _ = placed(
        single.jobs, single.room, seed=seed, ascent=ascent, sweeps=sweeps, start=single.start
    )
    return single, placement, bound


def _room(plan: Plan, situation: Situation, held: Reservations, others: NDArray[np.bool_]) -> Room:
    """Energy and everything else but scarce machines at the plan's prices; what others hold is busy."""
    fleet, hours = situation.fleet, grid_step_s(held.grid) / 3600.0
    per_h = plan.prices.it_price_per_kwh[fleet.site_of_place] * extra_power_kw(fleet)[:, None]
    capacity = held.room.max(axis=1)
    theirs = others & (held.told.place >= 0)
    told = replace(held.told, count=np.where(theirs, held.told.count, 0))
    free = np.clip(free_of(held, told), 0, capacity[:, None])
    return Room(
        cost=on_grid(per_h, plan.horizon, held.grid) * hours,
        capacity=capacity,
        busy=capacity[:, None] - free,
    )


def _congestion(plan: Plan, held: Reservations) -> Congestion:
    """The plan's price of scarce machines, and the load it lays on each place."""
    hours = grid_step_s(held.grid) / 3600.0
    scarce = plan.prices.accelerator_price_per_h + plan.prices.room_price_per_h
    scarce = np.maximum(scarce, 0.0)
    load = held.menu.by_place(plan.class_accelerators.sum(axis=0))
    return Congestion(
        mu=on_grid(scarce, plan.horizon, held.grid) * hours,
        weight=np.maximum(on_grid(load, plan.horizon, held.grid), 0.0),
    )


def _columns(situation: Situation, held: Reservations, row: NDArray[np.int64]) -> ManyJobs:
    """Jobs as columns, every place a candidate and the present one first."""
    steps, places = len(held.grid), held.room.shape[0]
    site = _present_first(situation.state.place[row], places)
    first = np.take_along_axis(held.first[row], site, axis=1)
    there = first < steps
    release = np.minimum(first.min(axis=1, initial=steps), steps - 1)
    step_s = grid_step_s(held.grid)
    slots = np.maximum(1, -(-held.left[row, 0] // step_s))
    gang, wide = held.gang[row], (len(row), places)
    return ManyJobs(
        release=release,
        deadline=held.last[row].astype(np.int32),
        interruptible=(held.rule[row, 0] > 0) & (held.left[row, 2] == 0),
        shortest_run=np.maximum(held.rule[row, 2], 1),
        restart_cost=np.zeros(len(row), dtype=np.float32),
        penalty=_value_per_slot(situation, row, step_s) * gang * slots,
        site=np.where(there, site, NO_SITE),
        gang=np.broadcast_to(gang[:, None], wide),
        slots=np.broadcast_to(slots[:, None], wide),
        delay=np.where(there, first - release[:, None], 0),
        offer=np.take_along_axis(held.offer[row].astype(np.float32), site, axis=1),
    )


def _present_first(present: NDArray[np.int64], places: int) -> NDArray[np.int64]:
    """All places for each job, its present one first and the others in order, (n, P)."""
    every = np.broadcast_to(np.arange(places), (len(present), places))
    key = np.where(every == present[:, None], -1, every)
    return np.argsort(key, axis=1, kind="stable")


def _value_per_slot(situation: Situation, row: NDArray[np.int64], step_s: int) -> Real:
    """Money lost for one accelerator in one slot that is never worked, (n,)."""
    classes = situation.jobs.classes
    per_h = np.asarray([kind.value_per_accelerator_h for kind in classes] or [0.0])
    return np.asarray(per_h[situation.jobs.work_class[row]] * (step_s / 3600.0))
