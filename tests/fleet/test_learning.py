"""A map learned from telemetry, on plants that know nothing of our physics."""

import numpy as np
import pytest

from gridtide.fleet.learning.held_out import Learned, learn_site
from gridtide.fleet.learning.site_map import facility_of, steady_drivers
from gridtide.fleet.learning.telemetry import Telemetry
from gridtide.physics.site_map import it_share, rejection_kw_per_kw
from gridtide.testing.plant_days import plant_days
from gridtide.testing.plants import dry_economiser


@pytest.fixture(scope="module")
def learned() -> tuple[Telemetry, Learned]:
    """A hidden plant of 30 days."""
    days = plant_days(30, dry_economiser.MEAN_C, 3)
    telemetry = Telemetry(
        site="a",
        time_s=days.time_s,
        utilisation=days.utilisation,
        clock_mhz=days.clock_mhz,
        outdoor_c=days.outdoor_c,
        humidity=days.humidity,
        facility_kw=dry_economiser.plant_kw(days, 3),
    )
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


def test_a_straight_site_draws_its_capacity_at_full_load() -> None:
    """By hand: 1 at full load and clock, the idle share with nothing to do; (18 - 8) / 16 of a COP of 5, + 0.01."""
    assert it_share(1.0, 1.0, 0.3, 0.0, 0.3, 2.0) == pytest.approx(1.0)
    assert it_share(0.0, 1.0, 0.3, 2.0, 0.3, 2.0) == pytest.approx(0.3)
    assert rejection_kw_per_kw(18.0, 5.0, 0.0, 8.0, 16.0, 0.01) == pytest.approx(0.135)
