"""A site held to a least import: it gives less, charges, then leaves own supply unused, and breaks no bound for it."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from gridtide.kernels.twin import run_stores

Real = NDArray[np.float64]
STEPS, H = 12, 0.25
ENERGY, LEAST, INTO, OUT, POWER = 100.0, 5.0, 0.95, 0.9, 40.0
IMPORT_MAX = 200.0
NOTHING = np.zeros((1, STEPS))


def series(most: float) -> st.SearchStrategy[Real]:
    """One site through twelve quarters of an hour."""
    return hnp.arrays(np.float64, (1, STEPS), elements=st.floats(0.0, most))


def ran(
    demand: Real, supply: Real, orders: tuple[Real, Real, Real], floor: Real | None, soc_kwh: float
) -> tuple[Real, Real, Real, Real, Real, Real]:
    """Import, export, charge, discharge, unused supply and energy stored."""
    bought, sold, into, out, unused, soc = np.zeros((6, 1, STEPS))
    seen = (bought, sold, into, out, unused, soc)
    one = np.ones(1)
    run_stores(
        demand,
        supply,
        orders,
        (soc_kwh * one, ENERGY * one, LEAST * one, INTO * one, OUT * one, POWER * one, POWER * one),
        (np.full((1, STEPS), IMPORT_MAX), NOTHING.copy(), np.full(1, np.inf)),
        (NOTHING, NOTHING, NOTHING, NOTHING),
        np.full(1, np.nan),
        np.full(STEPS, H),
        seen,
        None,
        None,
        None,
        floor,
    )
    return seen


@settings(max_examples=200, deadline=None)
@given(
    demand=series(180.0),
    supply=series(60.0),
    charge=series(60.0),
    discharge=series(60.0),
    asked=series(200.0),
    soc_kwh=st.floats(LEAST, ENERGY),
)
def test_a_set_point_is_met_as_far_as_store_and_supply_reach_and_no_bound_is_broken(
    demand: Real, supply: Real, charge: Real, discharge: Real, asked: Real, soc_kwh: float
) -> None:
    """Below it only with the store full or at its power and all supply unused; above it only with the store spent."""
    orders = (charge, discharge, asked.copy())
    bought, sold, into, out, unused, soc = ran(demand, supply, orders, asked, soc_kwh)
    np.testing.assert_allclose(bought - sold, demand - supply + into - out + unused, atol=1e-9)
    assert ((soc >= LEAST - 1e-9) & (soc <= ENERGY + 1e-9)).all()
    assert (unused <= supply + 1e-9).all() and not sold.any()
    assert (bought <= IMPORT_MAX + 1e-9).all()
    net = bought - sold
    short = net < asked - 1e-6
    full = (soc > ENERGY - 1e-6) | (into > POWER - 1e-6)
    assert (full & (unused > supply - 1e-6))[short].all()
    above = net > asked + 1e-6
    spent = (soc < LEAST + 1e-6) | (out > POWER - 1e-6)
    assert spent[above].all()


@given(
    demand=series(180.0), supply=series(60.0), charge=series(60.0), soc_kwh=st.floats(5.0, 100.0)
)
def test_without_a_floor_nothing_changes(
    demand: Real, supply: Real, charge: Real, soc_kwh: float
) -> None:
    """To the last bit, whether it is left out or nowhere."""
    orders = (charge, NOTHING.copy(), np.full((1, STEPS), np.inf))
    for left_out, nowhere in zip(
        ran(demand, supply, orders, np.full((1, STEPS), -np.inf), soc_kwh),
        ran(demand, supply, orders, None, soc_kwh),
        strict=True,
    ):
        np.testing.assert_array_equal(left_out, nowhere)
