"""A plant that is on outside air or on compressors: found again from a meter, and felt by a fleet."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.fleet.building import outdoor_c
from gridtide.fleet.changeover import Changeover, felt_changed_over_c
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.learning.changeover_fit import likely_changeover
from gridtide.fleet.learning.physics_fit import fit_physics
from gridtide.fleet.learning.site_map import facility_of, physics_rows
from gridtide.fleet.learning.steady import building_of
from gridtide.fleet.learning.telemetry import Drivers, Telemetry, drivers_of
from gridtide.testing.learned_sites import plain_map
from gridtide.testing.plant_days import plant_days
from gridtide.testing.studies import small_study

CAPACITY_KW = 140.8
CHANGES = Changeover(
    wet_share=0.0,
    returns_below_c=17.0,
    leaves_above_c=20.0,
    returns_below_humidity=0.88,
    leaves_above_humidity=0.94,
)


def a_month(seed: int) -> Drivers:
    """Thirty days of load and weather."""
    lived = plant_days(30, 16.0, seed)
    telemetry = Telemetry(
        site="a",
        time_s=lived.time_s,
        utilisation=lived.utilisation,
        clock_mhz=lived.clock_mhz,
        outdoor_c=lived.outdoor_c,
        humidity=lived.humidity,
        facility_kw=np.ones(len(lived.time_s)),
    )
    return drivers_of(telemetry, 1980.0)


@pytest.mark.parametrize("damp", [True, False])
def test_limits_of_a_changeover_are_found_again_from_the_meter(damp: bool) -> None:
    """To a tenth of a kelvin or two and a hundredth of humidity, through the noise of a meter."""
    drivers = a_month(3)
    dry = replace(CHANGES, returns_below_humidity=2.0, leaves_above_humidity=2.0)
    told = replace(plain_map(2000.0), dead_bands=(), changeover=CHANGES if damp else dry)
    told = replace(told, coefficients=_sharp(told.coefficients))
    chance = np.random.default_rng(1)
    facility_kw = facility_of(told, drivers) * (1.0 + chance.normal(0.0, 0.006, len(drivers.dry_c)))
    everywhere = np.ones(len(facility_kw), dtype=bool)
    found = fit_physics(drivers, facility_kw, everywhere, None).changeover
    assert found is not None
    assert found.wet_share == 0.0
    assert found.returns_below_c == pytest.approx(17.0, abs=0.3)
    assert found.leaves_above_c == pytest.approx(20.0, abs=0.3)
    if damp:
        assert found.leaves_above_humidity == pytest.approx(0.94, abs=0.02)


def test_a_plant_that_mixes_smoothly_is_given_no_changeover() -> None:
    """Free cooling that fades over ten kelvin."""
    drivers = a_month(4)
    told = replace(plain_map(2000.0), dead_bands=())
    chance = np.random.default_rng(1)
    facility_kw = facility_of(told, drivers) * (1.0 + chance.normal(0.0, 0.006, len(drivers.dry_c)))
    everywhere = np.ones(len(facility_kw), dtype=bool)
    assert fit_physics(drivers, facility_kw, everywhere, None).changeover is None


def test_evenings_at_a_slower_clock_are_told_as_the_meter_had_them() -> None:
    """They are few, and unusual: neither what is usual nor the trimming of errors may outweigh them."""
    drivers = a_month(6)
    told = replace(plain_map(2000.0), dead_bands=())
    unusual = told.coefficients.copy()
    unusual[3:5] = 0.0, 1.5
    true_kw = physics_rows(unusual, drivers)[1]
    chance = np.random.default_rng(1)
    facility_kw = true_kw * (1.0 + chance.normal(0.0, 0.006, len(true_kw)))
    found = fit_physics(drivers, facility_kw, np.ones(len(true_kw), dtype=bool), None)
    slow = drivers.clock < 0.9
    error = physics_rows(found.coefficients, drivers)[1][slow] / true_kw[slow] - 1.0
    assert slow.mean() < 0.15
    assert float(np.abs(error).mean()) < 0.002


def test_weather_without_two_sides_has_no_changeover() -> None:
    """One temperature, one humidity."""
    drivers = a_month(5)
    same = np.full(len(drivers.dry_c), 12.0)
    still = replace(drivers, dry_c=same, wet_c=same, humidity=np.full(len(same), 0.5))
    rows = physics_rows(plain_map(2000.0).coefficients, still)
    assert likely_changeover(still, rows[1], np.ones(len(same), dtype=bool), rows) is None


@settings(max_examples=50, deadline=None)
@given(
    felt_c=st.lists(st.floats(-20.0, 45.0), min_size=6, max_size=6),
    humidity=st.lists(st.floats(0.0, 1.0), min_size=6, max_size=6),
)
def test_what_is_felt_is_never_between_the_limits(
    felt_c: list[float], humidity: list[float]
) -> None:
    """The plant is on one side of them or on the other; and air outside both limits is felt as it is when dry."""
    given_c = np.asarray(felt_c)
    felt = felt_changed_over_c(CHANGES, given_c, np.asarray(humidity))
    assert ((felt <= CHANGES.returns_below_c) | (felt >= CHANGES.leaves_above_c)).all()
    hot = given_c > CHANGES.leaves_above_c
    assert (felt[hot] == given_c[hot]).all()


def learned_fleet(changeover: Changeover | None) -> Fleet:
    """Two sites; the second is learned."""
    fleet = small_study(jobs=3).fleet
    here = fleet.sites[-1]
    told = plain_map(CAPACITY_KW)
    told = replace(told, coefficients=_sharp(told.coefficients), changeover=changeover)
    facility = replace(here.facility, learned=building_of(told, CAPACITY_KW, "0" * 64))
    return replace(fleet, sites=(*fleet.sites[:-1], replace(here, facility=facility)))


def test_a_fleet_feels_damp_as_the_learned_plant_does() -> None:
    """A cool damp hour, and the hours after it until the air is dry again; other sites feel what they felt."""
    temperature = np.tile([12.0, 12.0, 12.0, 12.0], (2, 1))
    humidity = np.tile([0.5, 0.97, 0.91, 0.80], (2, 1))
    changing, plain = (
        outdoor_c(learned_fleet(one), temperature, humidity) for one in (CHANGES, None)
    )
    assert changing[-1].tolist() == [12.0, 20.0, 20.0, 12.0]
    assert plain[-1].tolist() == [12.0, 12.0, 12.0, 12.0]
    assert changing[0].tolist() == plain[0].tolist()


def _sharp(
    coefficients: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """Of a plant on either side, which feels the dry bulb at once."""
    found = coefficients.copy()
    found[12:15] = 17.0, 3.0, 0.0
    found[16:] = 60.0, 20.0
    return found
