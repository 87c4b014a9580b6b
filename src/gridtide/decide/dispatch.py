"""Minutes: which jobs run in which slots and where, how requests split, what batteries do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.extra_cooling import ExtraCooling, no_extra_cooling
from gridtide.decide.offer_terms import nothing_carried, nothing_offered
from gridtide.digest import freeze
from gridtide.fleet.menu import Menu, at_share
from gridtide.timeline import Timeline


class Reason(IntEnum):
    """Why a job's slots are what they are; `trust/explain.py` says it in a sentence."""

    NOT_PLACED = 0
    AT_ONCE = 1
    PROTECTED = 2
    CHEAPER_LATER = 3
    CHEAPER_ELSEWHERE = 4
    CHEAPER_LATER_AND_ELSEWHERE = 5
    NO_SLACK = 6
    NO_ROOM_EARLIER = 7
    KEPT = 8
    WITNESS = 9
    WHOLE_IS_CHEAPER = 10
    RULE = 11
    CROWDED = 12
    IN_TURN = 13
    EDITED = 14


class Binding(IntEnum):
    """Which limit decided between the chosen slots and cheaper ones."""

    NONE = 0
    DEADLINE = 1
    CAPACITY = 2
    REGION = 3
    TRANSFER = 4
    RELEASE = 5
    RESPONSE = 6


@dataclass(frozen=True, kw_only=True, eq=False)
class Placement:
    """Where and in which slots of the horizon each job runs; rows aligned with the Situation's jobs.

    place: -1 where a job has no slots. point: operating point it runs at, by its number in the menu of the pool
    there, 0 the full speed. offsets (n+1,) and slots: job j runs in
    slots[offsets[j]:offsets[j+1]], increasing. Enough slots are reserved for the declared work left.
    cost: expected cost of the chosen slots; cost_at_once: of the earliest ones at home;
    alternative_cost, alternative_place: of the best answer at another place (NaN, -1 where none).
    """

    horizon: Timeline
    place: NDArray[np.int64]
    point: NDArray[np.int64]
    offsets: NDArray[np.int64]
    slots: NDArray[np.int64]
    reason: NDArray[np.int64]
    binding: NDArray[np.int64]
    cost: NDArray[np.float64]
    cost_at_once: NDArray[np.float64]
    alternative_cost: NDArray[np.float64]
    alternative_place: NDArray[np.int64]

    def __post_init__(self) -> None:
        whole = ("place", "point", "offsets", "slots", "reason", "binding", "alternative_place")
        real = ("cost", "cost_at_once", "alternative_cost")
        freeze(self, **dict.fromkeys(whole, np.int64), **dict.fromkeys(real, np.float64))

    def __len__(self) -> int:
        return len(self.place)


OF_JOBS = (
    "place", "point", "reason", "binding", "cost", "cost_at_once", "alternative_cost", "alternative_place",
)  # fmt: skip
"""Columns of a placement that have a row a job."""


def placement_of(
    horizon: Timeline, slots: Sequence[NDArray[np.int64]], columns: Mapping[str, NDArray[Any]]
) -> Placement:
    """A placement of jobs in these slots, one array a job; columns: OF_JOBS."""
    return Placement(
        horizon=horizon,
        offsets=np.concatenate([[0], np.cumsum([len(one) for one in slots])]).astype(np.int64),
        slots=np.concatenate([*slots, np.zeros(0, dtype=np.int64)]),
        **columns,
    )


def none_slower() -> NDArray[np.float64]:
    """Shares answered at slower points where nothing is told of them."""
    return np.zeros((0, 0, 0, 0))


@dataclass(frozen=True, kw_only=True, eq=False)
class Turns:
    """When gangs start and stop inside their slots; of no slots where nothing is staggered, else one row a slot of the
    placement, seconds.

    late_s: after the slot begins, until a gang that starts there works; its power rises over the rise_s before that,
    straight. early_s: before the slot ends, from when on a gang that stops works no more; its power falls over fall_s
    from then. All 0 inside a run, and where a start or stop is at once.
    """

    late_s: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    rise_s: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    early_s: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    fall_s: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))

    def __post_init__(self) -> None:
        freeze(self, **dict.fromkeys(("late_s", "rise_s", "early_s", "fall_s"), np.float64))

    def __len__(self) -> int:
        return len(self.late_s)


@dataclass(frozen=True, kw_only=True, eq=False)
class Dispatch:
    """What is to be done from `made_at` on; T steps of the placement's horizon.

    shares: (V, O, P, T) share of each origin's demand answered at each place; slower_shares: what of it is answered
    at each slower point of the services, (N, O, P, T), of none where nothing is told of them. charge_kw, discharge_kw:
    (S, T). import_held_kw: import a site is held to by its store and by sending requests on, as far as they can,
    (S,), inf where it is not. raise_price_per_kw: money for a kW above that, (S,). it_price_per_kwh: money for a kWh
    of IT at each site, by which requests are sent on, (S, T). issue: when the newest signal it rests on was issued.
    offered_kw: capacity for the grid, of each product, (Q, T); carried_kw: of it by running work, to draw less and
    more, (2, Q, T), of no products where work carries none. cooling: heat to carry out early or late. made_kw: what
    plants make, (G, T); of no plants where nothing is told of them: then each makes all it can. nodes_used:
    accelerators whose nodes rest when nothing uses them and that a plan uses, (P, T), of no places where none says.
    turns: starts and stops inside the slots.
    recovering_kw: import a site is held to in the same way while it recovers from a call, (S, T), inf elsewhere, of no
    sites where none does. setpoint_kw: import a site is held to from both sides, (S, T), NaN elsewhere, of no sites
    where none is.
    """

    made_at: datetime
    policy: str
    placement: Placement
    shares: NDArray[np.float64]
    charge_kw: NDArray[np.float64]
    discharge_kw: NDArray[np.float64]
    import_held_kw: NDArray[np.float64]
    raise_price_per_kw: NDArray[np.float64]
    it_price_per_kwh: NDArray[np.float64]
    issue: datetime
    offered_kw: NDArray[np.float64] = field(default_factory=nothing_offered)
    carried_kw: NDArray[np.float64] = field(default_factory=nothing_carried)
    cooling: ExtraCooling = field(default_factory=no_extra_cooling)
    slower_shares: NDArray[np.float64] = field(default_factory=none_slower)
    made_kw: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 0)))
    nodes_used: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 0)))
    turns: Turns = field(default_factory=Turns)
    recovering_kw: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 0)))
    setpoint_kw: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 0)))

    def __post_init__(self) -> None:
        stores = ("charge_kw", "discharge_kw", "import_held_kw")
        routes = ("shares", "slower_shares", "raise_price_per_kw", "it_price_per_kwh")
        told = ("offered_kw", "carried_kw", "made_kw", "nodes_used", "recovering_kw", "setpoint_kw")
        freeze(self, **dict.fromkeys((*stores, *routes, *told), np.float64))


def load_of(
    placement: Placement,
    accelerators: NDArray[np.int64],
    menu: Menu,
    used: NDArray[np.int64] | None = None,
) -> NDArray[np.int64]:
    """Accelerators reserved at each entry of the menu and slot, (M, T). accelerators: of whole gangs, (n,).

    used: count only so many first slots of each job, those it is expected to need.
    """
    steps = len(placement.horizon)
    counts = np.diff(placement.offsets)
    inside = np.arange(len(placement.slots)) - np.repeat(placement.offsets[:-1], counts)
    most = np.repeat(counts if used is None else used, counts)
    entry = menu.entry(placement.place, placement.point)
    taken = at_share(accelerators, menu.gang_share[entry])
    gang = np.where(inside < most, np.repeat(taken, counts), 0)
    cells = np.repeat(entry, counts) * steps + placement.slots
    return (
        np.bincount(cells, weights=gang, minlength=len(menu) * steps)
        .reshape(len(menu), steps)
        .astype(np.int64)
    )
