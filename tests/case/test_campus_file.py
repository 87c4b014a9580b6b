"""A campus file is read as its owner means it, or refused with the mend."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from gridtide.case.campus_file import CampusCase, campus_of, targets_with
from gridtide.case.technologies import technologies
from gridtide.finding import BadInput
from gridtide.physics.tower import evaporated_l_per_h, make_up_l_per_h

FROM_EUR = {"from_currency": "EUR", "from_year": 2025, "factor": 8.0}
FROM_USD = {"from_currency": "USD", "from_year": 2025, "factor": 7.0}


def read(**tables: Any) -> CampusCase:
    """A day of a campus in CNY of 2024, some of its tables as said; a table of keys adds to what stands there."""
    plain: dict[str, Any] = {
        "campus": {
            "name": "c", "currency": "CNY", "cost_year": 2024, "latitude": 40.0, "longitude": 0.0, "hours": 24,
        },
        "series": {"source": "synthetic"},
        "load": {"mean_kw": 1000.0},
        "grid": {"circuit": [{"name": "a", "import_max_kw": 5000.0}]},
        "rate": [FROM_EUR],
        "technology": [{"name": "battery"}],
    }  # fmt: skip
    for name, table in tables.items():
        there = plain.get(name, {})
        plain[name] = {**there, **table} if isinstance(table, dict) else table
    return campus_of(deepcopy(plain), Path("campus.toml"))


def test_own_costs_stand_beside_defaults_that_a_rate_has_brought_into_the_same_money() -> None:
    """800 of the campus's money for power; energy as the default, 8 CNY of 2024 for each EUR of 2025."""
    (option,) = read(technology=[{"name": "battery", "capex_per_kw": 800.0}]).campus.options
    found, usual = option.technology, technologies()["battery"]
    assert (found.currency, found.cost_year) == ("CNY", 2024)
    assert found.capex_per_kw == 800.0
    assert found.capex_per_kwh == pytest.approx(8.0 * usual.capex_per_kwh)


def test_own_costs_in_a_third_money_come_by_their_own_rate() -> None:
    """100 USD a kWh are 700 CNY, the rest is 8 times the default's EUR."""
    own = {"name": "battery", "capex_per_kwh": 100.0, "currency": "USD", "cost_year": 2025}
    (option,) = read(technology=[own], rate=[FROM_EUR, FROM_USD]).campus.options
    assert option.technology.capex_per_kwh == pytest.approx(700.0)
    assert option.technology.capex_per_kw == pytest.approx(
        8.0 * technologies()["battery"].capex_per_kw
    )


def test_own_costs_do_not_spare_the_rate_that_the_defaults_beside_them_need() -> None:
    """Some own costs: refused without a rate from EUR of 2025; all costs one's own: no rate is needed."""
    own = {"name": "battery", "capex_per_kw": 800.0}
    with pytest.raises(BadInput, match=r"battery: costs in EUR of 2025; CNY of 2024"):
        read(technology=[own], rate=[])
    (option,) = read(technology=[{**own, "capex_per_kwh": 900.0}], rate=[]).campus.options
    assert option.technology.capex_per_kwh == 900.0


@pytest.mark.parametrize("money", [{"currency": "CNY"}, {"cost_year": 2024}])
def test_a_money_without_a_cost_is_refused(money: dict[str, Any]) -> None:
    """Else defaults in EUR would be taken for CNY of the same number."""
    with pytest.raises(BadInput, match="no cost"):
        read(technology=[{"name": "battery", **money}])


@pytest.mark.parametrize("failing", [{}, {"outages_per_year": 2.0}, {"repair_h": 8.0}])
def test_unserved_energy_is_not_asked_of_circuits_that_never_fail(
    failing: dict[str, float],
) -> None:
    """Nothing is expected to be unserved then, whatever is built: refused in the file and on the command line."""
    circuits = {"circuit": [{"name": "north", "import_max_kw": 5000.0, **failing}]}
    with pytest.raises(BadInput, match="north never out"):
        read(grid=circuits, targets={"unserved_kwh": 5.0})
    with pytest.raises(BadInput, match="north never out"):
        targets_with(read(grid=circuits), {"unserved_kwh": 5.0})
    fails = {"circuit": [{**circuits["circuit"][0], "outages_per_year": 2.0, "repair_h": 8.0}]}
    assert read(grid=fails, targets={"unserved_kwh": 5.0}).targets.unserved_kwh == 5.0


def test_outages_are_not_asked_of_typical_days_on_the_command_line_either() -> None:
    """An outage at any hour needs hours one after another."""
    case = read(campus={"hours": 240, "typical_days": 8})
    with pytest.raises(BadInput, match="outages at any hour of real years"):
        targets_with(case, {"islanded_h": 2.0})


RATES = [
    {"from_currency": "USD", "from_year": year, "factor": factor}
    for year, factor in ((2024, 7.1), (2022, 6.7))
]


@pytest.mark.parametrize("turned", [False, True])
def test_prices_come_by_the_rate_of_their_year_however_the_rates_are_ordered(turned: bool) -> None:
    """Made-up prices of 2024 in dollars, with rates of two years."""
    rates = [FROM_EUR, *(reversed(RATES) if turned else RATES)]
    campus = read(
        rate=rates,
        series={"source": "synthetic", "currency": "USD"},
        campus={"start": "2024-03-01T00:00:00Z"},
    ).campus
    alone = read(
        rate=[FROM_EUR, RATES[0]],
        series={"source": "synthetic", "currency": "USD"},
        campus={"start": "2024-03-01T00:00:00Z"},
    ).campus
    assert campus.grid is not None and alone.grid is not None
    assert campus.grid.market_per_mwh.tolist() == alone.grid.market_per_mwh.tolist()


def test_rates_of_other_years_than_the_prices_are_named() -> None:
    with pytest.raises(BadInput, match="with rates from 2024 and 2022") as told:
        read(
            rate=[FROM_EUR, *RATES],
            series={"source": "synthetic", "currency": "USD"},
            campus={"start": "2019-03-01T00:00:00Z"},
        )
    assert len(told.value.findings) == 1


def test_a_rate_that_stands_twice_is_refused() -> None:
    with pytest.raises(BadInput, match="a currency of a year stands twice"):
        read(rate=[FROM_EUR, {**FROM_EUR, "factor": 9.0}])


@pytest.mark.parametrize("supply_c", [30.0, 25.0])
def test_heat_that_need_not_be_lifted_is_refused(supply_c: float) -> None:
    """A pump from 30 °C has nothing to do there, and its coefficient would be none."""
    with pytest.raises(BadInput, match="source_c 30"):
        read(heat={"demand_kw": 100.0, "price_per_mwh": 20.0, "supply_c": supply_c})


def test_towers_carry_the_heat_of_compressors_too() -> None:
    """At 35 °C and moist nothing is cooled freely: a kWh of heat and what the compressor draws for it evaporate."""
    campus = read(
        cooling={"plant_most_kw": 2000.0},
        series={"source": "synthetic", "temperature_c": 35.0},
        technology=[{"name": "battery"}],
    ).campus
    assert campus.cooling is not None
    free = make_up_l_per_h(evaporated_l_per_h(1.0))
    compressed = 1.0 / campus.cooling.cop - 0.012
    assert compressed.max() > 0.1
    assert campus.cooling.water_l_per_kwh == pytest.approx(free * (1.0 + compressed))
