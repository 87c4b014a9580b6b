"""Halls and stores of cold keep what is carried out of them; plants carry out no more heat than they can."""

from dataclasses import dataclass

import numpy as np

from gridtide.decide.layout import Columns, CoolingColumns, Facts, Real, Whole
from gridtide.decide.program import Program


@dataclass(frozen=True, kw_only=True, eq=False)
class CoolingRows:
    """halls: of the mean of a hall and of its air beside its mass, (2, H, T). change: of how fast air changes, (H, T).
    stores (W, T). plant: of what plants do less and more, (2, sites with either, T), none where nothing limits it."""

    halls: Whole
    change: Whole
    stores: Whole
    plant: Whole


def add_cooling(program: Program, columns: Columns, facts: Facts) -> CoolingRows:
    """mean - mean before + mean per kW extra = 0, with mean = air - share apart; apart - fades apart before + apart per
    kW extra = 0; |air - air before| <= change; cold - left cold before - gains (into - out of) = 0; and where plants
    limit it, for all that is carried out early, less what is late: -aired heat <= extra <= most - heat."""
    own = columns.cooling
    _add_planes(program, columns, facts)
    return CoolingRows(
        halls=_add_halls(program, own, facts),
        change=_add_change(program, own, facts),
        stores=_add_stores(program, own, facts),
        plant=_add_plant(program, columns, facts),
    )


def _add_halls(program: Program, own: CoolingColumns, facts: Facts) -> Whole:
    terms = facts.cooling.halls
    share = terms.air_share[:, None]
    known = np.zeros((2, *own.air.shape))
    known[0, :, 0] = terms.air_c - terms.air_share * terms.apart_k
    known[1, :, 0] = terms.fades[:, 0] * terms.apart_k
    site, step = terms.site[:, None], np.arange(own.air.shape[1])
    mean, apart = rows = program.constraints(known.shape, known, known, site, step)
    program.put(mean, own.air, 1.0)
    program.put(mean, own.apart, -share)
    program.put(mean[:, 1:], own.air[:, :-1], -1.0)
    program.put(mean[:, 1:], own.apart[:, :-1], share)
    program.put(apart, own.apart, 1.0)
    program.put(apart[:, 1:], own.apart[:, :-1], -terms.fades[:, 1:])
    for block, sign in zip(own.hall, (1.0, -1.0), strict=True):
        program.put(mean, block, sign * terms.mean_per_kw)
        program.put(apart, block, sign * terms.apart_per_kw)
    return rows


def _add_change(program: Program, own: CoolingColumns, facts: Facts) -> Whole:
    terms = facts.cooling.halls
    before = np.zeros(own.air.shape)
    before[:, 0] = terms.air_c
    site, step = terms.site[:, None], np.arange(own.air.shape[1])
    lower, upper = before - terms.change_max_k, before + terms.change_max_k
    rows = program.constraints(own.air.shape, lower, upper, site, step)
    program.put(rows, own.air, 1.0)
    program.put(rows[:, 1:], own.air[:, :-1], -1.0)
    return rows


def _add_stores(program: Program, own: CoolingColumns, facts: Facts) -> Whole:
    terms = facts.cooling.stores
    known = np.zeros(own.cold.shape)
    known[:, 0] = terms.left[:, 0] * terms.now_kwh
    site, step = terms.site[:, None], np.arange(own.cold.shape[1])
    rows = program.constraints(known.shape, known, known, site, step)
    program.put(rows, own.cold, 1.0)
    program.put(rows[:, 1:], own.cold[:, :-1], -terms.left[:, 1:])
    for block, sign in zip(own.store, (-1.0, 1.0), strict=True):
        program.put(rows, block, sign * terms.gains)
    return rows


def _add_plant(program: Program, columns: Columns, facts: Facts) -> Whole:
    terms = facts.cooling
    sites, plant = terms.sites, terms.plant
    steps = columns.draw.shape[1]
    shape = (len(sites), steps)
    if not plant.limits or not len(sites):
        return np.zeros((2, 0, steps), dtype=np.int64)
    least = np.repeat(plant.heat_least_kw[sites, None], steps, axis=1)
    lower = np.stack([-plant.aired[sites, None] * least, np.full(shape, -np.inf)])
    upper = np.stack([np.full(shape, np.inf), plant.most_kw[sites] - least])
    rows = program.constraints((2, *shape), lower, upper, sites[:, None], np.arange(steps))
    for way, share in enumerate((plant.aired, np.ones(len(plant.aired)))):
        own = rows[way]
        per_kw = share[sites] * plant.heat_per_kw[way, sites]
        program.put(own[:, :, None], columns.segment[sites], per_kw[:, None, None])
        _put_extra(program, own, columns.cooling, sites, facts)
    return rows


def _add_planes(program: Program, columns: Columns, facts: Facts) -> None:
    """beyond + (chord - per IT) segments - per extra x all extra cooling >= least, a row a site, step and plane."""
    planes, terms = facts.cooling.plant.planes, facts.cooling
    steps = np.arange(columns.draw.shape[1])
    for plane in range(planes.least.shape[2]):
        least, per_extra = planes.least[:, :, plane], planes.per_extra[:, :, plane]
        rows = program.constraints(least.shape, least, np.inf, planes.site[:, None], steps)
        program.put(rows, columns.cooling.beyond, 1.0)
        program.put(
            rows[:, :, None],
            columns.segment[planes.site],
            planes.chord - planes.per_it[:, :, plane, None],
        )
        own = columns.cooling
        for of, blocks in ((terms.halls.site, own.hall), (terms.stores.site, own.store)):
            here, there = np.nonzero(planes.site[:, None] == of)
            for block, sign in zip(blocks, (1.0, -1.0), strict=True):
                program.put(rows[here], block[there], -sign * per_extra[here])


def _put_extra(
    program: Program, rows: Whole, own: CoolingColumns, sites: Whole, facts: Facts
) -> None:
    """All extra cooling of each site into its rows, kW of heat."""
    for of, blocks in (
        (facts.cooling.halls.site, own.hall),
        (facts.cooling.stores.site, own.store),
    ):
        where = np.searchsorted(sites, of)
        for block, sign in zip(blocks, (1.0, -1.0), strict=True):
            program.put(rows[where], block, sign)


def extra_power(facts: Facts, own: CoolingColumns, values: Real) -> Real:
    """What plants draw for the extra cooling of a solution, (S, T), kW."""
    drawn = facts.cooling.plant.drawn_per_kw
    power = np.zeros(drawn.shape[1:])
    for site, blocks in (
        (facts.cooling.halls.site, own.hall),
        (facts.cooling.stores.site, own.store),
    ):
        power[site] += drawn[0, site] * values[blocks[0]] - drawn[1, site] * values[blocks[1]]
    return power
