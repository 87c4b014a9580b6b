"""A store keeps ready what is offered, whatever it is ordered, and breaks no bound of its own for it."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from gridtide.kernels.twin import run_stores

Real = NDArray[np.float64]
Ready = tuple[Real, Real, Real, Real]
STEPS, H = 12, 0.25
ENERGY, LEAST, INTO, OUT, POWER = 100.0, 5.0, 0.95, 0.9, 40.0
IMPORT_MAX = 200.0


def series(most: float) -> st.SearchStrategy[Real]:
    """One site through twelve quarters of an hour."""
    return hnp.arrays(np.float64, (1, STEPS), elements=st.floats(0.0, most))


def ran(
    demand: Real,
    supply: Real,
    orders: tuple[Real, Real],
    ready: Ready,
    soc_kwh: float,
    level_kw: float = np.inf,
) -> tuple[Real, Real, Real, Real, Real, Real]:
    """Import, export, charge, discharge, unused supply and energy stored. level_kw: the import it is held to."""
    bought, sold, into, out, unused, soc = np.zeros((6, 1, STEPS))
    seen = (bought, sold, into, out, unused, soc)
    one = np.ones(1)
    run_stores(
        demand,
        supply,
        (*orders, np.full((1, STEPS), level_kw)),
        (soc_kwh * one, ENERGY * one, LEAST * one, INTO * one, OUT * one, POWER * one, POWER * one),
        (np.full((1, STEPS), IMPORT_MAX), np.zeros((1, STEPS)), np.full(1, np.inf)),
        ready,
        np.full(1, np.nan),
        np.full(STEPS, H),
        seen,
    )
    return seen


def ready_for(offered_kw: float, hold_h: float) -> Ready:
    """What a symmetric offer through all steps asks of the store."""
    full = np.ones((1, STEPS))
    kwh = offered_kw * hold_h
    return offered_kw * full, offered_kw * full, kwh / OUT * full, kwh * INTO * full


@settings(max_examples=150, deadline=None)
@given(
    demand=series(180.0),
    supply=series(60.0),
    charge=series(60.0),
    discharge=series(60.0),
    offered_kw=st.floats(0.0, 40.0),
    soc_kwh=st.floats(LEAST, ENERGY),
)
def test_no_order_and_no_offer_breaks_a_bound(
    demand: Real, supply: Real, charge: Real, discharge: Real, offered_kw: float, soc_kwh: float
) -> None:
    """Energy between its limits, powers within theirs, the meter balanced and never beyond its limit."""
    ready = ready_for(offered_kw, 0.5)
    bought, sold, into, out, unused, soc = ran(demand, supply, (charge, discharge), ready, soc_kwh)
    assert soc.min() >= LEAST - 1e-9 and soc.max() <= ENERGY + 1e-9
    assert into.min() >= 0 and into.max() <= POWER + 1e-9
    assert out.min() >= 0 and out.max() <= POWER + 1e-9
    assert bought.max() <= IMPORT_MAX + 1e-9 and sold.max() <= 1e-9
    assert unused.min() >= -1e-9 and (unused <= supply + out + 1e-9).all()
    np.testing.assert_allclose(
        bought - sold, demand - supply + unused + into - out, rtol=0, atol=1e-9
    )


@settings(max_examples=150, deadline=None)
@given(
    demand=series(120.0),
    supply=series(60.0),
    charge=series(60.0),
    discharge=series(60.0),
    offered_kw=st.floats(1.0, 30.0),
    soc_kwh=st.floats(40.0, 60.0),
)
def test_a_store_that_is_ready_stays_ready(
    demand: Real, supply: Real, charge: Real, discharge: Real, offered_kw: float, soc_kwh: float
) -> None:
    """With a load that is always above the offer and no limit near: power, energy and room are there in every step."""
    demand = demand + offered_kw
    ready = ready_for(offered_kw, 0.5)
    bought, _, into, out, _, soc = ran(demand, supply, (charge, discharge), ready, soc_kwh)
    assert (out - into + offered_kw <= POWER + 1e-9).all()
    assert (into - out + offered_kw <= POWER + 1e-9).all()
    assert (soc - LEAST >= ready[2] - 1e-9).all()
    assert (ENERGY - soc >= ready[3] - 1e-9).all()
    assert (bought >= offered_kw - 1e-9).all()


@settings(max_examples=150, deadline=None)
@given(
    demand=series(80.0),
    charge=series(20.0),
    discharge=series(60.0),
    beyond_kw=st.floats(1.0, 25.0),
    level_kw=st.floats(0.0, 200.0),
)
def test_an_offer_that_rests_on_charging_or_giving_is_held_whatever_was_planned(
    demand: Real, charge: Real, discharge: Real, beyond_kw: float, level_kw: float
) -> None:
    """A store at rest gives no more than its power: for what is offered beyond that it charges, also above the peak
    that it was to hold, and for calls to draw more it gives."""
    none = np.zeros((1, STEPS))
    offered = np.full((1, STEPS), POWER + beyond_kw)
    demand = demand + 2.0 * POWER
    more = (offered, none, none, none)
    _, _, into, out, _, _ = ran(demand, none, (charge, discharge), more, LEAST, level_kw)
    assert (out - into + offered <= POWER + 1e-9).all()
    less = (none, offered, none, none)
    _, _, into, out, _, _ = ran(demand, none, (charge, none), less, ENERGY)
    assert (into - out + offered <= POWER + 1e-9).all()


def test_the_import_limit_may_use_what_is_kept_ready() -> None:
    """The grid's limit comes before what is offered to it; the peak a plan pays for does not."""
    demand = np.full((1, STEPS), 210.0)
    none = np.zeros((1, STEPS))
    bought, *_ = ran(demand, none, (none, none), ready_for(40.0, 1.0), 90.0)
    assert bought[0, 0] == IMPORT_MAX
