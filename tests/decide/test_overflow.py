"""Requests beyond the forecast are sent on before they raise a peak, and only then."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from gridtide.decide.dispatch import Dispatch, Reason
from gridtide.decide.facts import held_of
from gridtide.decide.overflow import as_told, per_request, room_kw, sent_on
from gridtide.decide.rest import at_rest
from gridtide.decide.situation import Situation
from gridtide.decide.told import told_placement
from gridtide.fleet.reach import may_answer
from gridtide.fleet.ways import Ways, ways_of
from gridtide.testing.planners import OBJECTIVE, situations

Real = NDArray[np.float64]
QUIET = next(iter(situations()))
STEPS = 6
HOUR = np.ones(STEPS)


def split(situation: Situation, east: float, raise_price: float, dearer_north: float) -> Dispatch:
    """A dispatch that answers a share in the east, the rest in the north; requests may be sent on."""
    held = held_of(situation, OBJECTIVE)
    still = at_rest(situation, told_placement(situation, held, Reason.KEPT), "test")
    shares = np.zeros_like(still.shares)
    shares[:, :, 1], shares[:, :, 3] = east, 1.0 - east
    return replace(
        still,
        shares=shares,
        raise_price_per_kw=np.full(2, raise_price),
        it_price_per_kwh=np.repeat([[0.1], [0.1 + dearer_north]], shares.shape[-1], axis=1),
    )


def routed(dispatch: Dispatch, ways: Ways, requests: Real, free: Real, held_kw: Real) -> Real:
    """What a router makes of requests, (V, O, T): (W, O, P, T)."""
    asked = as_told(dispatch, ways, requests)
    left_kw = room_kw(QUIET.fleet, ways, asked, held_kw)
    raised = dispatch.raise_price_per_kw
    return sent_on(dispatch, QUIET.fleet, ways, asked, free, left_kw, HOUR, raised)


def sent(dispatch: Dispatch, requests: Real, left_kw: Real, machines: float = 1e6) -> Real:
    """What the router makes of requests (T,): (P, T)."""
    free = np.full((len(QUIET.fleet.places), STEPS), machines)
    asked = requests[None, None]
    routes = routed(dispatch, ways_of(QUIET.fleet, QUIET.services), asked, free, left_kw)
    return np.asarray(routes[0, 0])


def drawn_kw(answered: Real) -> Real:
    """IT power of the answers at each site, (S, T)."""
    kw, _ = per_request(QUIET.fleet, QUIET.services)
    by_place = answered * kw[0][:, None]
    drawn: Real = np.stack([by_place[:2].sum(axis=0), by_place[2:].sum(axis=0)])
    return drawn


levels = st.lists(st.floats(0.0, 60.0), min_size=STEPS, max_size=STEPS).map(np.asarray)


@given(
    requests=levels, east=st.floats(0.0, 1.0), east_kw=levels, north_kw=levels,
    dearer=st.floats(-1.0, 1.0), machines=st.floats(0.0, 30.0),
)  # fmt: skip
def test_nothing_is_lost_and_no_site_is_taken_above_its_level(
    requests: Real, east: float, east_kw: Real, north_kw: Real, dearer: float, machines: float
) -> None:
    """All requests have a place; a site above its level gives, one below it takes what its level leaves."""
    dispatch = split(QUIET, east, raise_price=5.0, dearer_north=dearer)
    left_kw = np.stack([east_kw, north_kw])
    told = requests * dispatch.shares[0, 0, :, :STEPS]
    routes = sent(dispatch, requests, left_kw, machines)
    assert routes.sum(axis=0) == pytest.approx(requests)
    assert (routes >= -1e-9).all()
    before, after = drawn_kw(told), drawn_kw(routes)
    assert (after <= np.maximum(before, left_kw) + 1e-6).all()
    took = routes > told + 1e-9
    _, each = per_request(QUIET.fleet, QUIET.services)
    assert (routes * each[0][:, None] <= machines + 1e-6)[took].all()


@given(requests=levels, east=st.floats(0.0, 1.0))
def test_where_nothing_is_held_all_goes_as_told(requests: Real, east: float) -> None:
    """No level, no sending on, to the last bit."""
    dispatch = split(QUIET, east, raise_price=5.0, dearer_north=0.0)
    told = requests * dispatch.shares[0, 0, :, :STEPS]
    assert np.array_equal(sent(dispatch, requests, np.full((2, STEPS), np.inf)), told)


def test_a_peak_is_raised_where_sending_on_costs_more_than_it() -> None:
    """A kilowatt above the level counts 5; for one hour it is spared at 4.9 a kWh more, not at 5.1."""
    requests = np.full(STEPS, 20.0)
    left_kw = np.repeat([[1.0], [1e6]], STEPS, axis=1)
    for dearer, spared in ((4.9, True), (5.1, False)):
        dispatch = split(QUIET, 1.0, raise_price=5.0, dearer_north=dearer)
        above = drawn_kw(sent(dispatch, requests, left_kw))[0] > 1.0 + 1e-6
        assert (above != spared).all()


def test_only_what_passes_the_level_is_sent_on() -> None:
    """The east keeps exactly what its level leaves."""
    requests = np.linspace(0.0, 40.0, STEPS)
    left_kw = np.repeat([[3.0], [1e6]], STEPS, axis=1)
    dispatch = split(QUIET, 1.0, raise_price=5.0, dearer_north=0.1)
    told = drawn_kw(requests * dispatch.shares[0, 0, :, :STEPS])[0]
    assert drawn_kw(sent(dispatch, requests, left_kw))[0] == pytest.approx(np.minimum(told, 3.0))


def test_no_place_answers_whom_it_may_not() -> None:
    """A service without its weights in the north raises the peak of the east."""
    (service,) = QUIET.services
    bound = replace(service, resident=np.asarray([True, True, False, False]))
    assert not may_answer(QUIET.fleet, (bound,))[0, 0, 2:].any()
    dispatch = split(QUIET, 1.0, raise_price=5.0, dearer_north=0.0)
    requests = np.full((1, 1, STEPS), 20.0)
    free, left_kw = np.full((4, STEPS), 1e6), np.repeat([[1.0], [1e6]], STEPS, axis=1)
    ways = ways_of(QUIET.fleet, (bound,))
    routes = routed(dispatch, ways, requests, free, left_kw)
    assert np.array_equal(routes[0, 0], requests[0, 0] * dispatch.shares[0, 0, :, :STEPS])
