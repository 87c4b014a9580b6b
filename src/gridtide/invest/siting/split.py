"""The work divided over several places: which goes where at least cost, as one small program with whole choices.

Work with a limit of latency is divided by where its users are; other work goes where it is cheapest, in parts where a
place is full. A place is opened or not, a data set copied to it or not.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.program import Program, handed_over, matrix_of
from gridtide.invest.siting.account import PlaceAccount
from gridtide.invest.siting.choice import judged
from gridtide.invest.siting.latency import rtt_from
from gridtide.invest.siting.limits import Breach, breaches_of_all
from gridtide.invest.siting.moving import Moving, Way, moving_by
from gridtide.invest.siting.place import Place
from gridtide.invest.siting.question import Siting
from gridtide.invest.siting.work import Origin, WorkClass

if TYPE_CHECKING:
    from highspy._core import _Highs

Real = NDArray[np.float64]
UNPLACED_FACTOR = 100.0
"""What work that finds no place costs, in times the dearest way: it is left out only where nothing else can be."""
LEAST_SHARE = 1e-6


@dataclass(frozen=True, kw_only=True, eq=False)
class Item:
    """Work that is placed together: a class, or what of it comes from one origin. it_kw: mean IT power."""

    work: WorkClass
    origin: Origin | None
    it_kw: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Choice:
    """An item whole at a place by one way of its data. cost: a year, of what grows with it; once: of a copy, which is
    whole whatever the share; peak_kw, water_m3, emitted_kg: a year, of all of it. share_max: that the path carries."""

    item: int
    place: int
    way: Way | None
    cost: float
    once: float
    peak_kw: float
    it_capacity_kw: float
    water_m3: float
    emitted_kg: float
    share_max: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Placed:
    """A share [0-1] of an item at a place."""

    item: Item
    place: Place
    share: float
    way: Way | None
    rtt_ms: float | None


@dataclass(frozen=True, kw_only=True)
class Unplaced:
    """A share of an item that no place can take, its mean IT power, and why: the nearest that comes to taking it."""

    of: str
    share: float
    it_kw: float
    why: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Split:
    """placed: what goes where. accounts: of each place that is opened, all its work together. unplaced: what finds no
    place. breaches: of the budget and of emissions, by the accounts. cost, counted_kg: a year, by the accounts."""

    placed: tuple[Placed, ...]
    accounts: tuple[PlaceAccount, ...]
    unplaced: tuple[Unplaced, ...]
    breaches: tuple[Breach, ...]

    @property
    def is_possible(self) -> bool:
        """Whether all work finds a place within every limit."""
        return not self.unplaced and not self.breaches

    @property
    def cost(self) -> float:
        """Money a year of all places."""
        return sum(one.cost for one in self.accounts)

    @property
    def counted_kg(self) -> float:
        """Emissions a year of all places, of the kind that is priced, with what is embodied."""
        return sum(one.counted_kg for one in self.accounts)

    @property
    def latency_ms(self) -> float | None:
        """Round trip of the mean request; None without work that has a limit."""
        waited = [
            (one.share * one.item.it_kw, one.rtt_ms)
            for one in self.placed
            if one.rtt_ms is not None
        ]
        weight = sum(power for power, _ in waited)
        return sum(power * rtt for power, rtt in waited) / weight if weight > 0.0 else None

    def away_share(self, home: str) -> float:
        """Share of all IT power that does not run at a place."""
        whole = sum(one.share * one.item.it_kw for one in self.placed)
        away = sum(one.share * one.item.it_kw for one in self.placed if one.place.name != home)
        return away / whole if whole > 0.0 else 0.0


def items_of(siting: Siting) -> tuple[Item, ...]:
    """What is placed together, in the order of classes and origins."""
    found: list[Item] = []
    for work in siting.classes:
        if work.rtt_max_ms is None:
            found.append(Item(work=work, origin=None, it_kw=work.it_kw))
            continue
        found += [
            Item(work=work, origin=one, it_kw=one.share * work.it_kw)
            for one in siting.origins
            if one.share > 0.0
        ]
    return tuple(found)


def split_of(siting: Siting) -> Split:
    """The cheapest split that keeps every limit; where there is none, as much as can be placed, and what cannot. A
    budget below the cheapest split is told as a breach, with its distance: nothing is left out to keep it.

    Each item is costed alone at a place, its peak added to those of others; the accounts take all work of a place
    together, which draws no higher a peak. Sold heat is in the accounts, not in the choice, where
    buildings cost in proportion.
    """
    items = items_of(siting)
    choices = tuple(_choices(siting, items))
    share, unplaced = _solved(siting, items, choices)
    placed = tuple(
        Placed(
            item=items[choice.item],
            place=siting.places[choice.place],
            share=float(part),
            way=choice.way,
            rtt_ms=_rtt(siting, items[choice.item], siting.places[choice.place]),
        )
        for choice, part in zip(choices, share, strict=True)
        if part > LEAST_SHARE
    )
    accounts = tuple(_accounts(siting, placed))
    return Split(
        placed=placed,
        accounts=accounts,
        breaches=breaches_of_all(
            siting,
            sum(one.cost for one in accounts),
            sum(one.counted_kg for one in accounts),
            "all places together",
        ),
        unplaced=tuple(
            Unplaced(
                of=said_item(items[n]),
                share=float(part),
                it_kw=float(part) * items[n].it_kw,
                why=_why(siting, items[n]),
            )
            for n, part in enumerate(unplaced)
            if part > LEAST_SHARE
        ),
    )


def by_latency(siting: Siting, limits_ms: tuple[float, ...]) -> Iterator[tuple[float, Split]]:
    """The split for each limit of the round trip, put on every class that has one."""
    for limit in limits_ms:
        classes = tuple(
            work if work.rtt_max_ms is None else replace(work, rtt_max_ms=limit)
            for work in siting.classes
        )
        yield limit, split_of(replace(siting, classes=classes))


def said_item(item: Item) -> str:
    """An item for a person."""
    return item.work.name if item.origin is None else f"{item.work.name} from {item.origin.name}"


def _rtt(siting: Siting, item: Item, place: Place) -> float | None:
    return None if item.origin is None else rtt_from(siting, place, item.origin)


def _may(siting: Siting, item: Item, place: Place) -> bool:
    """Whether region, latency and water stress let an item run at a place."""
    work, stress = item.work, siting.limits.water_stress_max
    rtt = _rtt(siting, item, place)
    near = rtt is None or work.rtt_max_ms is None or rtt <= work.rtt_max_ms
    dry = stress is not None and (place.limits.water_stress or 0.0) > stress
    return near and not dry and (not work.regions or place.region in work.regions)


def _choices(siting: Siting, items: tuple[Item, ...]) -> Iterator[Choice]:
    for number, item in enumerate(items):
        for where, place in enumerate(siting.places):
            if not _may(siting, item, place):
                continue
            bare = replace(
                place,
                heat=(),
                costs=replace(place.costs, fixed_per_year=0.0, building_exponent=1.0),
            )
            work = replace(item.work, data=None)
            found = judged(siting, bare, ((work, item.it_kw),)).account
            for way, cost, once, most in _ways(place, item):
                yield Choice(
                    item=number,
                    place=where,
                    way=way,
                    cost=found.cost + cost,
                    once=once,
                    peak_kw=found.peak_kw,
                    it_capacity_kw=found.it_capacity_kw,
                    water_m3=found.water_m3,
                    emitted_kg=found.counted_kg,
                    share_max=most,
                )


def _ways(place: Place, item: Item) -> Iterator[tuple[Way | None, float, float, float]]:
    """Ways of an item's data that can be in time: (way, cost with the share, cost once, most of the share)."""
    if item.work.data is None:
        yield None, 0.0, 0.0, 1.0
        return
    share = item.it_kw / item.work.it_kw
    for way in (Way.COPY, Way.READ):
        whole, none = (moving_by(place, item.work, part, way) for part in (share, 0.0))
        if whole.way is Way.HOME:
            yield Way.HOME, 0.0, 0.0, 1.0
            return
        most = 1.0 if whole.daily_h <= whole.lag_max_h else _share_in_time(whole, none)
        if most > 0.0:
            yield way, whole.cost - none.cost, none.cost, most


def _share_in_time(whole: Moving, none: Moving) -> float:
    """The share at which a day's data is just in time, on the straight line between all of it and nothing, which lies
    above the hours that failures make convex."""
    room = whole.lag_max_h - none.daily_h
    return max(0.0, room / (whole.daily_h - none.daily_h)) if whole.daily_h > none.daily_h else 0.0


def _solved(
    siting: Siting, items: tuple[Item, ...], choices: tuple[Choice, ...]
) -> tuple[Real, Real]:
    """Share of each choice, and of each item that finds no place."""
    program = Program()
    dearest = max((one.cost + one.once for one in choices), default=1.0)
    costs = np.asarray([one.cost for one in choices])
    tops = np.asarray([one.share_max for one in choices])
    share = program.variables((len(choices),), cost=costs, upper=tops)
    unplaced = program.variables((len(items),), cost=UNPLACED_FACTOR * abs(dearest), upper=1.0)
    fixed = np.asarray([place.costs.fixed_per_year for place in siting.places])
    opened = program.variables((len(siting.places),), cost=fixed, upper=1.0)
    copied = program.variables(
        (len(choices),), cost=np.asarray([one.once for one in choices]), upper=1.0
    )
    whole = program.constraints((len(items),), 1.0, 1.0)
    of_item = np.asarray([one.item for one in choices], dtype=np.int64)
    of_place = np.asarray([one.place for one in choices], dtype=np.int64)
    program.put(whole[of_item], share, 1.0)
    program.put(whole, unplaced, 1.0)
    for gate in (opened[of_place], copied):
        rows = program.constraints((len(choices),), -np.inf, 0.0)
        program.put(rows, share, 1.0)
        program.put(rows, gate, -1.0)
    _keep_limits(program, siting, choices, share)
    highs = handed_over(matrix_of(program), "choose", True)
    return _whole_choices(highs, share, unplaced, (*opened.tolist(), *copied.tolist()))


def _keep_limits(
    program: Program, siting: Siting, choices: tuple[Choice, ...], share: NDArray[np.int64]
) -> None:
    for where, place in enumerate(siting.places):
        here = [n for n, one in enumerate(choices) if one.place == where]
        own = place.limits
        for name, limit in (
            ("peak_kw", own.headroom_kw),
            ("it_capacity_kw", own.it_capacity_max_kw),
            ("water_m3", own.water_max_m3_per_year),
        ):
            if limit is not None and np.isfinite(limit) and here:
                row = program.constraints((1,), -np.inf, limit)
                used = [getattr(choices[n], name) for n in here]
                program.put(row, share[here], np.asarray(used))
    most = siting.limits.emissions_max_t_per_year
    if most is not None and choices:
        row = program.constraints((1,), -np.inf, 1000.0 * most)
        program.put(row, share, np.asarray([one.emitted_kg for one in choices]))


def _whole_choices(
    highs: "_Highs", share: NDArray[np.int64], unplaced: NDArray[np.int64], whole: tuple[int, ...]
) -> tuple[Real, Real]:
    import highspy

    for column in whole:
        highs.changeColIntegrality(column, highspy.HighsVarType.kInteger)
    highs.setOptionValue("mip_rel_gap", 1e-9)
    highs.run()
    values = np.asarray(highs.getSolution().col_value, dtype=np.float64)
    return values[share], values[unplaced]


def _accounts(siting: Siting, placed: tuple[Placed, ...]) -> Iterator[PlaceAccount]:
    for place in siting.places:
        powers: dict[WorkClass, float] = {}
        for one in placed:
            if one.place is place:
                power = one.share * one.item.it_kw
                powers[one.item.work] = powers.get(one.item.work, 0.0) + power
        if powers:
            free = replace(siting, origins=())
            yield judged(free, place, tuple(powers.items())).account


def _why(siting: Siting, item: Item) -> str:
    """What keeps an item from every place, by the one that comes closest."""
    if any(_may(siting, item, place) for place in siting.places):
        return "network headroom, halls, water, data path or emissions of the places that may take it are used up"
    limit = item.work.rtt_max_ms
    allowed = [
        place
        for place in siting.places
        if not item.work.regions or place.region in item.work.regions
    ]
    if not allowed:
        return f"no candidate lies in {', '.join(item.work.regions)}"
    if limit is None or item.origin is None:
        return "every place is under more water stress than is allowed"
    nearest = min(allowed, key=lambda place: rtt_from(siting, place, item.origin))  # type: ignore[arg-type]
    rtt = rtt_from(siting, nearest, item.origin)
    if rtt <= limit:
        return f"{nearest.name} is near enough, but under more water stress than is allowed"
    return f"latency: the nearest, {nearest.name}, is {rtt:.1f} ms away, limit {limit:g}, {rtt - limit:.1f} too much"
