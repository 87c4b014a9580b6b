"""What `gridtide follow` offers before the hours: as named, as planned, or what a price makes worth most."""

from typing import Any

import numpy as np

from gridtide.decide.regulate import Regulator
from gridtide.finding import BadInput, Finding
from gridtide.fleet.product import ProductKind
from gridtide.simulate.flexing import Standing, Window
from gridtide.simulate.hour_ahead import Offer
from gridtide.simulate.offer_ahead import held_offers_ahead


def one_way_to_offer(offer_kw: float | None, price: float | None) -> None:
    """Raises BadInput where both an offer and a price are named."""
    if offer_kw is not None and price is not None:
        raise BadInput(
            [
                Finding(
                    subject="--offer-kw and --price-per-mw-h",
                    value="both are named",
                    limit="one of them: an offer, or the price that decides it",
                    mend="Leave one out.",
                )
            ]
        )


def offered(
    standing: Standing,
    window: Window,
    site: int,
    regulator: Regulator,
    hours: int,
    offer_kw: float | None,
    price: float | None,
) -> tuple[Offer, dict[str, Any] | None]:
    """The offer before the day: as asked, as a price makes it worth most, as the plan offers, or all that holds; and
    what holds, where that decided it."""
    if offer_kw is not None:
        return Offer(up_kw=offer_kw, down_kw=offer_kw), None
    planned = _planned(standing, site)
    if price is None and planned is not None:
        return planned, None
    held = held_offers_ahead(window, site, regulator.law, hours)
    if held.most_kw <= 0.0:
        raise BadInput([_nothing_holds(hours)])
    if price is None:
        offer = Offer(up_kw=held.most_kw, down_kw=held.most_kw)
        return offer, {"most_held_kw": held.most_kw}
    found = held.worth_most(_worth_per_mw_h(standing, site, price))
    if found.offer.up_kw <= 0.0:
        raise BadInput(
            [
                Finding(
                    subject=f"--price-per-mw-h {price:g}",
                    value=f"nothing is worth offering at it; {held.most_kw:,.0f} kW would hold",
                    limit="a price that pays for calls and for work left undone",
                    mend="Name a higher price, or --offer-kw.",
                )
            ]
        )
    return found.offer, {
        "currency": standing.study.currency,
        "price_per_mw_h": price,
        "most_held_kw": held.most_kw,
        "earned": found.earned,
        "cost": found.cost,
    }


def _worth_per_mw_h(standing: Standing, site: int, price: float) -> float:
    """What a megawatt through an hour brings at a price by the terms of the site's regulation, calls taken off."""
    for product in standing.study.fleet.sites[site].products:
        if product.kind is ProductKind.REGULATION:
            return float(product.worth_per_mw_h(np.asarray(price)))
    return price


def _planned(standing: Standing, site: int) -> Offer | None:
    """The most regulation that the plan offers in the hours ahead; None where it offers none."""
    offered_kw = standing.turn.orders.dispatch.offered_kw
    found = [0.0, 0.0]
    symmetric = False
    for number, (where, product) in enumerate(standing.study.fleet.products):
        if where != site or product.kind is not ProductKind.REGULATION or not offered_kw.size:
            continue
        most = float(offered_kw[number].max(initial=0.0))
        found[0] += most if product.goes_up else 0.0
        found[1] += most if product.goes_down else 0.0
        symmetric |= product.goes_up and product.goes_down and most > 0.0
    if max(found) <= 0.0:
        return None
    return Offer(up_kw=found[0], down_kw=found[1], symmetric=symmetric)


def _nothing_holds(hours: int) -> Finding:
    return Finding(
        subject="the offer",
        value=f"nothing holds in each of the hours ahead ({hours}): no store, no running work with slack, or no room at"
        " the connection",
        limit="something that can draw less and more",
        mend="Name --offer-kw to see hour by hour what is cut, or another --site or --at.",
    )
