"""Bills by hand, for each kind of exposure."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.fleet.contract import Contract, Exposure, TariffBand
from gridtide.settle.cost import Metered, settle_demand_charge, settle_energy_cost

METERED = Metered(
    import_kwh=np.asarray([1000.0, 2000.0]),
    export_kwh=np.asarray([0.0, 0.0]),
    price_per_mwh=np.asarray([50.0, -20.0]),
    real_time_price_per_mwh=np.asarray([80.0, 10.0]),
    export_price_per_mwh=np.asarray([70.0, 30.0]),
    position_kwh=np.asarray([1500.0, 1500.0]),
    weekday=np.asarray([0, 5]),
    hour=np.asarray([9.0, 10.0]),
    hours=np.asarray([1.0, 1.0]),
)


def contract(exposure: Exposure) -> Contract:
    """A contract of this exposure."""
    return Contract(
        import_max_kw=1e6,
        exposure=exposure,
        fixed_price_per_mwh=60.0,
        contracted_kw=1000.0,
        bands=(
            TariffBand(price_per_mwh=100.0, weekdays=frozenset(range(5))),
            TariffBand(price_per_mwh=40.0, weekdays=frozenset({5, 6})),
        ),
    )


@pytest.mark.parametrize(
    ("exposure", "cost"),
    [
        (Exposure.FIXED, 180.0),
        (Exposure.TIME_OF_USE, 180.0),
        (Exposure.INDEX, 50.0 - 40.0),
        (Exposure.TWO_SETTLEMENT, 75.0 - 30.0 - 40.0 + 5.0),
        (Exposure.CONTRACT_FOR_DIFFERENCE, 10.0 + 10.0 + 80.0),
    ],
)
def test_a_bill_is_what_the_contract_says(exposure: Exposure, cost: float) -> None:
    """Worked by hand over two hours."""
    assert settle_energy_cost(contract(exposure), METERED) == pytest.approx(cost)


@given(st.floats(0, 5000), st.floats(-500, 500))
def test_after_gate_closure_a_move_costs_the_real_time_price_alone(
    moved_kwh: float, day_ahead: float
) -> None:
    """Moving energy from one hour to the other changes the bill by the real-time spread, whatever the
    day-ahead price was."""
    rule = contract(Exposure.TWO_SETTLEMENT)
    before = replace(METERED, price_per_mwh=np.asarray([day_ahead, -day_ahead]))
    shifted = np.asarray([before.import_kwh[0] + moved_kwh, before.import_kwh[1] - moved_kwh])
    after = replace(before, import_kwh=shifted)
    change = settle_energy_cost(rule, after) - settle_energy_cost(rule, before)
    assert change == pytest.approx(moved_kwh * (80.0 - 10.0) / 1000, abs=1e-6)


def test_each_billing_month_pays_for_its_own_peak() -> None:
    """Two months, two peaks, half a charge each."""
    rule = replace(contract(Exposure.INDEX), demand_charge_per_kw_month=10.0)
    import_kw = np.asarray([5.0, 7.0, 3.0])
    assert settle_demand_charge(rule, import_kw, np.asarray([1, 1, 2]), 0.5) == pytest.approx(50.0)


def test_exports_earn_their_share_of_the_price() -> None:
    """What is sold back is paid at the agreed share."""
    rule = replace(contract(Exposure.INDEX), export_price_share=0.5)
    sold = replace(METERED, import_kwh=np.zeros(2), export_kwh=np.asarray([1000.0, 0.0]))
    assert settle_energy_cost(rule, sold) == pytest.approx(-35.0)
