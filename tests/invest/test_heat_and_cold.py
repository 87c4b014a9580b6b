"""One balance of electricity, heat, cold and water; answers that are slower; choices that are whole."""

from dataclasses import replace

import numpy as np
import pytest

from gridtide.case.technologies import technologies
from gridtide.finding import Infeasible
from gridtide.invest.campus import Campus, Cooling, HeatCustomer, Option, Slower
from gridtide.invest.pareto import least_cost
from gridtide.invest.targets import Targets
from gridtide.testing.instances.campus_year import campus_year

HOURS = 96
NIGHT = (np.arange(HOURS) % 24 < 6) | (np.arange(HOURS) % 24 >= 20)


def cooled(store: bool, water_most_m3: float = np.inf) -> Campus:
    """The campus with plants of heat that take half as much at night."""
    campus = campus_year(HOURS, names=("solar", "wind"))
    cooling = Cooling(
        heat_share=1.0,
        cop=np.where(NIGHT, 8.0, 4.0),
        plant_most_kw=40_000.0,
        water_l_per_kwh=np.full(HOURS, 2.0),
        water_cost_per_m3=3.0,
        water_most_m3=water_most_m3,
    )
    cold = Option(technology=technologies()["cold-store"], share=np.zeros(0))
    options = (*campus.options, cold) if store else campus.options
    return replace(campus, options=options, cooling=cooling)


def test_heat_is_carried_away_and_takes_power_and_water() -> None:
    """Without a store: load and a part of it for cooling by the hour's coefficient; 2 L of water a kWh of heat."""
    campus = cooled(store=False)
    sizing = least_cost(campus, Targets())
    work = campus.fixed_kw + sizing.waiting_kw.sum(axis=0)
    assert campus.cooling is not None
    np.testing.assert_allclose(sizing.load_kw, work * (1.0 + 1.0 / campus.cooling.cop), rtol=1e-6)
    heat_kwh = float(campus.load_kw @ campus.hours.weight)
    assert sizing.water_m3 == pytest.approx(2.0 * heat_kwh / 1000.0, rel=1e-6)


def test_a_store_of_cold_moves_cooling_into_the_night() -> None:
    """It makes the year cheaper, and less power goes into cooling."""
    bare, stored = least_cost(cooled(store=False), Targets()), least_cost(cooled(True), Targets())
    assert stored.cost < bare.cost and stored.load_kwh < bare.load_kwh
    (cold,) = [one for one in stored.built if one.name == "cold-store"]
    assert cold.kwh > 0.0


def test_water_that_is_short_is_an_impossible_target_of_the_load() -> None:
    """1 m3 for what takes 350,400: refused, with how much there must be."""
    campus = cooled(store=False, water_most_m3=1.0)
    with pytest.raises(Infeasible, match=r"cooling\.water_most_m3: 1 is asked, 350,4"):
        least_cost(campus, Targets())


def test_heat_that_is_sold_takes_power_and_pays_for_its_pump() -> None:
    """Delivered at most what is asked and a share of what the load gives; a tank makes it no dearer."""
    base = campus_year(HOURS, names=("solar", "wind"))
    heat = HeatCustomer(
        demand_kw=np.where(NIGHT, 9_000.0, 3_000.0), price_per_mwh=90.0, cop=4.0, share=0.5
    )
    pump = Option(technology=technologies()["heat-pump"], share=np.zeros(0))
    tank = Option(technology=technologies()["hot-store"], share=np.zeros(0))
    plain = least_cost(base, Targets())
    selling = replace(base, options=(*base.options, pump), heat=heat)
    sold = least_cost(selling, Targets())
    assert sold.cost < plain.cost
    assert (sold.heat_kw <= heat.demand_kw + 1e-6).all() and sold.heat_kw.sum() > 0.0
    work = base.fixed_kw + sold.waiting_kw.sum(axis=0)
    assert (sold.heat_kw * 0.75 <= 0.5 * work + 1e-3).all()
    np.testing.assert_allclose(sold.load_kw, work + sold.heat_kw / 4.0, atol=1e-3)
    with_tank = least_cost(replace(selling, options=(*selling.options, tank)), Targets())
    assert with_tank.cost <= sold.cost * (1 + 1e-9)


def test_slower_answers_lower_the_load_in_the_hours_that_pay() -> None:
    """At most 2,000 kW, in at most 10 full hours a year, never where energy is cheaper than they are."""
    campus = campus_year(HOURS, names=("solar",))
    slower = Slower(
        name="answers", most_kw=np.full(HOURS, 2_000.0), cost_per_mwh=90.0, hours_most=900.0
    )
    plain, slowed = (
        least_cost(campus, Targets()),
        least_cost(replace(campus, slower=(slower,)), Targets()),
    )
    assert slowed.cost < plain.cost
    assert slowed.slower_kw.max() <= 2_000.0 + 1e-6
    assert float(slowed.slower_kw[0] @ campus.hours.weight) <= 900.0 * 2_000.0 * (1 + 1e-9)


def test_whole_choices_let_a_plant_stop_and_keep_an_electrolyser_above_its_least() -> None:
    """A dear plant that may stop costs no more than one that never does; an electrolyser takes nothing or its least."""
    hours = 48
    campus = campus_year(hours, names=("solar", "wind"))
    dear = replace(technologies()["reactor"], capex_per_kw=500.0, variable_per_mwh=95.0)
    plant = Option(technology=dear, share=np.zeros(0), least_kw=8_000.0, most_kw=8_000.0)
    never_stops = replace(campus, options=(*campus.options, plant))
    lines, whole = (
        least_cost(never_stops, Targets()),
        least_cost(never_stops, Targets(), whole=True),
    )
    assert whole.cost < lines.cost
    (made,) = [one.made_kw for one in whole.built if one.name == "reactor"]
    least = 0.5 * 0.95 * 8_000.0
    assert ((made < 1e-3) | (made > least - 1e-3)).all() and (made < 1e-3).any()
    hydrogen = replace(
        technologies()["hydrogen"],
        capex_per_kw=10.0,
        capex_per_kw_out=10.0,
        capex_per_kwh=0.1,
        least_share=0.4,
    )
    store = Option(technology=hydrogen, share=np.zeros(0), most_kw=30_000.0)
    with_store = replace(campus, grid=None, waiting=(), options=(*campus.options, store))
    lines, whole = least_cost(with_store, Targets()), least_cost(with_store, Targets(), whole=True)
    assert whole.cost >= lines.cost * (1 - 2e-4)
    (built,) = [one for one in whole.built if one.name == "hydrogen"]
    assert ((built.taken_kw < 1e-3) | (built.taken_kw > 0.4 * built.kw - 1.0)).all()
