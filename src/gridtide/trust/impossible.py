"""Can what the meters of a site say be so at all? What cannot is not decided on; it is named with value and limit.

Sound, not clever: taken out is only what no honest meter within its stated error reads. An import above its contract
stands, since that happens and must be seen; one half as high again does not. A store counts with all that it could
take or give, since it may have been read at another instant.
Source: balances of energy as checks of measurements, as in state estimation (Schweppe and Wildes 1970).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.fleet import Fleet
from gridtide.fleet.site import Battery, Site

Real = NDArray[np.float64]

ABOVE_CONNECTION = 1.5
"""No connection carries more than this many times what it is made for through a whole step."""
ABOVE_RATED = 1.1
"""Nodes draw no more than this many times what their menu says of all of them at their highest point."""
STORE_ROUNDS = 0.01
"""A store may say what it holds to this share of its energy."""
STORE_LATE_S = 60.0
"""What a store said may be so much older than the step it is of, seconds."""
METERS = {
    "it_kw": "IT",
    "facility_kw": "facility",
    "import_kw": "import",
    "export_kw": "export",
    "supply_kw": "supply",
    "unused_supply_kw": "unused supply",
}
BALANCE = ("import_kw", "export_kw", "facility_kw", "supply_kw", "unused_supply_kw")


class Said(Protocol):
    """What meters and stores said of one instant, (S,) each; NaN where nobody did."""

    @property
    def measured_at(self) -> datetime:
        """Of every value."""
        ...

    @property
    def it_kw(self) -> Real:
        """At the racks."""
        ...

    @property
    def facility_kw(self) -> Real:
        """Of the whole building."""
        ...

    @property
    def import_kw(self) -> Real:
        """From the grid."""
        ...

    @property
    def export_kw(self) -> Real:
        """To the grid."""
        ...

    @property
    def supply_kw(self) -> Real:
        """Of own generation, whether used or not."""
        ...

    @property
    def unused_supply_kw(self) -> Real:
        """What of it was left."""
        ...

    @property
    def soc_kwh(self) -> Real:
        """What stores hold."""
        ...


@dataclass(frozen=True, kw_only=True)
class Impossible:
    """What cannot be at a site, by its number; columns: what of it is not decided on; said: in a sentence."""

    site: int
    name: str
    columns: tuple[str, ...]
    said: str

    def __str__(self) -> str:
        return f"{self.name}: {self.said}"


@dataclass(frozen=True, kw_only=True)
class Held:
    """What stores held when they were believed last, and when, by the number of their site."""

    soc_kwh: Mapping[int, tuple[float, datetime]]


@dataclass(frozen=True, kw_only=True)
class Meters:
    """How meters were read, by `SITE what`: how far each may be off, kW, and when. What is not there is exact, and of
    no instant that is known."""

    off_kw: Mapping[str, float]
    read_at: Mapping[str, datetime]


def impossible(said: Said, held: Held, meters: Meters, fleet: Fleet) -> tuple[Impossible, ...]:
    """What cannot be so of one step, site by site. Nothing is said of what nobody read, and meters are held against
    each other only where they were read at the very same instant: a site may leap from one second to the next."""
    found: list[Impossible] = []
    for number, site in enumerate(fleet.sites):
        one = _Site(site=site, number=number, said=said, read=meters)
        alone = [*one.meters()]
        gone = {column for each in alone for column in each.columns}
        found += alone
        found += one.racks(gone)
        found += one.balance(gone)
        found += one.store(held.soc_kwh.get(number))
    return tuple(found)


@dataclass(frozen=True, kw_only=True)
class _Site:
    """One site of what was said."""

    site: Site
    number: int
    said: Said
    read: Meters

    def kw(self, column: str) -> float:
        """What was said; NaN where nobody did."""
        return float(getattr(self.said, column)[self.number])

    def off(self, *columns: str) -> float:
        """How far the sum of meters may be off, kW."""
        return sum(self.read.off_kw.get(f"{self.site.name} {METERS[one]}", 0.0) for one in columns)

    def at_once(self, *columns: str) -> bool:
        """Whether meters were all read, and at the very same instant."""
        found = {self.read.read_at.get(f"{self.site.name} {METERS[one]}") for one in columns}
        return len(found) == 1 and None not in found

    def found(self, columns: tuple[str, ...], said: str) -> Impossible:
        """What cannot be here."""
        return Impossible(site=self.number, name=self.site.name, columns=columns, said=said)

    def meters(self) -> Iterator[Impossible]:
        """Each meter by itself: none reads below 0, or above what hangs on it."""
        contract = self.site.contract
        limits = {
            "it_kw": (ABOVE_RATED * _rated_kw(self.site), "its nodes can draw"),
            "import_kw": (ABOVE_CONNECTION * contract.import_max_kw, "its connection carries"),
        }
        for column, what in METERS.items():
            value, off = self.kw(column), self.off(column)
            if value < -off:
                yield self.found((column,), f"{what} reads {value:,.1f} kW, below 0")
            most_kw, why = limits.get(column, (np.inf, ""))
            if value - off > most_kw:
                said = f"{what} reads {value:,.1f} kW, more than the {most_kw:,.1f} kW that {why}"
                yield self.found((column,), said)

    def racks(self, gone: set[str]) -> Iterator[Impossible]:
        """Racks draw no more than the building around them."""
        columns = ("it_kw", "facility_kw")
        it_kw, facility_kw = (self.kw(one) for one in columns)
        if gone & {*columns} or not self.at_once(*columns):
            return
        if it_kw - facility_kw > self.off(*columns):
            said = f"IT reads {it_kw:,.1f} kW inside a facility of {facility_kw:,.1f} kW"
            yield self.found(columns, said)

    def balance(self, gone: set[str]) -> Iterator[Impossible]:
        """Grid and own supply less the building are what its store takes, or gives with all else that it has."""
        site = self.site
        if gone & {*BALANCE} or not self.at_once(*BALANCE):
            return
        through = self.kw("import_kw") - self.kw("export_kw")
        used = self.kw("supply_kw") - self.kw("unused_supply_kw")
        left_kw, off = through + used - self.kw("facility_kw"), self.off(*BALANCE)
        most_kw, least_kw = _taken_most_kw(site), -_given_most_kw(site)
        if left_kw > ABOVE_RATED * most_kw + off or left_kw < ABOVE_RATED * least_kw - off:
            said = (
                f"grid and own supply less the facility leave {left_kw:+,.1f} kW, {_ways(site)} can take or give"
                f" {least_kw:+,.1f} to {most_kw:+,.1f} kW: one of these meters is wrong"
            )
            yield self.found(BALANCE, said)

    def store(self, before: tuple[float, datetime] | None) -> Iterator[Impossible]:
        """A store holds something between nothing and its energy, and fills and empties no faster than it can."""
        battery, soc_kwh = self.site.battery, self.kw("soc_kwh")
        if battery is None or np.isnan(soc_kwh):
            return
        low, high, around = 0.0, battery.energy_kwh, STORE_ROUNDS * battery.energy_kwh
        why = f"holds {low:,.0f} to {high:,.0f} kWh"
        if before is not None and self.site.reservoir is None and _inside(soc_kwh, low, high):
            was_kwh, at = before
            past_s = max((self.said.measured_at - at).total_seconds(), 0.0)
            hours = (past_s + STORE_LATE_S) / 3600.0
            up_kwh, down_kwh = _reach_kwh(battery, hours)
            low, high = was_kwh - down_kwh, was_kwh + up_kwh
            why = f"can hold {max(low, 0):,.1f} to {high:,.1f} kWh {past_s:,.0f} s after {was_kwh:,.1f}"
        if not _inside(soc_kwh, low - around, high + around):
            yield self.found(("soc_kwh",), f"store says {soc_kwh:,.1f} kWh, it {why}")


def _taken_most_kw(site: Site) -> float:
    """What stores of a site can take at most, kW."""
    of_backup = site.backup.power_max_kw if site.backup else 0.0
    return of_backup + (site.battery.charge_max_kw if site.battery else 0.0)


def _given_most_kw(site: Site) -> float:
    """What stores, generators and plants of a site can give at most, kW: whether their meters count as own supply or
    not, and the turbine of a river with the store that stands for its water."""
    found = site.battery.discharge_max_kw if site.battery else 0.0
    found += site.backup.power_max_kw if site.backup else 0.0
    found += site.genset.units * site.genset.rated_kw if site.genset else 0.0
    return found + (site.reactor.capacity_kw if site.reactor else 0.0)


def _ways(site: Site) -> str:
    """What else a site has to take or give power, in words."""
    others = (("generators", site.genset), ("plant", site.reactor), ("backup", site.backup))
    return " and ".join(["its store", *(name for name, one in others if one is not None)])


def _inside(value: float, low: float, high: float) -> bool:
    return low <= value <= high


def _reach_kwh(battery: Battery, hours: float) -> tuple[float, float]:
    """What a store can gain and lose within so many hours, kWh."""
    up_kw = battery.charge_max_kw * battery.charge_efficiency
    down_kw = battery.discharge_max_kw / battery.discharge_efficiency
    return ABOVE_RATED * hours * up_kw, ABOVE_RATED * hours * down_kw


def _rated_kw(site: Site) -> float:
    """What all accelerators of a site draw at the highest entry of their menu."""
    return sum(
        pool.accelerators * max(one.it_kw_per_accelerator for one in pool.points)
        for pool in site.pools
    )
