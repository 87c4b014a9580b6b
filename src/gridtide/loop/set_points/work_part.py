"""What running work gives of a set-point: its points, shared out by the regulator that the twin runs."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np

from gridtide.decide.regulate import (
    Building,
    Gangs,
    Means,
    Outside,
    Regulator,
    Resting,
    Store,
    power_at,
    standing_still,
)
from gridtide.decide.regulated_parts import building_of, weights_of
from gridtide.decide.regulators.store_first import StoreFirst
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.site import Facility
from gridtide.loop.set_points.led_place import LedPlace
from gridtide.loop.set_points.slowable import HANDOVER_S, WorkAt, step_now, work_at
from gridtide.loop.set_points.slowed import Slowed
from gridtide.loop.set_points.way import HELD_CYCLES, Way
from gridtide.loop.world import Orders
from gridtide.timeline import EPOCH

ENDLESS_S = 1e9
"""Work that is left of a gang within one tick."""
FIRST_S = 1


@dataclass(kw_only=True, eq=False)
class WorkPart:
    """Places of a site whose boards set-points move. orders: those in force. slowed: what jobs are behind by. hold_s:
    for how long a bound is told; oldest_s: how old a reading of boards may be.

    The store answers alone and work takes over only what it cannot give: work is slowed no more than it must be.
    pending: whether something is still to be told. ways: to the devices of its boards.
    """

    fleet: Fleet
    facility: Facility
    places: tuple[LedPlace, ...]
    orders: Callable[[], Orders | None]
    slowed: Slowed
    hold_s: float
    oldest_s: float
    regulator: Regulator = field(default_factory=StoreFirst)
    pending: bool = False
    ways: list[Way] = field(init=False)
    _looked: datetime | None = field(default=None, init=False)
    _of: Orders | None = field(default=None, init=False)
    _found: dict[int, tuple[Orders, int | None, WorkAt | None]] = field(
        default_factory=dict, init=False
    )

    def __post_init__(self) -> None:
        boards = {part.boards.name: part.boards for one in self.places for part in one.parts}
        cycle_s = self.hold_s / HELD_CYCLES
        self.ways = [
            Way(name=name, device=one.fast, cycle_s=cycle_s) for name, one in boards.items()
        ]

    def begin(self) -> None:
        """Have the regulator ready before the first set-point."""
        one = np.ones((1, 1))
        work = WorkAt(
            place="",
            points=np.zeros(1, np.int64),
            points_kw=one[0],
            speeds=one[0],
            usual=0,
            names=(),
            may_lose_s=one[0],
            made_at=EPOCH,
            accelerators=1,
            value_per_h=1.0,
        )
        self._points(0.0, [(work, 0)], Store(), 0.0, 1.0)

    @property
    def building(self) -> Building:
        """Between boards and meter, on its hottest day: what cools follows in minutes, and is metered."""
        return building_of(self.facility, self.facility.design_outdoor_c)

    @property
    def led(self) -> bool:
        """Whether set-points move its boards."""
        return any(one.led for one in self.places)

    def lead(self, led: bool) -> None:
        """Set-points move its boards from now on, or do not."""
        for one in self.places:
            if not led:
                self._let_go(one)
            one.lead(led)

    def look(self, now: datetime) -> None:
        """Take up what runs, what it is behind by, and what its boards draw."""
        orders = self.orders()
        if orders is not None:
            self._count(now, orders)
        self._looked = now
        slow = {way.name for way in self.ways if not way.is_open(now)}
        for place in self.places:
            work = None if orders is None else self._work(place, orders, now)
            if place.at is not None and not _same_points(work, place.work):
                place.at, place.moved_at = None, now
            place.work = work
            place.read(now, self.oldest_s)
            place.slow = not slow.isdisjoint(place.names)
            if place.slow or place.drawn_kw is None:
                self._let_go(place)

    @property
    def seen(self) -> tuple[LedPlace, ...]:
        """Places whose boards say what they draw."""
        return tuple(one for one in self.places if one.drawn_kw is not None)

    def per_kw(self, import_kw: float) -> float:
        """What a kilowatt of boards is at the meter within seconds, where the site draws so much."""
        from gridtide.physics.pue import fast_marginal_facility_power

        it_kw = self._it_kw(import_kw)
        building = self.building
        return fast_marginal_facility_power(it_kw, building.capacity_kw, building.plant)

    def reach_kw(self) -> tuple[float, float]:
        """By how much less and more its boards could draw than as their room told them, at the boards."""
        less_kw = more_kw = 0.0
        for _, work, low in self._movable():
            usual_kw = float(work.points_kw[work.usual])
            less_kw += usual_kw - float(work.points_kw[low])
            more_kw += float(work.points_kw[-1]) - usual_kw
        return less_kw, more_kw

    def follow(
        self,
        request_kw: float,
        store: tuple[Store, float],
        import_kw: float,
        now: datetime,
        until: datetime,
    ) -> None:
        """Have boards draw so much less than as their room told them, at the meter, but for what a store gives until an
        instant. store: and what it holds, kWh; import_kw: what the site draws by plan."""
        movable = self._movable()
        gangs = [(work, low) for _, work, low in movable]
        chosen = self._points(request_kw, gangs, *store, import_kw) if gangs else []
        wanted = {one.place: at for (one, _, _), at in zip(movable, chosen, strict=True)}
        told = [one.tell(wanted.get(one.place), now, until) for one in self.seen if not one.slow]
        self.pending = not all(told)

    @property
    def unheard(self) -> str:
        """What boards did not take, or do not follow; empty while nothing is wrong."""
        said = [one for place in self.places for one in place.failed]
        said += [way.said for way in self.ways if way.said]
        lying = sorted(unit for place in self.places for unit in place.lying)
        if lying:
            said.insert(0, f"{', '.join(lying)}: told a cap, and draws more; left alone")
        silent = [name for one in self.places if one.drawn_kw is None for name in one.names]
        if silent and self.led:
            said.append(f"{', '.join(silent)} does not say what all its boards draw; none is told")
        return "; ".join(dict.fromkeys(said))

    def _movable(self) -> list[tuple[LedPlace, WorkAt, int]]:
        """Places that may be moved now, their work, and the slowest point that it bears until it is told anew."""
        bears_s = self.hold_s + HANDOVER_S
        return [
            (one, one.work, one.work.slowest(self.slowed, bears_s))
            for one in self.seen
            if one.work is not None and not one.held
        ]

    def _work(self, place: LedPlace, orders: Orders, now: datetime) -> WorkAt | None:
        """What runs at a place, looked for anew with every step and all orders."""
        step, before = step_now(orders, now), self._found.get(place.place)
        if before is None or before[0] is not orders or before[1] != step:
            found = None if step is None else work_at(orders, self.fleet, place.place, step)
            before = self._found[place.place] = (orders, step, found)
        work = before[2]
        strangers = () if work is None else self.slowed.strangers(work.place, work.names)
        if work is None or not strangers:
            return work
        return replace(work, held=f"{strangers[0]} runs there, and is not decided on")

    def _count(self, now: datetime, orders: Orders) -> None:
        """Count what slowed work is behind by since it was looked at last; jobs that are gone are forgotten."""
        passed_s = 0.0 if self._looked is None else (now - self._looked).total_seconds()
        passed_s = min(max(passed_s, 0.0), self.hold_s)
        for place in self.places:
            self._lose(place, now, passed_s)
        if self._of is not orders:
            self._of = orders
            self.slowed.keep_only(set(orders.jobs.name.tolist()))

    def _lose(self, place: LedPlace, now: datetime, slow_s: float) -> None:
        """Work of a place was at the point that it was told for so long."""
        work = place.work
        if work is None or place.at is None:
            return
        self.slowed.move(work.names)
        slower = float(work.speeds[work.usual] - work.speeds[place.at])
        for name in work.names:
            self.slowed.lose(name, now, slower * slow_s)

    def _let_go(self, place: LedPlace) -> None:
        """A place is told nothing from now on: its work may be slow until what it was told last has ended by itself."""
        if self._looked is not None:
            self._lose(place, self._looked, self.hold_s)
        place.at = place.moved_at = None

    def _it_kw(self, import_kw: float) -> float:
        """The IT power at which the building draws so much, its cooling settled."""
        building = self.building
        low, high = 0.0, building.capacity_kw
        for _ in range(40):
            middle = 0.5 * (low + high)
            drawn_kw = power_at(building, middle) + building.overhead_kw
            low, high = (middle, high) if drawn_kw < import_kw else (low, middle)
        return low

    def _points(
        self,
        request_kw: float,
        work: list[tuple[WorkAt, int]],
        store: Store,
        stored_kwh: float,
        import_kw: float,
    ) -> list[int]:
        """The point of each place's work, by one tick of the regulator from how everything stands now."""
        gangs = _gangs(work)
        usual_kw = gangs.there_kw(gangs.usual_kw)
        other_kw = max(self._it_kw(import_kw + store.usual_kw) - usual_kw, 0.0)
        means = Means(store=store, gangs=gangs, resting=Resting(), building=self.building)
        base_kw = power_at(means.building, means.at_base_kw(other_kw))
        base_kw += means.building.overhead_kw - store.usual_kw
        steady = np.full(FIRST_S, other_kw)
        state = standing_still(means, stored_kwh, other_kw, np.full(len(gangs), ENDLESS_S))
        told = self.regulator.respond(
            np.array([request_kw]),
            np.array([base_kw]),
            FIRST_S,
            means,
            state,
            Outside(other_kw=steady, planned_kw=steady, noise=np.zeros(FIRST_S)),
        )
        return [
            min(low + max(int(point), 0), len(one.points) - 1)
            for point, (one, low) in zip(told.state.points, work, strict=True)
        ]


def _gangs(work: list[tuple[WorkAt, int]]) -> Gangs:
    """The work of each place as one gang, from the slowest point it bears on; a shorter menu repeats its fastest."""
    widest = max(len(one.points) - low for one, low in work)
    rows = [np.minimum(np.arange(low, low + widest), len(one.points) - 1) for one, low in work]
    points_kw = np.stack([one.points_kw[row] for (one, _), row in zip(work, rows, strict=True)])
    speeds = np.stack([one.speeds[row] for (one, _), row in zip(work, rows, strict=True)])
    lowest, highest = points_kw[:, 0], points_kw[:, -1]
    value = np.asarray([one.value_per_h for one, _ in work])
    return Gangs(
        lowest_kw=lowest,
        highest_kw=highest,
        usual_kw=np.asarray([one.points_kw[one.usual] for one, _ in work]),
        weight=weights_of(value, speeds, lowest, highest),
        points_kw=points_kw,
        speeds=speeds,
        accelerators=np.asarray([max(one.accelerators, 1) for one, _ in work], dtype=np.int64),
        waits=np.zeros(len(work), dtype=np.bool_),
    )


def _same_points(one: WorkAt | None, other: WorkAt | None) -> bool:
    """Whether work stands at the same point of the same menu, whoever does it."""
    if one is None or other is None:
        return one is other
    return one.usual == other.usual and np.array_equal(one.points, other.points)
