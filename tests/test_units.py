"""The few conversions of the house."""

import pytest

from gridtide import units


def test_a_price_per_mwh_is_a_thousandth_per_kwh() -> None:
    """Worked by hand: (720 - 20) per MWh over 24 MWh is 16,800."""
    assert units.cost_per_kwh(720 - 20) * 24_000 == pytest.approx(16_800)


def test_pounds_per_megawatt_hour_become_grams() -> None:
    """1 lb/MWh is 0.45359 g/kWh."""
    assert units.g_per_kwh_of_lb_per_mwh(1000) == pytest.approx(453.59237)


def test_megawatts_and_watts_become_kilowatts() -> None:
    """Two thousand watts are two kilowatts; two megawatts are two thousand."""
    assert units.kw_of_w(2000) == 2
    assert units.kw_of_megawatts(2) == 2000
    assert units.kg_per_kwh(300) == 0.3
