"""A store of which nobody knows what it holds is left alone: decisions are made as if it were not there. Of one that is
doubted they use what it holds in any case. Left alone too are halls of which nobody knows how warm they are, or that
are warmer or colder than they may be."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.state import State
from gridtide.digest import freeze
from gridtide.fleet.jobs import Jobs
from gridtide.fleet.site import Site
from gridtide.loop.contents import Content, usable
from gridtide.loop.mandate import Mandate
from gridtide.loop.world import Orders, Telemetry, World

NEAR_K = 1e-6
"""A hall is within its temperatures to rounding."""


def without_unknown_stores(
    mandate: Mandate, world: World, contents: Mapping[int, Content]
) -> tuple[Mandate, World]:
    """Mandate and world without the stores and halls of which nobody knows enough, and with no more than is sure of the
    stores that are doubted; both as they are where all is known. contents: what these hold, by the number of their
    site."""
    state = world.state()
    unknown = np.isnan(state.soc_kwh)
    known = [_known(site, n, state) for n, site in enumerate(mandate.fleet.sites)]
    sites, instead_kwh = list(known), np.zeros(len(unknown))
    for number in np.flatnonzero(unknown).tolist():
        site = sites[number]
        sure = usable(site, contents[number]) if number in contents else None
        sites[number], instead_kwh[number] = sure or (replace(site, battery=None), 0.0)
    if all(one is other for one, other in zip(sites, mandate.fleet.sites, strict=True)):
        return mandate, world
    fleet = replace(mandate.fleet, sites=tuple(sites))
    return replace(mandate, fleet=fleet), _Instead(world=world, instead_kwh=instead_kwh)


def _known(site: Site, number: int, state: State) -> Site:
    """A site with what of its hall and its store of cold is known."""
    if site.hall is not None:
        air_c, mass_c = state.hall_c[:, number]
        inside = site.hall.coolest_c - NEAR_K <= air_c <= site.hall.warmest_c + NEAR_K
        if np.isnan(mass_c) or not inside:
            site = replace(site, hall=None)
    if site.cold_store is not None and np.isnan(state.cold_kwh[number]):
        site = replace(site, cold_store=None)
    return site


@dataclass(frozen=True, kw_only=True, eq=False)
class _Instead:
    """A world as it is, whose unknown stores hold something else, (S,)."""

    world: World
    instead_kwh: NDArray[np.float64]

    def __post_init__(self) -> None:
        freeze(self, instead_kwh=np.float64)

    def active(self) -> Jobs:
        """As it is."""
        return self.world.active()

    def state(self) -> State:
        """As it is, with what counts instead in stores that are unknown."""
        state = self.world.state()
        known = np.isfinite(state.soc_kwh)
        return replace(state, soc_kwh=np.where(known, state.soc_kwh, self.instead_kwh))

    def advance(self, orders: Orders, until: datetime) -> Telemetry:
        """As it is."""
        return self.world.advance(orders, until)
