"""Jobs that run slower for a while: what operating points give, and which slots they need behind their own for it."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.flexibility.candidate import Candidate
from gridtide.decide.flexibility.outlook import Outlook
from gridtide.decide.flexibility.step import DELAYS, Change, Direction, Source
from gridtide.decide.reservations import told_accelerators, told_entries
from gridtide.fleet.menu import at_speed_s

Real = NDArray[np.float64]
Whole = NDArray[np.int64]


def slowing_down(
    outlook: Outlook, duration_s: int, running: NDArray[np.bool_], free: Whole
) -> list[Candidate]:
    """Jobs that run throughout and could do so at a slower point of their pool, the one that saves most, or, where
    there is none, elastic ones on a smaller part of their gang.

    running: jobs expected to run in the whole window, (n,). free: machines, (P, T), changed in place.

    What they lose is worked in the slots right behind their
    last one, so that nothing is interrupted; where the slots they hold leave time enough, in none.
    """
    held = outlook.held
    entry = told_entries(held, held.told)
    found = []
    for job in np.flatnonzero(running & outlook.situation.jobs.movable):
        place = int(held.told.place[job])
        point = _slowest(outlook, int(entry[job]), place)
        if point is None:
            point = _smallest(outlook, int(job), int(entry[job]), place)
        if point is None:
            continue
        one = _slowed(outlook, int(job), int(entry[job]), point, duration_s, free)
        if one is not None:
            found.append(one)
    return found


def beside_slower(paused: list[Candidate], slowed: list[Candidate]) -> list[Candidate]:
    """Both, so that no job gives a kW twice: pausing counts beside slowing where slowing is cheaper and needs no more
    delay; elsewhere the job pauses or nothing."""
    by_job = {int(one.change.jobs[0]): one for one in slowed}
    found = []
    for one in paused:
        slower = by_job.get(int(one.change.jobs[0]))
        if slower is None:
            found.append(one)
        elif slower.delay <= one.delay and slower.price < one.price:
            found.append(
                replace(
                    one,
                    it_kw=one.it_kw - slower.it_kw,
                    cost=one.cost - slower.cost,
                    rebound_kwh=max(one.rebound_kwh - slower.rebound_kwh, 0.0),
                )
            )
        else:
            found.append(one)
            del by_job[int(one.change.jobs[0])]
    return [*by_job.values(), *found]


def _slowest(outlook: Outlook, entry: int, place: int) -> int | None:
    """The entry of the pool on as many accelerators that draws least below a job's own, None where there is none."""
    menu = outlook.held.menu
    below = [
        other
        for other in range(menu.bounds[place], menu.bounds[place + 1])
        if menu.gang_share[other] == menu.gang_share[entry]
        and menu.speed[other] < menu.speed[entry]
        and menu.it_kw[other] < menu.it_kw[entry]
    ]
    return min(below, key=lambda other: float(menu.it_kw[other])) if below else None


def _smallest(outlook: Outlook, job: int, entry: int, place: int) -> int | None:
    """The entry of the pool at which an elastic job runs on fewer accelerators that draw least, None where there is
    none; what may not be interrupted keeps its accelerators."""
    menu, taken = outlook.held.menu, outlook.held.taken[job]
    if not outlook.situation.jobs.interruptible[job]:
        return None
    drawn_kw = taken * menu.extra_kw
    below = [
        other
        for other in range(menu.bounds[place], menu.bounds[place + 1])
        if 0 < taken[other] < taken[entry] and drawn_kw[other] < drawn_kw[entry]
    ]
    return min(below, key=lambda other: (float(drawn_kw[other]), other)) if below else None


def _slowed(
    outlook: Outlook, job: int, entry: int, point: int, duration_s: int, free: Whole
) -> Candidate | None:
    held, jobs, step_s = outlook.held, outlook.situation.jobs, outlook.step_s
    menu, place = held.menu, int(held.told.place[job])
    lost_s = duration_s * (1.0 - float(menu.speed[point] / menu.speed[entry]))
    gang, less = float(held.taken[job, entry]), float(held.taken[job, point])
    if less != gang:
        lost_s += 2.0 * float(held.left[job, 2])
    delay = _delay(outlook, job, lost_s)
    slots = _slots_for(outlook, job, entry, lost_s, free)
    if delay is None or slots is None:
        return None
    window = outlook.window(duration_s)
    last = int(held.told.slots[held.told.offsets[job] + outlook.used[job] - 1])
    later = min(last + 1, len(held.grid) - 1)
    share = duration_s / (window * step_s)
    without_peak = outlook.cell_cost - outlook.cell_peak
    saved = gang * without_peak[entry, :window] - less * without_peak[point, :window]
    wait = float(held.delay[job]) * later * (held.gang[job] / gang)
    again = gang * (outlook.cell_cost[entry, later] + wait) * lost_s / step_s
    return Candidate(
        site=int(outlook.situation.fleet.site_of_place[place]),
        work=jobs.classes[jobs.work_class[job]].name,
        source=Source.SPEED,
        direction=Direction.DOWN,
        delay=delay,
        it_kw=gang * float(menu.extra_kw[entry]) - less * float(menu.extra_kw[point]),
        meter_kw=0.0,
        cost=float(again - share * saved.sum()),
        rebound_kwh=gang * float(outlook.cell_kwh[entry, later]) * lost_s / step_s,
        change=Change(
            jobs=np.asarray([job]),
            offsets=np.asarray([0, len(slots)]),
            slots=slots,
            points=np.asarray([menu.point[point]]),
            places=np.asarray([-1]),
        ),
    )


def _delay(outlook: Outlook, job: int, lost_s: float) -> float | None:
    """The least delay at which a job may end so much later, None where none allows it."""
    told, grid = outlook.held.told, outlook.held.grid
    last = told.slots[told.offsets[job] + outlook.used[job] - 1]
    taken_s = float(grid.ends_s[last] - outlook.situation.jobs.release_s[job])
    fitting = [delay for delay in DELAYS if lost_s <= delay * taken_s]
    return fitting[0] if fitting else None


def _slots_for(outlook: Outlook, job: int, entry: int, lost_s: float, free: Whole) -> Whole | None:
    """The slots a job holds with those it needs besides, right behind them; None where they are taken or too late."""
    held = outlook.held
    begin = held.told.offsets[job]
    own = held.told.slots[begin : begin + held.told.count[job]]
    breaks = int((np.diff(own) > 1).sum())
    work_s = int(at_speed_s(held.left[job, :1], float(held.menu.speed[entry]))[0])
    spare_s = len(own) * outlook.step_s - work_s - breaks * int(held.left[job, 2])
    more = max(0, -(-int(np.ceil(lost_s - spare_s)) // outlook.step_s))
    behind = np.arange(int(own[-1]) + 1, int(own[-1]) + 1 + more)
    place, taken = held.told.place[job], int(told_accelerators(held, held.told)[job])
    if more and (
        behind[-1] >= min(int(held.last[job]), free.shape[1]) or (free[place, behind] < taken).any()
    ):
        return None
    free[place, behind] -= taken
    return np.concatenate([own, behind])
