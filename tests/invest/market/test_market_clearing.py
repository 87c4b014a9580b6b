"""A market clears at least cost: by merit order where nothing ties hours, with starts and reserve where they do."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gridtide.invest.market.clearing import Cleared, Clearing
from gridtide.invest.market.fleets import Kinds, Traits, at_once_kw, fleets_of, kinds_of, window_of
from gridtide.invest.market.planner import by_peak, net_peak_kw
from gridtide.invest.market.system import PowerSystem, Terms, hours_of
from gridtide.invest.market.whole_units import rounded_up, with_whole_units
from gridtide.testing.instances.small_market import small_market

Real = NDArray[np.float64]
SEEDS = st.integers(0, 10_000)


def opened(
    system: PowerSystem, share: float = 0.2, traits: Traits | None = None
) -> tuple[Clearing, Kinds]:
    """The first stretch of a system with three fleets."""
    fleets = fleets_of(system, share, 3, traits or Traits(), 1)
    hours = system.stretches[0]
    kinds = kinds_of(window_of(fleets, hours))
    other = ((1.0 - share) * system.load_kw + fleets.firm_kw.sum())[hours]
    return Clearing(system, hours, other, kinds.window, 2.0), kinds


def by_merit(system: PowerSystem, load_kw: Real) -> tuple[Real, Real]:
    """Cost and price of each hour, units put in by price one after the other."""
    classes = system.classes
    width = (classes.units[:, None] * classes.step_kw).ravel()
    price = classes.step_price_per_mwh.ravel()
    order = np.argsort(price, kind="stable")
    cost, marginal = np.zeros(len(load_kw)), np.zeros(len(load_kw))
    left = np.maximum(load_kw - system.weather.available_kw.sum(axis=1), 0.0)
    for one in order:
        taken = np.minimum(left, width[one])
        cost += taken * price[one] / 1000.0
        marginal = np.where(taken > 0.0, price[one], marginal)
        left = left - taken
    return cost, marginal


@given(seed=SEEDS)
@settings(max_examples=10, deadline=None)
def test_without_starts_reserve_and_stores_it_is_the_merit_order(seed: int) -> None:
    """Cost and price of every hour are those of units put in one after the other."""
    system = small_market(seed, 1, starts=False, reserve=False, store=False)
    clearing, kinds = opened(system)
    drawn = at_once_kw(kinds.window)
    found = clearing.cleared(drawn, offers=False)
    load = clearing.net_kw + system.weather.available_kw.sum(axis=1) + drawn.sum(axis=0)
    cost, price = by_merit(system, load)
    assert found.cost == pytest.approx(cost.sum(), rel=1e-9)
    assert np.allclose(found.price_per_mwh, price, atol=1e-3)
    assert found.bound == pytest.approx(found.cost, rel=1e-9)


@given(seed=SEEDS)
@settings(max_examples=8, deadline=None)
def test_power_and_reserve_are_conserved(seed: int) -> None:
    """What is fed in is drawn, apart from what the lake takes and loses; every product is held, or said to lack."""
    system = small_market(seed)
    clearing, kinds = opened(system)
    found = clearing.cleared(None, offers=True)
    fed = found.output_kw.sum(axis=0) + found.used_kw.sum(axis=0) + found.shed_kw - found.surplus_kw
    load = clearing.net_kw + system.weather.available_kw.sum(axis=1) + found.drawn_kw.sum(axis=0)
    lost = (fed - load).sum()
    assert -1.0 <= lost <= 0.2 * 20_000.0 * len(system), (
        "a lake only loses, a fifth of what it takes"
    )
    held = found.held_kw + found.ready_kw.sum(axis=0) + found.short_kw
    assert (held >= system.reserves.required_kw[:, None] - 1e-3).all()
    assert (found.held_kw >= -1e-3).all() and (found.ready_kw >= -1e-3).all()
    up = system.reserves.upward
    called = found.ready_kw[:, up].sum(axis=1)
    assert (called <= found.drawn_kw + 1e-3).all(), "no fleet promises to drop more than it draws"
    lower = found.ready_kw[:, ~up].sum(axis=1)
    assert (found.drawn_kw + lower <= kinds.window.most_kw[:, None] + 1e-3).all()


@given(seed=SEEDS)
@settings(max_examples=6, deadline=None)
def test_a_price_is_what_a_little_more_load_costs(seed: int) -> None:
    """The duals lie between what one kWh less saves and one more costs, hour by hour."""
    system = small_market(seed, 1)
    clearing, kinds = opened(system)
    drawn = at_once_kw(kinds.window)
    found = clearing.cleared(drawn, offers=False)
    for hour in (3, 19):
        other = clearing.net_kw + system.weather.available_kw.sum(axis=1)
        costs = []
        for sign in (-1.0, 1.0):
            load = other.copy()
            load[hour] += sign
            again = Clearing(system, system.stretches[0], load, kinds.window, 2.0)
            costs.append(again.cleared(drawn, offers=False).cost)
        price = found.price_per_mwh[hour] / 1000.0
        assert found.cost - costs[0] - 1e-5 <= price <= costs[1] - found.cost + 1e-5


def test_a_course_for_the_asking_is_no_cheaper_than_the_best_one() -> None:
    """Fleets inside the clearing cost no more than any course of theirs; the bound is below both."""
    clearing, kinds = opened(small_market(3))
    best = clearing.cleared(None, offers=True)
    at_once = clearing.cleared(at_once_kw(kinds.window), offers=True)
    assert best.bound <= best.cost + 1e-6 and best.cost < at_once.cost


def test_earlier_questions_change_no_answer() -> None:
    """The same question gives the same bytes whatever was asked between."""
    clearing, kinds = opened(small_market(5))
    drawn = at_once_kw(kinds.window)
    clearing.cleared(drawn, offers=False)
    first = clearing.cleared(None, offers=True)
    clearing.cleared(drawn, offers=True, net_peak_kw=1.0)
    second = clearing.cleared(None, offers=True)
    assert first.cost == second.cost
    assert first.price_per_mwh.tobytes() == second.price_per_mwh.tobytes()
    assert first.drawn_kw.tobytes() == second.drawn_kw.tobytes()


def test_whole_units_cost_no_less_than_the_bound_and_keep_their_least_times() -> None:
    """Rounded up, units only begin where they stood long enough and only stop where they ran long enough."""
    system = small_market(8)
    clearing, kinds = opened(system)
    still = clearing.cleared(at_once_kw(kinds.window), offers=False)
    on = rounded_up(system.classes, still.on)
    assert (on == np.round(on)).all() and (on >= still.on - 1e-5).all()
    assert (on <= system.classes.units[:, None]).all()
    hours = on.shape[1]
    for one in range(len(system.classes)):
        starts = np.maximum(on[one] - np.roll(on[one], 1), 0.0)
        stops = np.maximum(np.roll(on[one], 1) - on[one], 0.0)
        for hour in range(hours):
            up = sum(starts[hour - back] for back in range(int(system.classes.min_up_h[one])))
            down = sum(stops[hour - back] for back in range(int(system.classes.min_down_h[one])))
            assert up <= on[one, hour] + 1e-9
            assert down <= system.classes.units[one] - on[one, hour] + 1e-9
    whole = with_whole_units([clearing], [still], system.weight)
    assert whole.bound <= whole.cost and whole.gap >= 0.0


def test_the_relaxation_is_below_every_commitment_of_whole_units() -> None:
    """Every way to run whole units over a few hours, tried one by one, costs no less than the bound."""
    system = small_market(2, 1, reserve=False, store=False)
    clearing, kinds = opened(system)
    drawn = at_once_kw(kinds.window)
    relaxed = clearing.cleared(drawn, offers=False)
    dearest = np.repeat(system.classes.units[:, None], len(system), axis=1)
    costs = []
    for counts in product(range(3), repeat=len(system.classes)):
        on = np.minimum(np.repeat(np.array(counts, float)[:, None], len(system), axis=1), dearest)
        costs.append(clearing.cleared(drawn, offers=False, on=on).cost)
    rounded = clearing.cleared(drawn, offers=False, on=rounded_up(system.classes, relaxed.on)).cost
    assert relaxed.bound <= min(costs) + 1e-6 and relaxed.bound <= rounded + 1e-6


def brute_peak(clearing: Clearing, system: PowerSystem, limits: Real) -> float:
    """The least year's cost over many limits of the net load."""
    rate = system.terms.peak_cost_per_kw_year

    def year(found: Cleared) -> float:
        return system.weight * (found.cost - found.passed_cost) + rate * net_peak_kw(
            [clearing], [found]
        )

    return min(
        year(clearing.cleared(None, offers=True, net_peak_kw=float(limit))) for limit in limits
    )


@pytest.mark.parametrize("seed", [1, 4, 9])
def test_one_planner_finds_the_least_cost_with_capacity(seed: int) -> None:
    """No limit of net load among many is cheaper, and the bound that it proves meets its cost."""
    system = small_market(seed)
    clearing, kinds = opened(system)
    clearing.cleared(at_once_kw(kinds.window), offers=False)
    (found,), bound = by_peak([clearing], system)
    rate = system.terms.peak_cost_per_kw_year
    cost = system.weight * (found.cost - found.passed_cost) + rate * net_peak_kw(
        [clearing], [found]
    )
    assert bound <= cost * (1.0 + 1e-9) and cost - bound <= 2e-6 * cost
    peak = net_peak_kw([clearing], [clearing.cleared(None, offers=True)])
    assert cost <= brute_peak(clearing, system, np.linspace(0.6, 1.0, 21) * peak) * (1.0 + 1e-6)


def test_ramps_bind_where_an_hour_is_too_short() -> None:
    """A class whose ramp is slower than its steps moves no faster than it."""
    system = small_market(6)
    clearing, kinds = opened(system)
    found = clearing.cleared(at_once_kw(kinds.window), offers=False)
    classes = system.classes
    slow = np.flatnonzero(60.0 * classes.ramp_kw_per_min < classes.step_kw.sum(axis=1))
    assert len(slow), "the instance has slow units"
    above = found.output_kw - classes.lowest_kw[:, None] * found.on
    for one in slow:
        rise = np.diff(above[one])
        assert (rise <= 60.0 * classes.ramp_kw_per_min[one] * found.on[one, 1:] + 1e-3).all()


def test_terms_below_nothing_and_stretches_of_nothing_are_refused() -> None:
    """Inside the house a broken noun raises."""
    with pytest.raises(ValueError, match="below 0"):
        Terms(reserve_margin=-0.1)
    hours, edges = hours_of((1, 2, 5))
    assert edges.tolist() == [0, 48, 72] and hours[48] == 96


@pytest.mark.parametrize(
    ("days", "year_h"), [(2, 8_760), (365, 8_760), (366, 8_784), (500, 8_760), (730, 8_760)]
)
def test_hours_stand_for_one_year_however_long_their_table(days: int, year_h: int) -> None:
    """A leap year is one; more is a year of 8,760 hours on average, as a year's capacity stands beside it once."""
    system = small_market(1, days)
    assert system.weight * len(system) == pytest.approx(year_h)
