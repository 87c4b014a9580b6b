"""Which work at a place set-points may slow now, and how far: what runs by orders in force, as its promises bear.

All boards of a place run at one point at a time, since no scheduler says which of them carry which job: so work is
slowed together or not at all, and one job that may not wait, or a service that answers there, keeps all at its point.
"""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.dispatch import Placement
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.jobs import NO_DEADLINE_S
from gridtide.loop.names import place_names
from gridtide.loop.set_points.slowed import Slowed
from gridtide.loop.world import Orders

Real = NDArray[np.float64]
Whole = NDArray[np.int64]

HANDOVER_S = 10.0
"""Slack that is kept back: what was told last acts a little longer than it holds."""


@dataclass(frozen=True, kw_only=True, eq=False)
class WorkAt:
    """Work that runs at a place, site/pool, through a step of orders.

    points: numbers of the menu of its pool, slowest first, (K,); points_kw: IT power of its accelerators at each beyond
    parked ones, rising, speeds: (K,). usual: at which of these it is told to run. names: of its jobs; may_lose_s: work
    that each may be behind by, s at full speed, whatever it is behind by already, (n,). made_at: when that was known.
    accelerators: it holds. value_per_h: of its work. held: why none of it may be slowed, empty where it may.
    """

    place: str
    points: Whole
    points_kw: Real
    speeds: Real
    usual: int
    names: tuple[str, ...]
    may_lose_s: Real
    made_at: datetime
    accelerators: int
    value_per_h: float
    held: str = ""

    def slowest(self, slowed: Slowed, bears_s: float) -> int:
        """The slowest of its points that every job of it bears for so long: by its promise, and before its scheduler
        ends it."""
        if self.held:
            return self.usual
        left_s = [
            min(
                float(may_s) - slowed.since_s(name, self.made_at),
                slowed.spare_s(self.place, name) - HANDOVER_S,
            )
            for name, may_s in zip(self.names, self.may_lose_s, strict=True)
        ]
        costs_s = (self.speeds[self.usual] - self.speeds) * bears_s
        return int(np.argmax(costs_s <= max(min(left_s), 0.0)))


def step_now(orders: Orders, now: datetime) -> int | None:
    """The step of orders that holds an instant; None where they are over, or have not begun."""
    horizon = orders.dispatch.placement.horizon
    now = now.replace(microsecond=0)
    return horizon.step_holding(now) if horizon.start <= now < horizon.end else None


def work_at(orders: Orders, fleet: Fleet, place: int, step: int) -> WorkAt | None:
    """The work that runs at a place through a step of orders; None where nothing does."""
    placement = orders.dispatch.placement
    rows = _running(placement, place, step)
    if not len(rows):
        return None
    menu, bounds = fleet.menu, fleet.menu.bounds
    entries = np.arange(bounds[place], bounds[place + 1])
    entries = entries[menu.gang_share[entries] == 1.0]
    entries = entries[np.argsort(menu.extra_kw[entries], kind="stable")]
    gang = float(orders.jobs.accelerators[rows].sum())
    points = menu.point[entries]
    told = np.unique(placement.point[rows])
    value = np.asarray([one.value_per_accelerator_h for one in orders.jobs.classes])
    return WorkAt(
        place=place_names(fleet)[place],
        points=points,
        points_kw=gang * menu.extra_kw[entries],
        speeds=menu.speed[entries],
        usual=int(np.flatnonzero(points == told[0])[0]) if told[0] in points else len(points) - 1,
        names=tuple(orders.jobs.name[rows].tolist()),
        may_lose_s=_may_lose_s(orders, fleet, place, rows, step),
        made_at=orders.dispatch.made_at,
        accelerators=int(gang),
        value_per_h=float(value[orders.jobs.work_class[rows]] @ orders.jobs.accelerators[rows]),
        held=_held(orders, place, rows, step, told),
    )


def _running(placement: Placement, place: int, step: int) -> Whole:
    """Rows that are told to run at a place through a step."""
    hits = np.flatnonzero(placement.slots == step)
    rows = np.searchsorted(placement.offsets, hits, side="right") - 1
    return np.asarray(rows[placement.place[rows] == place], dtype=np.int64)


def _held(orders: Orders, place: int, rows: Whole, step: int, told: Whole) -> str:
    """Why none of the work may be slowed; empty where it may."""
    jobs, shares = orders.jobs, orders.dispatch.shares
    if shares.size and shares[:, :, place, min(step, shares.shape[-1] - 1)].any():
        return "a service answers on these boards"
    fixed = jobs.name[rows][~jobs.movable[rows] | jobs.elastic[rows]]
    if len(fixed):
        return f"{fixed[0]} may not be slowed"
    if len(told) > 1:
        return "its jobs run at several points"
    return ""


def _may_lose_s(orders: Orders, fleet: Fleet, place: int, rows: Whole, step: int) -> Real:
    """Work that each row may be behind by: until its deadline, or until others need its accelerators."""
    jobs, placement = orders.jobs, orders.dispatch.placement
    ends_s = placement.horizon.ends_s[placement.slots[placement.offsets[rows + 1] - 1]]
    deadline_s = jobs.deadline_s[rows]
    slack_s = np.where(deadline_s == NO_DEADLINE_S, np.inf, (deadline_s - ends_s).astype(float))
    room_s = _room_until_s(placement, orders, fleet, place, rows, step) - ends_s
    return np.asarray(np.minimum(slack_s, room_s) - HANDOVER_S)


def _room_until_s(
    placement: Placement, orders: Orders, fleet: Fleet, place: int, rows: Whole, step: int
) -> float:
    """Second until which a place holds what runs there now beside all that is planned to begin, inf where to the end of
    the orders."""
    pool = fleet.pools[place]
    others = placement.place == place
    others[rows] = False
    of = np.repeat(np.arange(len(others)), np.diff(placement.offsets))
    theirs = others[of]
    used = float(orders.jobs.accelerators[rows].sum()) + np.bincount(
        placement.slots[theirs],
        weights=orders.jobs.accelerators[of[theirs]],
        minlength=len(placement.horizon),
    )
    full = np.flatnonzero(used[step:] > pool.accelerators - pool.for_services)
    return float(placement.horizon.starts_s[step + full[0]]) if len(full) else np.inf
