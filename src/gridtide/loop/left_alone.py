"""A store that does not say what it holds is left alone: decisions are made as if it were not there."""

from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from gridtide.decide.state import State
from gridtide.fleet.jobs import Jobs
from gridtide.loop.mandate import Mandate
from gridtide.loop.world import Orders, Telemetry, World


def without_unknown_stores(mandate: Mandate, world: World) -> tuple[Mandate, World]:
    """Mandate and world without the stores whose charge nobody knows; both as they are where all is known."""
    unknown = np.isnan(world.state().soc_kwh)
    if not unknown.any():
        return mandate, world
    sites = tuple(
        replace(site, battery=None) if gone else site
        for site, gone in zip(mandate.fleet.sites, unknown, strict=True)
    )
    fleet = replace(mandate.fleet, sites=sites)
    return replace(mandate, fleet=fleet), _WithoutStores(world=world)


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
