"""Water, sold heat and embodied carbon: each by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.settle.embodied import Stock, embodied_kg_per_year
from gridtide.settle.heat_sold import HeatCustomer, heat_sold, wanted_hours
from gridtide.settle.water import WaterTerms, water_drawn_m3

HOURS = np.ones(4)
COLD = np.asarray([-5.0, 3.0, 12.0, 25.0])


def test_a_tower_draws_what_evaporates_and_what_is_let_off() -> None:
    """1,000 kWh of heat evaporate 1,000 x 3600 / 2430 = 1,481.5 L; at four times the salt a third more is let off."""
    drawn = water_drawn_m3(np.full(4, 1000.0), COLD, HOURS, WaterTerms(wet=True))
    assert drawn == pytest.approx([1.4814815 * 4.0 / 3.0] * 4)
    half = water_drawn_m3(
        np.full(4, 1000.0), COLD, HOURS, WaterTerms(wet=True, latent_share=0.5, concentration=2.0)
    )
    assert half == pytest.approx([1.4814815 * 0.5 * 2.0] * 4)


def test_dry_air_coolers_and_cold_days_draw_no_water() -> None:
    """An air-cooled chiller never; towers not below the air at which fans alone carry the heat."""
    heat = np.full(4, 1000.0)
    assert water_drawn_m3(heat, COLD, HOURS, WaterTerms(wet=False)).sum() == 0.0
    dry = water_drawn_m3(heat, COLD, HOURS, WaterTerms(wet=True, dry_below_c=10.0))
    assert (dry > 0.0).tolist() == [False, False, True, True]


def customer(price: float = 50.0, needs_c: float = 70.0, wanted_h: int = 4) -> HeatCustomer:
    """A town that takes at most 600 kW."""
    return HeatCustomer(
        name="town", price_per_mwh=price, needs_c=needs_c, most_kw=600.0, wanted_h=wanted_h
    )


def test_heat_is_lifted_and_paid_for_where_it_arrives() -> None:
    """From 30 to 75 °C (5 K over the exchanger) at half of Carnot: 0.5 x 348.15 / 45 = 3.868; a kW of heat takes
    1 / 2.868 kW and arrives as 1.3486 kW."""
    sold = heat_sold(customer(), np.full(4, 400.0), 30.0, COLD, np.full(4, 60.0))
    assert sold.cop == pytest.approx(3.8683, abs=1e-4)
    assert sold.taken_kw == pytest.approx([400.0] * 4)
    assert sold.pump_kw == pytest.approx([400.0 / 2.8683] * 4, rel=1e-4)
    assert sold.delivered_kw == pytest.approx(sold.taken_kw + sold.pump_kw)
    assert sold.income == pytest.approx(float(sold.delivered_kw.sum()) * 0.05)


def test_warm_liquid_needs_no_pump_and_a_customer_takes_no_more_than_it_can() -> None:
    """60 °C water warms a net of 45 °C as it is; 600 kW are the most."""
    sold = heat_sold(customer(needs_c=45.0), np.full(4, 900.0), 60.0, COLD, np.full(4, 60.0))
    assert sold.cop is None and sold.pump_kw.sum() == 0.0
    assert sold.delivered_kw == pytest.approx([600.0] * 4)


def test_heat_stays_where_its_price_does_not_pay_for_lifting_it() -> None:
    """At 300 per MWh of electricity a MWh of heat for 50 is a loss; in the hour at 20 it is not."""
    paid = np.asarray([300.0, 300.0, 20.0, 300.0])
    sold = heat_sold(customer(), np.full(4, 400.0), 30.0, COLD, paid)
    assert (sold.taken_kw > 0.0).tolist() == [False, False, True, False]


def test_heat_is_wanted_in_the_coldest_hours() -> None:
    """As many as asked, of equal ones the earliest."""
    assert wanted_hours(COLD, 2).tolist() == [True, True, False, False]
    assert wanted_hours(np.zeros(4), 1).tolist() == [True, False, False, False]


@given(lost=st.floats(0.0, 0.09), far=st.floats(0.0, 10.0), warm=st.floats(20.0, 60.0))
def test_no_more_heat_arrives_than_was_taken_and_put_in(
    lost: float, far: float, warm: float
) -> None:
    """Energy balance of pump and pipe."""
    one = HeatCustomer(
        name="town", price_per_mwh=500.0, needs_c=65.0, most_kw=1e6, wanted_h=4, distance_km=far,
        lost_share_per_km=lost,
    )  # fmt: skip
    sold = heat_sold(one, np.full(4, 100.0), warm, COLD, np.full(4, 10.0))
    put_in = sold.taken_kw + sold.pump_kw
    assert (sold.delivered_kw <= put_in + 1e-9).all()
    assert sold.delivered_kw == pytest.approx(put_in * (1.0 - lost * far))


def test_embodied_carbon_is_shared_out_over_the_years_of_service() -> None:
    """6,000 kg over five years are 1,200 a year."""
    assert embodied_kg_per_year(Stock(name="servers", embodied_kg=6000.0, life_years=5.0)) == 1200.0
