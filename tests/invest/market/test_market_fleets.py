"""Fleets keep their promises whatever a price says, and those that are alike do alike."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.finding import Infeasible
from gridtide.invest.market.fleets import (
    Fleets,
    Traits,
    Window,
    at_once_kw,
    fleets_of,
    kinds_of,
    late_kwh,
    refuse_the_impossible,
    window_of,
)
from gridtide.invest.market.response import cheapest_kw
from gridtide.testing.instances.small_market import small_market


def window(arrival: list[float], slack: int, most: float) -> Window:
    """One fleet whose work comes as it is said."""
    fleets = Fleets(
        names=("one",),
        firm_kw=np.zeros(1),
        arrival_kwh=np.array([arrival]),
        slack_h=np.array([slack]),
        most_kw=np.array([most]),
    )
    return window_of(fleets, slice(0, len(arrival)))


def test_work_goes_to_the_cheapest_hours_of_its_slack() -> None:
    """By hand: each hour brings 2 kWh that may wait two hours, 6 kW at most; prices 5 1 4 9 2 8."""
    found = cheapest_kw(window([2.0] * 6, 2, 6.0), np.array([5.0, 1.0, 4.0, 9.0, 2.0, 8.0]))
    assert np.allclose(found, [[0.0, 6.0, 0.0, 0.0, 6.0, 0.0]])


def test_of_two_hours_that_cost_the_same_the_earlier_is_taken() -> None:
    """Two hours of work, one price: it runs as it comes."""
    found = cheapest_kw(window([2.0, 2.0, 0.0, 0.0], 1, 4.0), np.zeros(4))
    assert np.allclose(found, [[2.0, 2.0, 0.0, 0.0]])


@given(
    seed=st.integers(0, 1_000),
    slack=st.integers(0, 30),
    most=st.floats(1.35, 4.0),
    share=st.floats(0.01, 0.9),
)
@settings(max_examples=40, deadline=None)
def test_no_price_breaks_a_promise(seed: int, slack: int, most: float, share: float) -> None:
    """At any price all work is done within its slack, none before it came, never above the power; at once too."""
    system = small_market(seed % 7)
    fleets = fleets_of(
        system, share, 4, Traits(slacks_h=(slack, slack + 2), most_over_mean=most), seed
    )
    here = window_of(fleets, slice(0, len(system)))
    price = np.random.default_rng(seed).normal(size=(4, len(system)))
    once = at_once_kw(here)
    moved = cheapest_kw(here, price)
    assert not late_kwh(here, once).any() and not late_kwh(here, moved).any()
    assert np.allclose(moved.sum(axis=1), here.whole_kwh) and np.allclose(
        once.sum(axis=1), here.whole_kwh
    )
    assert (price * moved).sum() <= (price * once).sum() + 1e-6


def test_work_done_too_late_or_too_early_is_seen() -> None:
    """A course outside of its window, above its power or without all of its work is late by as much."""
    here = window([2.0, 0.0, 0.0, 0.0], 1, 2.0)
    assert late_kwh(here, np.array([[0.0, 2.0, 0.0, 0.0]])) == 0.0
    assert late_kwh(here, np.array([[0.0, 0.0, 2.0, 0.0]])) == pytest.approx(1.0)
    assert late_kwh(here, np.array([[1.0, 0.0, 0.0, 0.0]])) == pytest.approx(1.0)
    assert late_kwh(here, np.array([[3.0, -1.0, 0.0, 0.0]])) > 0.9


def test_fleets_hold_their_share_of_the_energy() -> None:
    """Firm and flexible work together, to the last digit."""
    system = small_market(1, 3)
    for share in (0.01, 0.2, 0.4):
        fleets = fleets_of(system, share, 5, Traits(), 2)
        energy = fleets.firm_kw.sum() * len(system) + fleets.arrival_kwh.sum()
        assert energy == pytest.approx(share * system.load_kw.sum(), rel=1e-9)


def test_fleets_that_differ_in_size_alone_are_one_kind() -> None:
    """Their draw is shared out by size, and what is gathered is what was shared out."""
    system = small_market(1)
    alike = fleets_of(system, 0.3, 4, Traits(alike=True), 2)
    kinds = kinds_of(window_of(alike, slice(0, len(system))))
    assert len(kinds.window.most_kw) == 1 and np.allclose(kinds.part, 0.25)
    drawn = at_once_kw(kinds.window)
    assert np.allclose(kinds.gathered(kinds.shared_out(drawn)), drawn)
    others = fleets_of(system, 0.3, 4, Traits(), 2)
    assert len(kinds_of(window_of(others, slice(0, len(system)))).window.most_kw) == 4


def test_work_that_cannot_be_done_is_named_with_how_much() -> None:
    """Each fleet by name, what is left over, and at which power and slack."""
    system = small_market(1)
    fleets = fleets_of(system, 0.3, 2, Traits(slacks_h=(0,), most_over_mean=1.0), 2)
    with pytest.raises(Infeasible) as refused:
        refuse_the_impossible(fleets, window_of(fleets, slice(0, len(system))))
    assert len(refused.value.findings) == 2
    assert "cannot be done in time" in str(refused.value) and "0 hours of slack" in str(
        refused.value
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"flexible": 0.0},
        {"flexible": 1.1},
        {"slacks_h": ()},
        {"slacks_h": (-1,)},
        {"most_over_mean": 0.9},
    ],
)
def test_traits_that_cannot_be_meant_are_refused(wrong: dict[str, float]) -> None:
    """Inside the house a broken noun raises."""
    with pytest.raises(ValueError):
        Traits(**wrong)  # type: ignore[arg-type]
