"""What may be offered of every product over a horizon, and what has been offered already."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.power_curve import PowerCurve
from gridtide.decide.reading import series
from gridtide.decide.situation import Commitments, OfferedCapacity, Situation
from gridtide.digest import freeze
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.product import CapacityProduct
from gridtide.fleet.site import Site
from gridtide.signals.signal import Kind
from gridtide.timeline import Timeline, epoch_s
from gridtide.units import cost_per_kwh

Real = NDArray[np.float64]
Whole = NDArray[np.int64]


def nothing_offered() -> Real:
    """Of a plan or dispatch for a fleet without products."""
    return np.zeros((0, 0))


def nothing_carried() -> Real:
    """Of a plan or dispatch in which running work carries no offer."""
    return np.zeros((2, 0, 0))


@dataclass(frozen=True, kw_only=True, eq=False)
class OfferTerms:
    """Q products over T steps. site, hold_h, goes_up, goes_down: of each product, (Q,).

    price_per_kw_h: money for a kilowatt held ready through an hour, less what its calls cost, (Q, T). most_kw: the most
    that may be offered,
    0 where the gate has closed, (Q, T). standing_kw: what is offered already and cannot be taken back, NaN where
    nothing is, (Q, T). block: number of the block each step lies in, (Q, T). overstated_kw: by how much the plan may
    overstate what a site draws, (S, T). surely_kw: what a site draws whatever its work and the weather do, (S,), inf
    where offers need not rest on that. by_work: which work may carry a part of, (Q,); per_accelerator_kw: by how much
    one that works at each entry of the menu can draw less and more at the meter, (2, M); given_kw: by how much work
    that stays as it was told can, (2, S, T). of_store_kw: the most of each that the store gives and takes from rest,
    (2, Q), inf where offers need not rest on that.
    """

    site: Whole
    hold_h: Real
    goes_up: NDArray[np.bool_]
    goes_down: NDArray[np.bool_]
    price_per_kw_h: Real
    most_kw: Real
    standing_kw: Real
    block: Whole
    overstated_kw: Real
    surely_kw: Real
    by_work: NDArray[np.bool_]
    per_accelerator_kw: Real
    given_kw: Real
    of_store_kw: Real

    def __post_init__(self) -> None:
        freeze(self, site=np.int64, block=np.int64)
        freeze(self, goes_up=np.bool_, goes_down=np.bool_, by_work=np.bool_)
        real = ("hold_h", "price_per_kw_h", "most_kw", "standing_kw", "overstated_kw", "surely_kw")
        carried = ("per_accelerator_kw", "given_kw", "of_store_kw")
        freeze(self, **dict.fromkeys((*real, *carried), np.float64))

    def __len__(self) -> int:
        return len(self.site)


def offer_terms(
    situation: Situation,
    curve: PowerCurve,
    energy_price_per_mwh: Real,
    carried: tuple[Real, Real],
) -> OfferTerms:
    """The terms of the situation's products over its horizon. curve: the power its plan reckons with.
    energy_price_per_mwh: what each site pays in real time, (S, T). carried: what work may carry, by accelerator of
    each entry of the menu, (2, M), and of work that stays as told, (2, S, T), kW."""
    fleet, horizon = situation.fleet, situation.horizon
    products = fleet.products
    shape = (len(products), len(horizon))
    standing_kw = standing(fleet, situation.commitments, horizon, np.nan)
    most_kw, block = np.zeros(shape), np.zeros(shape, dtype=np.int64)
    now_s = epoch_s(situation.as_of)
    for index, (number, product) in enumerate(products):
        block[index] = block_of(product, horizon.starts_s)
        begins_s = block[index] * block_s(product)
        is_open = begins_s >= now_s + round(3600 * product.gate_closure_h)
        most_kw[index] = np.where(is_open, offered_most_kw(fleet.sites[number], product), 0.0)
    return OfferTerms(
        site=np.asarray([number for number, _ in products], dtype=np.int64),
        hold_h=np.asarray([product.hold_h for _, product in products]),
        goes_up=np.asarray([product.goes_up for _, product in products], dtype=np.bool_),
        goes_down=np.asarray([product.goes_down for _, product in products], dtype=np.bool_),
        price_per_kw_h=worth_per_kw_h(situation, energy_price_per_mwh),
        most_kw=np.where(np.isnan(standing_kw), most_kw, standing_kw),
        standing_kw=standing_kw,
        block=block,
        overstated_kw=curve.gap_kw,
        surely_kw=curve.floor_it_kw,
        by_work=np.asarray([product.carried_by_work for _, product in products], dtype=np.bool_),
        per_accelerator_kw=carried[0],
        given_kw=carried[1],
        of_store_kw=np.asarray(
            [[_store_kw(fleet.sites[number])[way] for number, _ in products] for way in (0, 1)]
        ),
    )


def no_offers(curve: PowerCurve, steps: int) -> OfferTerms:
    """The terms under which nothing may be offered over so many steps."""
    none, blank = np.zeros((0, steps)), np.zeros(0)
    return OfferTerms(
        site=blank.astype(np.int64),
        hold_h=blank,
        goes_up=blank.astype(np.bool_),
        goes_down=blank.astype(np.bool_),
        price_per_kw_h=none,
        most_kw=none,
        standing_kw=none,
        block=none.astype(np.int64),
        overstated_kw=np.zeros((len(curve.floor_it_kw), steps)),
        surely_kw=curve.floor_it_kw,
        by_work=blank.astype(np.bool_),
        per_accelerator_kw=np.zeros((2, 0)),
        given_kw=np.zeros((2, len(curve.floor_it_kw), steps)),
        of_store_kw=np.zeros((2, 0)),
    )


def worth_per_mw_h(
    site: Site, product: CapacityProduct, price_per_mw_h: Real, energy_price_per_mwh: Real
) -> Real:
    """What a megawatt offered through an hour brings, its expected calls taken off: energy at the price of the site's
    contract, with the losses of the store, and the store's wear, (T,). Below 0 none is offered."""
    battery = site.battery
    if battery is None:
        return product.worth_per_mw_h(price_per_mw_h)
    bought, given = product.bought_and_given(
        battery.charge_efficiency, battery.discharge_efficiency
    )
    called = bought * energy_price_per_mwh + given * battery.wear_cost_per_kwh / cost_per_kwh(1.0)
    return product.worth_per_mw_h(price_per_mw_h) - called


def worth_per_kw_h(situation: Situation, energy_price_per_mwh: Real) -> Real:
    """Money for a kilowatt of each product held through an hour, less what its calls cost, (Q, T).
    energy_price_per_mwh: what each site pays in real time, (S, T)."""
    worth = np.zeros((len(situation.fleet.products), len(situation.horizon)))
    for index, (number, product) in enumerate(situation.fleet.products):
        worth[index] = _worth_per_kw_h(situation, number, product, energy_price_per_mwh[number])
    return worth


def _worth_per_kw_h(
    situation: Situation, number: int, product: CapacityProduct, energy_price_per_mwh: Real
) -> Real:
    """The same of one product of a site, (T,)."""
    paid = _prices_per_mw_h(situation, product)
    worth = worth_per_mw_h(situation.fleet.sites[number], product, paid, energy_price_per_mwh)
    return cost_per_kwh(1.0) * worth


def _prices_per_mw_h(situation: Situation, product: CapacityProduct) -> Real:
    """The price of a product as it is known, (T,). Raises BadInput where its series lacks a step."""
    if product.price_zone is None:
        return np.full(len(situation.horizon), product.price_per_mw_h, dtype=np.float64)
    return series(situation, Kind.CAPACITY_PRICE, product.price_zone)


def offered_most_kw(site: Site, product: CapacityProduct) -> float:
    """The most of a product that a site's store gives from rest, 0 without a store; of one that work may carry, what
    the case says."""
    if product.carried_by_work:
        return product.offered_max_kw
    gives_kw, takes_kw = _store_kw(site)
    up_kw = gives_kw if product.goes_up else np.inf
    down_kw = takes_kw if product.goes_down else np.inf
    return min(product.offered_max_kw, up_kw, down_kw)


def _store_kw(site: Site) -> tuple[float, float]:
    """What the store of a site gives and takes at most, nothing without one."""
    battery = site.battery
    return (battery.discharge_max_kw, battery.charge_max_kw) if battery else (0.0, 0.0)


def block_s(product: CapacityProduct) -> int:
    """Length of a product's blocks in seconds."""
    return round(3600 * product.block_h)


def block_of(product: CapacityProduct, starts_s: Whole) -> Whole:
    """Number of the block that steps starting at these seconds lie in; blocks count from midnight UTC."""
    return np.asarray(starts_s // block_s(product), dtype=np.int64)


def standing(fleet: Fleet, commitments: Commitments, timeline: Timeline, otherwise: float) -> Real:
    """What stands of every product in each step of a timeline, all its offers together, (Q, T), kW; `otherwise` where
    nothing was offered."""
    names = {
        (fleet.sites[number].name, product.name): index
        for index, (number, product) in enumerate(fleet.products)
    }
    offered_kw = np.zeros((len(names), len(timeline)))
    stands = np.zeros(offered_kw.shape, dtype=np.bool_)
    for one in commitments:
        if isinstance(one, OfferedCapacity):
            inside = (timeline.starts_s >= epoch_s(one.start)) & (
                timeline.starts_s < epoch_s(one.end)
            )
            row = names[one.site, one.product]
            offered_kw[row, inside] += one.offered_kw
            stands[row, inside] = True
    return np.where(stands, offered_kw, otherwise)
