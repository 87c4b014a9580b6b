"""Requests that would raise a peak are sent to nodes that are ready, and lost to none that sleeps."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from gridtide.decide.dispatch import Dispatch, Reason
from gridtide.decide.facts import held_of
from gridtide.decide.rest import at_rest
from gridtide.decide.told import told_placement
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.parking import Rest
from gridtide.fleet.ways import ways_of
from gridtide.simulate.resting import Resting
from gridtide.simulate.sending_on import awake_first
from gridtide.testing.planners import OBJECTIVE, situations
from gridtide.testing.resting import PARKING
from gridtide.timeline import regular

Real = NDArray[np.float64]
QUIET = next(iter(situations()))
EAST, NORTH = 1, 3
"""The places that answer, each at a site of its own."""
STEPS = 4
TIMES = regular(datetime(2026, 3, 2, tzinfo=UTC), timedelta(minutes=15), STEPS)


def resting_fleet() -> Fleet:
    """The fleet whose northern machines for services rest in nodes."""
    sites = []
    for site in QUIET.fleet.sites:
        first, serving = site.pools
        size = PARKING.node_accelerators
        kept = replace(serving, for_services=serving.accelerators // size * size, parking=PARKING)
        sites.append(replace(site, pools=(first, kept)))
    return replace(QUIET.fleet, sites=tuple(sites))


def all_east() -> Dispatch:
    """All requests in the east; a peak is dear, and the north costs no more."""
    held = held_of(QUIET, OBJECTIVE)
    still = at_rest(QUIET, told_placement(QUIET, held, Reason.KEPT), "test")
    shares = np.zeros_like(still.shares)
    shares[:, :, EAST] = 1.0
    return replace(
        still,
        shares=shares,
        raise_price_per_kw=np.full(2, 1e3),
        it_price_per_kwh=np.full((2, shares.shape[-1]), 0.1),
    )


def routed(
    north: Rest,
    held_kw: float,
    most_kw: float,
    *,
    awake: int = 0,
    requests_per_s: float = 20.0,
    north_kw: float = 1e6,
    raised: float = 1e3,
) -> tuple[Resting, Real]:
    """Requests by place, (P, T), where the nodes of the north are in one state, but for so many idle ones, and the east
    is held."""
    fleet = resting_fleet()
    resting = Resting.of(fleet, TIMES)
    resting.state[resting.bounds[NORTH] : resting.bounds[NORTH + 1]] = int(north)
    first = int(resting.bounds[NORTH])
    resting.state[first : min(first + awake, int(resting.bounds[NORTH + 1]))] = int(Rest.IDLE)
    east = slice(resting.bounds[EAST], resting.bounds[EAST + 1])
    resting.state[east] = int(Rest.ON)
    pairs = ((held_kw, north_kw), (most_kw, 1e6))
    levels = tuple(np.repeat(np.asarray(pair)[:, None], STEPS, axis=1) for pair in pairs)
    asked = awake_first(
        replace(all_east(), raise_price_per_kw=np.full(2, raised)),
        fleet,
        ways_of(fleet, QUIET.services),
        np.full((1, 1, STEPS), requests_per_s),
        np.zeros((len(fleet.places), STEPS), dtype=np.int64),
        (levels[0], levels[1]),
        TIMES.hours,
        resting,
        0,
    )
    return resting, np.asarray(asked[0, 0])


@pytest.mark.parametrize(
    ("north", "sent"), [(Rest.IDLE, True), (Rest.PARKED, True), (Rest.OFF, False)]
)
def test_a_peak_is_spared_only_where_a_node_is_ready(north: Rest, sent: bool) -> None:
    """Nodes that are awake or wake in half a minute take what would raise the east's peak; none that boots does."""
    resting, asked = routed(north, held_kw=1.0, most_kw=1e6)
    assert asked.sum(axis=0) == pytest.approx(20.0)
    assert (asked[NORTH, 0] > 0.0) == sent
    states = resting.state[resting.bounds[NORTH] : resting.bounds[NORTH + 1]]
    assert (states == int(north)).all(), "asking changes no node"


def test_what_no_connection_carries_is_sent_to_nodes_that_are_off_too() -> None:
    """It would be lost where it is."""
    _, asked = routed(Rest.OFF, held_kw=1.0, most_kw=1.0)
    assert (asked[NORTH] > 0.0).all()
    assert asked.sum(axis=0) == pytest.approx(20.0)


@given(awake=st.integers(0, 6))
def test_no_more_is_sent_than_the_nodes_that_are_awake_answer(awake: int) -> None:
    """Of the north's nodes some are idle, the others off; the east would send all but a kilowatt."""
    resting, asked = routed(Rest.OFF, held_kw=1.0, most_kw=1e6, awake=awake, requests_per_s=1e4)
    nodes = resting.bounds[NORTH + 1] - resting.bounds[NORTH]
    machines = min(awake, nodes) * PARKING.node_accelerators
    rate = QUIET.services[0].requests_per_accelerator_s[NORTH]
    assert asked[NORTH, 0] <= machines * rate + 1e-6
    assert (asked[NORTH, 0] > 0.0) == (awake > 0)


def test_answers_are_not_lost_for_a_peak_that_costs_less() -> None:
    """The east's connection is cut, the north is held to what it draws: its peak is raised where that is cheaper."""
    value = QUIET.services[0].value_per_request * 3600.0 * TIMES.hours[0]
    for raised, sent in ((0.0, True), (1.0, True), (1e9 * value, False)):
        _, asked = routed(Rest.IDLE, held_kw=0.0, most_kw=0.0, north_kw=0.0, raised=raised)
        assert (asked[NORTH] == pytest.approx(20.0)) == sent
        assert (asked[NORTH] > 0.0).all() == sent
