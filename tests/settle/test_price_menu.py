"""A menu of prices: later is never dearer, and it earns what one price earns."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.settle.price_menu import price_menu, today_shares

COSTS = st.lists(st.floats(0.0, 50.0), min_size=1, max_size=6)


@given(
    costs=COSTS,
    flat=st.floats(0.0, 100.0),
    passed_on=st.floats(0.0, 1.0),
    sensitivity=st.floats(0.0, 100.0),
    seed=st.integers(0, 1000),
)
def test_a_menu_earns_what_one_price_earns_and_later_is_never_dearer(
    costs: list[float], flat: float, passed_on: float, sensitivity: float, seed: int
) -> None:
    """Whatever the costs, shares and the rule; users only ever move to what costs less."""
    marginal = np.sort(np.asarray(costs))[::-1]
    today = np.random.default_rng(seed).uniform(0.0, 10.0, len(marginal))
    menu = price_menu(marginal, today, flat, passed_on, sensitivity)
    assert menu.is_neutral
    assert menu.revenue == pytest.approx(flat, abs=1e-6)
    assert (np.diff(menu.price) <= 1e-9).all()
    assert menu.accepted.sum() == pytest.approx(1.0)
    assert menu.cost_change <= 1e-9


def test_at_equal_prices_everybody_stays() -> None:
    """Nothing passed on, nothing changed."""
    menu = price_menu(np.asarray([3.0, 1.0]), np.asarray([4.0, 6.0]), 10.0, 0.0, 9.0)
    assert menu.accepted == pytest.approx(menu.today)
    assert menu.price == pytest.approx([10.0, 10.0])


def test_a_tenth_cheaper_is_chosen_as_much_more_often_as_told() -> None:
    """Sensitivity 5: exp(0.5) times the odds."""
    menu = price_menu(np.asarray([2.0, 1.0]), np.asarray([1.0, 1.0]), 10.0, 1.0, 5.0)
    assert menu.accepted[1] / menu.accepted[0] == pytest.approx(np.exp(0.5))
    assert menu.price[0] - menu.price[1] == pytest.approx(1.0)


def test_a_later_tier_that_costs_more_is_refused() -> None:
    """It cannot be: whoever may wait can also be served at once."""
    with pytest.raises(ValueError, match="later tier"):
        price_menu(np.asarray([1.0, 2.0]), np.ones(2), 5.0, 0.5, 5.0)


def test_no_tier_is_empty_today() -> None:
    """Nobody could choose what was not for sale."""
    assert today_shares(np.asarray([0.0, 8.0])) == pytest.approx([0.025, 0.975])
    assert today_shares(np.zeros(4)) == pytest.approx(0.25)
