"""Meters of a site are held against each other beside generators, plants and rivers too, with all these can give."""

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.fleet.fleet import Fleet
from gridtide.fleet.genset import Genset
from gridtide.fleet.reactor import Reactor
from gridtide.testing.studies import small_study
from gridtide.trust.impossible import METERS, Held, Impossible, Meters, impossible

AT = datetime(2026, 3, 2, tzinfo=UTC)
FLEET = small_study(5, hours=24, jobs=3, accelerators=32).fleet
NORTH = 1
GENSET = Genset(units=2, rated_kw=100.0, fuel_l=1_000.0)
PLANT = Reactor(capacity_kw=300.0, ramp_kw_per_min=10.0, cost_per_mwh=0.0)


def found(fleet: Fleet, **kw: float) -> tuple[Impossible, ...]:
    """What cannot be of one instant at which every meter of the northern site was read; those left out read 0."""
    columns = {one: np.zeros(len(fleet.sites)) for one in METERS}
    for name, value in kw.items():
        columns[name][NORTH] = value
    said = SimpleNamespace(measured_at=AT, soc_kwh=np.full(len(fleet.sites), np.nan), **columns)
    read_at = {f"{site.name} {what}": AT for site in fleet.sites for what in METERS.values()}
    return impossible(said, Held(soc_kwh={}), Meters(off_kw={}, read_at=read_at), fleet)


def with_own(**parts: Any) -> Fleet:
    """The fleet whose northern site has these besides."""
    sites = list(FLEET.sites)
    sites[NORTH] = replace(sites[NORTH], **parts)
    return replace(FLEET, sites=tuple(sites))


@pytest.mark.parametrize(
    ("parts", "word"), [({"genset": GENSET}, "generators"), ({"reactor": PLANT}, "plant")]
)
def test_a_building_that_draws_more_than_all_its_sources_give_is_doubted(
    parts: dict[str, Any], word: str
) -> None:
    """And one that its generators or its plant could carry stands, whether a meter counts these as own or not."""
    fleet = with_own(**parts)
    battery = fleet.sites[NORTH].battery
    store_kw = battery.discharge_max_kw if battery else 0.0
    own_kw = 200.0 if word == "generators" else 300.0
    assert not found(fleet, facility_kw=store_kw + own_kw)
    assert not found(fleet, facility_kw=own_kw, supply_kw=own_kw)
    (wrong,) = found(fleet, facility_kw=1.2 * (store_kw + own_kw))
    assert word in wrong.said and "import_kw" in wrong.columns
    assert found(with_own(), facility_kw=1.2 * store_kw + 100.0)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 150))
def test_honest_meters_are_never_doubted(
    gen: float, plant: float, store: float, facility: float
) -> None:
    """Whatever runs, the grid takes or brings the rest."""
    fleet = with_own(genset=GENSET, reactor=PLANT)
    battery = fleet.sites[NORTH].battery
    assert battery is not None
    net_kw = facility - 200.0 * gen - 300.0 * plant - battery.discharge_max_kw * store
    grid = {"import_kw": max(net_kw, 0.0), "export_kw": max(-net_kw, 0.0)}
    assert not found(fleet, facility_kw=facility, **grid)
