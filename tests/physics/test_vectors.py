"""Published and recomputed vectors of the physics, to the digits they are given in."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.physics.battery import (
    charge_room_kw,
    discharge_room_kw,
    soc_after_kwh,
    wear_cost_per_kwh,
)
from gridtide.physics.cooling import chiller_cop
from gridtide.physics.heat_plant import AIR_CHILLER, WARM_LIQUID, WATER_CHILLER
from gridtide.physics.network import great_circle_km, rtt_ms, sending_h, transfer_s
from gridtide.physics.pue import (
    facility_power_kw,
    fast_marginal_facility_power,
    marginal_facility_power,
    pue,
)
from gridtide.physics.transformer import transformer_efficiency, transformer_loss_kw
from gridtide.physics.ups import ups_efficiency, ups_loss_kw
from gridtide.physics.weather import wet_bulb_c, wet_bulb_is_fitted
from gridtide.physics.wind import hub_wind_m_per_s, wind_power_share


@pytest.mark.parametrize(
    ("share", "expected"), [(0.1, 0.8982), (0.5, 0.9629), (0.75, 0.9661), (1.0, 0.9662)]
)
def test_ups_efficiency(share: float, expected: float) -> None:
    """Double conversion at a tenth, a half, three quarters and all of its rating."""
    assert ups_efficiency(share) == pytest.approx(expected, abs=5e-5)
    assert ups_loss_kw(share * 100, 100) == pytest.approx(
        100 * share * (1 / expected - 1), rel=2e-3
    )


@pytest.mark.parametrize(("share", "expected"), [(0.25, 0.99379), (1.0, 0.99010)])
def test_transformer_efficiency(share: float, expected: float) -> None:
    """Iron and copper losses."""
    assert transformer_efficiency(share) == pytest.approx(expected, abs=5e-6)
    assert transformer_loss_kw(share, 1.0) == pytest.approx(share * (1 / expected - 1), rel=2e-3)


@pytest.mark.parametrize(
    ("air_c", "full", "half"),
    [(20, 3.762, 4.217), (30, 3.220, 3.609), (35, 2.960, 3.318), (40, 2.732, 3.062)],
)
def test_chiller_cop(air_c: float, full: float, half: float) -> None:
    """The curves of an air-cooled electric chiller."""
    assert chiller_cop(air_c, 1.0) == pytest.approx(full, abs=5e-4)
    assert chiller_cop(air_c, 0.5) == pytest.approx(half, abs=5e-4)


def test_a_warmer_supply_raises_the_cop() -> None:
    """12 °C water at 35 °C air."""
    assert chiller_cop(35, 1.0, evaporator_c=12.0) == pytest.approx(3.753, abs=5e-4)


@given(st.floats(10, 44), st.floats(0.1, 1.0))
def test_heat_outside_never_raises_the_cop(air_c: float, part_load: float) -> None:
    """Between 10 and 45 °C."""
    assert chiller_cop(air_c + 1.0, part_load) < chiller_cop(air_c, part_load)


@pytest.mark.parametrize(("air_c", "humidity", "expected"), [(20, 50, 13.70), (5, 80, 3.13)])
def test_wet_bulb(air_c: float, humidity: float, expected: float) -> None:
    """Stull's formula."""
    assert wet_bulb_c(air_c, humidity) == pytest.approx(expected, abs=5e-3)


@given(st.floats(-60, 60), st.floats(0, 100), st.floats(0, 20))
def test_the_wet_bulb_is_never_above_the_dry_one_nor_falls_with_moisture(
    air_c: float, humidity: float, more: float
) -> None:
    """In any air there is: held at the edges of what the formula was fitted to, and never drawn out."""
    felt = wet_bulb_c(air_c, humidity)
    assert air_c - 35.0 <= felt <= air_c
    if -15.0 <= air_c <= 50.0 and humidity >= 5.0:
        assert felt <= wet_bulb_c(air_c, min(100.0, humidity + more)) + 0.25
    assert wet_bulb_is_fitted(air_c, humidity) == (-20 <= air_c <= 50 and humidity >= 5)
    assert wet_bulb_c(-40.0, humidity) + 40.0 == pytest.approx(wet_bulb_c(-20.0, humidity) + 20.0)
    assert math.isnan(wet_bulb_c(math.nan, humidity)) and math.isnan(wet_bulb_c(air_c, math.nan))


@given(
    st.floats(-60, 60),
    st.floats(0, 10),
    st.floats(0.05, 1.0),
    st.sampled_from([WATER_CHILLER, AIR_CHILLER, WARM_LIQUID]),
)
def test_no_weather_on_earth_breaks_a_building(
    outdoor: float, warmer: float, share: float, plant: int
) -> None:
    """Between -60 and 60 °C power is finite, a PUE lies between 1 and 2.7, and heat outside never lowers it."""
    it_kw = share * 10_000.0
    drawn = pue(it_kw, 10_000.0, outdoor, plant)
    assert 1.0 < drawn < 2.7
    hotter = min(60.0, outdoor + warmer)
    assert drawn <= pue(it_kw, 10_000.0, hotter, plant) + 1e-9


@pytest.mark.parametrize(
    ("it_kw", "wet_bulb", "expected"),
    [(8_000, 5, 1.1171), (8_000, 24, 1.3205), (3_000, 5, 1.1168), (10_000, 28, 1.3652)],
)
def test_pue(it_kw: float, wet_bulb: float, expected: float) -> None:
    """The roll-up of a building for 10,000 kW."""
    assert pue(it_kw, 10_000, wet_bulb) == pytest.approx(expected, abs=5e-5)


@pytest.mark.parametrize(("wet_bulb", "expected"), [(5, 1.1860), (24, 1.3998)])
def test_marginal_facility_power(wet_bulb: float, expected: float) -> None:
    """What one more kilowatt of IT draws exceeds the average."""
    assert marginal_facility_power(8_000, 10_000, wet_bulb) == pytest.approx(expected, abs=5e-5)
    assert expected > pue(8_000, 10_000, wet_bulb)
    assert fast_marginal_facility_power(8_000, 10_000) < expected


@given(st.floats(3_100, 9_900), st.floats(-10, 35))
def test_the_marginal_is_the_slope(it_kw: float, wet_bulb: float) -> None:
    """Finite differences agree to 1e-6."""
    step = 0.5
    rise = facility_power_kw(it_kw + step, 10_000, wet_bulb) - facility_power_kw(
        it_kw - step, 10_000, wet_bulb
    )
    assert rise / (2 * step) == pytest.approx(
        marginal_facility_power(it_kw, 10_000, wet_bulb), abs=1e-6
    )


@given(st.floats(0, 9_000), st.floats(1, 900), st.floats(-10, 35))
def test_facility_power_is_convex_and_never_below_it(
    it_kw: float, more: float, wet_bulb: float
) -> None:
    """Chords lie above the curve, and the building never gives power."""
    low, high = it_kw, it_kw + more
    middle = facility_power_kw(0.5 * (low + high), 10_000, wet_bulb)
    ends = facility_power_kw(low, 10_000, wet_bulb) + facility_power_kw(high, 10_000, wet_bulb)
    assert middle <= 0.5 * ends + 1e-6
    assert middle >= 0.5 * (low + high)


@pytest.mark.parametrize(
    ("wind", "expected"), [(6, 0.1111), (10, 0.5720), (12, 1.0), (26, 0.0), (2.9, 0.0)]
)
def test_wind_power(wind: float, expected: float) -> None:
    """Cubic between cut-in and rated, nothing beyond cut-out."""
    assert wind_power_share(wind) == pytest.approx(expected, abs=5e-5)


def test_wind_at_hub() -> None:
    """From 10 m to 100 m: times 1.3804 at a shear of 0.14, here from 10 m/s."""
    assert hub_wind_m_per_s(10.0, hub_m=100.0, measured_m=10.0) == pytest.approx(13.804, abs=5e-4)


def test_distance_and_data_take_time() -> None:
    """1,000 km is 15 ms, 1,100 km 16.5; 1 TB at 10 Gb/s 13.33 min, 15 TB at 100 Gb/s 20."""
    assert rtt_ms(1_000) == pytest.approx(15.0)
    assert rtt_ms(1_100) == pytest.approx(16.5)
    assert transfer_s(1_000, 10) / 60 == pytest.approx(13.33, abs=5e-3)
    assert transfer_s(15_000, 100) / 60 == pytest.approx(20.0)


def test_distance_over_the_ground() -> None:
    """A degree of the equator is 111.195 km, pole to equator a quarter of the way round; Paris to London 343.6 km."""
    assert great_circle_km((0.0, 0.0), (0.0, 1.0)) == pytest.approx(111.195, abs=5e-4)
    assert great_circle_km((90.0, 0.0), (0.0, 77.0)) == pytest.approx(10_007.54, abs=5e-3)
    assert great_circle_km((48.8566, 2.3522), (51.5074, -0.1278)) == pytest.approx(343.56, abs=5e-3)


def test_failures_throw_back_the_piece_under_way() -> None:
    """Ten hours at one failure in ten hours: (e - 1) x 10 = 17.18 h whole, 10.52 h in ten pieces, else 10."""
    assert sending_h(10.0, 0.1, 1) == pytest.approx(17.183, abs=5e-4)
    assert sending_h(10.0, 0.1, 10) == pytest.approx(10.517, abs=5e-4)
    assert sending_h(10.0, 0.0, 1) == 10.0
    assert sending_h(1e6, 1.0, 1) == float("inf")


def test_battery_wear() -> None:
    """120 per kWh over 6,000 cycles of 0.8: 0.025 per kWh discharged."""
    assert wear_cost_per_kwh(120, 6_000, 0.8) == pytest.approx(0.025)


@given(st.floats(0, 100), st.floats(0.01, 4), st.floats(0.8, 1.0))
def test_a_store_never_passes_its_limits(soc: float, hours: float, efficiency: float) -> None:
    """Charging and discharging at the most there is room for ends at the limits."""
    most = charge_room_kw(soc, 100.0, hours, efficiency)
    assert soc_after_kwh(soc, most, 0.0, hours, efficiency) == pytest.approx(100.0)
    least = discharge_room_kw(soc, 0.0, hours, efficiency)
    assert soc_after_kwh(soc, 0.0, least, hours, discharge_efficiency=efficiency) == pytest.approx(
        0.0, abs=1e-9
    )


def test_compiled_physics_is_the_same_physics() -> None:
    """The kernels run the very functions."""
    import numpy as np

    from gridtide.kernels.facility import facility_power, marginal_power, wet_bulbs

    it_kw, weather = np.asarray([[8_000.0, 3_000.0]]), np.asarray([[24.0, 5.0]])
    capacity = np.asarray([10_000.0])
    for plant in (WATER_CHILLER, AIR_CHILLER, WARM_LIQUID):
        plants = np.asarray([plant])
        power = facility_power(it_kw, capacity, weather, plants)
        slope = marginal_power(it_kw, capacity, weather, plants)
        for at in range(2):
            one, other = float(it_kw[0, at]), float(weather[0, at])
            drawn = facility_power_kw(one, 10_000, other, plant)
            marginal = marginal_facility_power(one, 10_000, other, plant)
            assert power[0, at] == pytest.approx(drawn, rel=1e-12)
            assert slope[0, at] == pytest.approx(marginal, rel=1e-12)
    felt = wet_bulbs(np.asarray([[20.0]]), np.asarray([[0.5]]))
    assert felt[0, 0] == pytest.approx(wet_bulb_c(20.0, 50.0))
