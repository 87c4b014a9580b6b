"""Offers through a telescope hold at every moment, and what they are worth is bounded there."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.decide.dispatchers.price_guided import PriceGuided
from gridtide.decide.facts import facts_of, held_of
from gridtide.decide.held_offers import held_offers
from gridtide.decide.offers_made import offers_made
from gridtide.decide.plan import Plan
from gridtide.decide.planners.coordinated import Coordinated
from gridtide.decide.situation import OfferedCapacity, Situation
from gridtide.decide.telescoped import Telescoped, views_of
from gridtide.digest import digest
from gridtide.fleet.product import CapacityProduct, Direction
from gridtide.testing.offering import capacity_product, offering
from gridtide.testing.planners import OBJECTIVE, situations
from gridtide.timeline import Spans, epoch_s

NORTH = 1
FAR: Spans = ((8, 900), (4, 3600), (12, 4 * 3600))
HOURS: Spans = ((32, 900), (40, 3600))
FEW = settings(max_examples=20, deadline=None)
WAYS = st.sampled_from(list(Direction))
PRICES = st.floats(0.0, 400.0)
TELESCOPES = st.sampled_from([FAR, HOURS, ((4, 900), (10, 1800), (4, 7200))])
BLOCKS = st.sampled_from([0.25, 0.5, 1.0, 2.0, 4.0, 24.0])


def seen(*products: CapacityProduct, number: int = 0) -> Situation:
    """A seeded situation of two sites, one with a store, that may offer these products."""
    one = list(situations())[number]
    return replace(one, fleet=offering(one.fleet, *products))


def through(situation: Situation, telescope: Spans) -> Plan:
    """The plan through the telescope, in the steps of the loop."""
    return Telescoped(objective=OBJECTIVE, telescope=telescope).plan(situation)


@FEW
@given(way=WAYS, price=PRICES, telescope=TELESCOPES, block_h=BLOCKS)
def test_what_is_offered_through_a_telescope_holds_at_every_moment(
    way: Direction, price: float, telescope: Spans, block_h: float
) -> None:
    """A full call finds its power, its energy and room at the meter in every step; a block is one number."""
    product = replace(capacity_product(price, direction=way, hold_h=0.25), block_h=block_h)
    situation = seen(product)
    plan = through(situation, telescope)
    site, battery = situation.fleet.sites[NORTH], situation.fleet.sites[NORTH].battery
    assert battery is not None and plan.offered_kw.shape == (1, len(situation.horizon))
    up_kw = plan.offered_kw[0] * (way is not Direction.DOWN)
    down_kw = plan.offered_kw[0] * (way is not Direction.UP)
    given_kw = plan.discharge_kw[NORTH] - plan.charge_kw[NORTH]
    drawn_kw = plan.import_kw[NORTH] - plan.export_kw[NORTH]
    assert (given_kw + up_kw <= battery.discharge_max_kw + 1e-5).all()
    assert (down_kw - given_kw <= battery.charge_max_kw + 1e-5).all()
    assert (up_kw - drawn_kw <= site.contract.export_max_kw + 1e-5).all()
    assert (drawn_kw + down_kw <= site.contract.import_max_kw + 1e-5).all()
    begin_kwh = np.append(situation.state.soc_kwh[NORTH], plan.soc_kwh[NORTH])
    least_kwh, most_kwh = battery.soc_min * battery.energy_kwh, battery.energy_kwh
    for level_kwh in (begin_kwh[:-1], begin_kwh[1:]):
        taken_kwh = product.hold_h * up_kw / battery.discharge_efficiency
        brought_kwh = product.hold_h * down_kw * battery.charge_efficiency
        assert (level_kwh - taken_kwh >= least_kwh - 1e-5).all()
        assert (level_kwh + brought_kwh <= most_kwh + 1e-5).all()
    for block in np.unique(plan.horizon.starts_s // round(3600 * block_h)):
        inside = plan.horizon.starts_s // round(3600 * block_h) == block
        assert np.ptp(plan.offered_kw[0, inside]) <= 1e-5


@FEW
@given(way=WAYS, price=PRICES, telescope=TELESCOPES)
def test_no_plan_with_offers_beats_the_bound_and_none_through_a_telescope_beats_the_fine(
    way: Direction, price: float, telescope: Spans
) -> None:
    """Cost and bound are those of the loop's steps, revenue taken off."""
    situation = seen(capacity_product(price, direction=way))
    fine = Coordinated(objective=OBJECTIVE).plan(situation).certificate
    coarse = through(situation, telescope).certificate
    near = 1e-4 * abs(fine.run_at_once_cost)
    assert coarse.lower_bound <= fine.cost + near
    assert fine.lower_bound <= coarse.cost + near
    assert coarse.cost - coarse.lower_bound <= 0.25 * abs(fine.run_at_once_cost)


def test_a_telescope_of_the_loops_steps_offers_what_the_regular_plan_does() -> None:
    """To the byte."""
    situation = seen(capacity_product(60.0))
    plan = through(situation, ((1, 900),))
    assert digest(plan) == digest(Coordinated(objective=OBJECTIVE).plan(situation))


def test_capacity_that_pays_well_is_offered_beyond_the_fine_steps() -> None:
    """Coarse steps earn most of what fine ones do."""
    situation = seen(capacity_product(200.0))
    fine, coarse = Coordinated(objective=OBJECTIVE).plan(situation), through(situation, FAR)
    earned = [(plan.offered_kw * plan.horizon.hours).sum() for plan in (fine, coarse)]
    assert earned[1] >= 0.7 * earned[0] > 0.0
    assert coarse.offered_kw[0, 40:].max() > 1.0


def test_a_step_begins_where_a_gate_has_closed_or_an_offer_stands() -> None:
    """So what stands is held by itself, whatever lies beside it in a coarse step."""
    situation = seen(capacity_product(0.0))
    product = situation.fleet.products[0][1]
    stands = OfferedCapacity(
        site=situation.fleet.sites[NORTH].name,
        product=product.name,
        start=situation.as_of + timedelta(hours=9),
        end=situation.as_of + timedelta(hours=10),
        offered_kw=4.0,
    )
    situation = replace(situation, commitments=(stands,))
    edges_s = views_of(
        situation, held_of(situation, OBJECTIVE), OBJECTIVE, FAR
    ).seen.horizon.edges_s
    assert {epoch_s(stands.start), epoch_s(stands.end)} <= set(edges_s.tolist())
    plan = through(situation, FAR)
    np.testing.assert_allclose(plan.offered_kw[0, 36:40], 4.0, atol=1e-5)
    assert np.delete(plan.offered_kw[0], range(36, 40)).max() <= 1e-5


def test_only_what_is_due_is_made_and_comes_from_fine_steps() -> None:
    """Six hours until the next plan, a gate of one hour: hours 1 to 6, all planned in the loop's steps."""
    situation = seen(capacity_product(100.0))
    held = held_of(situation, OBJECTIVE)
    plan = through(situation, HOURS)
    dispatch = PriceGuided(objective=OBJECTIVE).dispatch(plan, situation, held, True)
    until_s = epoch_s(situation.as_of) + 6 * 3600
    begun_h = [
        (one.start - situation.as_of) / timedelta(hours=1)
        for one in offers_made(situation, dispatch, until_s)
    ]
    assert len(begun_h) >= 4 and set(begun_h) <= {1.0, 2.0, 3.0, 4.0, 5.0, 6.0}


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_less_room_at_one_moment_is_less_in_its_whole_block(share: float) -> None:
    """A store that holds less at one quarter of an hour offers its block that much less, and no other block."""
    situation = seen(capacity_product(150.0, direction=Direction.UP))
    facts = facts_of(situation, OBJECTIVE, held_of(situation, OBJECTIVE))
    plan = Coordinated(objective=OBJECTIVE).plan(situation)
    hour = plan.horizon.starts_s // 3600
    step = int(np.flatnonzero(plan.offered_kw[0] > 1.0)[1])
    battery = situation.fleet.sites[NORTH].battery
    assert battery is not None
    discharge = plan.discharge_kw.copy()
    discharge[NORTH, step] = battery.discharge_max_kw - share * plan.offered_kw[0, step]
    charge = plan.charge_kw.copy()
    charge[NORTH, step] = 0.0
    less = replace(plan, discharge_kw=discharge, charge_kw=charge)
    found = held_offers(plan.offered_kw, less, situation, facts)
    inside = hour == hour[step]
    assert (found[0, inside] <= share * plan.offered_kw[0, inside] + 1e-6).all()
    np.testing.assert_allclose(found[0, ~inside], plan.offered_kw[0, ~inside])


def test_where_nothing_is_offered_a_lack_of_room_takes_nothing() -> None:
    """A moment at which a site draws beyond its limit leaves the offers of other blocks as they are."""
    situation = seen(capacity_product(150.0))
    facts = facts_of(situation, OBJECTIVE, held_of(situation, OBJECTIVE))
    plan = Coordinated(objective=OBJECTIVE).plan(situation)
    hour = plan.horizon.starts_s // 3600
    offered_kw = np.where(hour == hour[-1], 0.0, plan.offered_kw)
    drawn = plan.import_kw.copy()
    drawn[NORTH, -1] = 2 * situation.fleet.sites[NORTH].contract.import_max_kw
    with np.errstate(all="raise"):
        found = held_offers(offered_kw, replace(plan, import_kw=drawn), situation, facts)
    np.testing.assert_array_equal(found, offered_kw)
