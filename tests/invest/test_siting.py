"""Where a site should stand: accounts by hand, limits, fronts, turns, and laws that no input breaks."""

from dataclasses import asdict, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.fleet.site import SupplyKind
from gridtide.invest.siting.account import account_of, monthly_peaks_kw
from gridtide.invest.siting.choice import (
    best_of,
    front_of,
    judged_all,
    whole_mix,
    winner_by_year,
)
from gridtide.invest.siting.curtailed import taken_up
from gridtide.invest.siting.flips import robustness_of
from gridtide.invest.siting.limits import breaches_of
from gridtide.invest.siting.place import (
    CurtailedRecord,
    DataPath,
    OwnSupply,
    PlaceCosts,
    PlaceLimits,
)
from gridtide.invest.siting.question import CertificateTerms, CommonLimits, Siting
from gridtide.invest.siting.work import DataNeed
from gridtide.physics.levelised_cost import recovery_factor
from gridtide.physics.pue import facility_power_kw
from gridtide.settle.heat_sold import HeatCustomer
from gridtide.testing.plain_siting import (
    HOURS,
    plain_place,
    plain_siting,
    plain_work,
    plain_year,
)

DRAWN_KW = facility_power_kw(1000.0, 1250.0, 3.0)
"""Of 1,000 kW of IT in halls for 1,250, wet bulb 3 °C: what the physics alone says."""
DAY = 50.0 + 30.0 * np.sin(2.0 * np.pi * np.arange(HOURS) / 24.0)


def test_each_line_of_an_account_is_what_a_person_reckons() -> None:
    """An even year, so that energy, fees, peaks, carbon, building and water are products."""
    costs = PlaceCosts(
        land_per_kw=100.0, building_per_kw=8000.0, connection_per_kw=500.0, fixed_per_kw_year=20.0,
        fixed_per_year=1000.0, grid_fee_per_mwh=10.0, demand_charge_per_kw_month=5.0, water_per_m3=3.0,
        certificate_per_mwh=2.0,
    )  # fmt: skip
    siting = replace(
        plain_siting((plain_place("A", plain_year(), costs),), carbon_price_per_t=100.0),
        certificates=CertificateTerms(share=0.5),
    )
    account = account_of(siting, siting.places[0], whole_mix(siting), moved=False)
    lines, kwh = account.lines, DRAWN_KW * HOURS
    assert lines.energy == pytest.approx(kwh * 50.0 / 1000.0)
    assert lines.grid_fees == pytest.approx(kwh * 10.0 / 1000.0)
    assert lines.demand_charge == pytest.approx(12 * 5.0 * DRAWN_KW)
    assert lines.carbon == pytest.approx(kwh * 0.4 * 100.0 / 1000.0)
    assert lines.certificates == pytest.approx(0.5 * kwh * 2.0 / 1000.0)
    assert lines.building == pytest.approx(
        1250.0 * 8000.0 * recovery_factor(0.05, 20.0) + 1250.0 * 100.0 * 0.05
    )
    assert lines.connection == pytest.approx(DRAWN_KW * 500.0 * recovery_factor(0.05, 40.0))
    assert lines.operations == pytest.approx(1250.0 * 20.0 + 1000.0)
    assert lines.water == pytest.approx(account.years[0].water_m3 * 3.0)
    assert account.years[0].emissions_market_based_kg == pytest.approx(0.5 * kwh * 0.4)
    assert account.cost == pytest.approx(sum(asdict(lines).values()))


def test_months_have_their_own_peaks() -> None:
    """A peak of one hour in March counts in March alone."""
    drawn = np.ones(8784)
    drawn[(31 + 29) * 24 + 5] = 7.0
    assert monthly_peaks_kw(drawn, 2024).tolist() == [1, 1, 7, 1, 1, 1, 1, 1, 1, 1, 1, 1]


def test_flexible_work_runs_in_cheap_hours_and_pays_less() -> None:
    """Half of the work of each day may wait: it pays less than evenly, and draws the same IT energy."""
    year = plain_year(DAY)
    even, moved = (
        plain_siting((plain_place("A", year),), (plain_work(flexible=share),))
        for share in (0.0, 0.5)
    )
    before, after = (judged_all(one)[0].account for one in (even, moved))
    assert after.shifted and after.cost < before.cost
    assert after.years[0].it_kwh == pytest.approx(before.years[0].it_kwh)


@settings(max_examples=20, deadline=None)
@given(
    prices=st.lists(st.floats(-50.0, 200.0), min_size=24, max_size=24),
    share=st.floats(0.0, 1.0),
    peak=st.floats(0.0, 50.0),
)
def test_being_flexible_never_costs_more(prices: list[float], share: float, peak: float) -> None:
    """Whatever the day and whatever a peak costs: where moving would cost more, work runs evenly."""
    year = plain_year(np.resize(prices, HOURS))
    place = plain_place("A", year, PlaceCosts(demand_charge_per_kw_month=peak))
    costs = [
        judged_all(plain_siting((place,), (plain_work(flexible=one),)))[0].account.cost
        for one in (0.0, share)
    ]
    assert costs[1] <= costs[0] + 1e-6 * abs(costs[0])


def test_every_broken_limit_is_named_with_how_far_it_is_off() -> None:
    """A network of 1,000 kW cannot carry what the building draws; the user is too far; nothing else is said."""
    far = replace(
        plain_place("A", plain_year()),
        longitude=10.0,
        limits=PlaceLimits(headroom_kw=1000.0, water_stress=0.9),
    )
    work = replace(plain_work(), rtt_max_ms=10.0, regions=("here",))
    siting = replace(plain_siting((far,), (work,)), limits=CommonLimits(water_stress_max=0.5))
    one = judged_all(siting)[0]
    found = {breach.constraint: breach for breach in one.breaches}
    assert set(found) == {"latency", "network headroom", "water stress"}
    assert found["network headroom"].over == pytest.approx(DRAWN_KW - 1000.0)
    assert found["latency"].value == pytest.approx(1.5 * 2.0 * 1111.95 / 200.0, rel=1e-4)
    assert found["water stress"].over == pytest.approx(0.4)
    assert best_of((one,)) is None


def test_a_region_that_data_may_not_leave_is_a_limit() -> None:
    """Named without a number, for there is none."""
    work = replace(plain_work(), regions=("there",))
    siting = plain_siting((plain_place("A", plain_year()),), (work,))
    (breach,) = judged_all(siting)[0].breaches
    assert (breach.constraint, breach.over) == ("region", None)


def three(prices: tuple[float, float, float], carbon: tuple[float, float, float]) -> Siting:
    """Three places that differ in price and carbon."""
    places = tuple(
        plain_place(name, plain_year(price, grams))
        for name, price, grams in zip("ABC", prices, carbon, strict=True)
    )
    return plain_siting(places)


@settings(max_examples=25, deadline=None)
@given(
    prices=st.tuples(*[st.floats(10.0, 100.0)] * 3), carbon=st.tuples(*[st.floats(10.0, 800.0)] * 3)
)
def test_another_candidate_never_makes_the_best_worse_and_what_is_beaten_never_wins(
    prices: tuple[float, float, float], carbon: tuple[float, float, float]
) -> None:
    """The best of three costs no more than the best of two, and lies on the front."""
    siting = three(prices, carbon)
    whole = judged_all(siting)
    best, before = best_of(whole), best_of(whole[:2])
    assert best is not None and before is not None
    assert best.account.cost <= before.account.cost
    assert best in front_of(whole)


@settings(max_examples=10, deadline=None)
@given(factor=st.floats(0.01, 100.0), prices=st.tuples(*[st.floats(10.0, 100.0)] * 3))
def test_another_unit_of_money_changes_no_choice(
    factor: float, prices: tuple[float, float, float]
) -> None:
    """Every price and cost times a factor: the same place wins, and costs that many times as much."""
    costs = PlaceCosts(building_per_kw=5000.0, grid_fee_per_mwh=5.0)
    other = replace(costs, building_per_kw=factor * 5000.0, grid_fee_per_mwh=factor * 5.0)
    one, scaled = (
        judged_all(
            plain_siting(
                tuple(
                    plain_place(name, plain_year(k * price), own)
                    for name, price in zip("ABC", prices, strict=True)
                ),
                carbon_price_per_t=k * 50.0,
            )
        )
        for k, own in ((1.0, costs), (factor, other))
    )
    best, again = best_of(one), best_of(scaled)
    assert best is not None and again is not None
    assert again.place.name == best.place.name
    assert again.account.cost == pytest.approx(factor * best.account.cost)


def test_a_turn_lies_where_two_lines_cross() -> None:
    """A at 40 and B at 50 per MWh, else alike: A stops winning at 1.25 times its price, and nothing else turns it."""
    siting = plain_siting((plain_place("A", plain_year(40.0)), plain_place("B", plain_year(50.0))))
    found = {one.what: one for one in robustness_of(siting)}
    turn = found["electricity price at A"].above
    assert turn is not None and turn.winner == "B"
    assert turn.factor == pytest.approx(1.25, abs=2e-3)
    assert found["electricity price at A"].below is None
    assert found["interest"].below is None and found["interest"].above is None


def test_a_carbon_price_turns_to_the_cleaner_place() -> None:
    """10 per MWh dearer and 0.2 t/MWh cleaner: from 50 per t on. Declared are 20, so 2.5 times."""
    places = (
        plain_place("A", plain_year(40.0, 500.0)),
        plain_place("B", plain_year(50.0, 300.0)),
    )
    found = {one.what: one for one in robustness_of(plain_siting(places, carbon_price_per_t=20.0))}
    turn = found["carbon price"].above
    assert turn is not None and turn.factor == pytest.approx(2.5, abs=2e-3)


def test_each_year_alone_may_have_another_winner() -> None:
    """A is cheap in 2022, B in 2023, and cheaper on the mean."""
    places = tuple(
        replace(
            plain_place(name, plain_year()),
            years=(plain_year(first, year=2022), plain_year(second, year=2023)),
        )
        for name, first, second in (("A", 30.0, 90.0), ("B", 40.0, 50.0))
    )
    siting = plain_siting(places)
    assert winner_by_year(siting) == {2022: "A", 2023: "B"}
    best = best_of(judged_all(siting))
    assert best is not None and best.place.name == "B"


def with_data(read_gb_per_day: float, **path: float) -> Siting:
    """Training whose data lie in the town, a line away."""
    way = DataPath(origin="town", **{"rate_gbps": 10.0, "price_per_gb": 0.02, **path})
    place = replace(plain_place("A", plain_year()), paths=(way,))
    data = DataNeed(
        home="town", set_gb=73_000.0, change_gb_per_day=100.0, read_gb_per_day=read_gb_per_day,
        refresh_years=2.0, sensitivity=2,
    )  # fmt: skip
    return plain_siting((place,), (replace(plain_work(), data=data),))


def test_reading_daily_beats_a_copy_below_the_break_even() -> None:
    """A copy every two years and 100 GB of news a day are 200 GB a day: reading less than that costs less."""
    for read, way in ((190.0, "read from home"), (210.0, "copy")):
        (move,) = judged_all(with_data(read))[0].account.moves
        assert move.way == way
        assert move.break_even_read_gb_per_day == pytest.approx(200.0)
        assert move.cost == pytest.approx(min(move.copy_cost, move.read_cost))


def test_a_path_that_is_too_slow_is_named_with_the_hours_it_takes() -> None:
    """30,000 GB a day over 1 Gb/s are 66.7 hours; 100 GB of news 0.22 h: a copy is kept; slower still, both break."""
    (move,) = judged_all(with_data(30_000.0, rate_gbps=1.0))[0].account.moves
    assert move.way == "copy" and move.daily_h == pytest.approx(100.0 * 8.0 / 3600.0)
    assert move.exposure == pytest.approx(2.0 * (365.0 + 0.5))
    (breach,) = judged_all(with_data(30_000.0, rate_gbps=0.005))[0].breaches
    assert breach.constraint == "data path" and breach.over is not None
    assert breach.over == pytest.approx(100.0 * 8.0 / 0.005 / 3600.0 - 24.0)


def test_own_supply_is_used_first_and_paid_for_whole() -> None:
    """A kW of sun that shines at half through every hour takes half a kW off the meter."""
    own = OwnSupply(
        kind=SupplyKind.SOLAR, kw_per_it_kw=1.0, capex_per_kw=600.0, fixed_per_kw_year=10.0
    )
    year = replace(plain_year(), solar_share=np.full(HOURS, 0.5))
    place = replace(plain_place("A", year), supply=(own,))
    siting = plain_siting((place,))
    account = account_of(siting, place, whole_mix(siting), moved=False)
    assert account.lines.energy == pytest.approx((DRAWN_KW - 500.0) * HOURS * 0.05)
    assert account.lines.own_supply == pytest.approx(
        1000.0 * (600.0 * recovery_factor(0.05, 25.0) + 10.0)
    )
    assert account.years[0].covered_kwh == pytest.approx(500.0 * HOURS)


@settings(max_examples=15, deadline=None)
@given(price=st.floats(0.0, 120.0), needs=st.floats(40.0, 90.0), pipe=st.floats(0.0, 1e6))
def test_a_customer_for_heat_never_makes_a_place_dearer(
    price: float, needs: float, pipe: float
) -> None:
    """It is joined only where its heat brings more than pumps and pipe cost."""
    customer = HeatCustomer(
        name="town", price_per_mwh=price, needs_c=needs, most_kw=500.0, wanted_h=4000, distance_km=2.0,
        pipe_per_km=pipe,
    )  # fmt: skip
    place = plain_place("A", plain_year(outdoor_c=10.0 + DAY / 10.0))
    without, joined = (
        judged_all(plain_siting((one,)))[0].account
        for one in (place, replace(place, heat=(customer,)))
    )
    assert joined.cost <= without.cost + 1e-6 * without.cost


def test_a_large_building_costs_less_a_kilowatt_where_it_is_said_to() -> None:
    """With an exponent of 0.9 four times the reference costs 4^-0.1 a kW."""
    costs = PlaceCosts(building_per_kw=1000.0, building_exponent=0.9, reference_kw=1250.0)
    place = plain_place("A", plain_year(), costs)
    small, large = (
        account_of(one, place, whole_mix(one), moved=False).lines.building
        for one in (plain_siting((place,), (plain_work(it_kw=kw),)) for kw in (1000.0, 4000.0))
    )
    assert large / small == pytest.approx(4.0**0.9)


def test_limits_of_the_whole_siting_hold_everywhere() -> None:
    """Budget and carbon are limits with a distance."""
    siting = plain_siting((plain_place("A", plain_year()),))
    tight = replace(
        siting, limits=CommonLimits(cost_max_per_year=1000.0, emissions_max_t_per_year=10.0)
    )
    account = account_of(tight, tight.places[0], whole_mix(tight), moved=False)
    found = {breach.constraint: breach.over for breach in breaches_of(tight, account)}
    assert found["budget"] == pytest.approx(account.cost - 1000.0)
    assert found["emissions"] == pytest.approx(account.counted_kg / 1000.0 - 10.0)


@settings(max_examples=15, deadline=None)
@given(day=st.lists(st.floats(0.0, 3000.0), min_size=24, max_size=24), share=st.floats(0.0, 1.0))
def test_no_more_is_taken_up_than_is_turned_down_or_drawn_and_moving_takes_no_less(
    day: list[float], share: float
) -> None:
    """Over ten days on record, whatever they look like; running evenly it is the lesser of both in each hour."""
    record = CurtailedRecord(
        curtailed_kw=np.tile(day, 10), step_h=1.0, period="ten days", source="made up"
    )
    siting = plain_siting((plain_place("A", plain_year()),), (plain_work(flexible=share),))
    found = taken_up(judged_all(siting)[0].account, record)
    by_hand = 10.0 * sum(min(one, DRAWN_KW) for one in day)
    assert found.even_kwh == pytest.approx(by_hand, rel=1e-9, abs=1e-6)
    assert found.even_kwh <= found.moved_kwh + 1e-6
    assert found.moved_kwh <= min(found.curtailed_kwh, found.drawn_kwh) + 1e-6
