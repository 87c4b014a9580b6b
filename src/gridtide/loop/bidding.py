"""Bids of a turn: for whom, over which courses."""

from dataclasses import replace

import numpy as np

from gridtide.decide.bid import Bid
from gridtide.decide.bids import bid_plan, due_cells
from gridtide.decide.leaning import Leaning, leaned
from gridtide.decide.reservations import Reservations
from gridtide.decide.situation import Commitments, Situation
from gridtide.fleet.contract import Exposure
from gridtide.fleet.fleet import Fleet
from gridtide.loop.mandate import Mandate
from gridtide.loop.sight import with_courses

COURSES = 8
"""Of what is not published yet; as many as plans by courses take unless a case says otherwise."""


def bidders(fleet: Fleet) -> frozenset[str]:
    """Sites whose contract buys day-ahead by price."""
    return frozenset(
        site.name
        for site in fleet.sites
        if site.contract.bids_by_price and site.contract.exposure is Exposure.TWO_SETTLEMENT
    )


def bids_made(
    mandate: Mandate,
    situation: Situation,
    held: Reservations,
    until_s: int,
    by_price: frozenset[str],
    leaning: Leaning | None = None,
) -> Commitments:
    """Bids of the sites that buy by price, for the steps whose gate closes before the next plan; none elsewhere."""
    which = np.asarray([site.name in by_price for site in situation.fleet.sites])
    asked = due_cells(situation, until_s, which)
    if not asked.any():
        return ()
    seen = with_courses(mandate, situation, COURSES)
    bids = bid_plan(seen, mandate.objective, held, asked).bids
    return tuple(_leaned(one, situation, leaning) for one in bids)


def _leaned(bid: Bid, situation: Situation, leaning: Leaning | None) -> Bid:
    """The bid with what was learned of its hour added at every price."""
    sites = situation.fleet.sites
    index = [site.name for site in sites].index(bid.site)
    if leaning is None or not sites[index].contract.deviation_price_per_mwh:
        return bid
    step = situation.horizon.between(bid.start, bid.end)
    more = leaned(np.zeros(1), step, sites[index].clock, leaning.kw[index], least_kw=-np.inf)
    quantity = tuple(max(0.0, kw + float(more[0])) for kw in bid.quantity_kw)
    return replace(bid, quantity_kw=quantity)
