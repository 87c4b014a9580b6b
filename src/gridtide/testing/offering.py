"""Fleets that may offer capacity: products given to every site that has a store."""

from dataclasses import replace

from gridtide.fleet.fleet import Fleet
from gridtide.fleet.product import CapacityProduct, Direction, ProductKind


def capacity_product(
    price_per_mw_h: float = 30.0,
    *,
    kind: ProductKind = ProductKind.REGULATION,
    direction: Direction = Direction.SYMMETRIC,
    hold_h: float = 0.5,
    offered_max_kw: float = 1e5,
    carried_by_work: bool = False,
) -> CapacityProduct:
    """A product in blocks of an hour whose gate closes an hour before."""
    return CapacityProduct(
        kind=kind,
        direction=direction,
        price_per_mw_h=price_per_mw_h,
        offered_max_kw=offered_max_kw,
        hold_h=hold_h,
        carried_by_work=carried_by_work,
    )


def offering(fleet: Fleet, *products: CapacityProduct) -> Fleet:
    """The fleet in which every site with a store may offer these products."""
    sites = tuple(
        replace(site, products=products) if site.battery else site for site in fleet.sites
    )
    return replace(fleet, sites=sites)
