"""[[site.offer]]: capacity a site may hold ready for the grid, and what must be true of it."""

from collections.abc import Iterator
from itertools import takewhile

from gridtide.case.backup import battery_at
from gridtide.case.schema import CaseFile, OfferTable, SiteTable
from gridtide.case.telescope import plan_h
from gridtide.finding import Finding
from gridtide.fleet.product import CapacityProduct, Direction

NEARLY_H = 1e-9


def product_of(table: OfferTable) -> CapacityProduct:
    """The product that a valid table describes."""
    return CapacityProduct(
        kind=table.product,
        direction=table.direction,
        price_per_mw_h=table.price_per_mw_h,
        offered_max_kw=table.offered_max_kw,
        hold_h=table.hold_h,
        block_h=table.block_h,
        gate_closure_h=table.gate_closure_h,
        price_zone=table.price_zone,
        expected_score=table.expected_score,
        mileage_payment_per_mw_h=table.mileage_payment_per_mw_h,
        call_cost_per_mw_h=table.call_cost_per_mw_h,
        called_up_share=table.called_up_share,
        called_down_share=table.called_down_share,
        carried_by_work=table.carried_by_work,
    )


def offer_faults(case: CaseFile) -> Iterator[Finding]:
    """Offers without a store, twice, longer than a plan, or in blocks no step fits; a telescope too coarse for them."""
    if not any(site.offer for site in case.site):
        return
    for number, site in enumerate(case.site, start=1):
        yield from _without_store(f"site[{number}]", site)
        for index, offer in enumerate(site.offer, start=1):
            key = f"site[{number}].offer[{index}]"
            yield from _twice(key, site.offer[: index - 1], offer)
            yield from _priced(key, offer, case)
            yield from _called(key, offer)
            yield from _blocks(key, offer, case)
            yield from _by_work(key, offer, site, case)
    yield from _through_a_telescope(case)


def _without_store(key: str, site: SiteTable) -> Iterator[Finding]:
    """Somebody holds what is offered: a store, or work at operating points."""
    by_store = battery_at(site) is not None
    if site.offer and not by_store and not all(one.carried_by_work for one in site.offer):
        yield Finding(
            subject=f"{key}.offer",
            value="capacity of a site without a battery",
            limit="a store that holds what is offered",
            mend="Give the site a [site.battery], let work carry the offer (carried_by_work), or leave it out.",
        )


def _called(key: str, offer: OfferTable) -> Iterator[Finding]:
    """Calls come only the way that is offered, and the offer is called one way at a time."""
    ways = (
        ("called_up_share", offer.called_up_share, offer.direction is not Direction.DOWN),
        ("called_down_share", offer.called_down_share, offer.direction is not Direction.UP),
    )
    for name, share, offered in ways:
        if share > 0.0 and not offered:
            yield Finding(
                subject=f"{key}.{name}",
                value=f"{share:g} of an offer that goes {offer.direction} only",
                limit="0: no call comes the way that is not offered",
                mend="Leave it out, or offer that direction.",
            )
    if offer.called_up_share + offer.called_down_share > 1.0:
        yield Finding(
            subject=f"{key}.called_up_share",
            value=f"{offer.called_up_share:g} and called_down_share {offer.called_down_share:g}",
            limit="1 together: an offer is called one way at a time",
            mend="Give the mean of what is called each way through an hour.",
        )


def _by_work(key: str, offer: OfferTable, site: SiteTable, case: CaseFile) -> Iterator[Finding]:
    """Work that carries an offer runs at points of its own, and is planned in the steps of the loop."""
    if not offer.carried_by_work:
        return
    if not any(pool.point or pool.curve for pool in site.pool):
        yield Finding(
            subject=f"{key}.carried_by_work",
            value="a site whose pools run at full speed alone",
            limit="a pool with an operating point at which work draws less",
            mend="State one as [[site.pool.point]], or leave carried_by_work out.",
        )
    if case.planning.telescope:
        yield Finding(
            subject=f"{key}.carried_by_work",
            value="with a [planning] telescope",
            limit="a plan in the steps of the loop: coarse steps do not say what work carries in each of theirs",
            mend="Leave the telescope out, or let the store alone carry the offer.",
        )


def _twice(key: str, before: tuple[OfferTable, ...], offer: OfferTable) -> Iterator[Finding]:
    if any((one.product, one.direction) == (offer.product, offer.direction) for one in before):
        yield Finding(
            subject=key,
            value=f"{offer.product} {offer.direction} again",
            limit="each product and direction of a site once",
            mend="Leave one out, or add their offered_max_kw up.",
        )


def _priced(key: str, offer: OfferTable, case: CaseFile) -> Iterator[Finding]:
    """One price: a number, or a zone whose signal says it."""
    if (offer.price_per_mw_h is None) == (offer.price_zone is None):
        yield Finding(
            subject=f"{key}.price_per_mw_h",
            value="no price" if offer.price_zone is None else "a price and a price_zone",
            limit="price_per_mw_h, or price_zone with a signal of the kind capacity_price_per_mw_h",
            mend="Give one of the two.",
        )
    zones = sorted({signal.zone for signal in case.signal})
    if offer.price_zone is not None and offer.price_zone not in zones:
        yield Finding(
            subject=f"{key}.price_zone",
            value=repr(offer.price_zone),
            limit="a zone with a signal: " + ", ".join(zones),
            mend="Correct the name, or give the zone a signal.",
        )


def _blocks(key: str, offer: OfferTable, case: CaseFile) -> Iterator[Finding]:
    step_h, planning = case.case.step_min / 60.0, case.planning
    steps = offer.block_h / step_h
    if abs(steps - round(steps)) > NEARLY_H or abs(24 / offer.block_h % 1.0) > NEARLY_H:
        yield Finding(
            subject=f"{key}.block_h",
            value=f"{offer.block_h:g}",
            limit=f"whole steps of {case.case.step_min} min, and a whole number of blocks a day",
            mend="Write 0.25, 0.5, 1, 2, 4 or 24, say.",
        )
    if offer.hold_h > offer.block_h + NEARLY_H:
        yield Finding(
            subject=f"{key}.hold_h",
            value=f"{offer.hold_h:g}",
            limit=f"block_h, {offer.block_h:g}: a call ends with the block it is made in",
            mend="Lengthen block_h, or shorten hold_h.",
        )
    needed_h = planning.replan_h + offer.gate_closure_h + offer.block_h
    if needed_h > plan_h(planning) + NEARLY_H:
        yield Finding(
            subject="planning.plan_h",
            value=f"{plan_h(planning):g}",
            limit=f"replan_h + gate_closure_h + block_h of {key}, {needed_h:g} h",
            mend="Plan farther, or plan again sooner.",
        )


def _through_a_telescope(case: CaseFile) -> Iterator[Finding]:
    """What is offered before the next plan is planned in the steps of the loop."""
    planning, step_min = case.planning, case.case.step_min
    if not planning.telescope:
        return
    leading = takewhile(lambda span: span[1] == step_min, planning.telescope)
    fine_h = sum(count * minutes for count, minutes in leading) / 60.0
    offers = [offer for site in case.site for offer in site.offer]
    needed_h = planning.replan_h + max(one.gate_closure_h + one.block_h for one in offers)
    if needed_h > fine_h + NEARLY_H:
        yield Finding(
            subject="planning.telescope",
            value=f"{fine_h:g} h in steps of {step_min} min",
            limit=f"replan_h + gate_closure_h + block_h of what is offered, {needed_h:g} h",
            mend=f"Begin with [{-(-needed_h * 60 // step_min):g}, {step_min}], or plan again sooner.",
        )
