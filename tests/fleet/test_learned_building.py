"""A building as its own meter told, in the fleet, the plan and the search of single jobs."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.decide.power_curve import power_curve
from gridtide.fleet.building import (
    facility_power_kw,
    fast_power_of_site_kw,
    learned_tables,
    marginal_power,
    most_it_kw,
    outdoor_c,
    power_of_site_kw,
)
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.learning.lawful import broken_laws
from gridtide.fleet.learning.site_map import facility_of, steady_drivers
from gridtide.fleet.learning.steady import building_of, steady_kw
from gridtide.physics.site_map import it_share, utilisation_at
from gridtide.testing.learned_sites import plain_map, plain_model
from gridtide.testing.studies import small_study

CAPACITY_KW = 140.8
PLAIN = small_study(jobs=3).fleet


def learned_fleet(rest_kw: float = 0.0) -> Fleet:
    """Two sites; the second is learned."""
    fleet = PLAIN
    here = fleet.sites[-1]
    learned = building_of(plain_map(CAPACITY_KW, rest_kw=rest_kw), CAPACITY_KW, "0" * 64)
    facility = replace(here.facility, learned=learned)
    return replace(fleet, sites=(*fleet.sites[:-1], replace(here, facility=facility)))


@given(share=st.floats(0.31, 1.0), bend=st.floats(0.0, 8.0))
def test_utilisation_is_found_again_from_power(share: float, bend: float) -> None:
    """At full clock."""
    found = utilisation_at(share, 0.3, bend)
    assert it_share(found, 1.0, 0.3, bend, 0.3, 2.0) == pytest.approx(share)


def test_a_steady_building_draws_what_its_map_says_of_a_load_that_lasts() -> None:
    """Outside its dead bands, where nothing remembers; utilisation and IT power are two words for one load."""
    site_map = plain_map(CAPACITY_KW, rest_kw=8.0)
    utilisation = np.linspace(0.05, 1.0, 40)
    for felt_c in (-5.0, 5.0, 16.0, 21.0, 30.0):
        it_kw = CAPACITY_KW * np.asarray(
            [it_share(u, 1.0, 0.3, 0.5, 0.3, 2.2) for u in utilisation]
        )
        steady = steady_kw(site_map, it_kw, np.asarray([felt_c]))[:, 0]
        same = np.ones(len(utilisation))
        lasting = facility_of(site_map, steady_drivers(utilisation, same, felt_c * same))
        band = site_map.dead_bands[1]
        outside = (it_kw < 0.8 * band.low) | (it_kw > band.high)
        assert steady[outside] == pytest.approx(lasting[outside], rel=1e-9)


@settings(max_examples=25, deadline=None)
@given(rest_kw=st.floats(0.0, 20.0), felt_c=st.floats(-20.0, 45.0))
def test_more_load_never_means_less_power_and_never_less_than_itself(
    rest_kw: float, felt_c: float
) -> None:
    """Between the marks of the table too."""
    fleet = learned_fleet(rest_kw)
    it_kw = np.tile(np.linspace(0.0, CAPACITY_KW, 333), (len(fleet.sites), 1))
    drawn_kw = facility_power_kw(fleet, it_kw, np.full_like(it_kw, felt_c))[-1]
    assert (np.diff(drawn_kw) > 0.0).all()
    assert (drawn_kw >= it_kw[-1]).all()


@settings(max_examples=25, deadline=None)
@given(limit_kw=st.floats(50.0, 250.0), felt_c=st.floats(-20.0, 45.0))
def test_the_most_load_under_a_limit_draws_the_limit(limit_kw: float, felt_c: float) -> None:
    """Or the building is full."""
    fleet = learned_fleet(8.0)
    weather = np.full((len(fleet.sites), 1), felt_c)
    most_kw = most_it_kw(fleet, np.full_like(weather, limit_kw), weather)
    drawn_kw = facility_power_kw(fleet, most_kw, weather)[-1, 0]
    assert drawn_kw <= limit_kw + 1e-6
    assert most_kw[-1, 0] == CAPACITY_KW or drawn_kw == pytest.approx(limit_kw, abs=1e-6)


@settings(max_examples=25, deadline=None)
@given(rest_kw=st.floats(0.0, 20.0), felt_c=st.floats(-20.0, 45.0))
def test_a_plan_never_counts_on_less_power_than_a_learned_building_takes(
    rest_kw: float, felt_c: float
) -> None:
    """Its line rises ever steeper, lies above what was learned, and above it by no more than it says."""
    fleet = learned_fleet(rest_kw)
    weather = np.full((len(fleet.sites), 1), felt_c)
    curve = power_curve(fleet, (), weather)
    assert (np.diff(curve.slope, axis=2) >= -1e-9).all()
    marks = curve.floor_it_kw[-1] + np.append(0.0, np.cumsum(curve.width_kw[-1]))
    line = curve.floor_kw[-1, 0] + np.append(
        0.0, np.cumsum(curve.width_kw[-1] * curve.slope[-1, 0])
    )
    it_kw = np.linspace(marks[0], marks[-1], 200)
    drawn_kw = facility_power_kw(
        fleet, np.tile(it_kw, (len(fleet.sites), 1)), np.full((len(fleet.sites), 200), felt_c)
    )[-1]
    above_kw = np.interp(it_kw, marks, line) - drawn_kw
    assert above_kw.min() >= -0.01 * drawn_kw.max() / 16.0
    assert above_kw.max() <= curve.gap_kw[-1, 0] + 0.01 * drawn_kw.max()


def test_one_more_kilowatt_draws_what_the_meter_then_sees_more() -> None:
    """Between marks of the table; and one site at several loads is what it is among others."""
    fleet = learned_fleet(8.0)
    sites, felt_c = len(fleet.sites), 24.0
    it_kw = np.tile(np.linspace(20.1, 130.1, 23), (sites, 1))
    weather = np.full_like(it_kw, felt_c)
    slope = marginal_power(fleet, it_kw, weather)
    higher, lower = (facility_power_kw(fleet, it_kw + by, weather) for by in (0.01, 0.0))
    assert slope == pytest.approx((higher - lower) / 0.01, rel=2e-3)
    alone = power_of_site_kw(fleet, sites - 1, it_kw[:1].T, np.asarray([felt_c]))
    assert alone[:, 0] == pytest.approx(lower[-1], rel=1e-12)
    fast = fast_power_of_site_kw(fleet, sites - 1, it_kw[:1].T)
    assert (np.diff(fast[:, 0]) <= np.diff(alone[:, 0])).all()


def test_sites_without_a_file_are_as_they_were() -> None:
    """Not a bit of them changes."""
    fleet, learned = PLAIN, learned_fleet()
    it_kw = np.full((len(fleet.sites), 5), 60.0)
    weather = np.tile(np.linspace(0.0, 30.0, 5), (len(fleet.sites), 1))
    one, other = (facility_power_kw(each, it_kw, weather) for each in (fleet, learned))
    assert (one[:-1] == other[:-1]).all()
    assert (one[-1] != other[-1]).all()
    assert learned_tables(fleet)[0].tolist() == [-1] * len(fleet.sites)


def test_what_a_plant_feels_lies_between_both_bulbs() -> None:
    """By the share that was learned."""
    fleet = learned_fleet()
    dry, damp = np.full((len(fleet.sites), 1), 30.0), np.full((len(fleet.sites), 1), 0.3)
    share = 0.5
    wet = outdoor_c(PLAIN, dry, damp)[-1, 0]
    assert outdoor_c(fleet, dry, damp)[-1, 0] == pytest.approx(share * wet + (1 - share) * 30.0)


def test_a_map_that_breaks_a_law_is_named() -> None:
    """More load that means less power; a meter below the machines behind it."""
    model = plain_model(CAPACITY_KW)
    assert list(broken_laws(model)) == []
    falling = replace(model.site_map, rest_kw=np.outer([0.0, 0.0, -100.0], np.ones(3)))
    assert "falls by" in str(next(broken_laws(replace(model, site_map=falling))))
    low = replace(model.site_map, rest_kw=np.full((3, 3), -90.0))
    (said,) = broken_laws(replace(model, site_map=low))
    assert "machines behind it" in str(said)
