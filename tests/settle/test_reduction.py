"""Payment of an event: the band of DR-4, the net-benefits test, the older rule."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.settle.reduction import (
    EnergyPay,
    capacity_payment,
    delivered_share,
    energy_payment,
    relative_rmse,
)


def test_dr_4_what_is_delivered_within_the_band_is_paid_in_full() -> None:
    """23,000 kW promised, 22,840 delivered: 0.993 of it, paid whole between 0.90 and 1.10."""
    share = delivered_share(np.full(4, 22_840 * 0.25), np.full(4, 0.25), 23_000.0)
    assert round(share, 3) == 0.993
    assert capacity_payment(23_000.0, 2.0, share) == 46_000.0
    assert capacity_payment(23_000.0, 2.0, 1.3) == 46_000.0
    assert capacity_payment(23_000.0, 2.0, 0.5) == 23_000.0


def test_the_full_price_is_paid_only_from_the_threshold_on() -> None:
    """Two hours of 1 MWh at 40 and 60 with a threshold of 50 pay 60; less a tariff of 45 they pay 15."""
    credit, price = np.full(2, 1000.0), np.asarray([40.0, 60.0])
    assert energy_payment(credit, price, EnergyPay.FULL_PRICE, threshold_per_mwh=50.0) == 60.0
    assert energy_payment(credit, price, EnergyPay.FULL_PRICE) == 100.0
    older = energy_payment(credit, price, EnergyPay.PRICE_LESS_TARIFF, tariff_per_mwh=45.0)
    assert older == pytest.approx(15.0)


@settings(max_examples=50, deadline=None)
@given(less=st.floats(0, 2), more=st.floats(0, 2))
def test_who_delivers_more_is_never_paid_less(less: float, more: float) -> None:
    """Below the band, within it and above."""
    low, high = sorted((less, more))
    assert capacity_payment(1000.0, 3.0, low) <= capacity_payment(1000.0, 3.0, high)


def test_the_relative_error_by_hand() -> None:
    """Errors of 3 and 4 at a mean load of 10: the root of 12.5, divided by 10."""
    error = relative_rmse(np.asarray([13.0, 6.0]), np.asarray([10.0, 10.0]))
    assert error == pytest.approx(12.5**0.5 / 10.0)
