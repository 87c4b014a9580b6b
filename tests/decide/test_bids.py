"""Bids by price: what they say, how they clear, and what they come to in a plan."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from gridtide.decide.bid import Bid
from gridtide.decide.bids import bid_plan, bought_at, cleared, steps_of
from gridtide.decide.capacity_bids import capacity_bids
from gridtide.decide.constraints.declared import add_bought
from gridtide.decide.constraints.falling import add_falling
from gridtide.decide.facts import contract_prices_per_mwh, facts_of, held_of
from gridtide.decide.planners.coordinated import Coordinated
from gridtide.decide.program import Program, matrix_of
from gridtide.decide.situation import Commitment, Situation
from gridtide.decide.solving import solution_of
from gridtide.decide.uncertain.copies import solved_over_copies, written_apart
from gridtide.decide.uncertain.cvar import courses_of
from gridtide.decide.uncertainty import in_course
from gridtide.fleet.agreement import Delivery, Ppa, Volume
from gridtide.fleet.contract import Exposure
from gridtide.signals.signal import Kind, Nature
from gridtide.testing.offering import capacity_product, offering
from gridtide.testing.planners import OBJECTIVE
from gridtide.testing.spread import known, with_courses
from gridtide.testing.studies import START

NEAR = 1e-6


def bid(prices: tuple[float, ...] = (40.0, 80.0), kw: tuple[float, ...] = (9.0, 5.0, 2.0)) -> Bid:
    """A bid for the first hour."""
    return Bid(
        site="east",
        start=START,
        end=START + timedelta(hours=1),
        up_to_price_per_mwh=prices,
        quantity_kw=kw,
    )


def test_each_quantity_is_taken_up_to_its_price() -> None:
    """The limit itself still buys; above the last limit the last quantity is bought at any price."""
    assert [bid().taken_kw(price) for price in (-500.0, 40.0, 40.1, 80.0, 1e6)] == [
        9.0,
        9.0,
        5.0,
        5.0,
        2.0,
    ]
    assert bought_at(bid(), 60.0).position_kw == 5.0


@pytest.mark.parametrize(
    ("prices", "kw"),
    [((80.0, 40.0), (9.0, 5.0, 2.0)), ((40.0,), (5.0, 9.0)), ((40.0,), (5.0,)), ((), (-1.0,))],
)
def test_a_bid_that_rises_with_its_price_is_refused(
    prices: tuple[float, ...], kw: tuple[float, ...]
) -> None:
    """Also one with too few quantities, and one below 0."""
    with pytest.raises(ValueError):
        bid(prices, kw)


@given(st.lists(st.tuples(st.floats(-100, 300), st.floats(0, 1e5)), min_size=1, max_size=12))
def test_steps_through_any_points_make_a_bid_that_falls(points: list[tuple[float, float]]) -> None:
    """Whatever the points, the bid buys no more at a higher price, and never more than the most of them."""
    price, kw = (np.asarray(part) for part in zip(*points, strict=True))
    limits, quantities = steps_of(price, kw)
    made = bid(limits, quantities)
    taken = [made.taken_kw(one) for one in np.sort(price)]
    assert all(less <= more for more, less in pairwise(taken))
    assert max(quantities) <= kw.max() + NEAR


def asked_everywhere(situation: Situation) -> NDArray[np.bool_]:
    """Every step of every site."""
    return np.ones((len(situation.fleet.sites), len(situation.horizon)), dtype=np.bool_)


def test_no_course_draws_more_of_an_hour_because_it_is_dearer() -> None:
    """In every cell the draws of the courses fall as their prices rise."""
    for situation in known():
        seen = with_courses(situation, 4, seed=3)
        found = bid_plan(seen, OBJECTIVE, held_of(seen, OBJECTIVE), asked_everywhere(seen))
        order = np.argsort(found.price_per_mwh, axis=0, kind="stable")
        draw = np.take_along_axis(found.bought_kw, order, axis=0)
        assert (np.diff(draw, axis=0) <= 1e-5).all()
        assert len(found.bids) == asked_everywhere(seen).sum()


def test_bids_cost_no_less_than_plans_that_know_their_course() -> None:
    """What ties the courses is a limit: the mean of plans that are free of it is a bound."""
    for situation in known():
        seen = with_courses(situation, 3, seed=5)
        held = held_of(seen, OBJECTIVE)
        found = bid_plan(seen, OBJECTIVE, held, asked_everywhere(seen))
        free = [
            Coordinated(objective=OBJECTIVE).plan(in_course(seen, one)).certificate.cost
            for one in range(3)
        ]
        assert found.mean_cost >= np.mean(free) - NEAR * (1.0 + abs(np.mean(free)))


def paying(situation: Situation, price_per_mwh: float) -> Situation:
    """The situation whose sites pay so much for leaving what they bought."""
    return replace_contracts(situation, deviation_price_per_mwh=price_per_mwh)


def replace_contracts(situation: Situation, **terms: object) -> Situation:
    """The situation whose sites have other terms in their contracts."""
    sites = tuple(
        replace(site, contract=replace(site.contract, **terms))  # type: ignore[arg-type]
        for site in situation.fleet.sites
    )
    return replace(situation, fleet=replace(situation.fleet, sites=sites))


def tied_cost(situation: Situation, *, one_quantity: bool) -> float:
    """The mean cost of the courses' plans under bids, or under one quantity at any price, left where that pays."""
    asked = asked_everywhere(situation)
    facts = facts_of(situation, OBJECTIVE, held_of(situation, OBJECTIVE))
    program = Program()
    copies = written_apart(program, situation, courses_of(situation, facts, OBJECTIVE))
    bought = [add_bought(program, copy.columns, copy.facts, asked) for copy in copies]
    seen = [in_course(situation, one) for one in range(len(copies))]
    price = [contract_prices_per_mwh(one)[0] for one in seen]
    add_falling(program, bought, [0.0 * one if one_quantity else one for one in price], asked)
    solution = solved_over_copies(matrix_of(program), copies, solution_of)
    assert solution.feasible
    return solution.objective / len(copies)


@pytest.mark.parametrize(("leaving_per_mwh", "seed"), [(0.0, 3), (10.0, 3), (60.0, 8)])
def test_bids_expect_to_cost_no_more_than_one_quantity(leaving_per_mwh: float, seed: int) -> None:
    """One quantity is a bid too, so that no bid expects to cost more, whatever leaving it costs."""
    for situation in known():
        seen = paying(with_courses(situation, 3, seed=seed), leaving_per_mwh)
        found = bid_plan(seen, OBJECTIVE, held_of(seen, OBJECTIVE), asked_everywhere(seen))
        one_quantity = tied_cost(seen, one_quantity=True)
        assert found.mean_cost <= one_quantity + NEAR * (1.0 + abs(one_quantity))


def test_bids_expect_to_cost_more_the_dearer_leaving_them_is() -> None:
    """From plans that know their course, where leaving costs next to nothing, to those that draw what was bought."""
    situation = with_courses(next(iter(known())), 3, seed=3)
    held = held_of(situation, OBJECTIVE)
    costs = [
        bid_plan(paying(situation, price), OBJECTIVE, held, asked_everywhere(situation)).mean_cost
        for price in (1e-3, 10.0, 60.0, 1e4)
    ]
    assert costs == sorted(costs) and costs[-1] - costs[0] > 1e-3 * abs(costs[0])
    stuck = bid_plan(situation, OBJECTIVE, held, asked_everywhere(situation)).mean_cost
    assert costs[-1] == pytest.approx(stuck, rel=1e-6)


@pytest.mark.parametrize("leaving_per_mwh", [0.0, 30.0])
def test_what_an_agreement_delivers_is_not_bid_for(leaving_per_mwh: float) -> None:
    """A flat band of 5 kW to a site that bids: every quantity is so much less, and never below 0."""
    band = Ppa(
        delivery=Delivery.PHYSICAL, volume=Volume.BASELOAD, strike_per_mwh=50.0, baseload_kw=5.0
    )
    plain = paying(with_courses(next(iter(known())), 3, seed=3), leaving_per_mwh)
    buying = replace_contracts(plain, exposure=Exposure.TWO_SETTLEMENT)
    agreed = replace_contracts(buying, agreements=(band,))
    held = held_of(plain, OBJECTIVE)
    without = bid_plan(buying, OBJECTIVE, held, asked_everywhere(plain))
    found = bid_plan(agreed, OBJECTIVE, held, asked_everywhere(plain))
    assert found.mean_cost == pytest.approx(without.mean_cost, rel=1e-7)
    bought, drawn = found.bought_kw.sum(axis=2), without.bought_kw.sum(axis=2)
    np.testing.assert_allclose(bought, drawn - 5.0 * len(plain.horizon), rtol=0.02)
    assert min(min(one.quantity_kw) for one in found.bids) >= 0.0


def test_without_courses_a_bid_is_one_quantity_at_any_price() -> None:
    """What the plan would draw."""
    situation = next(iter(known()))
    found = bid_plan(
        situation, OBJECTIVE, held_of(situation, OBJECTIVE), asked_everywhere(situation)
    )
    assert all(one.up_to_price_per_mwh == () for one in found.bids)


def test_a_bid_clears_when_its_price_is_published_and_not_before() -> None:
    """A forecast clears nothing."""
    situation = next(iter(known()))
    price = next(one for one in situation.signals if one.kind is Kind.PRICE and one.zone == "east")
    expected = replace(price, nature=Nature.FORECAST)
    published = replace(price, nature=Nature.ACTUAL)
    standing = replace(bid(), start=situation.as_of, end=situation.as_of + timedelta(minutes=15))
    before = replace(situation, signals=(expected,))
    after = replace(situation, signals=(published, expected))
    assert cleared((standing,), before) == (standing,)
    (position,) = cleared((standing,), after)
    assert isinstance(position, Commitment)
    assert position.position_kw == standing.taken_kw(float(price.values[0]))


def test_more_capacity_is_offered_at_a_higher_price_never_less() -> None:
    """Every bid rises, and none is more than the product allows."""
    plain = next(iter(known()))
    situation = replace(plain, fleet=offering(plain.fleet, capacity_product()))
    found = capacity_bids(situation, OBJECTIVE, held_of(situation, OBJECTIVE))
    assert found
    most_kw = {p.name: p.offered_max_kw for site in situation.fleet.sites for p in site.products}
    for one in found:
        assert list(one.quantity_kw) == sorted(one.quantity_kw)
        assert list(one.from_price_per_mw_h) == sorted(set(one.from_price_per_mw_h))
        assert one.quantity_kw[-1] <= most_kw[one.product] + NEAR


def test_a_block_that_the_horizon_cuts_is_not_bid_for() -> None:
    """Blocks of five hours over a day: the one that begins last is left to a later plan."""
    plain = next(iter(known()))
    product = replace(capacity_product(), block_h=5.0)
    situation = replace(plain, fleet=offering(plain.fleet, product))
    found = capacity_bids(situation, OBJECTIVE, held_of(situation, OBJECTIVE))
    hours = {
        (datetime.fromisoformat(one.end) - datetime.fromisoformat(one.start)).total_seconds() / 3600
        for one in found
    }
    assert hours == {5.0}
