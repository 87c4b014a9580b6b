"""Parts of a building: eco UPS, distribution, fans, towers, liquid, waste heat, and the hall's own times."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.physics.cooling import chiller_cop, mechanical_share, plant_cop
from gridtide.physics.distribution import pdu_loss_kw, power_supply_input_kw
from gridtide.physics.flow import mover_power_kw, mover_slope_kw
from gridtide.physics.heat_plant import AIR_CHILLER, TOWER_SHARE, WARM_LIQUID, WATER_CHILLER
from gridtide.physics.liquid_loop import captured_kw, loop_flow_kg_per_s, ride_through_s
from gridtide.physics.pue import (
    FAN_SHARE,
    LIQUID_FAN_SHARE,
    PUMP_SHARE,
    facility_power_kw,
    fan_share,
    fast_facility_power_kw,
    fast_marginal_facility_power,
    heat_of_it_kw,
    heat_slope,
)
from gridtide.physics.room import (
    air_alone_rise_k_per_h,
    fast_constant_s,
    heat_for_rise_kw,
    late_rise_k_per_h,
    room_after_c,
)
from gridtide.physics.tower import evaporated_l_per_h, make_up_l_per_h, tower_fan_kw
from gridtide.physics.transformer import transformer_efficiency, transformer_loss_kw
from gridtide.physics.ups import (
    eco_ups_loss_kw,
    redundant_ups_loss_kw,
    ups_efficiency,
    ups_loss_kw,
)
from gridtide.physics.waste_heat import heat_pump_cop, heat_pump_power_kw, recoverable_heat_kw


def test_units_of_power_are_best_where_theory_has_them() -> None:
    """UPS at 0.877 of its rating, transformer at a third."""
    assert ups_efficiency(0.877) > max(ups_efficiency(0.85), ups_efficiency(0.90))
    third = transformer_efficiency(1 / 3)
    assert third > max(transformer_efficiency(0.31), transformer_efficiency(0.36))


def test_a_chiller_is_best_at_a_third_of_its_load() -> None:
    """At sqrt(.03303 / .2818) = .342 of it: 3.371 at 35 °C; its curves peak at 4.05 near 10 °C and are held below."""
    best = math.sqrt(0.03303 / 0.2818)
    assert best == pytest.approx(0.342, abs=5e-4)
    assert chiller_cop(35.0, best) == pytest.approx(3.371, abs=5e-4)
    assert chiller_cop(35.0, best) > max(chiller_cop(35.0, 0.33), chiller_cop(35.0, 0.36))
    assert chiller_cop(10.0, 1.0) == pytest.approx(4.05, abs=5e-3)
    assert chiller_cop(-10.0, 1.0) == chiller_cop(10.0, 1.0)


@pytest.mark.parametrize(
    ("wet_bulb", "heat_per_kw", "chilled"),
    [(5.0, 6.0, 0.0), (10.0, 6.0, 0.0), (14.0, 6.0, 0.5), (18.0, 6.0, 1.0), (28.0, 4.8, 1.0), (45.0, 4.0, 1.0)],
)  # fmt: skip
def test_a_water_chiller_by_wet_bulb(wet_bulb: float, heat_per_kw: float, chilled: float) -> None:
    """6 up to 18 °C, 2 per cent less a kelvin above, never below 4; compressors from 10 °C on, for all from 18 °C."""
    assert plant_cop(wet_bulb) == pytest.approx(heat_per_kw)
    assert mechanical_share(wet_bulb) == pytest.approx(chilled)


@given(share=st.floats(0.31, 1.0), plant=st.sampled_from([WATER_CHILLER, AIR_CHILLER, WARM_LIQUID]))
def test_one_more_kilowatt_gives_off_the_slope_of_the_heat(share: float, plant: int) -> None:
    """Finite differences agree to 1e-6; at 80 per cent of a room with air 1 + .0328 + .01 + .0864."""
    it_kw = share * 10_000.0
    rise = heat_of_it_kw(it_kw + 0.5, 10_000.0, plant) - heat_of_it_kw(it_kw - 0.5, 10_000.0, plant)
    assert rise == pytest.approx(heat_slope(it_kw, 10_000.0, plant), abs=1e-6)
    assert heat_slope(8_000.0, 10_000.0) == pytest.approx(1.1292)


def test_liquid_leaves_fans_little_to_move() -> None:
    """4.5 per cent of capacity at full flow with air, 1 with liquid."""
    assert fan_share(WATER_CHILLER) == fan_share(AIR_CHILLER) == FAN_SHARE == 0.045
    assert fan_share(WARM_LIQUID) == LIQUID_FAN_SHARE == 0.010


@given(st.floats(0.02, 1.0))
def test_letting_the_grid_through_loses_less_at_any_load(share: float) -> None:
    """1.5 per cent of what goes in; two of two UPS lose more than one at the same load."""
    assert eco_ups_loss_kw(985.0) == pytest.approx(15.0)
    assert eco_ups_loss_kw(share) < ups_loss_kw(share, 1.0) < redundant_ups_loss_kw(share, 1.0, 2)


def test_distribution_and_power_supplies() -> None:
    """A hundredth, and 95 of 100."""
    assert pdu_loss_kw(1000.0) == pytest.approx(10.0)
    assert power_supply_input_kw(950.0) == pytest.approx(1000.0)


@given(share=st.floats(0.31, 1.0), exponent=st.floats(2.5, 3.0))
def test_fans_follow_a_power_of_their_flow_down_to_a_floor(share: float, exponent: float) -> None:
    """The slope is the finite difference; below the floor nothing changes."""
    step = 1e-6
    rise = mover_power_kw(45.0, share + step, exponent) - mover_power_kw(
        45.0, share - step, exponent
    )
    assert rise / (2 * step) == pytest.approx(mover_slope_kw(45.0, share, exponent), rel=1e-5)
    assert mover_power_kw(45.0, 0.1, exponent) == mover_power_kw(45.0, 0.3, exponent)
    assert mover_slope_kw(45.0, 0.2, exponent) == 0.0
    assert mover_power_kw(45.0, 1.0, exponent) == 45.0


@given(st.floats(0.0, 10_000.0), st.floats(-10.0, 9.0))
def test_the_roll_up_is_the_sum_of_its_parts(it_kw: float, wet_bulb: float) -> None:
    """While the plant needs no compressor: UPS, distribution, fans, transformer, pumps, tower and the rest."""
    share = it_kw / 10_000.0
    heat = it_kw + ups_loss_kw(it_kw, 10_000.0) + pdu_loss_kw(it_kw)
    heat += mover_power_kw(FAN_SHARE * 10_000.0, share)
    assert heat_of_it_kw(it_kw, 10_000.0) == pytest.approx(heat)
    rest = transformer_loss_kw(it_kw, 10_000.0) + 100.0 + tower_fan_kw(heat)
    rest += mover_power_kw(PUMP_SHARE * 10_000.0, share)
    assert facility_power_kw(it_kw, 10_000.0, wet_bulb) == pytest.approx(heat + rest)
    assert tower_fan_kw(1.0) == TOWER_SHARE


def test_what_follows_within_seconds_is_conversion_and_flow() -> None:
    """At 8,000 of 10,000 kW: 1 + .0328 + .0144 + .01 + .0864 + .0288, whatever the weather."""
    assert fast_marginal_facility_power(8_000, 10_000) == pytest.approx(1.1724, abs=1e-9)


def test_a_tower_evaporates_what_it_carries_away() -> None:
    """1.4815 L a kWh at most; a third more is let off at four times the salt."""
    assert evaporated_l_per_h(1.0) == pytest.approx(1.4815, abs=5e-5)
    assert make_up_l_per_h(3.0) == pytest.approx(4.0)


def test_a_loop_of_liquid() -> None:
    """80 of 100 kW; 1,000 kW over 10 K take 23.88 kg/s; without flow it lasts seconds."""
    assert captured_kw(100.0) == pytest.approx(80.0)
    assert loop_flow_kg_per_s(1000.0, 10.0) == pytest.approx(23.88, abs=5e-3)
    assert 10.0 <= ride_through_s(1000.0, 500 * 4.187, 10.0) <= 30.0


def test_heat_that_is_of_use() -> None:
    """From 30 to 70 °C at half of Carnot: 4.29; what is delivered is the source and the power."""
    cop = heat_pump_cop(70.0, 30.0)
    assert cop == pytest.approx(4.29, abs=5e-3)
    source = recoverable_heat_kw(1000.0)
    power = heat_pump_power_kw(source, cop)
    assert source == 750.0
    assert source + power == pytest.approx(cop * power)


def test_the_times_of_the_hall() -> None:
    """56.9 s until air and mass warm together, 0.943 K/min from there on, 16.6 K/min for the air alone."""
    assert fast_constant_s() == pytest.approx(56.9, abs=0.05)
    assert late_rise_k_per_h(1000.0) / 60.0 == pytest.approx(0.943, abs=5e-4)
    assert air_alone_rise_k_per_h(1000.0) / 60.0 == pytest.approx(16.6, abs=0.05)


def test_steps_of_half_a_second_by_euler_are_three_hundredths_of_a_kelvin_off() -> None:
    """Which is why the hall is stepped by its exact solution: 30 s without cooling, 1,000 kW."""
    air = mass = 24.0
    for _ in range(60):
        flow = 60.0 * (mass - air)
        air, mass = air + 0.5 * (1000.0 + flow) / 3620.0, mass - 0.5 * flow / 60_000.0
    exact = room_after_c(24.0, 24.0, 1000.0, 30.0 / 3600.0)[0]
    assert abs(air - exact) == pytest.approx(0.03, abs=0.01)


@given(rise=st.floats(0.1, 8.0), hours=st.floats(0.02, 2.0))
def test_the_heat_for_a_rise_is_the_inverse_of_the_hall(rise: float, hours: float) -> None:
    """Put into the hall, it warms the air by just so much."""
    heat = heat_for_rise_kw(rise, hours)
    assert room_after_c(24.0, 24.0, heat, hours)[0] == pytest.approx(24.0 + rise)


def test_twenty_kelvin_an_hour_bound_what_may_be_cut() -> None:
    """5 K in a quarter of an hour: a cut of a sixth of the cooling keeps it, a fifth breaks it, as the vector says."""
    most = heat_for_rise_kw(5.0, 0.25)
    assert most == pytest.approx(172.6, abs=0.05)
    assert room_after_c(24.0, 24.0, 200.0, 0.25)[0] == pytest.approx(29.79, abs=0.01)


def test_what_follows_at_once_has_the_fast_slope() -> None:
    """Finite differences of the part that follows IT within seconds agree with its published marginal to 1e-6."""
    for plant in (0, 1, 2):
        for it_kw in (4_000.0, 8_000.0):
            higher = fast_facility_power_kw(it_kw + 0.5, 10_000.0, plant)
            lower = fast_facility_power_kw(it_kw - 0.5, 10_000.0, plant)
            slope = fast_marginal_facility_power(it_kw, 10_000.0, plant)
            assert abs(higher - lower - slope) < 1e-6
