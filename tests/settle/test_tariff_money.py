"""Coincident peaks, two-part tariffs, green ratios, certificates and purchase agreements."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.case.markets import market_rules
from gridtide.finding import BadInput
from gridtide.fleet.agreement import Delivery, Ppa, Volume
from gridtide.settle.certificates import (
    Certificate,
    Matching,
    covered_by_year,
    covered_kwh,
    retired,
)
from gridtide.settle.coincident_peak import PeakTerms, coincident_kw, peak_steps
from gridtide.settle.green_direct import GreenEnergy, GreenTerms, green_ratios
from gridtide.settle.market_rule import rule_on
from gridtide.settle.ppa import ppa_cost
from gridtide.settle.two_part import Basis, TwoPartTerms, capacity_part
from gridtide.timeline import regular

RULES = market_rules()
PLAIN = TwoPartTerms(
    basis=Basis.PEAK, price=48.0, least_share=0.0, over_share=0.0, over_factor=1.0,
    well_used_kwh=260.0, well_used_factor=0.9,
)  # fmt: skip


def peaks(market: str) -> PeakTerms:
    """Terms of a market's peaks."""
    terms = rule_on(RULES, market, date(2026, 8, 1)).terms
    assert isinstance(terms, PeakTerms)
    return terms


def green(day: date) -> GreenTerms:
    """Limits on a day."""
    terms = rule_on(RULES, "china-green-direct", day).terms
    assert isinstance(terms, GreenTerms)
    return terms


def test_tar_1_a_demand_charge_and_what_shaving_saves() -> None:
    """80,000 kW at 48 yuan are 3,840,000; 10,000 kW less save 480,000."""
    charge = capacity_part(PLAIN, 80_000.0, 0.0)
    assert charge == 3_840_000.0
    assert capacity_part(PLAIN, 70_000.0, 0.0) - charge == -480_000.0


def test_tar_2_coincident_peaks_are_a_mean() -> None:
    """Of four peaks with one at nothing 75.000 MW, of twelve 91.667."""
    four = coincident_kw(np.asarray([100e3, 100e3, 0.0, 100e3]), peaks("ercot-transmission"))
    assert round(four / 1000.0, 3) == 75.000
    twelve = coincident_kw(np.asarray([100e3] * 11 + [0.0]), peaks("ercot-transmission-12cp"))
    assert round(twelve / 1000.0, 3) == 91.667


def test_the_peak_of_each_summer_month_is_found_on_the_local_clock() -> None:
    """One in each of four months, whatever the others reach; a month's last hour in UTC belongs to the month before."""
    timeline = regular(datetime(2026, 5, 1, 5, tzinfo=UTC), timedelta(minutes=15), 184 * 96)
    load_kw = np.full(len(timeline), 50.0)
    at = [
        timeline.step_holding(datetime(2026, month, 10, 22, tzinfo=UTC)) for month in (5, 6, 7, 8)
    ]
    load_kw[at] = 90.0
    late = timeline.step_holding(datetime(2026, 10, 1, 4, tzinfo=UTC))
    load_kw[late] = 80.0
    found = peak_steps(timeline, load_kw, peaks("ercot-transmission"), "America/Chicago")
    assert found.tolist() == [*at[1:], late]


def test_five_peaks_lie_on_five_days() -> None:
    """Two high hours of one day count once."""
    timeline = regular(datetime(2026, 7, 1, 4, tzinfo=UTC), timedelta(hours=1), 10 * 24)
    load_kw = np.full(len(timeline), 50.0)
    load_kw[[16, 17]] = 100.0, 99.0
    load_kw[np.arange(1, 6) * 24 + 16] = [90.0, 91.0, 92.0, 93.0, 94.0]
    found = peak_steps(timeline, load_kw, peaks("pjm-capacity"), "America/New_York")
    assert found.tolist() == [16, *(np.arange(2, 6) * 24 + 16)]


def test_bases_floors_and_overruns_of_a_two_part_tariff() -> None:
    """By transformers, by contract with what exceeds it, never below a floor, and cheaper when well used."""
    from dataclasses import replace

    kva = replace(PLAIN, basis=Basis.TRANSFORMER, price=30.0)
    assert capacity_part(kva, 500.0, 0.0, transformer_kva=1000.0) == 30_000.0
    assert capacity_part(kva, 500.0, 260_000.0, transformer_kva=1000.0) == 27_000.0
    assert capacity_part(kva, 500.0, 259_999.0, transformer_kva=1000.0) == 30_000.0
    contract = replace(PLAIN, basis=Basis.CONTRACTED, price=10.0, over_share=0.05, over_factor=2.0)
    assert capacity_part(contract, 900.0, 0.0, contracted_kw=1000.0) == 10_000.0
    assert capacity_part(contract, 1150.0, 0.0, contracted_kw=1000.0) == 12_000.0
    floor = replace(PLAIN, least_share=0.4, price=10.0)
    assert capacity_part(floor, 100.0, 0.0, contracted_kw=1000.0) == 4_000.0


def test_grn_1_ratios_with_their_denominators() -> None:
    """0.70, 0.35 and 0.20 pass, for 2030 too; 201 sold fail."""
    energy = GreenEnergy(generated_kwh=1000.0, sold_kwh=200.0, curtailed_kwh=100.0, load_kwh=2000.0)
    for day in (date(2026, 1, 1), date(2030, 1, 1)):
        found = green_ratios(energy, green(day))
        assert [round(one.value or 0.0, 2) for one in found] == [0.70, 0.35, 0.20]
        assert [one.over_kwh for one in found] == [1000.0, 2000.0, 1000.0]
        assert all(one.passes for one in found)
    more = GreenEnergy(generated_kwh=1000.0, sold_kwh=201.0, curtailed_kwh=100.0, load_kwh=2000.0)
    told = green_ratios(more, green(date(2026, 1, 1)))
    assert told[0].part_kwh == 699.0
    assert [one.passes for one in told] == [True, True, False]


def test_whether_curtailed_energy_was_available_changes_the_denominator_and_says_so() -> None:
    """700 of 900 instead of 700 of 1,000."""
    from dataclasses import replace

    energy = GreenEnergy(generated_kwh=1000.0, sold_kwh=200.0, curtailed_kwh=100.0, load_kwh=2000.0)
    without = replace(green(date(2026, 1, 1)), available_includes_curtailed=False)
    found = green_ratios(energy, without)
    assert found[0].over_kwh == 900.0 and found[0].over == "generation, curtailed energy left out"
    assert found[2].value == pytest.approx(200.0 / 900.0) and found[2].passes is False


def test_a_certificate_is_retired_once_and_its_energy_claimed_once() -> None:
    """All faults at once, and nothing is retired then."""
    ledger = (
        Certificate(id="a", vintage="2026-05", technology="wind", kwh=1000.0),
        Certificate(id="b", vintage="2026-05", technology="pv", kwh=1000.0, directly_used=True),
    )
    once = retired(ledger, ("a",), "2026-06-30", "May")
    assert once[0].retired_at == "2026-06-30" and once[1] == ledger[1]
    with pytest.raises(BadInput) as error:
        retired(once, ("a", "b", "c", "c"), "2026-07-01", "June")
    told = str(error.value)
    for part in ("retired on 2026-06-30", "direct connection", "not in the ledger", "named twice"):
        assert part in told


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(
        st.tuples(st.floats(0, 1e6), st.floats(0, 1e6), st.floats(0, 1e6)), min_size=1, max_size=12
    )
)
def test_hourly_matching_never_covers_more_than_yearly_and_neither_more_than_is_left(
    rows: list[tuple[float, float, float]],
) -> None:
    """No kWh is claimed twice."""
    load_kwh, direct_kwh, certified_kwh = (np.asarray(column) for column in zip(*rows, strict=True))
    hourly = covered_kwh(load_kwh, direct_kwh, certified_kwh, Matching.HOURLY)
    yearly = covered_kwh(load_kwh, direct_kwh, certified_kwh, Matching.YEARLY)
    left_kwh = float(np.maximum(load_kwh - direct_kwh, 0.0).sum())
    assert hourly <= yearly * (1 + 1e-12) + 1e-9
    assert yearly <= min(left_kwh, float(certified_kwh.sum())) * (1 + 1e-12) + 1e-9


def test_purchase_agreements_by_hand() -> None:
    """Two hours of 100 kWh at 20 and 80 with a strike of 50, a plant that makes 60 and 140."""
    drawn, made = np.full(2, 100.0), np.asarray([60.0, 140.0])
    hours, price = np.ones(2), np.asarray([20.0, 80.0])
    for delivery in Delivery:
        produced = Ppa(delivery=delivery, volume=Volume.PAY_AS_PRODUCED, strike_per_mwh=50.0)
        assert ppa_cost(produced, drawn, made, hours, price) == pytest.approx(
            (60 * 50 + 40 * 20 + 140 * 50 - 40 * 80) / 1000.0
        )
        band = Ppa(delivery=delivery, volume=Volume.BASELOAD, strike_per_mwh=50.0, baseload_kw=80.0)
        assert ppa_cost(band, drawn, made, hours, price) == pytest.approx(
            (2 * 80 * 50 + 20 * 20 + 20 * 80) / 1000.0
        )


def test_an_agreement_may_rest_while_prices_are_negative() -> None:
    """Then the hour is settled at the market alone."""
    ppa = Ppa(
        delivery=Delivery.VIRTUAL, volume=Volume.BASELOAD, strike_per_mwh=50.0, baseload_kw=100.0,
        below_zero=False,
    )  # fmt: skip
    drawn, none, hours = np.full(1, 100.0), np.zeros(1), np.ones(1)
    assert ppa_cost(ppa, drawn, none, hours, np.asarray([-30.0])) == pytest.approx(-3.0)


@settings(max_examples=60, deadline=None)
@given(
    price=st.lists(st.floats(-500, 500), min_size=4, max_size=4),
    made=st.lists(st.floats(0, 1e4), min_size=4, max_size=4),
    volume=st.sampled_from(Volume),
)
def test_a_virtual_agreement_costs_what_a_physical_one_does_at_one_price(
    price: list[float], made: list[float], volume: Volume
) -> None:
    """Both are one hedge."""
    drawn, hours = np.full(4, 1000.0), np.full(4, 0.25)
    costs = [
        ppa_cost(
            Ppa(delivery=way, volume=volume, strike_per_mwh=40.0, baseload_kw=500.0),
            drawn, np.asarray(made), hours, np.asarray(price),
        )
        for way in Delivery
    ]  # fmt: skip
    assert costs[0] == pytest.approx(costs[1], rel=1e-9, abs=1e-6)


@given(
    left=st.dictionaries(st.integers(2024, 2028), st.floats(0.0, 1e6), min_size=1),
    made=st.dictionaries(st.integers(2022, 2030), st.floats(0.0, 1e6)),
    carried=st.integers(0, 3),
)
def test_no_certificate_covers_a_year_it_may_not_nor_twice(
    left: dict[int, float], made: dict[int, float], carried: int
) -> None:
    """Each year is covered at most whole, all by no more than there is; more years carried never cover less."""
    covered = covered_by_year(left, made, carried)
    assert list(covered) == sorted(left)
    for year, kwh in covered.items():
        may = sum(made.get(one, 0.0) for one in range(year - carried, year + 1))
        assert 0.0 <= kwh <= min(left[year], may) * (1.0 + 1e-12)
    assert sum(covered.values()) <= sum(made.values()) * (1.0 + 1e-12)
    assert sum(covered_by_year(left, made, carried + 1).values()) >= sum(covered.values()) - 1e-6
