"""What is offered to the grid is kept ready: power of the store, energy behind it, room at the meter, running work."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gridtide.decide.layout import Columns, Facts, Real, Whole
from gridtide.decide.offer_terms import OfferTerms
from gridtide.decide.program import Program
from gridtide.decide.situation import Situation
from gridtide.fleet.site import Battery

NO_ROW = -1
LESS, MORE = 0, 1
"""Ways that what is offered is called."""
BEYOND_ANY_PRICE = 10.0
"""Capacity that is not held though offered counts at least so many times the dearest energy of a step."""


@dataclass(frozen=True, kw_only=True, eq=False)
class OfferRows:
    """Rows of drawing more and of drawing less, (2, S, T) each; -1 where there is none.

    meter, power, surely: see add_offers. ends, starts: energy as a step ends, and as it begins where a block does.
    blocks: ties each step to the one before in its block, standing: what stands already, (Q, T). carried: what work
    carries of drawing less and of drawing more, (2, S, T).
    """

    meter: Whole
    power: Whole
    surely: Whole
    ends: Whole
    starts: Whole
    blocks: Whole
    standing: Whole
    carried: Whole


def add_offers(program: Program, columns: Columns, facts: Facts, situation: Situation) -> OfferRows:
    """Rows of both directions, of blocks and of what stands already.

    up: discharge - charge + offered <= most discharged; store * out - hold offered >= least * out at both ends
    of every step; draw - sell - offered >= -most exported, and offered <= parked + most exported. down: the mirror
    image, with draw - sell + offered <= import limit. Offers of one block are one number; what stands is held
    or counted as not held. What running work carries of an offer takes no power and no energy of the store.
    """
    terms = facts.offers
    of_sites = np.full((5, 2, *columns.draw.shape), NO_ROW, dtype=np.int64)
    for way, goes in enumerate((terms.goes_down, terms.goes_up)):
        for site in np.unique(terms.site[goes]):
            own = np.flatnonzero(goes & (terms.site == site))
            add_way = _add_up if way else _add_down
            of_sites[:, way, site] = add_way(program, columns, facts, situation, int(site), own)
    meter, power, surely, ends, starts = of_sites
    return OfferRows(
        meter=meter,
        power=power,
        surely=surely,
        ends=ends,
        starts=starts,
        blocks=_add_blocks(program, columns, terms),
        standing=_add_standing(program, columns, facts),
        carried=_add_carried(program, columns, facts),
    )


def meter_price(rows: OfferRows, row_dual: Real) -> Real:
    """What one more kilowatt drawn takes from what can be offered, less what it adds, money a step, (S, T)."""
    down, up = np.where(rows.meter >= 0, row_dual[np.maximum(rows.meter, 0)], 0.0)
    return np.asarray(up - down)


def _add_up(
    program: Program, columns: Columns, facts: Facts, situation: Situation, site: int, own: Whole
) -> Whole:
    """Rows of drawing less at one site: meter, power, surely, ends, starts, (5, T)."""
    battery = _battery(situation, site)
    power = _add_power(program, columns, (site, own, LESS), battery.discharge_max_kw)
    export_max_kw = facts.export_max_kw[site]
    most_kw = export_max_kw - facts.offers.overstated_kw[site]
    meter = _add_meter(program, columns, (site, own), -1.0, most_kw)
    surely_kw = float(facts.offers.surely_kw[site])
    surely = _add_surely(program, columns, (site, own), export_max_kw + surely_kw)
    now_kwh = float(situation.state.soc_kwh[site])
    least_kwh = min(battery.energy_kwh * battery.soc_min, now_kwh)
    out_of = battery.discharge_efficiency
    ends, starts = _add_energy(
        program,
        columns,
        facts.offers,
        (site, own, LESS),
        (-out_of, out_of * (now_kwh - least_kwh), -out_of * least_kwh),
    )
    return np.stack([meter, power, surely, ends, starts])


def _add_down(
    program: Program, columns: Columns, facts: Facts, situation: Situation, site: int, own: Whole
) -> Whole:
    """Rows of drawing more at one site: meter, power, surely (none), ends, starts, (5, T)."""
    battery = _battery(situation, site)
    power = _add_power(program, columns, (site, own, MORE), battery.charge_max_kw)
    meter = _add_meter(program, columns, (site, own), 1.0, facts.import_max_kw[site])
    now_kwh = float(situation.state.soc_kwh[site])
    most_kwh = max(battery.energy_kwh, now_kwh)
    into = battery.charge_efficiency
    ends, starts = _add_energy(
        program,
        columns,
        facts.offers,
        (site, own, MORE),
        (1.0 / into, (most_kwh - now_kwh) / into, most_kwh / into),
    )
    return np.stack([meter, power, np.full_like(meter, NO_ROW), ends, starts])


def _add_power(
    program: Program, columns: Columns, which: tuple[int, Whole, int], most_kw: float
) -> Whole:
    """±(discharge - charge) + offered - carried <= most of the store's power, (T,). which: site, its products, the
    way they are called."""
    site, own, way = which
    sign = 1.0 if way == LESS else -1.0
    steps = np.arange(columns.draw.shape[1])
    rows = program.constraints(steps.shape, -np.inf, most_kw, site, steps)
    program.put(rows, columns.discharge[site], sign)
    program.put(rows, columns.charge[site], -sign)
    _put_of_store(program, columns, rows, (own, way), steps, 1.0)
    return rows


def _put_of_store(
    program: Program,
    columns: Columns,
    rows: Whole,
    which: tuple[Whole, int],
    steps: Whole,
    value: ArrayLike,
) -> None:
    """value * (offered - carried) in rows of some steps: what the store must give. which: products, their way."""
    own, way = which
    program.put(rows[None, :], columns.offered[own][:, steps], value)
    if columns.carried.size:
        program.put(rows[None, :], columns.carried[way, own][:, steps], np.negative(value))


def _add_meter(
    program: Program, columns: Columns, which: tuple[int, Whole], sign: float, most_kw: Real
) -> Whole:
    """sign (draw - sell) + offered <= most, where there is a most; its rows, -1 where there is none, (T,).

    which: site and its products.
    """
    site, own = which
    steps = np.flatnonzero(np.isfinite(most_kw))
    rows = program.constraints(steps.shape, -np.inf, most_kw[steps], site, steps)
    program.put(rows, columns.draw[site, steps], sign)
    program.put(rows, columns.sell[site, steps], -sign)
    program.put(rows[None, :], columns.offered[own][:, steps], 1.0)
    meter = np.full(most_kw.shape, NO_ROW, dtype=np.int64)
    meter[steps] = rows
    return meter


def _add_surely(
    program: Program, columns: Columns, which: tuple[int, Whole], most_kw: Real
) -> Whole:
    """offered - carried <= what the site surely draws and may export, where there is a most; its rows, (T,).

    Work that ends early then takes no offer along: the store gives less instead. which: site and its products.
    """
    site, own = which
    steps = np.flatnonzero(np.isfinite(most_kw))
    surely = np.full(most_kw.shape, NO_ROW, dtype=np.int64)
    surely[steps] = program.constraints(steps.shape, -np.inf, most_kw[steps], site, steps)
    _put_of_store(program, columns, surely[steps], (own, LESS), steps, 1.0)
    return surely


def _add_energy(
    program: Program,
    columns: Columns,
    terms: OfferTerms,
    which: tuple[int, Whole, int],
    store: tuple[float, float, float],
) -> tuple[Whole, Whole]:
    """hold (offered - carried) + per_kwh * store <= most, with the store as a step ends, and as it begins where a
    block does; the rows of both, (T,) each.

    which: site, its products, the way they are called. store: (per_kwh, most where the horizon begins and the store
    is known, most).
    """
    site, own, way = which
    per_kwh, most_now_kwh, most_kwh = store
    steps = np.arange(columns.draw.shape[1])
    begins = np.flatnonzero(_begins(terms.block[own]).any(axis=0))
    ends = program.constraints(steps.shape, -np.inf, most_kwh, site, steps)
    program.put(ends, columns.store[site], per_kwh)
    most = np.where(begins == 0, most_now_kwh, most_kwh)
    starts = program.constraints(begins.shape, -np.inf, most, site, begins)
    later = begins > 0
    program.put(starts[later], columns.store[site, begins[later] - 1], per_kwh)
    hold_h = terms.hold_h[own][:, None]
    _put_of_store(program, columns, ends, (own, way), steps, hold_h)
    _put_of_store(program, columns, starts, (own, way), begins, hold_h)
    at_begins = np.full(steps.shape, NO_ROW, dtype=np.int64)
    at_begins[begins] = starts
    return ends, at_begins


def _add_blocks(program: Program, columns: Columns, terms: OfferTerms) -> Whole:
    """An offer that is still free is one number through its block; the rows, (Q, T)."""
    free = np.isnan(terms.standing_kw) & (terms.most_kw > 0)
    tied = ~_begins(terms.block) & free
    tied[:, 1:] &= free[:, :-1]
    product, step = np.nonzero(tied)
    rows = program.constraints(product.shape, 0.0, 0.0, terms.site[product], step)
    program.put(rows, columns.offered[product, step], 1.0)
    program.put(rows, columns.offered[product, step - 1], -1.0)
    return _placed(rows, terms.block.shape, product, step)


def _add_carried(program: Program, columns: Columns, facts: Facts) -> Whole:
    """What work carries of a site's offers <= by how much running work can draw less, or more; its rows, (2, S, T).

    No more of an offer is carried than is offered, and so much that the rest is what the store does from rest.
    """
    terms = facts.offers
    shape = (2, *columns.draw.shape)
    if not columns.carried.size:
        return np.full(shape, NO_ROW, dtype=np.int64)
    own = columns.carried
    ways = np.stack([terms.goes_up, terms.goes_down])
    rest_kw = np.where(ways, terms.of_store_kw, np.inf)[:, :, None]
    where = (terms.site[:, None], np.arange(shape[2]))
    within = program.constraints(own.shape, -rest_kw, 0.0, *where)
    program.put(within, own, 1.0)
    program.put(within, columns.offered, -1.0)
    where = (np.arange(shape[1])[:, None], np.arange(shape[2]))
    rows = program.constraints(shape, -np.inf, terms.given_kw, *where)
    program.put(rows[:, terms.site], own, 1.0)
    at, whole = facts.site[columns.place], ~facts.buckets.elastic[columns.bucket]
    for way in (LESS, MORE):
        kw = terms.per_accelerator_kw[way, columns.entry]
        put = whole & (kw > 0.0)
        program.put(rows[way, at[put], columns.step[put]], columns.work[put], -kw[put])
    return rows


def carried_per_h(rows: OfferRows, row_dual: Real, columns: Columns, facts: Facts) -> Real:
    """What an accelerator that works at each entry of the menu earns by what it carries, money an hour, (M, T); of no
    entries where work carries nothing."""
    if not columns.carried.size:
        return np.zeros((0, len(facts.hours)))
    kw = facts.offers.per_accelerator_kw
    paid_per_kw = -row_dual[rows.carried] / facts.hours
    at = facts.site[facts.menu.place]
    return np.asarray((kw[:, :, None] * np.maximum(paid_per_kw, 0.0)[:, at]).sum(axis=0))


def _placed(rows: Whole, shape: tuple[int, ...], product: Whole, step: Whole) -> Whole:
    """Rows where they stand, (Q, T)."""
    placed = np.full(shape, NO_ROW, dtype=np.int64)
    placed[product, step] = rows
    return placed


def _add_standing(program: Program, columns: Columns, facts: Facts) -> Whole:
    """What stands is held, or counts as not held at more than any energy or peak is worth; the rows, (Q, T)."""
    terms = facts.offers
    product, step = np.nonzero(terms.standing_kw > 0)
    stands_kw = terms.standing_kw[product, step]
    lacking = program.variables(product.shape, not_held_cost_per_kw(facts)[step], 0.0, stands_kw)
    rows = program.constraints(product.shape, stands_kw, stands_kw, terms.site[product], step)
    program.put(rows, columns.offered[product, step], 1.0)
    program.put(rows, lacking, 1.0)
    return _placed(rows, terms.block.shape, product, step)


def not_held_cost_per_kw(facts: Facts) -> Real:
    """Money for a kilowatt that is offered and not held through a step, (T,)."""
    energy = np.abs(facts.price_per_kwh + facts.carbon_cost_per_kwh).max()
    paid = facts.offers.price_per_kw_h.max(initial=0.0)
    peak = facts.months.price_per_kw.max(initial=0.0)
    return np.asarray(BEYOND_ANY_PRICE * (energy + paid) * facts.hours + peak)


def _begins(block: Whole) -> NDArray[np.bool_]:
    """Whether a step is the first of its block inside the horizon, (Q, T)."""
    first = np.ones(block.shape, dtype=np.bool_)
    first[:, 1:] = block[:, 1:] != block[:, :-1]
    return first


def _battery(situation: Situation, site: int) -> Battery:
    """The store of a site, an empty one where it has none."""
    found = situation.fleet.sites[site].battery
    return found or Battery(energy_kwh=0.0, charge_max_kw=0.0, discharge_max_kw=0.0)
