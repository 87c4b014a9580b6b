"""Jobs that change their site for good: checkpoint, transfer, restart, and the work done where power costs less."""

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.flexibility.candidate import Candidate
from gridtide.decide.flexibility.in_time import largest_first, latest_end, runs_through
from gridtide.decide.flexibility.outlook import Outlook
from gridtide.decide.flexibility.step import DELAYS, RESPONSE_S, Change, Direction, Source
from gridtide.decide.reservations import told_accelerators, told_entries
from gridtide.fleet.menu import at_speed_s

Whole = NDArray[np.int64]


def moving_away(outlook: Outlook, duration_s: int, free: Whole) -> list[Candidate]:
    """Jobs that run throughout and could end their work at another site: each with the least delay at which it can.

    free: machines, (P, T), changed in place.

    A job sets off at the beginning of the window; its data take their way, it begins again from its checkpoint where
    machines are free without a break, and it does not come back. It costs what the rest costs there, way, wait and
    restart among it, less what it would cost here.
    """
    from gridtide.kernels import flexing

    window, held, jobs = outlook.window(duration_s), outlook.held, outlook.situation.jobs
    may = runs_through(outlook, window) & jobs.interruptible & jobs.movable
    may &= (outlook.elsewhere < len(held.grid)).any(axis=1)
    if duration_s < RESPONSE_S[Source.RELOCATION] or not may.any():
        return []
    place, first, slots = (np.full(len(jobs), -1, dtype=np.int64) for _ in range(3))
    figures = np.zeros((len(jobs), 2))
    entry, taken = told_entries(held, held.told), told_accelerators(held, held.told)
    delay_of = np.full(len(jobs), np.nan)
    for delay in DELAYS:
        order = largest_first(outlook, may & (place < 0))
        flexing.step_away(
            order,
            window,
            (held.told.offsets, held.told.count, held.told.slots),
            (held.gang, taken, entry, outlook.used, *_slots_there(outlook)),
            (outlook.elsewhere, held.menu.first, held.offer),
            (held.last, latest_end(outlook, delay)),
            (outlook.cell_cost, outlook.cell_kwh, held.delay),
            free,
            (place, first, slots, figures),
        )
        delay_of[order[place[order] >= 0]] = delay
    found = []
    for job in np.flatnonzero(place >= 0):
        own = held.told.slots[held.told.offsets[job] :][: outlook.used[job]]
        figures[job, 0] += taken[job] * outlook.cell_peak[entry[job], own].sum()
        there = (int(place[job]), int(first[job]), int(slots[job]))
        found.append(_candidate(outlook, int(job), there, figures[job], float(delay_of[job])))
    return found


def sooner_or_cheaper(paused: list[Candidate], moved: list[Candidate]) -> list[Candidate]:
    """Both, each job once: what needs less delay, and where they need the same, what costs less for each kW."""
    by_job = {int(one.change.jobs[0]): one for one in paused}
    for one in moved:
        job = int(one.change.jobs[0])
        other = by_job.get(job)
        if other is None or (one.delay, one.price) < (other.delay, other.price):
            by_job[job] = one
    return [by_job[job] for job in sorted(by_job)]


def _slots_there(outlook: Outlook) -> tuple[Whole, Whole]:
    """Slots of declared and of expected work at full speed after one restart, (n,) each."""
    left, step_s = outlook.held.left, outlook.step_s
    full = np.ones(len(left))
    declared, expected = (
        np.maximum(1, -(-(at_speed_s(left[:, column], full) + left[:, 2]) // step_s))
        for column in (0, 1)
    )
    return declared, np.minimum(expected, declared)


def _candidate(
    outlook: Outlook,
    job: int,
    there: tuple[int, int, int],
    figures: NDArray[np.float64],
    delay: float,
) -> Candidate:
    """there: place, first slot and number of slots."""
    held, jobs = outlook.held, outlook.situation.jobs
    place, first, count = there
    entry = int(told_entries(held, held.told)[job])
    taken = int(told_accelerators(held, held.told)[job])
    return Candidate(
        site=int(outlook.situation.fleet.site_of_place[held.told.place[job]]),
        work=jobs.classes[jobs.work_class[job]].name,
        source=Source.RELOCATION,
        direction=Direction.DOWN,
        delay=delay,
        it_kw=float(taken * held.menu.extra_kw[entry]),
        meter_kw=0.0,
        cost=float(figures[0]),
        rebound_kwh=float(figures[1]),
        change=Change(
            jobs=np.asarray([job]),
            offsets=np.asarray([0, count]),
            slots=np.arange(first, first + count),
            points=np.asarray([-1]),
            places=np.asarray([place]),
        ),
    )
