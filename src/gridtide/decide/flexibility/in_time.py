"""Jobs that pause or start later, and jobs that are brought forward: what time gives."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.flexibility.candidate import Candidate
from gridtide.decide.flexibility.outlook import Outlook
from gridtide.decide.flexibility.step import DELAYS, Change, Direction, Source
from gridtide.decide.reservations import told_accelerators, told_entries
from gridtide.decide.state import Status
from gridtide.fleet.menu import at_speed_s
from gridtide.timeline import epoch_s

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
MORE_SLOTS = 8


@dataclass(kw_only=True, eq=False)
class Taken:
    """Which jobs took other slots, filled by the kernels: room_at (n+1,), count (n,), -1 where none, slots, figures."""

    room_at: Whole
    count: Whole
    slots: Whole
    figures: Real


def stepping_aside(outlook: Outlook, duration_s: int, free: Whole) -> list[Candidate]:
    """Jobs that run throughout and could do that work later: each with the least delay at which it can.

    free: machines, (P, T), changed in place.

    A job keeps its deadline and its place; its new slots are free, beside all others that step aside. What needs no
    delay stands unchanged where more is borne.
    """
    from gridtide.kernels import flexing

    window, held = outlook.window(duration_s), outlook.held
    tried = runs_through(outlook, window) & _may_pause(outlook)
    taken = _nothing(outlook, window)
    delay_of = np.full(len(held.gang), np.nan)
    for delay in DELAYS:
        order = largest_first(outlook, tried & (taken.count < 0))
        if not len(order):
            continue
        ends = latest_end(outlook, delay)
        flexing.step_aside(
            order,
            (window, outlook.step_s),
            (held.told.offsets, held.told.count, held.told.slots),
            _work(outlook),
            (np.minimum(held.last, ends), ends),
            (outlook.cell_cost, outlook.cell_kwh, _waits(outlook)),
            free,
            (taken.room_at, taken.count, taken.slots, taken.figures),
        )
        delay_of[order[taken.count[order] >= 0]] = delay
    return _candidates(outlook, taken, delay_of, duration_s, Direction.DOWN)


def stepping_in(outlook: Outlook, duration_s: int) -> list[Candidate]:
    """Jobs that wait or pause throughout and could run instead, where machines are free; nothing ends later."""
    from gridtide.kernels import flexing

    window, held = outlook.window(duration_s), outlook.held
    taken = _nothing(outlook, window)
    order = largest_first(outlook, _waits_through(outlook, window))
    if not len(order):
        return []
    flexing.step_in(
        order,
        (window, outlook.step_s),
        (held.told.offsets, held.told.count, held.told.slots),
        _work(outlook),
        (outlook.cell_cost - outlook.cell_peak, outlook.cell_kwh, _waits(outlook)),
        outlook.free.copy(),
        (taken.room_at, taken.count, taken.slots, taken.figures),
    )
    return _candidates(outlook, taken, np.zeros(len(held.gang)), duration_s, Direction.UP)


def latest_end(outlook: Outlook, delay: float) -> Whole:
    """Slot before which each job is expected to end if it may take longer by a share of its time from release, (n,)."""
    told, grid = outlook.held.told, outlook.held.grid
    last = told.slots[told.offsets[:-1] + np.maximum(outlook.used - 1, 0)]
    release_s = outlook.situation.jobs.release_s
    limit_s = release_s + np.floor((1.0 + delay) * (grid.ends_s[last] - release_s)).astype(np.int64)
    return np.asarray((limit_s - int(grid.edges_s[0])) // outlook.step_s, dtype=np.int64)


def runs_through(outlook: Outlook, window: int) -> NDArray[np.bool_]:
    """Jobs expected to run in every slot of the window, (n,)."""
    told = outlook.held.told
    there = (told.place >= 0) & (outlook.used >= window)
    at = np.minimum(told.offsets[:-1] + window - 1, len(told.slots) - 1)
    return np.asarray(there & (told.slots[at] == window - 1), dtype=np.bool_)


def _may_pause(outlook: Outlook) -> NDArray[np.bool_]:
    jobs = outlook.situation.jobs
    return np.asarray(jobs.interruptible & jobs.movable, dtype=np.bool_)


def _waits_through(outlook: Outlook, window: int) -> NDArray[np.bool_]:
    """Jobs that are here, could run at once where they are told to, and do not run in the window, (n,)."""
    held, state = outlook.held, outlook.situation.state
    told = held.told
    first = told.slots[told.offsets[:-1]]
    placed = (told.place >= 0) & (told.count > 0)
    n = np.arange(len(held.gang))
    ready = held.first[n, np.maximum(told.place, 0)] == 0
    here = outlook.situation.jobs.release_s <= epoch_s(outlook.situation.as_of)
    still = (state.status == Status.WAITING) | (state.status == Status.PAUSED)
    there = told.place == state.place
    return np.asarray(
        _may_pause(outlook) & placed & ready & here & still & there & (first >= window),
        dtype=np.bool_,
    )


def largest_first(outlook: Outlook, chosen: NDArray[np.bool_]) -> Whole:
    """The chosen jobs, the largest gang first."""
    rows = np.flatnonzero(chosen)
    return np.asarray(rows[np.argsort(-outlook.held.gang[rows], kind="stable")], dtype=np.int64)


def _work(outlook: Outlook) -> tuple[Whole, Whole, Whole, Whole, Whole, Whole, Whole]:
    held = outlook.held
    entry = told_entries(held, held.told)
    runs = (outlook.situation.state.status == Status.RUNNING).astype(np.int64)
    work_s = at_speed_s(held.left[:, 0], held.menu.speed[entry])
    place = np.maximum(held.told.place, 0)
    taken = told_accelerators(held, held.told)
    return taken, place, entry, outlook.used, work_s, held.left[:, 2].copy(), runs


def _waits(outlook: Outlook) -> Real:
    """Money for each slot of wait of each accelerator that a job was told, (n,)."""
    held = outlook.held
    return np.asarray(held.delay * (held.gang / told_accelerators(held, held.told)))


def _nothing(outlook: Outlook, window: int) -> Taken:
    count = outlook.held.told.count
    room_at = np.concatenate([[0], np.cumsum(count + window + MORE_SLOTS)]).astype(np.int64)
    return Taken(
        room_at=room_at,
        count=np.full(len(count), -1, dtype=np.int64),
        slots=np.zeros(int(room_at[-1]), dtype=np.int64),
        figures=np.zeros((len(count), 4)),
    )


def _candidates(
    outlook: Outlook, taken: Taken, delay_of: Real, duration_s: int, direction: Direction
) -> list[Candidate]:
    held, jobs = outlook.held, outlook.situation.jobs
    entry = told_entries(held, held.told)
    on = told_accelerators(held, held.told)
    it_kw = on * held.menu.extra_kw[entry]
    window = outlook.window(duration_s)
    window_s = window * outlook.step_s
    peak = on * outlook.cell_peak[entry, :window].sum(axis=1)
    found = []
    for job in np.flatnonzero(taken.count >= 0):
        begin = taken.room_at[job]
        window_cost, slot_cost, slot_kwh, restarts = taken.figures[job]
        if direction is Direction.DOWN:
            window_cost -= peak[job]
        now = window_cost * duration_s / window_s
        moved_s = duration_s + restarts * held.left[job, 2]
        slots = moved_s / outlook.step_s
        if direction is Direction.UP:
            slots = (duration_s - restarts * held.left[job, 2]) / outlook.step_s
        cost = slots * slot_cost - now
        found.append(
            Candidate(
                site=int(outlook.situation.fleet.site_of_place[held.told.place[job]]),
                work=jobs.classes[jobs.work_class[job]].name,
                source=Source.TIME,
                direction=direction,
                delay=float(delay_of[job]),
                it_kw=float(it_kw[job]),
                meter_kw=0.0,
                cost=float(cost if direction is Direction.DOWN else -cost),
                rebound_kwh=float(max(slots, 0.0) * slot_kwh),
                change=Change(
                    jobs=np.asarray([job]),
                    offsets=np.asarray([0, taken.count[job]]),
                    slots=taken.slots[begin : begin + taken.count[job]],
                    points=np.asarray([-1]),
                    places=np.asarray([-1]),
                ),
            )
        )
    return found
