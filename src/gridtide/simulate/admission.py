"""Which jobs wait and may be started for a signal that asks for more, and what their start leaves of their slots."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.dispatch import Placement
from gridtide.decide.state import Status
from gridtide.simulate.flexing import Window
from gridtide.simulate.regulated_hour import MINUTE_S, Running

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]

MOST_AT_METER = 1.5
"""At the meter for a kilowatt of IT power, more than conversion, fans and any heat plant here add to it."""


def may_begin(
    window: Window, site: int, running: Running, answering: Real, minutes: slice
) -> Flags:
    """Jobs that may be started at any second of an hour, (n,), first come first as the plan has them.

    Each is released, at the place where its data lie, was never started, and would be later than this hour. From the
    hour's begin until it would have ended after the latest start, machines are free that the plan gives to nobody;
    after the hour its power stays below the site's import limit and below the highest import that is planned anyway.
    It ends sooner than planned, so no deadline is nearer. answering: accelerators that requests are answered on at each
    place, (P,); jobs are started at none of those.
    """
    orders, state = window.standing.turn.orders, window.standing.turn.situation.state
    jobs, rows, placement = orders.jobs, running.row, orders.dispatch.placement
    place, edges_s = placement.place[rows], placement.horizon.edges_s
    first_s, end_s = (
        int(window.study.timeline.edges_s[at]) for at in (minutes.start, minutes.stop)
    )
    planned_s = edges_s[placement.slots[placement.offsets[rows]]]
    waits = (state.status[rows] == int(Status.WAITING)) & ~running.begun
    waits &= (planned_s >= end_s) & ~running.slots[:, : minutes.stop].any(axis=1)
    waits &= (jobs.release_s[rows] <= first_s) & (state.place[rows] == place)
    waits &= jobs.movable[rows] & ~jobs.elastic[rows] & (answering[place] == 0.0)
    room, found = _Room.of(window, site, running), np.zeros(len(running), dtype=np.bool_)
    for number in np.flatnonzero(waits)[np.argsort(planned_s[waits], kind="stable")]:
        until_s = end_s + MINUTE_S * int(running.slot_minutes[number])
        if until_s <= edges_s[-1]:
            found[number] = room.taken_by(running, int(number), first_s, end_s, until_s)
    return found


def begun(running: Running, rows: Whole, begins_s: Real) -> Running:
    """Jobs as they run after an hour in which some were started: their slots follow each other from their start on.

    rows: of those that might have been; begins_s: second since the window's begin from which each works, inf of one
    that was not started.
    """
    slots, flags = running.slots.copy(), running.begun.copy()
    for row, second in zip(rows, begins_s, strict=True):
        if np.isfinite(second):
            first = int(-(-second // MINUTE_S))
            slots[row] = False
            slots[row, first : first + int(running.slot_minutes[row])] = True
            flags[row] = True
    return replace(running, slots=slots, begun=flags)


@dataclass(eq=False)
class _Room:
    """What a plan leaves free at a site. machines: by place and slot, (P, T); kw: of import, (T,)."""

    placement: Placement
    machines: Whole
    kw: Real

    @classmethod
    def of(cls, window: Window, site: int, running: Running) -> "_Room":
        """Of the plan a window begins with, jobs that were started for the signal counted where they run now."""
        orders, menu = window.standing.turn.orders, window.study.fleet.menu
        placement = orders.dispatch.placement
        kept = np.asarray([pool.for_services for pool in window.study.fleet.pools])
        free = np.tile((window.study.fleet.accelerators - kept)[:, None], len(placement.horizon))
        room = cls(placement=placement, machines=free, kw=_import_room_kw(window, site))
        for row in np.flatnonzero((placement.place >= 0) & (np.diff(placement.offsets) > 0)):
            entry = menu.entry(placement.place[row], placement.point[row])
            held = int(np.rint(orders.jobs.accelerators[row] * menu.gang_share[entry]))
            free[placement.place[row], room.planned(int(row))] -= held
        first_s = int(window.study.timeline.edges_s[0])
        for number in np.flatnonzero(running.begun):
            began_s = first_s + MINUTE_S * int(running.slots[number].argmax())
            room.moves(running, int(number), began_s, began_s, running.slot_minutes[number])
        return room

    def planned(self, row: int) -> Whole:
        """The slots a job was told."""
        offsets = self.placement.offsets
        return self.placement.slots[offsets[row] : offsets[row + 1]]

    def moves(
        self, running: Running, number: int, first_s: int, drawn_s: int, minutes: int
    ) -> None:
        """A job leaves its slots, holds machines from first_s on and draws what is counted from drawn_s on, both until
        so many minutes behind drawn_s."""
        place, planned = (
            self.placement.place[running.row[number]],
            self.planned(int(running.row[number])),
        )
        starts_s, ends_s = self.placement.horizon.starts_s, self.placement.horizon.ends_s
        before = starts_s < drawn_s + MINUTE_S * minutes
        self.machines[place, planned] += running.accelerators[number]
        self.machines[place, before & (ends_s > first_s)] -= running.accelerators[number]
        more_kw = np.full(len(self.kw), running.points_kw[number].max())
        more_kw[planned] -= running.told_kw[number]
        self.kw[before & (starts_s >= drawn_s)] -= (
            MOST_AT_METER * more_kw[before & (starts_s >= drawn_s)]
        )

    def taken_by(
        self, running: Running, number: int, first_s: int, end_s: int, until_s: int
    ) -> bool:
        """Whether a job has room from first_s on, and for its power from end_s on, until until_s; takes it if so."""
        tried = replace(self, machines=self.machines.copy(), kw=self.kw.copy())
        tried.moves(running, number, first_s, end_s, (until_s - end_s) // MINUTE_S)
        place = self.placement.place[running.row[number]]
        starts_s, ends_s = self.placement.horizon.starts_s, self.placement.horizon.ends_s
        within = (ends_s > first_s) & (starts_s < until_s)
        drawing = (starts_s >= end_s) & (starts_s < until_s)
        fits = (tried.machines[place, within] >= 0).all() and (tried.kw[drawing] >= 0.0).all()
        if fits:
            self.machines, self.kw = tried.machines, tried.kw
        return bool(fits)


def _import_room_kw(window: Window, site: int) -> Real:
    """How much more a site could import in each slot than is planned, below its limit and the highest planned, (T,).

    Nothing where the plan or the period has ended.
    """
    plan, twin = window.standing.plan, window.standing.twin
    horizon = window.standing.turn.orders.dispatch.placement.horizon
    planned = np.searchsorted(plan.horizon.edges_s, horizon.starts_s, side="right") - 1
    there = (planned >= 0) & (planned < len(plan.horizon))
    step = twin.present + np.arange(len(horizon))
    there &= step < twin.import_max_kw.shape[1]
    drawn_kw = plan.import_kw[site, np.clip(planned, 0, len(plan.horizon) - 1)]
    limit_kw = twin.import_max_kw[site, np.minimum(step, twin.import_max_kw.shape[1] - 1)]
    most_kw = np.minimum(limit_kw, plan.import_kw[site].max())
    return np.where(there, most_kw - drawn_kw, -np.inf)
