"""Planes below what an air-cooled chiller draws: never above it, and nearly at it."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.decide.plant_planes import plant_planes
from gridtide.decide.power_curve import power_curve
from gridtide.fleet.extra_cooling import most_heat_kw
from gridtide.fleet.site import Cooling
from gridtide.physics.heat_plant import AIR_CHILLER, heat_plant_kw
from gridtide.physics.pue import heat_of_it_kw
from gridtide.testing.cooled import cooled_ahead
from gridtide.testing.studies import small_study

FLEET = cooled_ahead(small_study(1), cooling=Cooling.AIR_CHILLER).fleet


@settings(max_examples=40, deadline=None)
@given(load=st.floats(0, 1), extra=st.floats(-0.3, 0.15), outdoor=st.floats(-5, 40))
def test_planes_lie_below_the_plant_and_touch_it_where_nothing_is_carried_out_early(
    load: float, extra: float, outdoor: float
) -> None:
    """Whatever the load and the heat carried out early or late; at most a hundredth of the power below at rest."""
    weather = np.full((2, 1), outdoor)
    curve = power_curve(FLEET, (), weather)
    planes = plant_planes(FLEET, curve, np.arange(2), most_heat_kw(FLEET, weather), weather)
    capacity = FLEET.sites[0].facility.it_capacity_kw
    filled = np.clip(
        load * curve.width_kw[0].sum() - np.cumsum(np.append(0, curve.width_kw[0][:-1])),
        0,
        curve.width_kw[0],
    )
    it_kw = curve.floor_it_kw[0] + filled.sum()
    heat = heat_of_it_kw(float(it_kw), capacity, AIR_CHILLER)
    extra_kw = extra * heat
    true = heat_plant_kw(heat + extra_kw, capacity, outdoor, AIR_CHILLER) - heat_plant_kw(
        heat, capacity, outdoor, AIR_CHILLER
    )
    least = planes.least[0, 0] + planes.per_extra[0, 0] * extra_kw
    least = least - (planes.chord[0, 0][:, None] - planes.per_it[0, 0]).T @ filled
    assert least.max() <= true + 1e-9
    if extra == 0.0:
        assert least.max() >= -0.01 * heat_plant_kw(heat, capacity, outdoor, AIR_CHILLER)


def test_plants_that_take_every_kilowatt_alike_need_no_planes() -> None:
    fleet = cooled_ahead(small_study(1)).fleet
    weather = np.full((2, 1), 20.0)
    curve = power_curve(fleet, (), weather)
    planes = plant_planes(fleet, curve, np.arange(2), most_heat_kw(fleet, weather), weather)
    assert not len(planes.site)
