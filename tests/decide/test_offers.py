"""A plan offers the grid only what it can hold, and earns no less where more is paid."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.decide.facts import facts_of, held_of
from gridtide.decide.offer_terms import standing
from gridtide.decide.offers_made import offers_made
from gridtide.decide.plan import PARTS, Plan
from gridtide.decide.planners.coordinated import Coordinated, written
from gridtide.decide.program import matrix_of
from gridtide.decide.situation import OfferedCapacity, Situation
from gridtide.decide.solving import structured
from gridtide.fleet.product import CapacityProduct, Direction, ProductKind
from gridtide.testing.offering import capacity_product, offering
from gridtide.testing.planners import OBJECTIVE, situations
from gridtide.timeline import epoch_s

NORTH = 1
WAYS = st.sampled_from(list(Direction))
PRICES = st.floats(0.0, 400.0)
HOLDS = st.sampled_from([0.25, 0.5, 1.0])


def seen(*products: CapacityProduct) -> Situation:
    """A seeded situation of two sites, one with a store, that may offer these products."""
    one = next(iter(situations()))
    return replace(one, fleet=offering(one.fleet, *products))


def planned(situation: Situation) -> Plan:
    """The coordinated plan."""
    return Coordinated(objective=OBJECTIVE).plan(situation)


def revenue(situation: Situation, plan: Plan) -> float:
    """Money for the capacity a plan holds."""
    price = [(product.price_per_mw_h or 0.0) / 1000.0 for _, product in situation.fleet.products]
    return float(np.asarray(price) @ (plan.offered_kw * plan.horizon.hours).sum(axis=1))


@settings(max_examples=12, deadline=None)
@given(way=WAYS, price=PRICES, hold_h=HOLDS)
def test_the_worst_call_breaks_no_bound_of_the_store(
    way: Direction, price: float, hold_h: float
) -> None:
    """Called fully from the start of any step of a block for hold_h, or until the block ends, the store stays
    between its limits while the plan goes on beside."""
    situation = seen(capacity_product(price, direction=way, hold_h=hold_h))
    plan, battery = planned(situation), situation.fleet.sites[NORTH].battery
    assert battery is not None
    hours, offered_kw = plan.horizon.hours, plan.offered_kw[0]
    hour = plan.horizon.starts_s // 3600
    least_kwh, most_kwh = battery.soc_min * battery.energy_kwh, battery.energy_kwh
    before = np.append(situation.state.soc_kwh[NORTH], plan.soc_kwh[NORTH])
    for first in np.flatnonzero(offered_kw > 0):
        taken_kwh = brought_kwh = called_h = 0.0
        for step in range(int(first), len(hours)):
            if called_h >= hold_h or hour[step] != hour[first]:
                break
            kwh = offered_kw[step] * min(hours[step], hold_h - called_h)
            called_h += hours[step]
            if way is not Direction.DOWN:
                taken_kwh += kwh / battery.discharge_efficiency
            if way is not Direction.UP:
                brought_kwh += kwh * battery.charge_efficiency
            assert before[step + 1] - taken_kwh >= least_kwh - 1e-6
            assert before[step + 1] + brought_kwh <= most_kwh + 1e-6


@settings(max_examples=12, deadline=None)
@given(way=WAYS, price=PRICES)
def test_a_call_finds_power_in_the_store_and_room_at_the_meter(
    way: Direction, price: float
) -> None:
    """What a call takes off or adds is there beside what the plan does."""
    situation = seen(capacity_product(price, direction=way))
    plan, site = planned(situation), situation.fleet.sites[NORTH]
    assert site.battery is not None
    given_kw = plan.discharge_kw[NORTH] - plan.charge_kw[NORTH]
    drawn_kw = plan.import_kw[NORTH] - plan.export_kw[NORTH]
    up_kw = plan.offered_kw[0] * (way is not Direction.DOWN)
    down_kw = plan.offered_kw[0] * (way is not Direction.UP)
    assert (given_kw + up_kw <= site.battery.discharge_max_kw + 1e-6).all()
    assert (down_kw - given_kw <= site.battery.charge_max_kw + 1e-6).all()
    assert (up_kw - drawn_kw <= site.contract.export_max_kw + 1e-6).all()
    assert (drawn_kw + down_kw <= site.contract.import_max_kw + 1e-6).all()


@settings(max_examples=10, deadline=None)
@given(way=WAYS, prices=st.tuples(PRICES, PRICES))
def test_a_higher_price_never_earns_less_and_never_costs_more(
    way: Direction, prices: tuple[float, float]
) -> None:
    """The same hours at a higher price of capacity."""
    low, high = sorted(prices)
    cheap, dear = (seen(capacity_product(price, direction=way)) for price in (low, high))
    less, more = planned(cheap), planned(dear)
    assert revenue(dear, more) >= revenue(cheap, less) - 1e-6
    assert more.certificate.cost <= less.certificate.cost + 1e-6
    assert more.certificate.lower_bound <= more.certificate.cost


def test_energy_balances_beside_offers() -> None:
    """What comes in is what is needed, and the store holds what went in."""
    situation = seen(capacity_product(100.0))
    plan, battery = planned(situation), situation.fleet.sites[NORTH].battery
    assert battery is not None and plan.offered_kw.max() > 1.0
    went_in = battery.charge_efficiency * plan.charge_kw[NORTH] * plan.horizon.hours
    came_out = plan.discharge_kw[NORTH] * plan.horizon.hours / battery.discharge_efficiency
    held = situation.state.soc_kwh[NORTH] + np.cumsum(went_in - came_out)
    np.testing.assert_allclose(plan.soc_kwh[NORTH], held, atol=1e-6)


def test_an_offer_is_one_number_through_its_block() -> None:
    """Also where it would pay to offer otherwise in each quarter of an hour."""
    situation = seen(capacity_product(20.0))
    plan = planned(situation)
    for hour in np.unique(plan.horizon.starts_s // 3600):
        inside = plan.offered_kw[0, plan.horizon.starts_s // 3600 == hour]
        assert np.ptp(inside) <= 1e-6


def test_blocks_whose_gate_has_closed_are_not_offered() -> None:
    """The hour that runs and the one before whose begin the gate closes."""
    plan = planned(seen(capacity_product(500.0)))
    assert plan.offered_kw[0, :4].max() == 0.0
    assert plan.offered_kw[0, 4:].max() > 0.0


def stands(situation: Situation, offered_kw: float, hours: tuple[int, int]) -> OfferedCapacity:
    """An offer of the north for some hours of the horizon."""
    first, last = (situation.as_of + timedelta(hours=hour) for hour in hours)
    (_, product), *_ = situation.fleet.products
    name = situation.fleet.sites[NORTH].name
    return OfferedCapacity(
        site=name, product=product.name, start=first, end=last, offered_kw=offered_kw
    )


def test_what_stands_is_held_whatever_it_is_worth_now() -> None:
    """A price of 0 takes no offer back, and nothing is added to it."""
    situation = seen(capacity_product(0.0))
    standing_kw = stands(situation, 6.0, (1, 5))
    plan = planned(replace(situation, commitments=(standing_kw,)))
    np.testing.assert_allclose(plan.offered_kw[0, 4:20], 6.0, atol=1e-6)


def test_what_cannot_be_held_any_more_still_has_a_plan() -> None:
    """A store that was emptied holds what it can, and the plan stands."""
    situation = seen(capacity_product(30.0))
    battery = situation.fleet.sites[NORTH].battery
    assert battery is not None
    empty = situation.state.soc_kwh.copy()
    empty[NORTH] = battery.soc_min * battery.energy_kwh
    situation = replace(
        situation,
        state=replace(situation.state, soc_kwh=empty),
        commitments=(stands(situation, battery.discharge_max_kw, (0, 2)),),
    )
    plan = planned(situation)
    assert plan.offered_kw[0, 0] == pytest.approx(0.0, abs=1e-6)


def test_a_turn_offers_the_blocks_whose_gate_closes_before_the_next_plan() -> None:
    """Six hours until the next plan and a gate of one hour: hours 1 to 6, and none of them twice."""
    situation = seen(capacity_product(100.0))
    held = held_of(situation, OBJECTIVE)
    policy = Coordinated(objective=OBJECTIVE)
    from gridtide.decide.dispatchers.price_guided import PriceGuided

    dispatch = PriceGuided(objective=OBJECTIVE).dispatch(
        policy.plan(situation), situation, held, True
    )
    until_s = epoch_s(situation.as_of) + 6 * 3600
    made = tuple(offers_made(situation, dispatch, until_s))
    begun_h = [(one.start - situation.as_of) / timedelta(hours=1) for one in made]
    assert set(begun_h) <= {1.0, 2.0, 3.0, 4.0, 5.0, 6.0} and len(begun_h) >= 4
    again = replace(situation, commitments=made)
    assert tuple(offers_made(again, dispatch, until_s)) == ()
    told_kw = standing(situation.fleet, made, situation.horizon, 0.0)
    assert (told_kw <= dispatch.offered_kw[:, : len(situation.horizon)] + 1e-9).all()


def test_prices_split_into_their_causes_beside_offers() -> None:
    """The parts add up; where the meter limits what is offered, the cause says so."""
    plan = planned(seen(capacity_product(300.0)))
    np.testing.assert_allclose(plan.prices.parts.sum(axis=0), plan.prices.it_price_per_kwh)
    assert np.abs(plan.prices.parts[PARTS.index("regulation")]).max() > 1e-6


def test_a_fleet_without_products_has_the_program_it_had() -> None:
    """Not a column, row or entry more."""
    situation = seen()
    facts = facts_of(situation, OBJECTIVE, held_of(situation, OBJECTIVE))
    program, columns, rows = written(situation, facts)
    assert columns.offered.size == 0 and (rows.offers.meter == -1).all()
    assert program.columns == int(columns.shortfall.max()) + 1 + rows.ramp.size + rows.steep.size


@pytest.mark.parametrize("kind", list(ProductKind))
def test_the_structured_method_reads_offers(kind: ProductKind) -> None:
    """Rows of offers stand at sites and steps: the method finds what simplex finds."""
    products = [
        capacity_product(40.0, kind=kind, direction=way) for way in (Direction.UP, Direction.DOWN)
    ]
    situation = seen(*products)
    facts = facts_of(situation, OBJECTIVE, held_of(situation, OBJECTIVE))
    matrix = matrix_of(written(situation, facts)[0])
    found = structured(matrix, 1e-5)
    exact = planned(situation).certificate
    assert found.objective == pytest.approx(exact.lower_bound, rel=2e-4)


@pytest.mark.parametrize(
    ("up", "down", "bought", "given"),
    [
        (0.3, 0.3, 0.0289, 0.3),
        (0.1, 0.3, 0.0264, 0.2736),
        (0.3, 0.0, 0.0289, 0.3),
        (0.0, 0.0, 0, 0),
    ],
)
def test_the_energy_of_calls_is_that_of_a_store_brought_back_to_where_it_was(
    up: float, down: float, bought: float, given: float
) -> None:
    """By hand, efficiencies of 0.955: calls that balance cost their losses, calls down alone are given back."""
    product = replace(capacity_product(30.0), called_up_share=up, called_down_share=down)
    assert product.bought_and_given(0.955, 0.955) == pytest.approx((bought, given), abs=1e-4)


@settings(max_examples=8, deadline=None)
@given(price=PRICES, shares=st.tuples(st.floats(0.0, 0.5), st.floats(0.0, 0.5)))
def test_energy_of_calls_only_takes_from_what_an_offer_brings(
    price: float, shares: tuple[float, float]
) -> None:
    """Balanced calls never make a plan cheaper, more of them never more so, and its bound stays below it."""
    less, more = sorted(shares)
    plans = [
        planned(
            seen(replace(capacity_product(price), called_up_share=one, called_down_share=one))
        ).certificate
        for one in (0.0, less, more)
    ]
    costs = [plan.cost for plan in plans]
    assert costs[0] <= costs[1] + 1e-6 and costs[1] <= costs[2] + 1e-6
    assert all(plan.lower_bound <= plan.cost for plan in plans)


def test_calls_that_cost_more_than_they_bring_are_not_offered() -> None:
    """Wear alone takes 7.5 per MW h at 0.3 both ways: nothing at 5, something at 60."""
    few, many = (
        planned(seen(replace(capacity_product(price), called_up_share=0.3, called_down_share=0.3)))
        for price in (5.0, 60.0)
    )
    assert few.offered_kw.max() == pytest.approx(0.0, abs=1e-6)
    assert many.offered_kw.max() > 0.0


@pytest.mark.parametrize(("margin", "net_per_h"), [(10.0, 340.0), (30.0, 0.0)])
def test_reg_7_the_plan_offers_regulation_only_where_it_brings_more_than_the_work_it_costs(
    margin: float, net_per_h: float
) -> None:
    """20,000 kW at 30 and a score of 0.9: 540; work worth 10 per MWh costs 200, net 340; worth 30, 600: none."""
    product = replace(capacity_product(30.0), expected_score=0.9, call_cost_per_mw_h=margin)
    net = float(product.worth_per_mw_h(np.asarray([30.0]))[0]) * 20.0
    assert max(net, 0.0) == pytest.approx(net_per_h)
    situation = seen(product)
    offered = planned(situation)
    without = planned(seen(replace(product, offered_max_kw=1e-9)))
    gained = without.certificate.cost - offered.certificate.cost
    if net_per_h == 0.0:
        assert offered.offered_kw.max() == pytest.approx(0.0, abs=1e-6)
    else:
        held_mw_h = float((offered.offered_kw[0] * situation.horizon.hours).sum()) / 1000.0
        assert held_mw_h > 0.0
        assert gained <= held_mw_h * net_per_h / 20.0 + 1e-6
        assert gained > 0.0
