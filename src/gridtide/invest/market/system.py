"""A power system as its market sees it: units alike in classes, what weather gives, stores and reserve, without a
network."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.grid.system_year import SystemYear, most_kw
from gridtide.grid.units import ReserveProducts, Stores, Units
from gridtide.units import cost_per_kwh, price_per_mwh_of

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
Truth = NDArray[np.bool_]
DAY = 24
YEAR_H = 8_760
LEAP_YEAR_H = YEAR_H + DAY
TIERS = 1
ROUNDED = 6


@dataclass(frozen=True, kw_only=True, eq=False)
class Classes:
    """K classes of units that are committed, (K,) each unless said; every figure is that of one unit.

    units: how many there are, members: their names. lowest_kw: while running; step_kw, step_price_per_mwh: steps above
    that, (K, B), prices never falling; lowest_cost_per_h: of running at lowest output. carbon_g_per_kwh: of all output.
    outage_rate: share of time it is forced out. gives: which products of reserve it may give, (K, R).
    """

    names: tuple[str, ...]
    members: tuple[tuple[str, ...], ...]
    units: Real
    lowest_kw: Real
    step_kw: Real
    step_price_per_mwh: Real
    lowest_cost_per_h: Real
    start_cost: Real
    ramp_kw_per_min: Real
    min_up_h: Whole
    min_down_h: Whole
    carbon_g_per_kwh: Real
    outage_rate: Real
    gives: Truth

    def __post_init__(self) -> None:
        freeze(self, min_up_h=np.int64, min_down_h=np.int64, gives=np.bool_)
        whole = {"names", "members", "min_up_h", "min_down_h", "gives"}
        freeze(self, **dict.fromkeys(sorted(set(self.__dataclass_fields__) - whole), np.float64))

    def __len__(self) -> int:
        return len(self.names)


@dataclass(frozen=True, kw_only=True, eq=False)
class Weather:
    """V groups of units that weather or water limits. available_kw: (H, V); price_per_mwh: (V,); gives: (V, R)."""

    names: tuple[str, ...]
    available_kw: Real
    price_per_mwh: Real
    gives: Truth

    def __post_init__(self) -> None:
        freeze(self, available_kw=np.float64, price_per_mwh=np.float64, gives=np.bool_)


@dataclass(frozen=True, kw_only=True, eq=False)
class Basins:
    """Z stores that the system itself runs, (Z,) each."""

    energy_kwh: Real
    charge_kw: Real
    discharge_kw: Real
    round_trip: Real

    def __post_init__(self) -> None:
        freeze(self, **dict.fromkeys(self.__dataclass_fields__, np.float64))

    def __len__(self) -> int:
        return len(self.energy_kwh)


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What the market pays where something lacks, per MWh and per MW and hour, and what capacity costs.

    capacity_cost_per_kw_year: of a kW of the yearly product; reserve_margin: how much of it is bought above the highest
    net load, 0.15 is 15 %. Raises ValueError below 0.
    """

    shed_price_per_mwh: float = 10_000.0
    short_price_per_mw_h: float = 2_000.0
    capacity_cost_per_kw_year: float = 80.0
    reserve_margin: float = 0.15

    def __post_init__(self) -> None:
        if min(self.__dict__.values()) < 0.0:
            raise ValueError("a term of the market is below 0")

    @property
    def peak_cost_per_kw_year(self) -> float:
        """What a kW of the highest net load costs in a year."""
        return self.capacity_cost_per_kw_year * (1.0 + self.reserve_margin)


@dataclass(frozen=True, kw_only=True, eq=False)
class PowerSystem:
    """H hours of a system in stretches of consecutive days; each stretch is lived as if it came again and again.

    load_kw: (H,). edges: where stretches begin, and the end, (S + 1,). hour: of the year, from 0, (H,). weight: how
    many hours of the year an hour stands for. Money in `currency`. Raises ValueError for shapes that do not fit.
    """

    name: str
    currency: str
    load_kw: Real
    weather: Weather
    classes: Classes
    basins: Basins
    reserves: ReserveProducts
    edges: Whole
    hour: Whole
    weight: float
    terms: Terms
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        freeze(self, load_kw=np.float64, edges=np.int64, hour=np.int64)
        if self.weather.available_kw.shape[0] != len(self.load_kw) or self.edges[-1] != len(
            self.load_kw
        ):
            raise ValueError("hours of load, weather and stretches are of different number")
        if (np.diff(self.edges) < 1).any() or self.edges[0] != 0:
            raise ValueError("a stretch has no hour")

    def __len__(self) -> int:
        return len(self.load_kw)

    @property
    def stretches(self) -> tuple[slice, ...]:
        """The hours of each stretch."""
        pairs = zip(self.edges[:-1].tolist(), self.edges[1:].tolist(), strict=True)
        return tuple(slice(first, last) for first, last in pairs)


def hours_of(days: Sequence[int], stretch_days: int | None = None) -> tuple[Whole, Whole]:
    """Hours of the year of some days, counted from 1 and rising, and where stretches of consecutive ones begin.

    stretch_days: as many days of the table follow upon each other, then comes another time of the year.
    """
    counted = np.asarray(days, dtype=np.int64)
    hours = ((counted - 1)[:, None] * DAY + np.arange(DAY)).ravel()
    apart = np.diff(counted) != 1
    if stretch_days is not None:
        apart |= (counted[1:] - 1) % stretch_days == 0
    breaks = np.flatnonzero(apart) + 1
    return hours, DAY * np.concatenate([[0], breaks, [len(counted)]])


def power_system(
    name: str,
    units: Units,
    year: SystemYear,
    stores: Stores,
    reserves: ReserveProducts,
    days: Sequence[int],
    terms: Terms,
    tiers: int | None = TIERS,
    stretch_days: int | None = None,
    notes: tuple[str, ...] = (),
) -> PowerSystem:
    """The market's view of some days of a year.

    Units of one size and kind are a class, or several: as many as `tiers` by what they cost at full output; None
    keeps apart whatever differs in any figure. Areas of load are one, and reserve of an area may come from any. Hours
    stand for a year: a leap year for itself, a shorter or longer table for 8,760 hours.
    """
    hours, edges = hours_of(days, stretch_days)
    stored = np.isin(np.arange(len(units)), stores.unit[stores.charge_kw > 0.0])
    limited = np.isfinite(year.available_kw).any(axis=0) & ~stored
    committed = ~limited & ~stored & (units.max_kw > 0.0)
    may = _may_give(units, reserves)
    given = most_kw(year, units.max_kw, hours)
    kept = stores.charge_kw > 0.0
    return PowerSystem(
        name=name,
        currency=units.currency,
        load_kw=year.load_kw[hours].sum(axis=1),
        weather=_weather(units, np.flatnonzero(limited), given, may),
        classes=_classes(units, _alike(units, np.flatnonzero(committed), tiers), may),
        basins=Basins(
            energy_kwh=stores.energy_kwh[kept],
            charge_kw=stores.charge_kw[kept],
            discharge_kw=units.max_kw[stores.unit[kept]],
            round_trip=stores.round_trip[kept],
        ),
        reserves=reserves,
        edges=edges,
        hour=hours,
        weight=(LEAP_YEAR_H if len(year) == LEAP_YEAR_H else YEAR_H) / len(hours),
        terms=terms,
        notes=notes,
    )


def _may_give(units: Units, reserves: ReserveProducts) -> Truth:
    """Which unit may give which product, (G, R): its technology is named, or none is."""
    technology = np.asarray(units.technology)
    return np.column_stack(
        [
            np.isin(technology, named) if any(named) else np.ones(len(units), bool)
            for named in reserves.categories
        ]
        or [np.empty((len(units), 0), bool)]
    )


def _weather(units: Units, limited: Whole, given_kw: Real, may: Truth) -> Weather:
    price = units.block_price_per_mwh.min(axis=1) if len(units) else np.empty(0)
    groups: dict[tuple[object, ...], list[int]] = {}
    for unit in limited.tolist():
        groups.setdefault((round(float(price[unit]), ROUNDED), *may[unit].tolist()), []).append(
            unit
        )
    members = list(groups.values())
    return Weather(
        names=tuple(
            " and ".join(dict.fromkeys(units.technology[k] for k in rows)) for rows in members
        ),
        available_kw=np.column_stack([given_kw[:, rows].sum(axis=1) for rows in members])
        if members
        else np.empty((len(given_kw), 0)),
        price_per_mwh=np.array([price[rows[0]] for rows in members]),
        gives=may[[rows[0] for rows in members]] if members else np.empty((0, may.shape[1]), bool),
    )


def full_cost_per_mwh(units: Units) -> Real:
    """What a MWh costs at highest output, (G,)."""
    per_h = cost_per_kwh(1.0) * (units.block_kw * units.block_price_per_mwh).sum(axis=1)
    return np.asarray(
        price_per_mwh_of(1.0) * (per_h + units.no_load_cost_per_h) / np.maximum(units.max_kw, 1e-9)
    )


def _alike(units: Units, committed: Whole, tiers: int | None) -> list[list[int]]:
    kinds: dict[tuple[object, ...], list[int]] = {}
    cost = full_cost_per_mwh(units)
    for unit in committed.tolist():
        size = (units.technology[unit], units.fuel[unit], units.max_kw[unit], units.min_kw[unit])
        fine = (
            (*units.block_price_per_mwh[unit].tolist(), units.no_load_cost_per_h[unit])
            if tiers is None
            else ()
        )
        kinds.setdefault((*size, units.min_up_h[unit], units.min_down_h[unit], *fine), []).append(
            unit
        )
    found: list[list[int]] = []
    for rows in kinds.values():
        ranked = sorted(rows, key=lambda unit: (cost[unit], unit))
        found += [part.tolist() for part in np.array_split(ranked, min(tiers or 1, len(ranked)))]
    return sorted(found, key=lambda rows: float(cost[rows].mean()))


def _classes(units: Units, groups: list[list[int]], may: Truth) -> Classes:
    """Figures of a class are the means of its members."""

    def mean(values: Real) -> Real:
        return np.array([values[rows].mean(axis=0) for rows in groups])

    above_kw, lowest_cost = _above_lowest(units)
    width = mean(above_kw)
    price = mean(units.block_price_per_mwh)
    return Classes(
        names=tuple(_class_names(units, groups)),
        members=tuple(tuple(units.names[k] for k in rows) for rows in groups),
        units=np.array([float(len(rows)) for rows in groups]),
        lowest_kw=mean(units.min_kw),
        step_kw=width,
        step_price_per_mwh=price,
        lowest_cost_per_h=mean(lowest_cost),
        start_cost=mean(units.start_cost),
        ramp_kw_per_min=mean(units.ramp_kw_per_min),
        min_up_h=np.ceil(mean(units.min_up_h) - 1e-9),
        min_down_h=np.ceil(mean(units.min_down_h) - 1e-9),
        carbon_g_per_kwh=mean(units.carbon_g_per_kwh),
        outage_rate=mean(units.outage_rate),
        gives=np.array([may[rows].all(axis=0) for rows in groups]).reshape(
            len(groups), may.shape[1]
        ),
    )


def _above_lowest(units: Units) -> tuple[Real, Real]:
    """What is left of each step above lowest output, (G, B), and what an hour at lowest output costs, (G,)."""
    ends = np.cumsum(units.block_kw, axis=1)
    below = np.clip(units.min_kw[:, None] - (ends - units.block_kw), 0.0, units.block_kw)
    cost = cost_per_kwh(1.0) * (below * units.block_price_per_mwh).sum(axis=1)
    return units.block_kw - below, cost + units.no_load_cost_per_h


def _class_names(units: Units, groups: list[list[int]]) -> Iterator[str]:
    bare = [f"{units.technology[rows[0]]} {units.max_kw[rows[0]] / 1000.0:g}" for rows in groups]
    for place, name in enumerate(bare):
        again = bare[: place + 1].count(name)
        yield name if bare.count(name) == 1 else f"{name} ({again})"
