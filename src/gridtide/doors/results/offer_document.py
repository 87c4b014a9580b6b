"""The document of `gridtide offer`: bids for energy and for capacity, each a list of price and quantity."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from gridtide.simulate.flexing import Standing
from gridtide.simulate.offering import Offering


def offer_document(
    standing: Standing, offering: Offering, forecaster: str, notes: tuple[str, ...]
) -> dict[str, Any]:
    """energy: by site and step, a step's price None where it is taken at any. capacity: by site, product and block.

    start, end: UTC; start_local: on the clock of the site, with its offset.
    """
    study = standing.study
    zone_of = {site.name: site.zone for site in study.fleet.sites}
    clock_of = {site.name: ZoneInfo(site.clock) for site in study.fleet.sites}
    return {
        "of": study.name,
        "at": offering.situation.as_of.isoformat(),
        "currency": study.currency,
        "forecaster": forecaster,
        "courses": 0 if offering.energy is None else len(offering.energy.bought_kw),
        "energy": [
            {
                "site": bid.site,
                "zone": zone_of[bid.site],
                "start": bid.start.isoformat(),
                "end": bid.end.isoformat(),
                "start_local": bid.start.astimezone(clock_of[bid.site]).isoformat(),
                "steps": [
                    {"up_to_price_per_mwh": _price(limit), "quantity_kw": quantity}
                    for limit, quantity in zip(
                        (*bid.up_to_price_per_mwh, None), bid.quantity_kw, strict=True
                    )
                ],
            }
            for bid in offering.bids
        ],
        "capacity": [
            {
                "site": bid.site,
                "product": bid.product,
                "start": bid.start,
                "end": bid.end,
                "start_local": datetime.fromisoformat(bid.start)
                .astimezone(clock_of[bid.site])
                .isoformat(),
                "steps": [
                    {"from_price_per_mw_h": _price(price), "quantity_kw": quantity}
                    for price, quantity in zip(
                        bid.from_price_per_mw_h, bid.quantity_kw, strict=True
                    )
                ],
            }
            for bid in offering.capacity
        ],
        "notes": [*study.notes, *notes],
    }


def _price(price: float | None) -> float | None:
    """A price as it is handed in: 4.5, where a product of floats says 4.500000000000001."""
    return None if price is None else round(price, 6)


COLUMNS = ("market", "site", "start", "end", "price", "quantity_kw")


def offer_rows(document: dict[str, Any]) -> list[tuple[str, str, str, str, float | None, float]]:
    """The same as rows of COLUMNS, one for each price and quantity; no price means at any."""
    energy = [
        ("energy", one["site"], one["start"], one["end"], step["up_to_price_per_mwh"], step["quantity_kw"])
        for one in document["energy"]
        for step in one["steps"]
    ]  # fmt: skip
    capacity = [
        (one["product"], one["site"], one["start"], one["end"], step["from_price_per_mw_h"], step["quantity_kw"])
        for one in document["capacity"]
        for step in one["steps"]
    ]  # fmt: skip
    return energy + capacity


def spread_kw(offering: Offering) -> float:
    """By how much, at most, the quantity of one step hangs on its price."""
    return float(
        np.max([one.quantity_kw[0] - one.quantity_kw[-1] for one in offering.bids], initial=0.0)
    )
