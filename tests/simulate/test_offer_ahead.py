"""What is offered before the hours holds in them, by jobs and store together, at a price that pays for the work."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.case.load import load_case
from gridtide.decide.regulators.merit_order import MeritOrder
from gridtide.digest import digest
from gridtide.signals.agc import AgcSignal
from gridtide.simulate.flexing import Standing, Window, standing_at
from gridtide.simulate.following import follow
from gridtide.simulate.offer_ahead import HeldOffers, held_offers_ahead
from gridtide.simulate.policies import policy_named
from gridtide.simulate.truth import truth_of
from gridtide.testing.regulators import MANY, adverse_signal

CASE = Path(__file__).parents[2] / "examples" / "regulating.toml"
HOURS = 1


@cache
def standing() -> Standing:
    """The example a day after its start."""
    way, forecaster, known = policy_named("coordinated", load_case(CASE))
    return standing_at(known, truth_of(known), way, forecaster, 96, lambda done, steps: None)


def held(stands: Standing) -> HeldOffers:
    """What holds through an hour."""
    return held_offers_ahead(Window.of(stands, 3600 * HOURS), 0, MeritOrder.law, HOURS)


@cache
def usual() -> HeldOffers:
    """Of the example as it stands."""
    return held(standing())


@cache
def scarce() -> HeldOffers:
    """Where every accelerator-hour later costs one of money."""
    stands = standing()
    prices = stands.plan.prices
    dear = replace(prices, accelerator_price_per_h=np.ones_like(prices.accelerator_price_per_h))
    return held(replace(stands, plan=replace(stands.plan, prices=dear)))


def test_nothing_is_offered_for_nothing() -> None:
    """Also where holding it would cost nothing."""
    assert usual().worth_most(0.0).offer.most_kw == 0.0
    assert usual().worth_most(-5.0).offer.most_kw == 0.0


def test_running_work_carries_more_than_the_store_alone() -> None:
    """Half full, the store gives 1,250 kW for an hour; with gangs half as much again holds both ways."""
    (site,) = standing().study.fleet.sites
    assert site.battery is not None
    assert usual().most_kw > 0.75 * site.battery.energy_kwh


def test_work_that_is_dear_later_takes_a_price_that_pays_for_it() -> None:
    """With scarce machines a low price is worth less than the work it slows, a high one is worth all that holds."""
    dear = scarce()
    assert dear.costs[-1] > 100.0 and (np.diff(dear.costs) >= 0.0).all()
    low, high = (dear.worth_most(price) for price in (1.0, 1e5))
    assert low.offer.most_kw < high.offer.most_kw == dear.kw[-1]
    assert low.earned >= low.cost and high.earned >= high.cost


@settings(MANY, max_examples=60)
@given(prices=st.tuples(st.floats(0.0, 2000.0), st.floats(0.0, 2000.0)), rare=st.booleans())
def test_a_higher_price_never_takes_an_offer_back(prices: tuple[float, float], rare: bool) -> None:
    """Offer and gain grow with the price."""
    offers = scarce() if rare else usual()
    less, more = (offers.worth_most(price) for price in sorted(prices))
    assert more.offer.most_kw >= less.offer.most_kw
    assert more.earned - more.cost >= less.earned - less.cost - 1e-6


@settings(MANY, max_examples=10)
@given(seed=st.integers(0, 2**20), kind=st.integers(0, 3))
def test_all_that_is_offered_is_held_by_the_twin_on_any_signal(seed: int, kind: int) -> None:
    """The largest offer, through an hour of rails, turns or walks: nothing cut, nothing beyond reach, none late."""
    offer = usual().worth_most(1e6).offer
    signal = AgcSignal(every_s=4, less=adverse_signal(seed, kind), source="adverse")
    found = follow(Window.of(standing(), 3600), 0, signal, offer, MeritOrder())
    assert found.availability == 1.0
    assert (found.missed, found.exhausted_s) == (0, 0)


def test_true_lengths_decide_nothing() -> None:
    """Jobs that will run longer than anybody knows leave the offer as it is."""
    stands = standing()
    longer = replace(stands.study, true_s=np.asarray(stands.study.true_s * 1.2, dtype=np.int64))
    assert digest(held(replace(stands, study=longer))) == digest(usual())
