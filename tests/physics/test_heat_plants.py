"""Three ways to carry heat out of a building: each convex, each by its own weather, one in plan and twin."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.physics.cooling import chiller_cop, chiller_curves
from gridtide.physics.heat_plant import (
    AIR_CHILLER,
    CHILLER_SIZE,
    WARM_LIQUID,
    WATER_CHILLER,
    heat_plant_kw,
    heat_plant_slope,
)
from gridtide.physics.pue import facility_power_kw, marginal_facility_power, pue

PLANTS = st.sampled_from([WATER_CHILLER, AIR_CHILLER, WARM_LIQUID])


@given(plant=PLANTS, it_kw=st.floats(100.0, 9_000.0), outdoor_c=st.floats(-10.0, 42.0))
def test_the_marginal_is_the_slope_for_every_plant(
    plant: int, it_kw: float, outdoor_c: float
) -> None:
    """Finite differences agree to 1e-6, away from the knee of the fans."""
    step = 0.1
    if abs(it_kw / 10_000 - 0.3) < 1e-4:
        return
    rise = facility_power_kw(it_kw + step, 10_000, outdoor_c, plant) - facility_power_kw(
        it_kw - step, 10_000, outdoor_c, plant
    )
    assert rise / (2 * step) == pytest.approx(
        marginal_facility_power(it_kw, 10_000, outdoor_c, plant), abs=1e-6
    )


@given(
    plant=PLANTS,
    low=st.floats(0.0, 5_000.0),
    more=st.floats(0.0, 5_000.0),
    outdoor_c=st.floats(-10.0, 42.0),
)
def test_facility_power_is_convex_for_every_plant(
    plant: int, low: float, more: float, outdoor_c: float
) -> None:
    """A chord never lies below the curve, so a plan on chords never counts on too little."""
    ends = [facility_power_kw(low + part * more, 10_000, outdoor_c, plant) for part in (0, 0.5, 1)]
    assert 2 * ends[1] <= ends[0] + ends[2] + 1e-6
    assert ends[0] <= ends[1] <= ends[2]


@pytest.mark.parametrize("air_c", [20.0, 30.0, 35.0, 40.0])
def test_an_air_cooled_chiller_is_the_one_of_the_vectors(air_c: float) -> None:
    """Heat over plant power is the chiller's coefficient at the same part load."""
    available, _ = chiller_curves(air_c)
    for part_load in (0.5, 1.0):
        heat_kw = part_load * available * CHILLER_SIZE * 10_000
        power_kw = heat_plant_kw(heat_kw, 10_000, air_c, AIR_CHILLER)
        assert heat_kw / power_kw == pytest.approx(chiller_cop(air_c, part_load), rel=1e-12)


def test_warm_liquid_cools_for_nothing_where_towers_need_compressors() -> None:
    """At a wet bulb of 20 °C: warm liquid below the water chiller, an air-cooled chiller at 28 °C above."""
    drawn = [
        pue(8_000, 10_000, 20.0, WARM_LIQUID),
        pue(8_000, 10_000, 20.0, WATER_CHILLER),
        pue(8_000, 10_000, 28.0, AIR_CHILLER),
    ]
    assert drawn == sorted(drawn)
    assert drawn[0] < 1.17 and drawn[2] > 1.30


def test_effective_free_cooling_of_warm_liquid_lies_in_the_published_range() -> None:
    """The part a warm liquid takes is carried out at 15 to 40 times its power."""
    slope = heat_plant_slope(8_000, 10_000, 8.0, WARM_LIQUID)
    assert 15.0 <= 1.0 / slope <= 40.0


@given(plant=PLANTS, share=st.floats(0.05, 1.2), outdoor_c=st.floats(0.0, 40.0))
def test_the_most_it_power_is_the_inverse_of_facility_power(
    plant: int, share: float, outdoor_c: float
) -> None:
    """What fits under a limit draws no more than it, and a little more would not fit."""
    from gridtide.kernels.facility import most_it_power

    limit_kw = share * facility_power_kw(10_000, 10_000, outdoor_c, plant)
    most = most_it_power(
        np.asarray([[limit_kw]]),
        np.asarray([10_000.0]),
        np.asarray([[outdoor_c]]),
        np.asarray([plant]),
    )[0, 0]
    if most == 0.0:
        assert facility_power_kw(0.0, 10_000, outdoor_c, plant) >= limit_kw - 1e-6
        return
    assert facility_power_kw(most, 10_000, outdoor_c, plant) <= limit_kw + 1e-9
    assert most == 10_000 or facility_power_kw(most + 0.01, 10_000, outdoor_c, plant) > limit_kw
