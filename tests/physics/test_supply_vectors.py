"""Water, wind, batteries, generators, hydrogen, reactors, tanks and what they cost: vectors and laws."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.fleet.backup_store import BackupStore
from gridtide.fleet.genset import Genset
from gridtide.kernels.rainflow import course_damage, rainflow
from gridtide.physics import hydro, hydrogen, reactor, wind
from gridtide.physics.battery import rate_max_kw, reserve_for_load_kwh
from gridtide.physics.battery_life import calendar_damage, cycle_damage, cycles_to_end
from gridtide.physics.genset import (
    emissions_kg,
    emissions_kg_per_kwh,
    enough_start_chance,
    fuel_l_per_h,
    started_share,
)
from gridtide.physics.hot_tank import tank_after_c, tank_kwh
from gridtide.physics.levelised_cost import levelised_cost_per_mwh, recovery_factor


def counted(course: list[float]) -> dict[float, float]:
    """Cycles by range."""
    found: dict[float, float] = {}
    for size, count in zip(*rainflow(np.asarray(course, dtype=np.float64)), strict=True):
        found[float(size)] = found.get(float(size), 0.0) + float(count)
    return found


def test_rain_flows_as_in_the_standard() -> None:
    """The example of ASTM E1049."""
    assert counted([-2, 1, -3, 5, -1, 3, -4, 4, -2]) == {3: 0.5, 4: 1.5, 6: 0.5, 8: 1.0, 9: 0.5}


def test_a_course_of_charge_takes_its_share_of_a_life() -> None:
    """Four sizes of cycles, and 2.1088e-4 of 6,000 cycles at an exponent of 1.5."""
    course = [20, 90, 50, 70, 10, 80, 20]
    assert counted([float(one) for one in course]) == {20: 1.0, 60: 0.5, 70: 1.0, 80: 0.5}
    damage = course_damage(np.asarray(course) / 100.0, 6000.0, 1.5)
    assert damage == pytest.approx(2.1088e-4, abs=5e-9)


@given(st.lists(st.integers(0, 20), min_size=2, max_size=60))
def test_every_move_of_a_course_is_in_some_cycle(course: list[int]) -> None:
    """Half a cycle is a move its range up or down: ranges x counts x 2 are the way the course went."""
    ranges, counts = rainflow(np.asarray(course, dtype=np.float64))
    went = sum(abs(after - before) for before, after in pairwise(course))
    assert float((2.0 * ranges * counts).sum()) == pytest.approx(went)
    assert max(ranges, default=0.0) <= max(course) - min(course)


@given(st.lists(st.integers(0, 20), min_size=2, max_size=40), st.integers(1, 3))
def test_points_in_between_make_no_cycle(course: list[int], parts: int) -> None:
    """A course told in finer steps has the same cycles."""
    plain = [float(one) for one in course]
    at = np.arange(len(plain))
    fine = np.interp(np.linspace(0, len(plain) - 1, (len(plain) - 1) * 2**parts + 1), at, plain)
    assert counted(list(fine)) == pytest.approx(counted(plain))


def test_shallow_cycles_take_less_than_their_share() -> None:
    """Two cycles of half the depth take less than one of all of it; years take life as well."""
    assert 2 * cycle_damage(0.5, 1.0) < cycle_damage(1.0, 1.0) == 1 / 6000
    assert cycle_damage(0.0, 5.0) == 0.0
    assert cycles_to_end(0.25) == pytest.approx(48_000.0)
    assert cycles_to_end(0.5, 6000.0, 2.0) == pytest.approx(24_000.0)
    assert calendar_damage(8766.0) == pytest.approx(0.015)
    assert rate_max_kw(400.0, 0.5) == 200.0


def test_falling_water() -> None:
    """A cubic metre a second over 100 m at 0.9: 882.6 kW; and the water that this takes."""
    assert hydro.hydro_power_kw(1.0, 100.0, 0.9) == pytest.approx(882.5985)
    assert hydro.turbined_m3_per_s(882.5985, 100.0, 0.9) == pytest.approx(1.0)
    assert hydro.head_m(120.0, 20.0, 0.05) == pytest.approx(95.0)
    assert hydro.water_kwh(3600.0, 100.0) == pytest.approx(980.665)


@given(power=st.floats(1.0, 1e5), head=st.floats(5.0, 800.0), efficiency=st.floats(0.5, 1.0))
def test_pumping_gives_back_no_more_than_it_took(
    power: float, head: float, efficiency: float
) -> None:
    """There and back is the square of the efficiency."""
    lifted = hydro.pumped_m3_per_s(power, head, efficiency)
    assert hydro.hydro_power_kw(lifted, head, efficiency) == pytest.approx(power * efficiency**2)


@pytest.mark.parametrize(
    ("inflow", "turbined"), [(1.5, 0.0), (3.0, 0.0), (5.0, 3.0), (30.0, 20.0), (0.0, 0.0)]
)
def test_a_river_keeps_its_minimum_flow(inflow: float, turbined: float) -> None:
    """2 m³/s stay in the river, turbines need 1.5 and swallow 20."""
    assert hydro.river_flow_m3_per_s(inflow, 2.0, 1.5, 20.0) == turbined


@given(
    volume=st.floats(1e5, 1e7),
    inflow=st.floats(0.0, 500.0),
    wanted=st.floats(0.0, 500.0),
    hours=st.floats(0.1, 24.0),
)
def test_a_reservoir_balances_and_stays_between_its_levels(
    volume: float, inflow: float, wanted: float, hours: float
) -> None:
    """What came is what is there, went or was spilt."""
    out = min(wanted, hydro.releasable_m3_per_s(volume, inflow, 1e5, hours))
    after, spilt = hydro.reservoir_after_m3(volume, inflow, out, hours, 1e7)
    assert after + spilt == pytest.approx(volume + (inflow - out) * 3600.0 * hours)
    assert 1e5 - 1e-3 <= after <= 1e7 and spilt >= 0.0


@pytest.mark.parametrize(
    ("air_c", "height", "density"), [(15.0, 0.0, 1.225), (8.5, 1000.0, 1.1117), (2.0, 2000.0, 1.0066)]
)  # fmt: skip
def test_density_of_the_standard_atmosphere(air_c: float, height: float, density: float) -> None:
    """Three rows of ISO 2533."""
    assert wind.air_density_kg_per_m3(air_c, height) == pytest.approx(density, abs=2e-4)


def test_thin_air_takes_power_but_not_from_a_turbine_at_its_rating() -> None:
    """Power follows density; turbines that pitch come to their rated power in a stronger wind."""
    assert wind.power_share_in_air(0.5, 1.1025) == pytest.approx(0.45)
    assert wind.power_share_in_air(1.0, 1.4) == 1.0
    same = wind.wind_in_air_m_per_s(10.0, 1.225 * 0.9)
    assert same**3 == pytest.approx(900.0)
    assert wind.wind_power_share(wind.wind_in_air_m_per_s(14.0, 1.1)) == 1.0


def test_a_farm_is_the_turbine_under_a_spread_of_winds() -> None:
    """The sum is the integral, reckoned here finely by itself; without spread it is the turbine less its wakes."""
    for mean in np.arange(0.0, 30.0, 1.5).tolist():
        spread = 0.2 * mean**0.6 + 0.6
        winds = np.linspace(mean - 8 * spread, mean + 8 * spread, 40_001)
        weights = np.exp(-0.5 * ((winds - mean) / spread) ** 2)
        turbine = np.where(winds < 3, 0.0, np.where(winds < 12, (winds**3 - 27) / 1701, 1.0))
        turbine[winds >= 25] = 0.0
        integral = 0.93 * float((weights * turbine).sum() / weights.sum())
        assert wind.farm_power_share(mean) == pytest.approx(integral, abs=1e-3)
    assert wind.farm_power_share(10.0, 0.0, 0.0) == wind.wind_power_share(10.0)
    assert wind.farm_spread_m_per_s(10.0) == pytest.approx(1.3962, abs=5e-5)
    assert wind.farm_spread_m_per_s(0.0) == 0.6


@given(st.floats(0.0, 14.0), st.floats(0.1, 1.0))
def test_more_wind_gives_a_farm_no_less_below_its_storms(mean: float, more: float) -> None:
    """Up to some spreads below the wind that stops turbines; never above what wakes leave."""
    low, high = wind.farm_power_share(mean), wind.farm_power_share(mean + more)
    assert 0.0 <= low <= high + 1e-6
    assert high <= 0.93 + 1e-9


@given(st.floats(0.0, 120.0), st.floats(-60.0, 60.0), st.floats(0.0, 5000.0))
def test_no_wind_on_earth_breaks_a_turbine(
    wind_m_per_s: float, air_c: float, height: float
) -> None:
    """Turbine and farm stay within 0 and what they are rated for, in any air there is; storms stop them."""
    density = wind.air_density_kg_per_m3(air_c, height)
    assert 0.4 < density < 1.8
    felt = wind.wind_in_air_m_per_s(wind_m_per_s, density)
    assert 0.0 <= wind.power_share_in_air(wind.wind_power_share(wind_m_per_s), density) <= 1.0
    assert 0.0 <= wind.wind_power_share(felt) <= 1.0
    assert 0.0 <= wind.farm_power_share(wind_m_per_s) <= 0.93 + 1e-9
    assert wind.wind_power_share(max(wind_m_per_s, 25.0)) == 0.0


def test_a_store_for_backup_never_gives_its_reserve() -> None:
    """Nothing while its owner lets it not cycle; what is above the reserve when he does."""
    ups = BackupStore(energy_kwh=500.0, power_max_kw=2000.0, carries_kw=2000.0, carries_s=300.0)
    assert ups.reserve_kwh == pytest.approx(2000.0 / 12 / 0.955)
    assert reserve_for_load_kwh(2000.0, 300.0) == ups.reserve_kwh
    assert not ups.cycling and ups.usable_kwh(500.0) == 0.0
    free = BackupStore(
        energy_kwh=500.0, power_max_kw=2000.0, carries_kw=2000.0, carries_s=300.0, cycling=True
    )
    assert free.usable_kwh(500.0) == pytest.approx(500.0 - ups.reserve_kwh)
    assert free.usable_kwh(ups.reserve_kwh) == free.usable_kwh(0.0) == 0.0


def test_a_generator_burns_and_emits() -> None:
    """0.246 x power + 0.084 x rated; 0.735 kg/kWh at 0.35; 10.21 kg a US gallon (EPA)."""
    assert fuel_l_per_h(1000.0, 1000.0) == pytest.approx(330.0)
    assert fuel_l_per_h(500.0, 1000.0) == pytest.approx(207.0)
    assert emissions_kg(3.785411784) == pytest.approx(10.21, rel=2e-3)
    assert emissions_kg_per_kwh(0.35) == pytest.approx(0.735, abs=5e-4)
    assert started_share(9.0) == 0.0 and started_share(15.0) == 1.0


@given(
    units=st.integers(1, 12), needed=st.integers(0, 12), failure=st.sampled_from([0.0, 0.01, 0.3])
)
def test_one_more_generator_never_makes_starting_less_sure(
    units: int, needed: int, failure: float
) -> None:
    """A chance, complete at nothing needed; n of n is the product."""
    chance = enough_start_chance(units, needed, failure)
    assert -1e-12 <= chance <= enough_start_chance(units + 1, needed, failure) + 1e-12
    assert enough_start_chance(units, 0, failure) == pytest.approx(1.0)
    assert enough_start_chance(units, units, failure) == pytest.approx((1 - failure) ** units)


def test_a_generator_is_for_emergencies_unless_its_owner_says_otherwise() -> None:
    """No plan, offer or baseline counts on it."""
    assert Genset(units=4, rated_kw=2000.0, fuel_l=40_000.0).for_flexibility_kw == 0.0
    free = Genset(units=4, rated_kw=2000.0, fuel_l=40_000.0, emergency_only=False)
    assert free.for_flexibility_kw == 8000.0


def test_hydrogen_there_and_back() -> None:
    """0.2935 of it comes back: 3.41 kWh in for one out; an electrolyser stands still below its least load."""
    assert hydrogen.round_trip() == pytest.approx(0.2935, abs=5e-5)
    assert 1 / hydrogen.round_trip() == pytest.approx(3.41, abs=5e-3)
    assert hydrogen.made_per_kwh(56.78) == pytest.approx(hydrogen.ELECTROLYSER, abs=5e-5)
    assert hydrogen.made_per_kwh(39.4) == pytest.approx(0.846, abs=5e-4)
    assert hydrogen.hydrogen_made_kw(90.0, 1000.0) == 0.0
    assert hydrogen.hydrogen_made_kw(2000.0, 1000.0) == pytest.approx(587.0)
    made = hydrogen.tank_after_kwh(0.0, hydrogen.hydrogen_made_kw(341.0, 1000.0), 0.0, 1.0)
    left = hydrogen.tank_after_kwh(made, 0.0, hydrogen.hydrogen_used_kw(100.0), 1.0)
    assert left == pytest.approx(0.0, abs=0.2)


def test_a_reactor_follows_slowly_and_not_far_down() -> None:
    """From full to nothing wanted: 3 per cent a minute, down to half and no further."""
    assert reactor.reactor_after_kw(1000.0, 0.0, 1000.0, 5.0) == pytest.approx(850.0)
    assert reactor.reactor_after_kw(1000.0, 0.0, 1000.0, 60.0) == pytest.approx(500.0)
    assert reactor.reactor_after_kw(500.0, 2000.0, 1000.0, 60.0) == pytest.approx(1000.0)


def test_outages_come_as_often_as_their_share_and_length_ask() -> None:
    """5 per cent of the time, 72 h each: one in 1,368 h of running."""
    assert 1.0 / reactor.failure_rate_per_h(0.05, 72.0) == pytest.approx(1368.0)
    assert reactor.failure_rate_per_h(0.0, 72.0) == 0.0


@pytest.mark.parametrize("hours", [0.25, 1.0, 24.0])
def test_a_reactor_is_out_as_often_as_it_is_said_to_be(hours: float) -> None:
    """Whatever the step: 5 per cent of the time, 72 hours each."""
    draws = np.random.default_rng(7).random(200_000)
    runs, out, times = True, 0, 0
    for draw in draws.tolist():
        after = reactor.runs_after(runs, draw, hours, 0.05, 72.0)
        times += runs and not after
        runs = after
        out += not runs
    assert out / len(draws) == pytest.approx(0.05, rel=0.25)
    if hours <= 1.0:
        assert out * hours / times == pytest.approx(72.0, rel=0.25)


@given(
    start=st.floats(20.0, 90.0),
    into=st.floats(-500.0, 500.0),
    hours=st.floats(0.1, 12.0),
    loss=st.sampled_from([0.0, 0.05, 3.0]),
)
def test_two_half_steps_of_a_hot_tank_are_one(
    start: float, into: float, hours: float, loss: float
) -> None:
    """Exact; without loss a cubic metre takes 1.163 kWh a kelvin."""
    whole = tank_after_c(start, into, 200.0, hours, 15.0, loss)
    half = tank_after_c(start, into, 200.0, hours / 2, 15.0, loss)
    assert tank_after_c(half, into, 200.0, hours / 2, 15.0, loss) == pytest.approx(whole)
    if loss == 0.0:
        gained = tank_kwh(whole, -1e3, 200.0) - tank_kwh(start, -1e3, 200.0)
        assert gained == pytest.approx(into * hours, abs=1e-6)
    assert tank_kwh(40.0, 60.0, 200.0) == 0.0


@pytest.mark.parametrize(("years", "factor"), [(25, 0.085811), (15, 0.109795)])
def test_recovery_factor(years: float, factor: float) -> None:
    """At 7 per cent; without interest a price is paid in equal parts."""
    assert recovery_factor(0.07, years) == pytest.approx(factor, abs=5e-7)
    assert recovery_factor(0.0, years) == pytest.approx(1 / years)
    assert recovery_factor(1e-7, years) == pytest.approx(1 / years, rel=1e-5)


def test_levelised_cost() -> None:
    """700 and 12 a kW at 0.18, 7 per cent over 25 years: 45.705 a MWh."""
    found = levelised_cost_per_mwh(700.0, 12.0, 0.18, recovery_factor(0.07, 25))
    assert found == pytest.approx(45.705, abs=5e-4)
    with_fuel = levelised_cost_per_mwh(700.0, 12.0, 0.18, recovery_factor(0.07, 25), 4.5, 20.0, 0.4)
    assert with_fuel == pytest.approx(found + 54.5)


@pytest.mark.parametrize(
    ("share", "litres"), [(0.25, 81.8), (0.5, 137.8), (0.75, 197.2), (1.0, 269.1)]
)
def test_a_large_generator_by_its_own_coefficients(share: float, litres: float) -> None:
    """A vendors' chart of a set of 1,000 kW, within 5 per cent; the usual coefficients are of small sets."""
    assert fuel_l_per_h(1000.0 * share, 1000.0, 0.249, 0.016) == pytest.approx(litres, rel=0.05)
    assert fuel_l_per_h(30.0 * share, 30.0) == pytest.approx(
        {0.25: 4.9, 0.5: 6.8, 0.75: 9.1, 1.0: 11.0}[share], rel=0.12
    )
