"""The adequacy of a system with and without its stores and its load that can be called, and what each resource adds."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze, freeze_new
from gridtide.grid.adequacy import Adequacy, adequacy_of, carried_scale, elcc_kw, perfect_kw
from gridtide.grid.outage_course import drawn_years
from gridtide.grid.outage_table import OutageTable, outage_table
from gridtide.grid.short_years import (
    CallableLoad,
    Estimate,
    LivedYears,
    ShortStore,
    estimate,
    lived_years,
)

Real = NDArray[np.float64]
NEAR_KWH = 1e-3
"""How near a bisection over drawn years comes, as a share of the load that is called."""


@dataclass(frozen=True, kw_only=True, eq=False)
class FailingUnits:
    """G units of two states, (G,) each. outage_rate: share of the time each is lost by force, 0-1; repair_h: mean time
    to mend it. Raises ValueError for columns of different lengths."""

    names: tuple[str, ...]
    max_kw: Real
    outage_rate: Real
    repair_h: Real

    def __post_init__(self) -> None:
        freeze(self, max_kw=np.float64, outage_rate=np.float64, repair_h=np.float64)
        if not len(self.names) == len(self.max_kw) == len(self.outage_rate) == len(self.repair_h):
            raise ValueError("columns of units are of different lengths")

    def __len__(self) -> int:
        return len(self.names)


@dataclass(frozen=True, kw_only=True, eq=False)
class AdequacySystem:
    """A system over H hours. load_kw: (H,), of which called.kw can be called; feed_kw: of V variable units, counted as
    load below 0, (V, H), named by feeds; asked: names of units, feeds and stores whose ELCC is wanted."""

    name: str
    units: FailingUnits
    load_kw: Real
    feeds: tuple[str, ...]
    feed_kw: Real
    stores: tuple[ShortStore, ...] = ()
    called: CallableLoad | None = None
    asked: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        freeze_new(self, load_kw=np.float64, feed_kw=np.float64)
        if self.feed_kw.shape != (len(self.feeds), len(self.load_kw)):
            raise ValueError("variable units and load are of different hours")


@dataclass(frozen=True, kw_only=True, eq=False)
class Lived:
    """Drawn years of one system. eens_kwh, lole_h: a year; called_kwh, calls: a year, 0 without load to call."""

    eens_kwh: Estimate
    lole_h: Estimate
    called_kwh: float
    calls: float


@dataclass(frozen=True, kw_only=True, eq=False)
class FlexibleWorth:
    """What calling load is worth beside the same load drawn whatever happens. elcc: perfect capacity that would leave
    as little unserved, kW; capped: the search ended at the load that can be called."""

    elcc: Estimate
    saved_kwh: Estimate
    capped: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class StoreWorth:
    """What a store is worth behind all others, without calls. elcc: perfect capacity that would leave as little
    unserved, kW, at most its power."""

    store: ShortStore
    elcc: Estimate


@dataclass(frozen=True, kw_only=True, eq=False)
class Assessed:
    """exact: by convolution, without stores and calls; carried: factor on the load at the target LOLE, without them.
    elcc_kw: of each name asked for. plain, stored, called: drawn years without either, with stores, with both; None
    where there is nothing of the kind. worth: of the load that can be called; stores_worth: of stores asked for."""

    table: OutageTable
    exact: Adequacy
    carried: float
    elcc_kw: dict[str, float]
    plain: Lived
    stored: Lived | None
    called: Lived | None
    worth: FlexibleWorth | None
    stores_worth: tuple[StoreWorth, ...]


def assessed(
    system: AdequacySystem, target_lole_h: float, years: int, chance: np.random.Generator
) -> Assessed:
    """Convolution where it is exact, drawn years where time runs through stores and calls; all of them the same
    years."""
    table = _table(system.units)
    feed = system.feed_kw.sum(axis=0)
    net = system.load_kw - feed
    drawn = tuple(
        drawn_years(
            system.units.max_kw,
            system.units.outage_rate,
            system.units.repair_h,
            len(net),
            years,
            chance,
        )
    )
    plain = lived_years(drawn, net)
    stored = lived_years(drawn, net, system.stores) if system.stores else plain
    answered = None if system.called is None else lived_years(
        drawn, net, system.stores, system.called
    )  # fmt: skip
    return Assessed(
        table=table,
        exact=adequacy_of(table, net),
        carried=carried_scale(table, system.load_kw, feed, target_lole_h),
        elcc_kw={
            name: _elcc_of(system, table, net, name)
            for name in system.asked
            if name in (*system.feeds, *system.units.names)
        },
        plain=_told(plain),
        stored=_told(stored) if system.stores else None,
        called=None if answered is None else _told(answered),
        worth=None if answered is None else _worth(system, drawn, net, stored, answered),
        stores_worth=tuple(
            _store_worth(system, drawn, net, one)
            for one in system.stores
            if one.name in system.asked
        ),
    )


def _table(units: FailingUnits) -> OutageTable:
    return outage_table(units.max_kw, units.outage_rate)


def _elcc_of(system: AdequacySystem, table: OutageTable, net_kw: Real, name: str) -> float:
    """Of all units of a name, or of a variable one: the system without it, then with it."""
    if name in system.feeds:
        fed = system.feed_kw[[one == name for one in system.feeds]].sum(axis=0)
        return elcc_kw(table, table, net_kw + fed, fed)
    others = np.asarray([one != name for one in system.units.names])
    units = system.units
    without = outage_table(units.max_kw[others], units.outage_rate[others], table.step_kw)
    return elcc_kw(without, table, net_kw, np.zeros(len(net_kw)))


def _worth(
    system: AdequacySystem,
    drawn: tuple[Real, ...],
    net_kw: Real,
    firm: LivedYears,
    answered: LivedYears,
) -> FlexibleWorth:
    """Of what can be called, beside all stores."""
    assert system.called is not None
    most = float(system.called.kw.max(initial=0.0))
    elcc = _elcc_in(drawn, net_kw, system.stores, answered, most)
    return FlexibleWorth(
        elcc=elcc,
        saved_kwh=estimate(firm.unserved_kwh - answered.unserved_kwh),
        capped=elcc.mean >= most,
    )


def _store_worth(
    system: AdequacySystem, drawn: tuple[Real, ...], net_kw: Real, store: ShortStore
) -> StoreWorth:
    """Of one store that comes after all others: nothing that these do is changed by it, so that more energy in it
    never leaves more unserved."""
    others = tuple(one for one in system.stores if one is not store)
    answered = lived_years(drawn, net_kw, (*others, store))
    elcc = _elcc_in(drawn, net_kw, others, answered, store.power_kw)
    return StoreWorth(store=store, elcc=elcc)


def _elcc_in(
    drawn: tuple[Real, ...],
    net_kw: Real,
    stores: tuple[ShortStore, ...],
    answered: LivedYears,
    most_kw: float,
) -> Estimate:
    """Perfect capacity beside some stores that leaves as little unserved as the same years with what is judged, with an
    error by its slope: a kW of perfect capacity saves as many kWh as hours lack."""

    def eens_kwh(perfect: float) -> float:
        return float(lived_years(drawn, net_kw - perfect, stores).unserved_kwh.mean())

    found = perfect_kw(eens_kwh, float(answered.unserved_kwh.mean()), most_kw, NEAR_KWH)
    same = lived_years(drawn, net_kw - found, stores)
    apart = estimate(answered.unserved_kwh - same.unserved_kwh)
    slope = float(same.short_h.mean())
    within = apart.within / slope if slope > 0.0 else float("inf")
    return Estimate(mean=found, within=within)


def _told(years: LivedYears) -> Lived:
    return Lived(
        eens_kwh=estimate(years.unserved_kwh),
        lole_h=estimate(years.short_h),
        called_kwh=float(years.called_kwh.mean()),
        calls=float(years.calls.mean()),
    )
