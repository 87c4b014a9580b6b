"""Halls and stores of cold in the twin: no order takes them past their limits, and the plan sees them as they are."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.decide.extra_cooling import ExtraCooling
from gridtide.fleet.extra_cooling import aired_shares, heat_kw, most_heat_kw
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.site import Cooling
from gridtide.simulate.bound import bound_of
from gridtide.simulate.cold_side import ColdSide, Cooled
from gridtide.simulate.settlement import settle
from gridtide.simulate.truth import truth_of
from gridtide.testing.cooled import cooled_ahead
from gridtide.testing.courses import course_of
from gridtide.testing.studies import small_study

STEPS = 96
NEAR = 1e-6
PLANTS = st.sampled_from(list(Cooling))


def fleet_of(cooling: Cooling = Cooling.WATER_CHILLER) -> Fleet:
    return cooled_ahead(small_study(1), cooling=cooling).fleet


def ordered(fleet: Fleet, heat: np.ndarray) -> ExtraCooling:
    return ExtraCooling(heat_kw=heat, power_kw=np.zeros((len(fleet.sites), heat.shape[2])))


def carried_out(
    fleet: Fleet, orders: np.ndarray, step_h: float = 0.25, spare_kw: float = 1e6
) -> tuple[Cooled, np.ndarray, np.ndarray, ColdSide]:
    """A day of orders at half load on a warm day."""
    sites, steps = len(fleet.sites), orders.shape[2]
    capacity = np.asarray([site.facility.it_capacity_kw for site in fleet.sites])
    it = np.repeat(0.5 * capacity[:, None], steps, axis=1)
    outdoor = np.full((sites, steps), 22.0)
    side = ColdSide.of(fleet)
    spare = np.full((sites, steps), spare_kw)
    seen = side.advance(it, ordered(fleet, orders), outdoor, spare, np.full(steps, step_h))
    return seen, it, outdoor, side


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), size=st.floats(0, 500), cooling=PLANTS)
def test_no_order_takes_a_hall_a_store_or_a_plant_past_its_limits(
    seed: int, size: float, cooling: Cooling
) -> None:
    """Air within 18 to 27 °C and 5 K a quarter, stores between empty and full, heat within what there is."""
    fleet = fleet_of(cooling)
    orders = size * np.random.default_rng(seed).normal(0, 1, (2, len(fleet.sites), STEPS))
    seen, it, outdoor, _ = carried_out(fleet, orders)
    assert (seen.air_c >= 18.0 - NEAR).all() and (seen.air_c <= 27.0 + NEAR).all()
    before = np.concatenate([np.full((2, 1), 24.0), seen.air_c], axis=1)
    assert (np.abs(np.diff(before, axis=1)) <= 5.0 + NEAR).all()
    full = np.asarray([site.cold_store.energy_kwh for site in fleet.sites if site.cold_store])
    assert (seen.cold_kwh >= -NEAR).all() and (seen.cold_kwh <= full[:, None] + NEAR).all()
    heat, together = heat_kw(fleet, it[:, 0]), seen.extra.heat_kw.sum(axis=0)
    assert (together >= -(aired_shares(fleet) * heat)[:, None] - NEAR).all()
    assert (heat[:, None] + together <= most_heat_kw(fleet, outdoor) + NEAR).all()


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_nothing_is_carried_out_early_for_which_the_meter_has_no_room(seed: int) -> None:
    fleet = fleet_of()
    orders = 200.0 * np.random.default_rng(seed).normal(0, 1, (2, len(fleet.sites), STEPS))
    seen, *_ = carried_out(fleet, orders, spare_kw=3.0)
    assert (seen.extra.power_kw <= 3.0 + NEAR).all()


@settings(max_examples=15, deadline=None)
@given(into=st.floats(-20, 20), hall=st.floats(-2, 2))
def test_halving_the_step_changes_nothing_while_no_limit_is_met(into: float, hall: float) -> None:
    """Law 5: halls and stores advance exactly with orders held."""
    fleet = fleet_of()
    ends = []
    for parts in (1, 2, 4):
        orders = np.zeros((2, len(fleet.sites), 8 * parts))
        orders[0], orders[1] = hall, into
        _, _, _, side = carried_out(fleet, orders, 0.25 / parts)
        ends.append(np.concatenate([side.air_c, side.mass_c, side.cold_kwh]))
    assert ends[0] == pytest.approx(ends[1], abs=1e-9)
    assert ends[0] == pytest.approx(ends[2], abs=1e-9)


def test_a_cut_of_cooling_warms_the_hall_as_the_reference_says() -> None:
    """1,000 kW in a hall of the reference, a fifth of the cooling cut for 15 minutes: 24 to 29.79 °C, which is past
    27 °C; so less is cut, and the air ends at 27 °C."""
    fleet = fleet_of()
    site = fleet.sites[0]
    assert site.hall is not None
    share = site.facility.it_capacity_kw / 1000.0
    wide = replace(site, hall=replace(site.hall, warmest_c=40.0, change_max_k_per_h=100.0))
    orders = np.zeros((2, 2, 1))
    orders[0, 0] = -200.0 * share
    seen, *_ = carried_out(replace(fleet, sites=(wide, fleet.sites[1])), orders)
    assert seen.air_c[0, 0] == pytest.approx(29.79, abs=0.01)
    seen, *_ = carried_out(fleet, orders)
    assert seen.air_c[0, 0] == pytest.approx(27.0)


@pytest.mark.parametrize("cooling", list(Cooling))
def test_a_course_keeps_its_halls_and_costs_no_less_than_its_bound(cooling: Cooling) -> None:
    """Coordinated: promises kept, air within its limits, and no cheaper than the best anyone could do."""
    study = cooled_ahead(small_study(2, hours=24, jobs=20), cooling=cooling)
    truth, course = truth_of(study), course_of(study)
    seen = course.telemetry
    assert (seen.air_c >= 18.0 - NEAR).all() and (seen.air_c <= 27.0 + NEAR).all()
    settlement = settle(study, truth, course, 0.0)
    assert settlement.promises.missed_deadlines == 0
    bound = bound_of(study, truth)
    assert bound is not None and settlement.total_cost >= bound - NEAR


def test_cold_of_the_night_saves_money_where_days_are_warm() -> None:
    """With prices known and a store of chilled water, a course with everything known costs less than without."""
    study = small_study(3, hours=48, jobs=20)
    costs = []
    for one in (study, cooled_ahead(study, halls=False, store_h=4.0)):
        course = course_of(one, "perfect-foresight")
        costs.append(settle(one, truth_of(one), course, 0.0).total_cost)
    assert costs[1] < costs[0]
