"""What those who watch are shown of markets: positions, offers, calls, and what the month has cost so far."""

from datetime import datetime
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.bid import Bid
from gridtide.decide.call_answer import CallAnswer, answers_of
from gridtide.decide.event import Event
from gridtide.decide.peak import same_month
from gridtide.decide.situation import Commitment, OfferedCapacity
from gridtide.fleet.product import CapacityProduct
from gridtide.loop.at_the_meter import metered_of, position_kw
from gridtide.loop.shown.ahead import published
from gridtide.loop.shown.glance import Glance
from gridtide.loop.shown.past_steps import KEPT, columns, timeline_of, unbroken
from gridtide.settle.cost import settle_demand_charge, settle_energy_cost
from gridtide.settle.deviation import deviation_charge, deviation_kwh
from gridtide.signals.signal import Kind
from gridtide.timeline import Timeline, epoch_s, instant
from gridtide.units import cost_per_kwh

Real = NDArray[np.float64]
Stand = TypeVar("Stand", Commitment, Bid, OfferedCapacity)
ROWS_MOST = 48


def markets_shown(glance: Glance) -> dict[str, Any]:
    """Positions and offers that are to come, the soonest first, ROWS_MOST of each at most (`left_out` counts the rest);
    calls with what was answered; each site's month so far. Power in kW, money in the currency it names."""
    held = glance.memory.commitments
    positions = [one for one in held if isinstance(one, Commitment) and one.end > glance.at]
    bids = [one for one in held if isinstance(one, Bid) and one.end > glance.at]
    offers = [one for one in held if isinstance(one, OfferedCapacity) and one.end > glance.at]
    rows = {
        "this_month": [_month(glance, n) for n in range(len(glance.mandate.fleet.sites))],
        "calls": _calls(glance),
        "positions": [_position(one) for one in _soonest(positions)],
        "bids": [_bid(one) for one in _soonest(bids)],
        "offers": [_offer(glance, one) for one in _soonest(offers)],
    }
    left_out = {name: max(len(found) - ROWS_MOST, 0) for name, found in rows.items()}
    return {
        "at": glance.at.isoformat(),
        "currency": glance.currency,
        **{name: found[:ROWS_MOST] for name, found in rows.items()},
        "left_out": left_out,
    }


def _soonest(found: list[Stand]) -> list[Stand]:
    return sorted(found, key=lambda one: (one.start, one.site))


def _span(one: Commitment | Bid | OfferedCapacity | Event) -> dict[str, Any]:
    return {"site": one.site, "start": one.start.isoformat(), "end": one.end.isoformat()}


def _position(one: Commitment) -> dict[str, Any]:
    return {**_span(one), "position_kw": one.position_kw}


def _bid(one: Bid) -> dict[str, Any]:
    prices = list(one.up_to_price_per_mwh)
    return {**_span(one), "quantity_kw": list(one.quantity_kw), "up_to_price_per_mwh": prices}


def _offer(glance: Glance, one: OfferedCapacity) -> dict[str, Any]:
    """An offer, and what it brings held through its block at the price that is known; unknown without a price."""
    site = next(site for site in glance.mandate.fleet.sites if site.name == one.site)
    product = next(product for product in site.products if product.name == one.product)
    price = _capacity_price(glance, product, one.start)
    hours = (one.end - one.start).total_seconds() / 3600.0
    worth = None
    if price is not None:
        worth = (
            cost_per_kwh(float(product.worth_per_mw_h(np.asarray(price)))) * one.offered_kw * hours
        )
    return {
        **_span(one),
        "product": one.product,
        "offered_kw": one.offered_kw,
        "price_per_mw_h": price,
        "would_earn": worth,
        "by_work": one.by_work,
    }


def _capacity_price(glance: Glance, product: CapacityProduct, at: datetime) -> float | None:
    if product.price_zone is None or glance.turn is None:
        return product.price_per_mw_h
    step = Timeline(edges_s=np.asarray([epoch_s(at), epoch_s(at) + 1]))
    signals = glance.turn.situation.signals
    said = published(signals, Kind.CAPACITY_PRICE, product.price_zone, step)[0]
    return float(said) if np.isfinite(said) else product.price_per_mw_h


def _calls(glance: Glance) -> list[dict[str, Any]]:
    """Calls that are known and not over, with the answer that stands: kept where it is mandatory, else by share."""
    answers = {one.event.label: one for one in answers_of(glance.memory.commitments)}
    events = () if glance.turn is None else glance.turn.situation.events
    return [_call(one, answers.get(one.label)) for one in sorted(events, key=lambda one: one.start)]


def _call(event: Event, answer: CallAnswer | None) -> dict[str, Any]:
    share = None if answer is None else answer.share
    if event.mandatory:
        stands = "must_be_kept"
    elif share is None:
        stands = "not_answered"
    else:
        stands = "declined" if share == 0.0 else "agreed"
    return {
        **_span(event),
        "call": event.label,
        "kind": event.kind.value,
        "stands": stands,
        "taken_share": share,
        "payment_per_mwh": event.payment_per_mwh,
        "penalty_per_mwh": event.penalty_per_mwh,
        "reason": None if answer is None else answer.reason,
    }


def _month(glance: Glance, n: int) -> dict[str, Any]:
    """What a site drew in the billing month so far, as far back as this room has metered it without a gap, and what
    that costs by its contract; unknown where a price or a meter is."""
    site = glance.mandate.fleet.sites[n]
    steps = unbroken(
        tuple(
            one for one in glance.past if same_month(instant(one.start_s), glance.at, site.clock)
        ),
        KEPT,
    )
    contract = site.contract
    row: dict[str, Any] = {
        "site": site.name,
        "metered_since": None,
        "import_kwh": None,
        "energy_cost": None,
        "peak_kw": None,
        "demand_charge": None,
        "position_kwh": None,
        "beyond_position_kwh": None,
        "deviation_charge": None,
    }
    if not steps:
        return row
    shown = timeline_of(steps)
    import_kw, export_kw = (columns(steps)[0][name][n] for name in ("import_kw", "export_kw"))
    bought_kw = position_kw(glance.memory.commitments, site, shown)
    metered = metered_of(glance.mandate.history, site, shown, (import_kw, export_kw, bought_kw))
    energy_cost = settle_energy_cost(contract, metered)
    share = glance.mandate.objective.demand_charge_share
    charge = settle_demand_charge(contract, import_kw, np.zeros(len(shown), dtype=np.int64), share)
    drawn_kwh, position_kwh = import_kw * shown.hours, bought_kw * shown.hours
    bought = bool(np.isfinite(position_kwh).any())
    figures = {
        "import_kwh": float(drawn_kwh.sum()),
        "energy_cost": energy_cost,
        "peak_kw": float(import_kw.max()),
        "demand_charge": charge,
    }
    if bought:
        figures["position_kwh"] = float(np.nansum(position_kwh))
        figures["beyond_position_kwh"] = float(
            deviation_kwh(contract, drawn_kwh, position_kwh).sum()
        )
        figures["deviation_charge"] = deviation_charge(contract, drawn_kwh, position_kwh)
    return (
        row
        | {"metered_since": shown.start.isoformat()}
        | {name: round(one, 3) if np.isfinite(one) else None for name, one in figures.items()}
    )
