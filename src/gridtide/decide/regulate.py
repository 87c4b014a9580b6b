"""Seconds: the band inside which a site follows the grid's signal, what it moves for that, and how it stands."""

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
Single = NDArray[np.float32]
Flags = NDArray[np.bool_]

FULL_WITHIN_S = 300.0
"""What is offered is there in full so soon, within the ramp of its band: five minutes, a block of the score."""
LOSS_SHARE = 0.05
"""Of an hour's energy, what a store may lose to an adverse signal by going back and forth (round trip 0.91)."""


@dataclass(frozen=True, kw_only=True)
class Store:
    """The store that regulates. kW at its terminals, efficiencies one way; usual_kw: discharge less charge at the
    base point."""

    give_max_kw: float = 0.0
    take_max_kw: float = 0.0
    least_kwh: float = 0.0
    most_kwh: float = 0.0
    into: float = 1.0
    out_of: float = 1.0
    usual_kw: float = 0.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Gangs:
    """Gangs whose ranks share one point, (G,): IT power beyond parked machines, kW, lowest to highest around usual.

    lowest_kw and highest_kw are points of a gang, usual_kw may lie between points: what is told are points. weight:
    cost of moving a gang by a kW, relative to others, above 0. points_kw, speeds: power and work a second of its
    points, rising, (G, K). accelerators: that are told. waits: a job that was not started yet and may begin for a
    signal that asks for more; it draws nothing at the base point.
    """

    lowest_kw: Real
    highest_kw: Real
    usual_kw: Real
    weight: Real
    points_kw: Real
    speeds: Real
    accelerators: Whole
    waits: Flags

    def __post_init__(self) -> None:
        names = ("lowest_kw", "highest_kw", "usual_kw", "weight", "points_kw", "speeds")
        freeze(self, **dict.fromkeys(names, np.float64), accelerators=np.int64, waits=np.bool_)

    def __len__(self) -> int:
        return len(self.usual_kw)

    def there_kw(self, each_kw: Real) -> float:
        """Power of the gangs that do not wait, were each at so many kW, (G,)."""
        return float(each_kw[~self.waits].sum())

    @cached_property
    def nodes(self) -> tuple[Whole, Single]:
        """Where the accelerators of each gang begin, (G + 1,), and what each draws, gang by gang, point by point."""
        offsets = np.concatenate([[0], np.cumsum(self.accelerators)]).astype(np.int64)
        own_kw = (self.points_kw / np.maximum(self.accelerators, 1)[:, None]).astype(np.float32)
        return offsets, np.repeat(own_kw.ravel(), np.repeat(self.accelerators, own_kw.shape[1]))


@dataclass(frozen=True, kw_only=True)
class Resting:
    """Nodes without work: IT power of one awake beyond parked, how many may and usually do stay awake."""

    node_kw: float = 0.0
    fewest: int = 0
    most: int = 0
    usual: int = 0


@dataclass(frozen=True, kw_only=True)
class Lags:
    """Seconds from an order to its effect: a store, points of gangs, nodes that park or wake, a job that starts
    [assumed: as long as a node takes to wake]."""

    store_s: int = 1
    points_s: int = 4
    resting_s: int = 30
    starts_s: int = 30


@dataclass(frozen=True, kw_only=True)
class Building:
    """Between IT and meter, as `physics/pue.py` has it. cooling_s: time constant with which the heat plant follows,
    57 s by the air of a hall [assumed]. cooling_share: its power over that of the model, 1 where the model is right."""

    capacity_kw: float
    outdoor_c: float
    plant: int
    overhead_kw: float = 0.0
    cooling_s: float = 56.9
    cooling_share: float = 1.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Means:
    """Everything a site moves within seconds, and the building around it. ramp_kw_per_s: the fastest change of what is
    aimed at, at the meter."""

    store: Store
    gangs: Gangs
    resting: Resting
    building: Building
    lags: Lags = Lags()
    ramp_kw_per_s: float = np.inf

    def at_base_kw(self, other_kw: float) -> float:
        """IT power at the base point, with what nobody moves."""
        awake_kw = self.resting.usual * self.resting.node_kw
        return other_kw + self.gangs.there_kw(self.gangs.usual_kw) + awake_kw


@dataclass(frozen=True, kw_only=True)
class Band:
    """What a slower clock leaves to regulation until the next hand-over.

    base_kw: the point regulation moves around; up_kw, down_kw: how much less and more may be drawn. ramp_kw_per_s: the
    fastest change of what is told. energy_up_kwh, energy_down_kwh: the most that may be drawn less and more in all.
    end_least_kwh, end_most_kwh: where the store may end. The worst signal within it breaks no promise.
    """

    base_kw: float
    up_kw: float
    down_kw: float
    hours: float
    ramp_kw_per_s: float = np.inf
    end_least_kwh: float = 0.0
    end_most_kwh: float = 0.0

    @property
    def lowest_kw(self) -> float:
        """The least power at the meter."""
        return self.base_kw - self.up_kw

    @property
    def highest_kw(self) -> float:
        """The most power at the meter."""
        return self.base_kw + self.down_kw

    @property
    def energy_up_kwh(self) -> float:
        """The most that may be drawn less until the hand-over."""
        return self.up_kw * self.hours

    @property
    def energy_down_kwh(self) -> float:
        """The most that may be drawn more until the hand-over."""
        return self.down_kw * self.hours


@dataclass(frozen=True, kw_only=True)
class Law:
    """How a regulator shares a request out.

    split_s: compute follows the part slower than this, the store the rest. recover_per_h: share of the store's
    distance from its middle that compute gives back an hour, beyond the request. believe: share of what the meter
    shows beyond the model that is believed each signal. ahead_s: how long the store's energy must last.
    """

    split_s: float
    recover_per_h: float
    believe: float = 0.02
    ahead_s: float = 60.0

    @property
    def lead_h(self) -> float:
        """Hours for which the store may have to carry the whole request before compute has taken over."""
        return (self.split_s + self.ahead_s) / 3600.0


@dataclass(frozen=True, kw_only=True, eq=False)
class RegulatorState:
    """How a site stands between two blocks; a value: a block returns a new one.

    scalars: as the kernel numbers them; told_store, told_nodes, told_gangs: orders of the last seconds, (R,), (R,),
    (R, G). left_s: seconds of work left of each gang at full speed; done_s: done since the start; points: at which each
    stands, -1 where it draws nothing; begins_s: the second from which it works, inf while it waits, (G,). caps_kw: what
    each accelerator of the gangs is told.
    """

    scalars: Real
    told_store: Real
    told_nodes: Real
    told_gangs: Real
    left_s: Real
    done_s: Real
    points: Whole
    begins_s: Real
    caps_kw: Single

    def __post_init__(self) -> None:
        others = dict.fromkeys(self.__dataclass_fields__, np.float64)
        freeze(self, **others | {"points": np.int64, "caps_kw": np.float32})

    @property
    def stored_kwh(self) -> float:
        """Energy in the store now."""
        return float(self.scalars[0])


@dataclass(frozen=True, kw_only=True, eq=False)
class Outside:
    """What meets a block each second, (N every_s,): IT power nobody moves, kW, as it truly is and as it was planned,
    and noise of the meter, share of its reading. first: the tick at which the block begins, where this and its base
    points reach beyond the block, so that one tick sees as far back and ahead as a tick of many."""

    other_kw: Real
    planned_kw: Real
    noise: Real
    first: int = 0


@dataclass(frozen=True, kw_only=True, eq=False)
class Regulated:
    """What a block showed each second, (N every_s,), and how it ended.

    meter_kw: at the grid's meter; store_kw: discharge less charge; stored_kwh; it_kw; short_kw: beyond all reach;
    work: done a second, seconds at full speed.
    """

    meter_kw: Real
    store_kw: Real
    stored_kwh: Real
    it_kw: Real
    short_kw: Real
    work: Real
    state: RegulatorState


class Regulator(Protocol):
    """An array function of signal, band and state: serves one tick as well as a block of many."""

    law: Law

    def respond(
        self,
        request_kw: Real,
        base_kw: Real,
        every_s: int,
        means: Means,
        state: RegulatorState,
        outside: Outside,
    ) -> Regulated:
        """Follow one request every every_s seconds, (N,), above 0 to draw less than base_kw, (N,)."""
        ...


def standing_still(
    means: Means, stored_kwh: float, other_kw: float, left_s: Real, done_s: Real | None = None
) -> RegulatorState:
    """The state of a site that has long been at its base point. stored_kwh: in its store; other_kw: IT nobody moves."""
    from gridtide.kernels import regulate as kernel

    gangs, resting = means.gangs, means.resting
    there = (np.asarray(left_s) > 0.0) & ~gangs.waits
    points, caps_kw, drawn_kw = _at_base(gangs, there)
    scalars = np.zeros(9)
    scalars[kernel.STORED] = stored_kwh
    it_kw = other_kw + float(drawn_kw.sum()) + resting.usual * resting.node_kw
    cooling_kw = power_at(means.building, it_kw) - fast_power_at(means.building, it_kw)
    scalars[kernel.FELT] = cooling_kw
    scalars[kernel.COOLING] = cooling_kw * means.building.cooling_share
    scalars[kernel.AIMED] = np.nan
    scalars[kernel.NEXT] = kernel.REMEMBERED_S
    seconds = kernel.REMEMBERED_S
    return RegulatorState(
        scalars=scalars,
        told_store=np.full(seconds, means.store.usual_kw),
        told_nodes=np.full(seconds, float(resting.usual)),
        told_gangs=np.tile(drawn_kw, (seconds, 1)),
        left_s=left_s,
        done_s=np.zeros(len(gangs)) if done_s is None else done_s,
        points=points,
        begins_s=np.where(gangs.waits, np.inf, -np.inf),
        caps_kw=caps_kw,
    )


def _at_base(gangs: Gangs, there: Flags) -> tuple[Whole, Single, Real]:
    """Points of gangs that are there at which they draw nearest to their usual power in all, what each accelerator
    draws there, and each gang, kW."""
    from gridtide.kernels.set_points import UNTOLD, set_points

    offsets, nodes_kw = gangs.nodes
    points, caps_kw = np.full(len(gangs), UNTOLD), np.zeros(offsets[-1], dtype=np.float32)
    known = np.stack([gangs.lowest_kw, gangs.highest_kw, gangs.usual_kw]) * there
    set_points(
        float(known[2].sum()), np.vstack([known, gangs.weight]), gangs.points_kw.copy(),
        (offsets, nodes_kw), 0.0, points, caps_kw,
    )  # fmt: skip
    own_kw = gangs.points_kw[np.arange(len(gangs)), points]
    return points, caps_kw, np.where(points == UNTOLD, 0.0, own_kw)


def power_at(building: Building, it_kw: float) -> float:
    """Power of a building at an IT power, its cooling settled, without what it draws beside, kW."""
    from gridtide.physics.pue import facility_power_kw

    return facility_power_kw(it_kw, building.capacity_kw, building.outdoor_c, building.plant)


def fast_power_at(building: Building, it_kw: float) -> float:
    """Of that what follows within seconds, kW."""
    from gridtide.physics.pue import fast_facility_power_kw

    return fast_facility_power_kw(it_kw, building.capacity_kw, building.plant)


def reach_kw(means: Means, other_kw: float) -> tuple[Real, Real]:
    """How far gangs and nodes take the meter down and up from the base point: at once, and settled, (2,) each, kW.

    At once counts that cooling may still stand where the opposite request has left it.
    """
    gangs, resting, building = means.gangs, means.resting, means.building
    here = means.at_base_kw(other_kw)
    ends = (
        other_kw + gangs.there_kw(gangs.lowest_kw) + resting.fewest * resting.node_kw,
        other_kw + gangs.there_kw(gangs.highest_kw) + resting.most * resting.node_kw,
    )
    settled = np.abs([power_at(building, end) - power_at(building, here) for end in ends])
    fast = np.abs([fast_power_at(building, end) - fast_power_at(building, here) for end in ends])
    cooling = np.maximum(settled - fast, 0.0)
    at_once = fast - cooling[::-1] * np.minimum(1.0, fast / np.maximum(fast[::-1], 1e-9))
    return np.maximum(at_once, 0.0), settled


def band_for(
    means: Means,
    law: Law,
    stored_kwh: float,
    other_kw: float,
    hours: float,
    asked_kw: tuple[float, float],
    import_max_kw: float = np.inf,
    may_end_kw: float = 0.0,
) -> Band:
    """The widest band within what is asked, up and down, whose worst signal the means follow for so many hours.

    Power: the store beside what gangs do at once. Energy: what gangs keep up settled, and the rest out of the store,
    with its losses and the time in which it carries the whole request. other_kw: IT power nobody moves. may_end_kw: IT
    power of gangs that may end before the hand-over, which others must then draw instead. No more is offered than the
    ramp of the means reaches in FULL_WITHIN_S.
    """
    store = means.store
    at_once, settled = reach_kw(means, other_kw)
    it_kw = means.at_base_kw(other_kw)
    drawn_kw = power_at(means.building, it_kw)
    fallen_kw = drawn_kw - power_at(means.building, it_kw - min(may_end_kw, it_kw))
    at_once[1], settled[1] = max(0.0, at_once[1] - fallen_kw), max(0.0, settled[1] - fallen_kw)
    base_kw = drawn_kw + means.building.overhead_kw - store.usual_kw
    power = (
        at_once[0] + max(0.0, store.give_max_kw - store.usual_kw),
        at_once[1] + max(0.0, store.take_max_kw + store.usual_kw),
    )
    there_kwh = (
        max(0.0, stored_kwh - store.least_kwh) * store.out_of - store.usual_kw * hours,
        max(0.0, store.most_kwh - stored_kwh) / store.into + store.usual_kw * hours,
    )
    widest = [
        min(
            asked_kw[way],
            means.ramp_kw_per_s * FULL_WITHIN_S,
            power[way],
            _kept_up_kw(law, settled[way], at_once[way], there_kwh[way], hours),
        )
        for way in (0, 1)
    ]
    return Band(
        base_kw=base_kw,
        up_kw=max(0.0, min(widest[0], base_kw)),
        down_kw=max(0.0, min(widest[1], import_max_kw - base_kw)),
        hours=hours,
        ramp_kw_per_s=means.ramp_kw_per_s,
        end_least_kwh=store.least_kwh,
        end_most_kwh=store.most_kwh,
    )


def _kept_up_kw(
    law: Law, settled_kw: float, at_once_kw: float, there_kwh: float, hours: float
) -> float:
    """What gangs and a store's energy keep up together, or one of both alone where the law does not join them, kW."""
    if there_kwh <= 0.0:
        return at_once_kw
    store_kw = there_kwh / (hours * (1.0 + LOSS_SHARE))
    together_kw = (settled_kw * hours + there_kwh) / (hours * (1.0 + LOSS_SHARE) + law.lead_h)
    return max(at_once_kw, store_kw, together_kw)


def run_block(
    law: Law,
    request_kw: Real,
    base_kw: Real,
    every_s: int,
    means: Means,
    state: RegulatorState,
    outside: Outside,
) -> Regulated:
    """What a law makes of a block: the one compiled function that also serves a single tick."""
    from gridtide.kernels import regulate as kernel

    scalars = state.scalars.copy()
    rings = (state.told_store.copy(), state.told_nodes.copy(), state.told_gangs.copy())
    told = (state.points.copy(), state.caps_kw.copy(), state.begins_s.copy())
    left_s, done_s = state.left_s.copy(), state.done_s.copy()
    seen = np.empty((6, len(request_kw) * every_s))
    store, gangs, resting, building = means.store, means.gangs, means.resting, means.building
    lags = means.lags
    kernel.regulate_block(
        np.array(request_kw),
        every_s,
        np.array(base_kw),
        (
            np.array([store.give_max_kw, store.take_max_kw, store.least_kwh, store.most_kwh, store.into,
                      store.out_of, store.usual_kw]),
            np.stack([gangs.lowest_kw, gangs.highest_kw, gangs.usual_kw, gangs.weight, gangs.waits]),
            np.array([resting.node_kw, resting.fewest, resting.most, resting.usual], dtype=np.float64),
            np.array([lags.store_s, lags.points_s, lags.resting_s, lags.starts_s], dtype=np.int64),
        ),
        (
            np.array([building.capacity_kw, building.outdoor_c, building.overhead_kw, building.cooling_s,
                      building.cooling_share]),
            building.plant,
        ),
        np.array([law.split_s, law.recover_per_h, law.believe, law.ahead_s]),
        (np.array(outside.other_kw), np.array(outside.planned_kw), np.array(outside.noise)),
        outside.first,
        (gangs.points_kw.copy(), gangs.speeds.copy(), *gangs.nodes),
        means.ramp_kw_per_s,
        scalars, rings, told, left_s, done_s, seen,
    )  # fmt: skip
    return Regulated(
        meter_kw=seen[kernel.METER],
        store_kw=seen[kernel.STORE],
        stored_kwh=seen[kernel.KEPT],
        it_kw=seen[kernel.IT],
        short_kw=seen[kernel.SHORT],
        work=seen[kernel.WORK],
        state=RegulatorState(
            scalars=scalars,
            told_store=rings[0],
            told_nodes=rings[1],
            told_gangs=rings[2],
            left_s=left_s,
            done_s=done_s,
            points=told[0],
            begins_s=told[2],
            caps_kw=told[1],
        ),
    )
