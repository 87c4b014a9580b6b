"""All sites together, and what lies between them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.fleet.agreement import Ppa
from gridtide.fleet.menu import Menu, menu_of
from gridtide.fleet.product import CapacityProduct
from gridtide.fleet.site import Pool, Site


@dataclass(frozen=True, kw_only=True, eq=False)
class Network:
    """What lies between places.

    origins: names of the places users send requests from. latency_ms: round trip origin to site,
    (origins, sites). transfer_cost_per_gb, transfer_gb_per_s: between sites, (sites, sites).
    transfer_failure_share: share of transfers that must be repeated; transfer_retries_max: how often
    one is repeated at most, and what a plan allows time for.
    """

    origins: tuple[str, ...]
    latency_ms: NDArray[np.float64]
    transfer_cost_per_gb: NDArray[np.float64]
    transfer_gb_per_s: NDArray[np.float64]
    transfer_failure_share: float = 0.0
    transfer_retries_max: int = 1

    def __post_init__(self) -> None:
        freeze(
            self,
            latency_ms=np.float64,
            transfer_cost_per_gb=np.float64,
            transfer_gb_per_s=np.float64,
        )


@dataclass(frozen=True, kw_only=True)
class Place:
    """A pool at its site: where work runs. site, pool: indices into the fleet."""

    site: int
    pool: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Fleet:
    """The sites and the network between them. Sites are known by their place in `sites`.

    response_max_kw_per_min: how fast all sites together may change what they draw on purpose, in answer to one
    signal; None without a cap.
    """

    sites: tuple[Site, ...]
    network: Network
    response_max_kw_per_min: float | None = None

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Every pool of every site, in order: the P places work can run at."""
        return tuple(
            Place(site=s, pool=p)
            for s, site in enumerate(self.sites)
            for p, _ in enumerate(site.pools)
        )

    @cached_property
    def site_of_place(self) -> NDArray[np.int64]:
        """Site of each place, shape (P,)."""
        site = np.asarray([place.site for place in self.places], dtype=np.int64)
        site.setflags(write=False)
        return site

    @property
    def products(self) -> tuple[tuple[int, CapacityProduct], ...]:
        """Every product of every site with the number of its site, in order: the Q products of plans and results."""
        return tuple((s, product) for s, site in enumerate(self.sites) for product in site.products)

    @property
    def agreements(self) -> tuple[tuple[int, Ppa], ...]:
        """Every agreement on energy with the number of its site, in order: the A agreements of plans and results."""
        return tuple(
            (s, ppa) for s, site in enumerate(self.sites) for ppa in site.contract.agreements
        )

    @property
    def pools(self) -> tuple[Pool, ...]:
        """The pool at each place, in order."""
        return tuple(self.sites[place.site].pools[place.pool] for place in self.places)

    @cached_property
    def menu(self) -> Menu:
        """Every operating point of every place, in order."""
        return menu_of(self.pools)

    @property
    def accelerators(self) -> NDArray[np.int64]:
        """Accelerators at each place, shape (P,)."""
        return np.asarray([pool.accelerators for pool in self.pools], dtype=np.int64)


def place_named(fleet: Fleet, site: str, pool: str) -> int:
    """Number of the place that a pool of a site is. Raises KeyError when there is none."""
    for index, place in enumerate(fleet.places):
        here = fleet.sites[place.site]
        if here.name == site and here.pools[place.pool].name == pool:
            return index
    raise KeyError(f"{site}/{pool}")
