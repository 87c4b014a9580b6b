"""A zone with a price of export through a whole course: plans sell by it, the bill pays it, a bound stays below."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from gridtide.case.load import load_case
from gridtide.finding import BadInput
from gridtide.simulate.compare import Comparison
from gridtide.simulate.settlement import metered_of
from gridtide.simulate.truth import truth_of
from gridtide.testing import courses

TEXT = (Path(__file__).parents[1] / "fixtures" / "one_day.toml").read_text()
STORE = """
[[site.supply]]
kind = "solar"
capacity_kw = 300

[site.battery]
energy_kwh = 300
charge_max_kw = 200
discharge_max_kw = 200

[[site.pool]]
"""
SALE = """
[[signal]]
zone = "DE-LU"
source = "table"
path = "sale.csv"
kinds = ["export_price_per_mwh"]
currency = "EUR"
clock = "Europe/Berlin"
"""


def _case(folder: Path, prices: list[float] | None) -> Path:
    """A case of a day at a site that may sell, with a price of export by the hour if there is one."""
    text = TEXT.replace("[[site.pool]]", STORE, 1)
    text = text.replace("import_max_kw = 700,", "import_max_kw = 700, export_max_kw = 150,")
    if prices is not None:
        begins = datetime(2026, 3, 1, 23, tzinfo=UTC)
        rows = [(begins + timedelta(hours=hour)).isoformat() for hour in range(len(prices))]
        table = [f"{at},{price}" for at, price in zip(rows, prices, strict=True)]
        (folder / "sale.csv").write_text("time,export_price_per_mwh\n" + "\n".join(table) + "\n")
        text += SALE
    path = folder / "case.toml"
    path.write_text(text)
    return path


def compared(folder: Path, prices: list[float], *policies: str) -> Comparison:
    """The day under some policies."""
    return courses.compared(load_case(_case(folder, prices)), *policies)


EVENING = [20.0] * 18 + [400.0] * 4 + [20.0] * 2


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    """An evening at which selling earns several times what drawing costs."""
    policies = ("coordinated", "run-at-once", "perfect-foresight")
    return compared(tmp_path_factory.mktemp("case"), EVENING, *policies)


def test_what_is_fed_in_earns_the_price_of_export_and_plans_sell_by_it(day: Comparison) -> None:
    """By the meter's net: nothing is drawn and fed in at once; without that price nothing is sold in the evening."""
    told = day
    seen = told.courses[0].telemetry
    assert np.minimum(seen.import_kw, seen.export_kw).max() == 0.0
    evening = slice(18 * 4, 22 * 4)
    assert seen.export_kw[0, evening].sum() > 0.0
    truth = truth_of(told.study)
    metered = metered_of(told.study, truth, told.courses[0], 0)
    np.testing.assert_array_equal(metered.export_price_per_mwh, np.repeat(EVENING, 4))
    drawn = float((metered.import_kwh * truth.price_per_mwh[0]).sum()) / 1e3
    sold = float((metered.export_kwh * np.repeat(EVENING, 4)).sum()) / 1e3
    assert told.settlements[0].energy_cost == pytest.approx(drawn - sold)


def test_without_a_price_of_export_the_zones_price_is_paid(tmp_path: Path) -> None:
    """As the contract's share of it."""
    truth = truth_of(load_case(_case(tmp_path, None)))
    np.testing.assert_array_equal(truth.export_price_per_mwh, truth.price_per_mwh)


def test_no_policy_falls_below_the_bound_where_selling_earns_more(day: Comparison) -> None:
    """The bound may draw and sell in part of a step; nobody else does, with and without foresight."""
    assert day.bound is not None
    costs = {one.policy: one.total_cost for one in day.settlements}
    assert all(cost >= day.bound - 1e-9 for cost in costs.values())
    assert costs["coordinated"] < costs["run-at-once"]


def test_a_hole_in_a_price_of_export_is_refused(tmp_path: Path) -> None:
    """Named with its zone, like a hole in any price."""
    with pytest.raises(BadInput, match="export_price_per_mwh of DE-LU"):
        truth_of(load_case(_case(tmp_path, EVENING[:12])))
