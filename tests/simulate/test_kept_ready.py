"""A store is ready in time for what stands later."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.fleet.fleet import Fleet
from gridtide.fleet.product import Direction
from gridtide.simulate.kept_ready import kept_ready
from gridtide.testing.offering import capacity_product, offering
from gridtide.testing.studies import small_study

NORTH = 1


def fleet_of(direction: Direction) -> Fleet:
    """Two sites, the north with a store of 10 kW and no losses that may offer an hour of a call."""
    fleet = small_study(1, hours=24, jobs=1).fleet
    sites = tuple(
        replace(
            site,
            battery=replace(
                site.battery,
                energy_kwh=40.0,
                charge_max_kw=10.0,
                discharge_max_kw=10.0,
                charge_efficiency=1.0,
                discharge_efficiency=1.0,
            ),
        )
        if site.battery
        else site
        for site in fleet.sites
    )
    product = capacity_product(direction=direction, hold_h=1.0)
    return offering(replace(fleet, sites=sites), product)


def test_what_cannot_be_charged_beside_a_small_offer_is_there_before_it() -> None:
    """Symmetric offers of 8 kW and then 10: beside the first a store charges 2 kW at most, half a kWh a quarter."""
    offered = np.repeat([[8.0, 10.0]], 4, axis=1)
    _, _, behind, _ = kept_ready(fleet_of(Direction.SYMMETRIC), offered, np.full(8, 0.25), 8)
    np.testing.assert_allclose(behind[NORTH], [8.5, 9.0, 9.5, 10.0, 10.0, 10.0, 10.0, 10.0])


def test_a_store_that_can_charge_at_once_keeps_what_the_next_step_needs() -> None:
    """An offer up leaves all of the charging free: nothing is kept earlier than a step before."""
    offered = np.repeat([[0.0, 2.0]], 4, axis=1)
    _, _, behind, _ = kept_ready(fleet_of(Direction.UP), offered, np.full(8, 0.25), 8)
    np.testing.assert_allclose(behind[NORTH], [0.0, 0.0, 0.0, 2.0, 2.0, 2.0, 2.0, 2.0])


@settings(max_examples=50, deadline=None)
@given(
    offered=st.lists(st.floats(0.0, 10.0), min_size=3, max_size=12),
    direction=st.sampled_from(list(Direction)),
)
def test_from_what_is_kept_every_later_offer_can_be_made_ready(
    offered: list[float], direction: Direction
) -> None:
    """Charging, or giving, all that offers leave free never falls short of what the next step keeps."""
    count = len(offered)
    less, more, energy, room = kept_ready(
        fleet_of(direction), np.asarray([offered]), np.full(count, 0.25), count
    )
    brought = 0.25 * (10.0 - more[NORTH, 1:])
    taken = 0.25 * (10.0 - less[NORTH, 1:])
    assert (energy[NORTH, :-1] + brought >= energy[NORTH, 1:] - 1e-9).all()
    assert (room[NORTH, :-1] + taken >= room[NORTH, 1:] - 1e-9).all()
