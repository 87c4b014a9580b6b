"""A store that does not say what it holds is left alone: decisions are made as if it were not there; likewise a hall
that does not say how warm it is, or is warmer or colder than it may be."""

from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from gridtide.decide.state import State
from gridtide.fleet.jobs import Jobs
from gridtide.fleet.site import Site
from gridtide.loop.mandate import Mandate
from gridtide.loop.world import Orders, Telemetry, World

NEAR_K = 1e-6
"""A hall is within its temperatures to rounding."""


def without_unknown_stores(mandate: Mandate, world: World) -> tuple[Mandate, World]:
    """Mandate and world without the stores and halls of which nobody knows enough; both as they are where all is
    known."""
    state = world.state()
    sites = tuple(_known(site, n, state) for n, site in enumerate(mandate.fleet.sites))
    if all(one is other for one, other in zip(sites, mandate.fleet.sites, strict=True)):
        return mandate, world
    fleet = replace(mandate.fleet, sites=sites)
    return replace(mandate, fleet=fleet), _WithoutStores(world=world)


def _known(site: Site, number: int, state: State) -> Site:
    """A site with what of it is known."""
    if np.isnan(state.soc_kwh[number]):
        site = replace(site, battery=None)
    if site.hall is not None:
        air_c, mass_c = state.hall_c[:, number]
        inside = site.hall.coolest_c - NEAR_K <= air_c <= site.hall.warmest_c + NEAR_K
        if np.isnan(mass_c) or not inside:
            site = replace(site, hall=None)
    if site.cold_store is not None and np.isnan(state.cold_kwh[number]):
        site = replace(site, cold_store=None)
    return site


@dataclass(frozen=True, kw_only=True, eq=False)
class _WithoutStores:
    """A world as it is, whose unknown stores hold nothing."""

    world: World

    def active(self) -> Jobs:
        """As it is."""
        return self.world.active()

    def state(self) -> State:
        """As it is, with nothing in stores that are unknown."""
        state = self.world.state()
        return replace(state, soc_kwh=np.nan_to_num(state.soc_kwh))

    def advance(self, orders: Orders, until: datetime) -> Telemetry:
        """As it is."""
        return self.world.advance(orders, until)
