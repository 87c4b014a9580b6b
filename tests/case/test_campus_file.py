"""A campus file is read as its owner means it, or refused with the mend."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from gridtide.case.campus_file import CampusCase, campus_of, targets_with
from gridtide.case.technologies import technologies
from gridtide.finding import BadInput

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
