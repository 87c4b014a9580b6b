"""Capacity is credited as capacity that never fails, and its price falls along a curve as more is offered."""

from dataclasses import replace
from functools import cache
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.invest.market.capacity import (
    AtCriterion,
    CapacityTerms,
    at_criterion,
    credit_of,
    held_kw,
    held_through,
    unit_kw,
)
from gridtide.invest.market.fleets import Traits, Window, late_kwh
from gridtide.invest.market.outcome import outcome_of
from gridtide.invest.market.rules import RULES, Market
from gridtide.invest.market.system import PowerSystem
from gridtide.testing.instances.small_market import small_market

TERMS = CapacityTerms()


def failing(seed: int = 1, rate: float = 0.08) -> PowerSystem:
    """Units that fail, of different sizes."""
    system = small_market(seed, 2, starts=False, reserve=False, store=False)
    classes = replace(system.classes, outage_rate=np.full(len(system.classes), rate))
    return replace(system, classes=classes)


@cache
def found() -> tuple[PowerSystem, AtCriterion]:
    """A system at its criterion, nobody moving."""
    system = failing()
    at = at_criterion(system, system.load_kw, TERMS.lole_h)
    assert at is not None
    return system, at


def lole_h(system: PowerSystem, net_kw: np.ndarray) -> float:
    """Expected hours of a year in which load lacks, every state of every unit counted."""
    sizes = np.repeat(unit_kw(system.classes), system.classes.units.astype(int))
    rates = np.repeat(system.classes.outage_rate, system.classes.units.astype(int))
    total = 0.0
    for state in product((0, 1), repeat=len(sizes)):
        up = np.array(state)
        chance = float(np.prod(np.where(up, 1.0 - rates, rates)))
        total += chance * float((net_kw > up @ sizes + 1e-6).sum())
    return system.weight * total


def test_the_load_is_multiplied_until_it_lacks_as_long_as_it_may() -> None:
    """By every state of all units; a little more load lacks for longer."""
    system, at = found()
    feed = at.feed_kw.sum(axis=0)
    step = at.table.step_kw
    assert lole_h(system, at.load_kw - feed - 2.0 * step) <= TERMS.lole_h
    assert lole_h(system, 1.0001 * at.load_kw - feed + 2.0 * step) > TERMS.lole_h


def test_a_class_is_credited_less_the_more_it_fails_and_never_more_than_it_is() -> None:
    """Units that never fail count in full; sun and wind by what they give when it lacks."""
    system, at = found()
    assert ((at.class_share > 0.0) & (at.class_share < 1.0)).all()
    worse = at_criterion(failing(rate=0.16), system.load_kw, TERMS.lole_h)
    assert worse is not None and (worse.class_share < at.class_share).all()
    sure = at_criterion(failing(rate=0.0), system.load_kw, TERMS.lole_h)
    assert sure is not None and sure.class_share == pytest.approx(
        np.ones(len(sure.class_share)), abs=1e-2
    )
    assert ((at.feed_share >= 0.0) & (at.feed_share <= 1.0)).all()


def test_a_system_that_can_feed_nothing_has_no_criterion() -> None:
    """Units that are always lost, and no weather."""
    system = failing(rate=1.0)
    dark = replace(system.weather, available_kw=0.0 * system.weather.available_kw)
    assert at_criterion(replace(system, weather=dark), system.load_kw, TERMS.lole_h) is None


def test_the_price_falls_along_the_curve_as_fleets_offer_more() -> None:
    """Each kW is paid less at a larger share, what is credited is no more than the fleets draw."""
    told = []
    for share in (0.05, 0.4):
        market = Market(failing(), share, 3, Traits(flexible=0.9), 1)
        still, after = (outcome_of(market, RULES[rule](market)) for rule in ("none", "planner"))
        at = at_criterion(market.system, still.load_kw, TERMS.lole_h)
        assert at is not None
        assert credit_of(market, TERMS, at, still, still).perfect_kw == 0.0
        credit = credit_of(market, TERMS, at, still, after)
        assert 0.0 < credit.perfect_kw <= still.fleet_kw.sum(axis=0).max()
        held = 1.0 + credit.perfect_kw / at.required_kw
        assert credit.price_per_kw_year == pytest.approx(80.0 * TERMS.price_share(held))
        assert credit.paid_per_year == pytest.approx(credit.price_per_kw_year * credit.perfect_kw)
        told.append(credit)
    assert told[1].perfect_kw > told[0].perfect_kw
    assert told[1].price_per_kw_year < told[0].price_per_kw_year


def test_a_longer_call_is_held_with_no_more() -> None:
    """And never with more than the flexible work that runs."""
    market = Market(failing(), 0.2, 3, Traits(), 1)
    held = list(held_through(market).values())
    assert all(longer <= shorter + 1e-6 for shorter, longer in pairwise(held))
    assert 0.0 < held[0] <= sum(float(one.sum(axis=0).max()) for one in market.at_once)


@given(slack=st.integers(0, 12), hours=st.integers(1, 10), most=st.floats(1.0, 3.0))
@settings(max_examples=25, deadline=None)
def test_work_that_waits_as_long_as_a_call_lets_all_of_it_be_held(
    slack: int, hours: int, most: float
) -> None:
    """Level work of 100 kW: by hand, as much as can wait through the call and be caught up outside of it."""
    arrived = 100.0 * np.arange(1.0, 49.0)
    due = arrived - 100.0 * slack
    window = Window(due_kwh=due[None], arrived_kwh=arrived[None], most_kw=np.array([100.0 * most]))
    drawn = np.full((1, 48), 100.0)
    assert late_kwh(window, drawn).max() == 0.0
    (found,) = held_kw(window, drawn, slice(20, 20 + hours))
    caught_up = 100.0 * (most - 1.0) * (48 - hours)
    expected = min(100.0, 100.0 * slack / hours, caught_up / hours)
    assert found == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(
    "curve", [(), ((1.0, 1.0), (1.0, 0.5)), ((1.0, 0.5), (1.1, 0.6)), ((-1.0, 1.0),)]
)
def test_a_curve_that_is_none_is_refused(curve: tuple[tuple[float, float], ...]) -> None:
    """No point, capacity that does not rise, a price that does, below 0."""
    with pytest.raises(ValueError, match="curve"):
        CapacityTerms(curve=curve)
