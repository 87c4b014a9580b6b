"""A map learned from telemetry, on plants that know nothing of our physics."""

from dataclasses import replace
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gridtide.fleet.learning.held_out import Learned, learn_site
from gridtide.fleet.learning.lawful import broken_laws, falling_meter
from gridtide.fleet.learning.site_map import facility_of, steady_drivers
from gridtide.fleet.learning.site_model import judged, site_model_of
from gridtide.fleet.learning.telemetry import Drivers, Telemetry
from gridtide.physics.site_map import it_share, rejection_kw_per_kw
from gridtide.testing.learned_sites import plain_map
from gridtide.testing.plant_days import PlantDays, plant_days
from gridtide.testing.plants import dry_economiser, staged_water, warm_loop


def telemetry_of(days: PlantDays, facility_kw: NDArray[np.float64]) -> Telemetry:
    """What the meter of a plant told."""
    return Telemetry(
        site="a",
        time_s=days.time_s,
        utilisation=days.utilisation,
        clock_mhz=days.clock_mhz,
        outdoor_c=days.outdoor_c,
        humidity=days.humidity,
        facility_kw=facility_kw,
    )


@pytest.fixture(scope="module")
def learned() -> tuple[Telemetry, Learned]:
    """A hidden plant of 30 days."""
    days = plant_days(30, dry_economiser.MEAN_C, 3)
    telemetry = telemetry_of(days, dry_economiser.plant_kw(days, 3))
    return telemetry, learn_site(telemetry, None, lambda said: None)


def test_held_out_days_of_a_hidden_plant_are_told_within_five_per_cent(
    learned: tuple[Telemetry, Learned],
) -> None:
    """No meter of a held-out day is used."""
    telemetry, found = learned
    error = np.abs(found.held_out.facility_kw / telemetry.facility_kw - 1.0)
    assert float(error.mean()) < 0.05


def test_more_utilisation_never_means_less_power(learned: tuple[Telemetry, Learned]) -> None:
    """At every temperature and clock, in a steady state."""
    _, found = learned
    rising = np.linspace(0.0, 1.0, 101)
    for outdoor_c in (-10.0, 5.0, 15.0, 19.0, 25.0, 40.0):
        for clock in (0.6, 0.8, 1.0):
            steady = steady_drivers(rising, np.full(101, clock), np.full(101, outdoor_c))
            assert np.all(np.diff(facility_of(found.site_map, steady)) >= -1e-6)


@settings(max_examples=40, deadline=None)
@given(
    load=st.lists(st.floats(0.0, 1.0), min_size=12, max_size=12),
    more=st.floats(0.0, 0.5),
    at=st.integers(0, 11),
)
def test_more_work_never_means_less_power_at_any_later_moment(
    load: list[float], more: float, at: int
) -> None:
    """Lags, late shares and dead bands included: power rises at once and is never lower afterwards."""
    site_map = plain_map(400.0, rest_kw=10.0)
    one = np.asarray(load)
    other = one.copy()
    other[at] = min(1.0, other[at] + more)
    drawn = [
        facility_of(
            site_map,
            Drivers(
                utilisation=utilisation,
                clock=np.ones(12),
                wet_c=np.full(12, 12.0),
                dry_c=np.full(12, 18.0),
                humidity=np.full(12, 0.5),
                gap_s=np.full(12, 300.0),
            ),
        )
        for utilisation in (one, other)
    ]
    assert (drawn[1] >= drawn[0] - 1e-9).all()


@pytest.mark.parametrize("module", [staged_water, dry_economiser, warm_loop])
def test_a_hidden_plant_is_told_better_than_by_a_pue_of_temperature(module: ModuleType) -> None:
    """By 30 % at least as the rule is used, with an IT power that is a straight line of utilisation.

    And better where the rule is given the learned IT power.
    """
    days = plant_days(40, module.MEAN_C, 5)
    telemetry = telemetry_of(days, module.plant_kw(days, 5))
    found = judged(telemetry, learn_site(telemetry, None, lambda said: None))
    assert found.mape < 0.7 * min(found.mape_pue_and_straight_it, found.mape_constant_pue)
    assert found.mape < 0.9 * found.mape_pue_by_temperature
    assert 0.87 <= found.coverage <= 0.93


@pytest.mark.parametrize("module", [staged_water, warm_loop])
def test_a_meter_that_falls_as_work_rises_is_refused(module: ModuleType) -> None:
    """Utilisation given as the idle share; the true one is taken."""
    days = plant_days(12, module.MEAN_C, 5)
    telemetry = telemetry_of(days, module.plant_kw(days, 5))
    assert list(falling_meter(telemetry)) == []
    (said,) = falling_meter(replace(telemetry, utilisation=1.0 - telemetry.utilisation))
    assert "falls as it_utilisation rises" in str(said)


def test_a_fit_below_its_own_machines_is_refused() -> None:
    """An IT capacity that the meter can never have carried."""
    days = plant_days(12, warm_loop.MEAN_C, 5)
    telemetry = telemetry_of(days, warm_loop.plant_kw(days, 5))
    peak_kw = float(telemetry.facility_kw.max())
    found = learn_site(telemetry, 1.3 * peak_kw, lambda said: None)
    (said,) = broken_laws(site_model_of(telemetry, found, True))
    assert "machines behind it" in str(said)


def test_a_straight_site_draws_its_capacity_at_full_load() -> None:
    """By hand: 1 at full load and clock, the idle share with nothing to do; (18 - 8) / 16 of a COP of 5, + 0.01."""
    assert it_share(1.0, 1.0, 0.3, 0.0, 0.3, 2.0) == pytest.approx(1.0)
    assert it_share(0.0, 1.0, 0.3, 2.0, 0.3, 2.0) == pytest.approx(0.3)
    assert rejection_kw_per_kw(18.0, 5.0, 0.0, 8.0, 16.0, 8.0, 0.01) == pytest.approx(0.135)
