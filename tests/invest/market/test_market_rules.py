"""Rules between fleets and a market: one planner is the least, work is the same under all, alike is treated alike."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.digest import digest
from gridtide.invest.market.fleets import Traits
from gridtide.invest.market.outcome import Outcome, feedback, outcome_of, rebound
from gridtide.invest.market.rules import RULES, Market
from gridtide.invest.market.shares import Moved, over_reaction, saturation
from gridtide.testing.instances.small_market import small_market


@cache
def outcomes(seed: int, share: float, alike: bool = False) -> tuple[Market, dict[str, Outcome]]:
    """Every rule at a share of a small market."""
    market = Market(small_market(seed), share, 4, Traits(alike=alike), 1, rounds=8)
    return market, {name: outcome_of(market, rule(market)) for name, rule in RULES.items()}


@given(seed=st.integers(0, 500), share=st.sampled_from([0.02, 0.1, 0.3, 0.6]))
@settings(max_examples=6, deadline=None)
def test_no_rule_is_cheaper_than_one_planner_and_no_promise_is_broken(
    seed: int, share: float
) -> None:
    """Energy, reserve and capacity together; all work is done, in time, and as much of it under every rule."""
    _, found = outcomes(seed, share)
    planner = found["planner"]
    served = planner.fleet_kw.sum(axis=1)
    for name, one in found.items():
        assert planner.cost <= one.cost * (1.0 + 3e-6), name
        assert not one.late_kwh.any(), name
        assert np.allclose(one.fleet_kw.sum(axis=1), served, rtol=1e-9), name
        assert np.allclose(one.load_kw.sum(), planner.load_kw.sum(), rtol=1e-9), name
    assert planner.bound is not None and planner.bound <= planner.cost * (1.0 + 1e-9)
    assert found["bids"].energy_cost <= min(one.energy_cost for one in found.values()) * (
        1.0 + 1e-9
    )


def test_fleets_that_are_alike_get_the_same() -> None:
    """Power, bill and promises, under every rule."""
    _, found = outcomes(3, 0.3, alike=True)
    for name, one in found.items():
        assert np.allclose(one.fleet_kw, one.fleet_kw[0]), name
        assert np.allclose(one.bills, one.bills[0]), name


def test_the_same_seed_gives_the_same_bytes() -> None:
    """Twice the same market, and another seed another one."""
    first, second, other = (
        outcome_of(market, RULES["bids"](market))
        for market in (Market(small_market(3), 0.2, 4, Traits(), seed) for seed in (1, 1, 2))
    )
    assert digest(first) == digest(second) != digest(other)


def test_fleets_too_small_to_move_a_price_get_what_it_promised() -> None:
    """As their share goes to 0 the published price is the one they meet, and it serves as well as bids do."""
    system = small_market(4, reserve=False)
    market = Market(system, 1e-5, 3, Traits(), 1)
    found = {name: outcome_of(market, RULES[name](market)) for name in ("none", "price", "bids")}
    felt = feedback(market, found["none"], found["price"])
    assert felt.spread_kept == pytest.approx(1.0, abs=0.02)
    saved = [found["none"].energy_cost - found[name].energy_cost for name in ("price", "bids")]
    assert saved[0] == pytest.approx(saved[1], rel=0.02) and saved[1] > 0.0


def test_large_fleets_carry_the_price_with_them_and_make_a_peak_together() -> None:
    """The spread shrinks with the share; at a large one all of them draw at once, above what was the highest load."""
    kept = []
    for share in (0.02, 0.2, 0.6):
        market, found = outcomes(4, share)
        kept.append(feedback(market, found["none"], found["price"]).spread_kept)
    assert kept == sorted(kept, reverse=True) and kept[-1] < 0.5 * kept[0]
    market, found = outcomes(4, 0.6)
    by_price = rebound(market, found["none"], found["price"])
    by_bids = rebound(market, found["none"], found["bids"])
    assert by_price.fleet_step_kw >= by_bids.fleet_step_kw > 0.0
    assert by_price.net_peak_kw >= by_bids.net_peak_kw * (1.0 - 1e-9)
    assert 0.0 < by_price.together <= 1.0 + 1e-9


def test_rounds_prove_how_far_they_are_from_bids() -> None:
    """The bound of each stretch is below what bids cost, bids below the cheapest round; undamped ones begin alike."""
    market, _ = outcomes(4, 0.3)
    ruled, bids = RULES["rounds"](market), RULES["bids"](market)
    for trail, undamped, best in zip(ruled.trails, ruled.undamped, bids.cleared, strict=True):
        assert trail.bound <= best.cost * (1.0 + 1e-9)
        assert best.cost <= min(trail.costs) * (1.0 + 1e-9)
        assert trail.close == (trail.gap <= 1e-4)
        shared = min(len(trail.costs), len(undamped.costs), 2)
        assert undamped.costs[:shared] == trail.costs[:shared]


def test_a_credit_is_paid_in_hours_of_highest_net_load() -> None:
    """The announced hours are the highest of nobody moving, and fleets draw no more in them than they did."""
    market, found = outcomes(4, 0.1)
    still = found["none"]
    assert (
        still.net_load_kw[market.credited].min()
        >= np.delete(still.net_load_kw, market.credited).max()
    )
    credited = found["capacity"].fleet_kw[:, market.credited].sum()
    assert credited <= still.fleet_kw[:, market.credited].sum() + 1e-6


def test_bills_and_costs_come_out_of_prices_again() -> None:
    """Without reserve: energy at cleared prices, and capacity by the draw in announced hours as nobody moves."""
    system = small_market(4, reserve=False)
    market = Market(system, 0.2, 3, Traits(), 1)
    still, moved = (outcome_of(market, RULES[name](market)) for name in ("none", "price"))
    rate = system.terms.capacity_cost_per_kw_year * (1.0 + system.terms.reserve_margin)
    for one in (still, moved):
        energy = system.weight * (one.fleet_kw * one.price_per_mwh).sum(axis=1) / 1000.0
        charged = still.fleet_kw[:, market.credited].mean(axis=1)
        assert np.allclose(one.bills, energy + rate * charged, rtol=1e-9)
        assert one.capacity_cost == pytest.approx(rate * one.net_load_kw.max(), rel=1e-9)


def test_reserve_saturates_in_proportion_to_the_share() -> None:
    """Twice the fleets hold twice as much ready, so that the share at which all need is met does not depend on it."""
    system = small_market(4)
    small, large = (
        saturation(system, Market(system, share, 4, Traits(), 1)) for share in (0.1, 0.2)
    )
    assert small.from_share is not None and large.from_share == pytest.approx(
        small.from_share, rel=1e-9
    )
    assert small.needed_kw == 15_000.0
    none = small_market(4, reserve=False)
    assert saturation(none, Market(none, 0.1, 4, Traits(), 1)).from_share == 0.0


def told(share: float) -> Moved:
    """Saves most at 0.3, nothing from 0.6 on; the spread turns at 0.45."""
    return Moved(saved=share * (0.6 - share), spread=1.0 - share / 0.45)


def test_where_a_price_over_reacts_is_found_between_the_shares_asked() -> None:
    """Within half a percent of the load, of a rule whose turns are known."""
    shares = [0.1, 0.2, 0.5, 0.8]
    found = over_reaction(shares, [told(share) for share in shares], [0.06, 0.1, 0.2, 0.3], told)
    assert found.most_saved_at == pytest.approx(0.3, abs=0.006)
    assert found.worse_than_none_from == pytest.approx(0.6, abs=0.006)
    assert found.spread_turned_from == pytest.approx(0.45, abs=0.006)
    assert found.half_of_spread_from == pytest.approx(0.225, abs=1e-9)
    assert found.a_tenth_lost_from is not None and found.looked > 4


def test_where_nothing_turns_nothing_is_said_and_nothing_looked_for() -> None:
    """Up to the highest share asked; without looking, the shares asked stand for themselves."""
    shares = [0.05, 0.1]
    found = over_reaction(
        shares, [told(share) for share in shares], [told(s).saved for s in shares], None
    )
    assert (found.most_saved_at, found.worse_than_none_from, found.spread_turned_from) == (
        None,
        None,
        None,
    )
    assert found.a_tenth_lost_from is None and found.looked == 0
    far = [0.2, 0.7, 0.9]
    plain = over_reaction(far, [told(share) for share in far], [1.0, 1.0, 1.0], None)
    assert plain.most_saved_at == 0.2 and plain.worse_than_none_from == 0.7
    assert plain.a_tenth_lost_from == 0.2
