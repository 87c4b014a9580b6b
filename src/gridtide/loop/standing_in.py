"""What a meter that is doubted should read: by other meters, the power model, forecasts and the plan, and said so.

A value that stands in is what plans go on from and what is shown. Nothing is judged by it: verdicts on what was told,
the month's peak and bills know only what was metered.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.dispatch import Dispatch
from gridtide.decide.plan import Plan
from gridtide.decide.reading import KIND_OF_SUPPLY
from gridtide.decide.situation import Situation
from gridtide.fleet import building
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.site import Site
from gridtide.loop.seen import Seen
from gridtide.loop.shown.frame import value_at
from gridtide.signals.signal import Kind
from gridtide.trust.impossible import METERS

Real = NDArray[np.float64]
JUST_BEFORE = timedelta(seconds=1)
"""What was seen at an instant is of the step before it."""
BY = {
    "it_kw": "the plan in force",
    "facility_kw": "its power model",
    "supply_kw": "the forecast of its own supply",
    "unused_supply_kw": "the plan in force",
    "import_kw": "building, own supply and store",
    "export_kw": "building, own supply and store",
}
"""What stands in for each meter."""


@dataclass(frozen=True, kw_only=True)
class StandIn:
    """A value that stands in for a meter of a site, by its number. by: what it comes from, in words."""

    site: int
    name: str
    column: str
    kw: float
    by: str

    @property
    def of(self) -> str:
        """Whose meter it stands in for."""
        return f"{self.name} {METERS[self.column]}"

    def __str__(self) -> str:
        return f"{self.of} {self.kw:,.1f} kW by {self.by}"


@dataclass(frozen=True, kw_only=True, eq=False)
class Expected:
    """What is expected now: the newest situation, the plan in force and what stores are told, None where there is
    none."""

    situation: Situation
    plan: Plan | None
    told: Dispatch | None

    def instead(
        self, seen: Seen, doubted: dict[int, frozenset[str]], fleet: Fleet
    ) -> tuple[StandIn, ...]:
        """What stands in for columns of a step that are doubted, by the number of their site; nothing where nobody can
        say what they should read. Sites with other ways in and out have no balance that tells their grid."""
        found: list[StandIn] = []
        for number, columns in sorted(doubted.items()):
            site = fleet.sites[number]
            expected = self._expected_of(seen, number, fleet)
            found += [
                StandIn(site=number, name=site.name, column=one, kw=expected[one], by=BY[one])
                for one in METERS
                if one in columns and np.isfinite(expected.get(one, np.nan))
            ]
        return tuple(found)

    def _expected_of(self, seen: Seen, number: int, fleet: Fleet) -> dict[str, float]:
        """What each meter of a site should read, kW; believed meters count before what is expected of them."""
        site, at = fleet.sites[number], seen.measured_at
        said = {one: float(getattr(seen, one)[number]) for one in METERS}
        planned = {one: self._planned(one, number, at) for one in ("it_kw", "unused_supply_kw")}
        it_kw = _first(said["it_kw"], planned["it_kw"])
        expected = {
            **planned,
            "facility_kw": self._modelled_kw(number, it_kw, at, fleet),
            "supply_kw": self._supply_kw(site, at),
        }
        if not site.supplies:
            expected["unused_supply_kw"] = 0.0
        if site.genset or site.reactor or site.reservoir or site.backup:
            return expected
        own = {one: _first(said[one], expected[one]) for one in expected}
        net_kw = own["facility_kw"] - (own["supply_kw"] - own["unused_supply_kw"])
        own_kw = float(seen.charge_kw[number] - seen.discharge_kw[number])
        net_kw += _first(own_kw, self._told_kw(number, at))
        return {**expected, "import_kw": max(net_kw, 0.0), "export_kw": max(-net_kw, 0.0)}

    def _planned(self, column: str, number: int, at: datetime) -> float:
        plan = self.plan
        if plan is None or not plan.horizon.start < at <= plan.horizon.end:
            return float("nan")
        return float(getattr(plan, column)[number, plan.horizon.step_holding(at - JUST_BEFORE)])

    def _told_kw(self, number: int, at: datetime) -> float:
        """What the store of a site is told to take, less what it is told to give."""
        told = self.told
        if told is None or not told.placement.horizon.start < at <= told.placement.horizon.end:
            return float("nan")
        step = told.placement.horizon.step_holding(at - JUST_BEFORE)
        if step >= told.charge_kw.shape[1]:
            return float("nan")
        return float(told.charge_kw[number, step] - told.discharge_kw[number, step])

    def _modelled_kw(self, number: int, it_kw: float, at: datetime, fleet: Fleet) -> float:
        """What the building draws around so much IT, in the air that is known or expected."""
        zone = fleet.sites[number].weather_zone
        dry_c = self._signal(Kind.TEMPERATURE, zone, at)
        humid = self._signal(Kind.HUMIDITY, zone, at)
        if not np.isfinite([it_kw, dry_c, humid]).all():
            return float("nan")
        shape = (len(fleet.sites), 1)
        outdoor_c = building.outdoor_c(fleet, np.full(shape, dry_c), np.full(shape, humid))
        drawn_kw = building.facility_power_kw(fleet, np.full(shape, it_kw), outdoor_c)
        return float(drawn_kw[number, 0])

    def _supply_kw(self, site: Site, at: datetime) -> float:
        return sum(
            one.capacity_kw * self._signal(KIND_OF_SUPPLY[one.kind], site.name, at)
            for one in site.supplies
        )

    def _signal(self, kind: Kind, zone: str, at: datetime) -> float:
        """Of the step that ends at an instant."""
        found = value_at(self.situation.signals, kind, zone, at - JUST_BEFORE)
        return float("nan") if found is None else found


def with_stand_ins(seen: Seen, stand_ins: tuple[StandIn, ...]) -> Seen:
    """What was seen, with what stands in for doubted meters."""
    values: dict[str, Any] = {}
    for one in stand_ins:
        values.setdefault(one.column, getattr(seen, one.column).copy())[one.site] = one.kw
    return replace(seen, **values) if values else seen


def _first(said: float, expected: float) -> float:
    return said if np.isfinite(said) else expected
