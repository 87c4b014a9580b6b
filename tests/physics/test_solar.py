"""The sun and what a field makes of it: published places, the figures of a reference library, and laws."""

import math
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.physics.solar import (
    air_mass,
    cell_temperature_c,
    clear_beam_w_per_m2,
    clear_sky_w_per_m2,
    day_of_year,
    diffuse_share,
    direct_power_kw,
    extraterrestrial_w_per_m2,
    field_power_kw,
    module_power_share,
    on_plane_w_per_m2,
    share_through_clouds,
)
from gridtide.physics.sun import (
    almanac_sun_deg,
    nutation_deg,
    pressure_hpa,
    refraction_deg,
    seen_sun_deg,
    true_sun_deg,
)

JUNE = datetime.fromisoformat("2026-06-21T12:00+08:00")
DECEMBER = datetime.fromisoformat("2026-12-21T12:00+08:00")


def test_the_sun_stands_where_the_solar_position_algorithm_has_it() -> None:
    """Its published example: 17 October 2003, 12:30:30 in Colorado, 820 hPa and 11 °C: 50.11162° and 194.34024°."""
    at = datetime.fromisoformat("2003-10-17T12:30:30-07:00").timestamp()
    zenith, azimuth = true_sun_deg(at, 39.742476, -105.1786)
    seen = zenith - refraction_deg(90.0 - zenith, 820.0, 11.0)
    assert seen == pytest.approx(50.11162, abs=2e-4)
    assert azimuth == pytest.approx(194.34024, abs=2e-4)


@pytest.mark.parametrize(
    ("when", "latitude", "longitude", "zenith"),
    [
        ("1995-03-20T06:00+00:00", -35.0, 149.0, 63.349452),
        ("2010-09-01T15:00+00:00", 5.0, 0.0, 44.799004),
        ("2024-12-24T23:30+00:00", 65.0, -20.0, 134.735566),
        ("2048-07-04T09:45+00:00", 41.15, 114.70, 67.804766),
    ],
)
def test_years_apart_the_sun_stays_within_a_second_of_arc(
    when: str, latitude: float, longitude: float, zenith: float
) -> None:
    """Places by the full algorithm (pvlib 0.16.1, `spa_python` with its own time of each year)."""
    at = datetime.fromisoformat(when).timestamp()
    assert true_sun_deg(at, latitude, longitude)[0] == pytest.approx(zenith, abs=3e-4)


@given(
    epoch=st.integers(700_000_000, 2_500_000_000),
    latitude=st.floats(-80, 80),
    longitude=st.floats(-180, 180),
)
def test_the_almanac_is_a_hundredth_of_a_degree_off(
    epoch: int, latitude: float, longitude: float
) -> None:
    """From 1992 to 2049, wherever one stands."""
    true = true_sun_deg(epoch, latitude, longitude)[0]
    assert almanac_sun_deg(epoch, latitude, longitude)[0] == pytest.approx(true, abs=0.0125)


def test_air_lifts_the_sun_most_at_the_horizon() -> None:
    """0.483° there (Sæmundsson: 28.98 minutes of arc), a sixtieth of a degree at 45°, nothing after sunset."""
    assert refraction_deg(0.0, 1010.0, 10.0) == pytest.approx(28.98 / 60.0, abs=1e-4)
    assert refraction_deg(45.0, 1010.0, 10.0) == pytest.approx(1.0 / 60.0, rel=0.02)
    assert refraction_deg(-1.0) == 0.0
    assert refraction_deg(10.0, pressure_hpa(1400.0)) < refraction_deg(10.0)


@pytest.mark.parametrize(("height_m", "hpa"), [(0.0, 1013.25), (1000.0, 898.75), (2000.0, 794.95)])
def test_pressure_of_the_standard_atmosphere(height_m: float, hpa: float) -> None:
    """Three rows of ISO 2533."""
    assert pressure_hpa(height_m) == pytest.approx(hpa, abs=0.05)


def test_the_axis_nods_as_in_the_textbook() -> None:
    """10 April 1987, 0 h: -3.788 and +9.443 arc seconds (Meeus, example 22.a)."""
    along, tilt = nutation_deg(-0.127296372348)
    assert along * 3600.0 == pytest.approx(-3.788, abs=0.5)
    assert tilt * 3600.0 == pytest.approx(9.443, abs=0.1)


def test_a_solar_field_at_midsummer_noon() -> None:
    """Every link from the sun's place to the inverter, to the digits of the reference library (pvlib 0.16.1)."""
    sun = seen_sun_deg(JUNE.timestamp(), 41.15, 114.70, 1400.0)
    sky = clear_sky_w_per_m2(sun[0], 172, 1400.0, 3.0)
    beam = clear_beam_w_per_m2(sun[0], 172, 1400.0, 3.0)
    tilted = on_plane_w_per_m2(sky, beam, sun, (40.0, 180.0))
    warm = cell_temperature_c(tilted, 25.0, 2.0)
    assert sun[0] == pytest.approx(18.35, abs=5e-3)
    assert sky == pytest.approx(1040.60, abs=5e-3)
    assert tilted == pytest.approx(1029.08, abs=5e-3)
    assert warm == pytest.approx(51.60, abs=5e-3)
    assert direct_power_kw(tilted, warm, 1000.0) == pytest.approx(933.25, abs=5e-3)
    assert field_power_kw(tilted, warm, 1000.0, 1000.0 / 1.2) == pytest.approx(833.33, abs=5e-3)


def test_a_solar_field_at_midwinter_noon() -> None:
    """Irradiance on the plane, direct and alternating current, to the digits of the reference library."""
    sun = seen_sun_deg(DECEMBER.timestamp(), 41.15, 114.70, 1400.0)
    sky = clear_sky_w_per_m2(sun[0], 355, 1400.0, 3.0)
    beam = clear_beam_w_per_m2(sun[0], 355, 1400.0, 3.0)
    tilted = on_plane_w_per_m2(sky, beam, sun, (40.0, 180.0))
    warm = cell_temperature_c(tilted, 25.0, 2.0)
    assert tilted == pytest.approx(842.85, abs=5e-3)
    assert direct_power_kw(tilted, warm, 1000.0) == pytest.approx(778.57, abs=5e-3)
    assert field_power_kw(tilted, warm, 1000.0, 1000.0 / 1.2) == pytest.approx(748.20, abs=5e-3)


def test_the_links_of_the_chain_by_themselves() -> None:
    """Outside the air 1,321.62 and 1,412.71 W/m² (pvlib); 37.92 times the air at the horizon (Kasten and Young)."""
    assert extraterrestrial_w_per_m2(172) == pytest.approx(1321.6236, abs=5e-4)
    assert extraterrestrial_w_per_m2(355) == pytest.approx(1412.7086, abs=5e-4)
    assert air_mass(0.0) == pytest.approx(1.0, abs=5e-4)
    assert air_mass(60.0) == pytest.approx(1.994, abs=5e-4)
    assert air_mass(90.0) == pytest.approx(37.92, abs=5e-3)
    assert air_mass(120.0) == air_mass(90.0)
    assert air_mass(18.34848, 1400.0) == pytest.approx(0.889665, abs=1e-6)
    assert [day_of_year(JUNE.timestamp()) // 1, day_of_year(DECEMBER.timestamp()) // 1] == [
        172,
        355,
    ]


def test_an_overcast_sky_lets_a_quarter_through() -> None:
    """Kasten and Czeplak: all of it when clear, 0.929 at half, a quarter when overcast."""
    assert share_through_clouds(0.0) == 1.0
    assert share_through_clouds(0.5) == pytest.approx(0.929, abs=5e-4)
    assert share_through_clouds(1.0) == 0.25


@given(
    epoch=st.integers(1_500_000_000, 2_000_000_000),
    latitude=st.floats(-65, 65),
    longitude=st.floats(-180, 180),
    altitude=st.floats(0, 4000),
)
def test_the_sun_is_somewhere_and_night_is_dark(
    epoch: int, latitude: float, longitude: float, altitude: float
) -> None:
    """Angles in range, no irradiance below the horizon, beam and diffuse never more than there is."""
    zenith, azimuth = seen_sun_deg(epoch, latitude, longitude, altitude)
    assert 0.0 <= zenith <= 180.0
    assert 0.0 <= azimuth <= 360.0
    sky = clear_sky_w_per_m2(zenith, 100, altitude)
    beam = clear_beam_w_per_m2(zenith, 100, altitude)
    if zenith >= 90.0:
        assert sky == beam == 0.0
    assert beam * max(math.cos(math.radians(zenith)), 0.0) <= sky + 1e-6
    assert 0.0 <= diffuse_share(sky, zenith, 100) <= 1.0


@given(
    epoch=st.integers(1_500_000_000, 2_000_000_000),
    latitude=st.floats(-65, 65),
    through=st.floats(0, 1),
    air=st.floats(-60, 60),
    wind=st.floats(0, 120),
)
def test_modules_make_no_more_than_their_inverter_in_any_weather(
    epoch: int, latitude: float, through: float, air: float, wind: float
) -> None:
    """Between 0 and 1/1.2 of a kW of modules in any weather, under a sky however dark."""
    day, sun = day_of_year(epoch), seen_sun_deg(epoch, latitude, 0.0)
    made = module_power_share(day, latitude, sun, through, (air, wind))
    assert 0.0 <= made <= 1.0 / 1.2
    assert made == 0.0 or sun[0] < 90.0
