"""The grid is lost at any hour: what is built serves as long as was asked, replayed hour by hour."""

from dataclasses import replace

import numpy as np
import pytest

from gridtide.finding import Infeasible
from gridtide.invest.campus import Campus, Circuit, Cooling
from gridtide.invest.pareto import least_cost
from gridtide.invest.survival import survivals
from gridtide.invest.targets import Targets, outage_h, outages_per_year
from gridtide.testing.instances.campus_year import campus_year


def of_two_circuits(hours: int, **changed: float) -> Campus:
    """The campus with half of what cannot wait critical, fed by two circuits."""
    campus = campus_year(hours, names=("solar", "wind", "battery", "hydrogen", "genset"))
    assert campus.grid is not None
    one = Circuit(
        name="one",
        import_max_kw=15_000.0,
        export_max_kw=5_000.0,
        outages_per_year=2.0,
        repair_h=8.0,
    )
    circuits = (one, replace(one, name="other"))
    return replace(campus, critical_share=0.5, grid=replace(campus.grid, circuits=circuits))


@pytest.mark.parametrize("lasts", [1, 4])
def test_the_critical_load_is_served_from_every_hour_on(lasts: int) -> None:
    """The replay, which shares no line with the rows, loses nothing within the hours that were asked."""
    sizing = least_cost(of_two_circuits(168), Targets(islanded_h=lasts))
    everything, storeless, *_ = survivals(sizing, 8, 15_000.0)
    assert (everything.share[:lasts] == 1.0).all()
    assert (np.diff(everything.share) <= 1e-12).all()
    assert (storeless.share <= everything.share).all()


def test_nothing_asked_costs_less_and_serves_less() -> None:
    """Islanding has its price, a circuit that is left serves more."""
    campus = of_two_circuits(168)
    bare, ready = least_cost(campus, Targets()), least_cost(campus, Targets(islanded_h=4))
    assert bare.cost < ready.cost
    lost, *_, left = survivals(bare, 4, 15_000.0)
    assert lost.share[3] < 1.0 and left.share[3] == 1.0
    assert lost.unserved_kwh > left.unserved_kwh == 0.0


def test_circuits_that_fail_on_their_own_are_both_out_now_and_then() -> None:
    """Two of 2 outages a year and 8 h: 2 x 2 x (2 x 8 / 8760) a year, 4 h each until the first is back."""
    campus = of_two_circuits(24)
    assert outages_per_year(campus) == pytest.approx(2.0 * 2.0 * 16.0 / 8760.0)
    assert outage_h(campus) == 4


def test_expected_unserved_energy_stays_below_what_is_asked() -> None:
    """And no more is paid than what full service costs."""
    campus = of_two_circuits(168)
    most = 1.0
    some = least_cost(campus, Targets(unserved_kwh=most))
    lost, *_ = survivals(some, outage_h(campus), 0.0)
    assert lost.unserved_kwh * outages_per_year(campus) <= most * (1 + 1e-6)
    assert some.cost <= least_cost(campus, Targets(islanded_h=outage_h(campus))).cost * (1 + 1e-6)


def test_hours_of_an_island_hold_beside_an_expectation_that_asks_less() -> None:
    """Whatever may be short on average: 4 hours are served all the same, at the cost of 4 hours alone."""
    campus = of_two_circuits(168)
    alone = least_cost(campus, Targets(islanded_h=4))
    both = least_cost(campus, Targets(islanded_h=4, unserved_kwh=1e6))
    everything, *_ = survivals(both, 4, 0.0)
    assert (everything.share == 1.0).all()
    assert both.cost == pytest.approx(alone.cost, rel=1e-6)


def test_an_island_without_plants_is_impossible_by_so_many_kw() -> None:
    """Half of 14,000 kW and no store nor engine: 7,000 kW are lacking in the worst hour."""
    campus = replace(of_two_circuits(48), options=())
    with pytest.raises(Infeasible, match=r"islanded_h.*7,000 kW in the worst hour"):
        least_cost(campus, Targets(islanded_h=2))


def test_the_critical_load_is_cooled_on_an_island_too() -> None:
    """7,000 kW that take a quarter more for cooling: 8,750 kW are asked of an island, and lost in its replay."""
    cooling = Cooling(
        heat_share=1.0,
        cop=np.full(48, 4.0),
        plant_most_kw=40_000.0,
        water_l_per_kwh=np.zeros(48),
    )
    campus = replace(of_two_circuits(48), options=(), cooling=cooling)
    with pytest.raises(Infeasible, match=r"islanded_h.*8,750 kW in the worst hour"):
        least_cost(campus, Targets(islanded_h=2))
    lost, *_ = survivals(least_cost(campus, Targets()), 2, 0.0)
    assert lost.unserved_kwh == pytest.approx(2 * 8_750.0)


def test_hours_of_an_island_that_are_lacking_power_are_not_told_as_reached() -> None:
    """3 are asked and 7,000 kW lack in each: no number of hours is said to be within reach."""
    campus = replace(of_two_circuits(48), options=())
    with pytest.raises(Infeasible) as refused:
        least_cost(campus, Targets(islanded_h=3))
    (finding,) = refused.value.findings
    assert finding.value == "3 is asked, which cannot be reached beside the others"


def test_a_target_of_nothing_emitted_is_missed_by_what_must_be_built() -> None:
    """No carbon at all, building included: the load is served all the same, and some kg are lacking."""
    campus = campus_year(48, names=("solar", "wind", "battery"))
    with pytest.raises(Infeasible) as refused:
        least_cost(campus, Targets(carbon_kg=0.0))
    (finding,) = refused.value.findings
    assert finding.subject == "targets.carbon_kg" and "0 is asked" in finding.value
