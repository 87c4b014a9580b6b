"""Chilled water holds what physics says, loses what it is said to lose, and no step is too long."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.physics.cold_store import chilled_water_kwh, cold_after_kwh
from gridtide.physics.heat_plant import (
    AIR_CHILLER,
    WARM_LIQUID,
    WATER_CHILLER,
    aired_share,
    extra_plant_kw,
    heat_plant_kw,
    most_heat_kw,
)

PLANTS = st.sampled_from([WATER_CHILLER, AIR_CHILLER, WARM_LIQUID])


def test_ten_kelvin_of_a_cubic_metre_hold_what_the_reference_says() -> None:
    """11.63 kWh of heat per cubic metre over 10 K."""
    assert chilled_water_kwh(1.0, 10.0) == pytest.approx(11.63, abs=0.005)


@given(
    cold=st.floats(0, 1e5),
    into=st.floats(-1e4, 1e4),
    hours=st.floats(0.01, 12),
    loss=st.floats(0, 0.5),
)
def test_two_half_steps_are_one(cold: float, into: float, hours: float, loss: float) -> None:
    """The exact solution: what is held over a step may be cut anywhere."""
    whole = cold_after_kwh(cold, into, hours, loss)
    half = cold_after_kwh(cold_after_kwh(cold, into, hours / 2, loss), into, hours / 2, loss)
    assert whole == pytest.approx(half, rel=1e-9, abs=1e-6)


def test_a_day_loses_the_share_it_is_said_to_lose() -> None:
    assert cold_after_kwh(1000.0, 0.0, 24.0, 0.01) == pytest.approx(990.0)


@given(
    heat=st.floats(200, 900),
    extra=st.floats(-150, 150),
    outdoor=st.floats(-5, 38),
    plant=PLANTS,
)
def test_extra_heat_costs_more_the_more_there_is_and_never_less_than_nothing(
    heat: float, extra: float, outdoor: float, plant: int
) -> None:
    """Convex and increasing; nothing extra takes nothing."""
    taken = extra_plant_kw(heat, extra, 1000.0, outdoor, plant)
    assert extra_plant_kw(heat, 0.0, 1000.0, outdoor, plant) == 0.0
    assert taken * extra >= 0.0
    middle = extra_plant_kw(heat, extra / 2, 1000.0, outdoor, plant)
    assert middle <= taken / 2 + 1e-9


@given(heat=st.floats(100, 1000), extra=st.floats(0, 300), outdoor=st.floats(-5, 38))
def test_a_chiller_that_carries_all_the_heat_draws_the_difference(
    heat: float, extra: float, outdoor: float
) -> None:
    """Energy is conserved: earlier and later add up to what the plant draws for all of it."""
    for plant in (WATER_CHILLER, AIR_CHILLER):
        both = heat_plant_kw(heat + extra, 1000.0, outdoor, plant)
        alone = heat_plant_kw(heat, 1000.0, outdoor, plant)
        assert extra_plant_kw(heat, extra, 1000.0, outdoor, plant) == pytest.approx(both - alone)


def test_heat_that_a_liquid_takes_cannot_be_shifted() -> None:
    """A warm liquid leaves a fifth of the heat to the air."""
    assert aired_share(WARM_LIQUID) == pytest.approx(0.2)
    assert aired_share(WATER_CHILLER) == aired_share(AIR_CHILLER) == 1.0
    assert most_heat_kw(1000.0, 45.0, AIR_CHILLER) < most_heat_kw(1000.0, 30.0, AIR_CHILLER)
