"""Every unbroken window a job could run in, what each costs at a plan's prices, and what keeps it from cheaper ones."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.plan import PARTS, Plan
from gridtide.decide.reservations import (
    Reservations,
    copied,
    expected_counts,
    free_of,
    grid_step_s,
    on_grid,
    reservations,
    told_entries,
)
from gridtide.decide.situation import Situation
from gridtide.fleet.menu import at_share, at_speed_s

Real = NDArray[np.float64]
Flags = NDArray[np.bool_]
Kept = tuple[NDArray[np.int64], Real]
CAUSES = (*PARTS, "raised peak", "machines", "wait", "transfer")
"""What a window's cost is made of: the parts of the IT price, what a higher peak than the plan pays for is
believed to cost, scarce machines, waiting, and moving data."""

LIFTED = {
    "deadline": (),
    "machines": ("machines",),
    "places": (),
    "import": ("limit",),
    "peak": ("peak", "raised peak"),
    "transfer": ("transfer",),
}
"""Limits that can be thought away, and the causes that vanish with them."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Windows:
    """Windows of one job at one speed and size of its gang, by place and first slot of the grid.

    entry: of the menu, at each place, (P,). accelerators: what it takes. slots: how many it must hold for its declared
    limit; expected: how many it is expected to use and pays for. causes: money by CAUSES, (len(CAUSES), P, T); NaN
    where a window leaves the grid. ready, free, in_time, allowed: whether its data can be there, machines are free, it
    ends before the deadline, and the place is one of its own that has this speed and size, (P, T).
    """

    entry: NDArray[np.int64]
    accelerators: int
    slots: int
    expected: int
    causes: Real
    ready: Flags
    free: Flags
    in_time: Flags
    allowed: Flags

    @property
    def cost(self) -> Real:
        """Money, (P, T)."""
        total: Real = self.causes.sum(axis=0)
        return total

    def best(self, lifted: str = "") -> tuple[int, int, float] | None:
        """Place, first slot and cost of the cheapest window, one of LIFTED thought away; None where there is none."""
        cost = self.cost
        for cause in LIFTED.get(lifted, ()):
            cost = cost - self.causes[CAUSES.index(cause)]
        may = np.isfinite(cost) & self.ready
        for name, holds in (
            ("machines", self.free),
            ("deadline", self.in_time),
            ("places", self.allowed),
        ):
            if name != lifted:
                may &= holds
        if not may.any():
            return None
        least = int(np.argmin(np.where(may, cost, np.inf)))
        place, slot = divmod(least, cost.shape[1])
        return place, slot, float(cost[place, slot])


def sizes_of(held: Reservations, job: int) -> tuple[tuple[float, float], ...]:
    """Speed and share of its gang that a job may run at: the whole gang at full speed first, then what an elastic job
    may change to, the smallest first."""
    menu = held.menu
    may = (held.taken[job] > 0) & (menu.gang_share != 1.0)
    other = sorted({(float(menu.gang_share[m]), float(menu.speed[m])) for m in np.flatnonzero(may)})
    return ((1.0, 1.0), *((speed, share) for share, speed in other))


def windows_of(
    situation: Situation,
    held: Reservations,
    plan: Plan,
    kept: Kept,
    job: int,
    size: tuple[float, float] = (1.0, 1.0),
) -> Windows:
    """The windows of a job beside everything `held` tells the others; prices known within the plan only.

    kept: accelerators to keep free for the plan's peak and the charge for using one, as placing weighed them. size:
    speed and share of the gang, of `sizes_of`; a place without it has no window.
    """
    entry, there = _entries(held, job, size)
    slots, expected = _lengths(held, job, size[0])
    steps = len(held.grid)
    accelerators = int(at_share(held.gang[job], np.asarray(size[1])))
    free = _free_beside(held, job) >= accelerators
    everywhere = replace(situation.jobs, allowed=np.ones_like(situation.jobs.allowed))
    first = reservations(
        replace(situation, jobs=everywhere), held.room, held.grid, np.iinfo(np.int64).max
    ).first[job]
    allowed = (held.first[job] < steps) & there
    start = np.arange(steps)
    return Windows(
        entry=entry,
        accelerators=accelerators,
        slots=slots,
        expected=expected,
        causes=_causes(situation, held, plan, kept, job, expected, entry),
        ready=start >= np.where(allowed, held.first[job], first)[:, None],
        free=_all_of(free, slots),
        in_time=np.broadcast_to(start + slots <= held.last[job], free.shape),
        allowed=np.broadcast_to(allowed[:, None], free.shape),
    )


def told_causes(situation: Situation, held: Reservations, plan: Plan, kept: Kept, job: int) -> Real:
    """What the slots a job was told cost by CAUSES, in money; they may be in pieces."""
    told = told_entries(held, held.told)
    used = int(expected_counts(held, held.told.count, told)[job])
    begin, place = int(held.told.offsets[job]), int(held.told.place[job])
    entries = held.menu.first.copy()
    entries[place] = told[job]
    by_slot = _causes(situation, held, plan, kept, job, 1, entries)
    slots = held.told.slots[begin : begin + used]
    found: Real = by_slot[:, place, slots].sum(axis=1)
    found[CAUSES.index("transfer")] = held.offer[job, place]
    return found


def moved(held: Reservations, job: int, at: tuple[int, int], windows: Windows) -> Reservations:
    """The reservations with one job told one of its windows, all others as they were."""
    told, slots = copied(held.told), windows.slots
    begin, point = int(told.offsets[job]), int(held.menu.point[windows.entry[at[0]]])
    told.place[job], told.point[job], told.count[job] = at[0], point, slots
    told.slots[begin : begin + slots] = np.arange(at[1], at[1] + slots)
    return replace(held, told=told)


def apart(windows: Windows, told: tuple[int, int], count: int) -> list[tuple[int, int]]:
    """Places and first slots of the cheapest windows that may be taken, besides the one told.

    Starts at one place lie a quarter of the job's length apart or more, for neighbours tell nothing new.
    """
    may = windows.ready & windows.free & windows.in_time & windows.allowed
    cost = np.where(may & np.isfinite(windows.cost), windows.cost, np.inf)
    space = max(1, windows.slots // 4)
    found: list[tuple[int, int]] = []
    last = told
    while True:
        cost[last[0], max(0, last[1] - space + 1) : last[1] + space] = np.inf
        if len(found) == count or not np.isfinite(cost).any():
            return found
        place, slot = divmod(int(np.argmin(cost)), cost.shape[1])
        last = (place, slot)
        found.append(last)


def _entries(
    held: Reservations, job: int, size: tuple[float, float]
) -> tuple[NDArray[np.int64], Flags]:
    """The entry of the menu with a speed and share of the gang at each place, that of full speed where there is none,
    and whether there is one, (P,) both."""
    menu, entry = held.menu, held.menu.first.copy()
    there = np.zeros(len(entry), dtype=np.bool_)
    wanted = (menu.speed == size[0]) & (menu.gang_share == size[1]) & (held.taken[job] > 0)
    for m in np.flatnonzero(wanted)[::-1]:
        entry[menu.place[m]], there[menu.place[m]] = m, True
    return entry, there


def _lengths(held: Reservations, job: int, speed: float) -> tuple[int, int]:
    """Slots an unbroken run needs for the declared and for the expected work; one that has begun restarts."""
    restart_s, slot_s = (int(value) for value in held.left[job, 2:])
    declared_s, expected_s = (int(value) for value in at_speed_s(held.left[job, :2], speed))
    again_s = restart_s if held.rule[job, 1] else 0
    slots = max(1, -(-(declared_s + again_s) // slot_s))
    return slots, min(slots, max(1, -(-(expected_s + again_s) // slot_s)))


def _causes(
    situation: Situation,
    held: Reservations,
    plan: Plan,
    kept: Kept,
    job: int,
    length: int,
    entries: NDArray[np.int64],
) -> Real:
    """Money by CAUSES for the first `length` slots of every window, (len(CAUSES), P, T).

    entries: the operating point at each place, (P,).
    """
    site = situation.fleet.site_of_place
    hours = grid_step_s(held.grid) / 3600.0
    extra_kw = held.menu.extra_kw[entries][:, None]
    parts = on_grid(plan.prices.parts, plan.horizon, held.grid)[:, site] * extra_kw * hours
    scarce = plan.prices.accelerator_price_per_h + plan.prices.room_price_per_h
    machines = on_grid(scarce, plan.horizon, held.grid) * hours
    speed = held.menu.speed[entries][:, None]
    taken = at_share(held.gang[job], held.menu.gang_share[entries])[:, None]
    wait = held.delay[job] * np.arange(len(held.grid)) * speed * (held.gang[job] / taken)
    raised = _raised(held, kept, job, entries)
    by_slot = np.concatenate([parts, raised[None], machines[None], wait[None]])
    moved = np.broadcast_to(held.offer[job][:, None], machines.shape)
    return np.concatenate([_sums_of(by_slot * taken.astype(np.float64), length), moved[None]])


def _raised(held: Reservations, kept: Kept, job: int, entries: NDArray[np.int64]) -> Real:
    """What an accelerator costs in each slot in which the job would raise the peak the others pay for, (P, T)."""
    free = _free_beside(held, job)
    asked, charge = kept
    paid = np.maximum(asked - free, 0).max(axis=1)
    taken = at_share(held.gang[job], held.menu.gang_share[entries])
    raises = free - taken[:, None] < asked - paid[:, None]
    work_s = at_speed_s(held.left[job, 1], held.menu.speed[entries])
    per_slot = charge[entries] / np.maximum(1.0, work_s / held.left[job, 3])
    return np.where(raises, per_slot[:, None], 0.0)


def _free_beside(held: Reservations, job: int) -> NDArray[np.int64]:
    """Room that no other job was told, (P, T)."""
    count = held.told.count.copy()
    count[job] = 0
    return free_of(held, replace(held.told, count=count))


def _sums_of(by_slot: Real, length: int) -> Real:
    """Sums over `length` slots from each on; NaN where they leave the grid."""
    total = np.concatenate(
        [np.zeros((*by_slot.shape[:-1], 1)), np.cumsum(by_slot, axis=-1)], axis=-1
    )
    found = np.full(by_slot.shape, np.nan)
    whole = by_slot.shape[-1] - length + 1
    if whole > 0:
        found[..., :whole] = total[..., length:] - total[..., :whole]
    return found


def _all_of(free: Flags, slots: int) -> Flags:
    """Whether `slots` slots from each on are all free; those behind the grid are not."""
    taken = np.concatenate([np.zeros((len(free), 1)), np.cumsum(~free, axis=1)], axis=1)
    found = np.zeros_like(free)
    whole = free.shape[1] - slots + 1
    if whole > 0:
        found[:, :whole] = taken[:, slots:] == taken[:, :whole]
    return found
