"""The columns of the week plan, by name, and the facts its rows are written from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.agreed_terms import AgreedTerms
from gridtide.decide.buckets import Buckets
from gridtide.decide.cooling_terms import CoolingTerms
from gridtide.decide.declared_terms import DeclaredTerms
from gridtide.decide.inflow_terms import InflowTerms
from gridtide.decide.made_terms import MadeTerms
from gridtide.decide.move_terms import MoveTerms
from gridtide.decide.offer_terms import OfferTerms
from gridtide.decide.peak import DemandPeriods
from gridtide.decide.power_curve import PowerCurve
from gridtide.decide.rest_terms import RestTerms
from gridtide.fleet.menu import Menu

Whole = NDArray[np.int64]
Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class SlowerFacts:
    """N slower points of services. service: of each, (N,). rate, serving_kw, reachable: as of the usual points,
    (N, P), (N, P) and (N, O, P). cost_per_request: money for one answered so, (N,)."""

    service: Whole
    rate: Real
    serving_kw: Real
    reachable: NDArray[np.bool_]
    cost_per_request: Real


@dataclass(frozen=True, kw_only=True, eq=False)
class Facts:
    """What a plan reads: S sites, P places, M operating points, T steps, K buckets, V services, O origins.

    hours (T,). price_per_kwh, carbon_cost_per_kwh: money for a kWh drawn, sale_per_kwh: for one fed in, supply_kw, and
    import_max_kw, export_max_kw (S, T). requests_per_s (V, O, T). rate: requests per accelerator and second, (V, P).
    reachable: whether a place may answer an origin, (V, O, P). reserve: burst reserve, (P,). menu: the
    operating points of all places; extra_kw: IT kW of an accelerator busy at each beyond a parked one, (M,).
    serving_kw: the same of one that answers for a service, (V, P). site: of each place, (P,). accelerators (P,),
    room: accelerators for deferrable work, (P, T). given: accelerators of jobs the plan cannot move,
    by class and operating point, (C, M, T). kept: accelerators they hold, (P, T), more than given where declared
    limits go beyond what is expected. months: billing months of the horizon. later_cost_per_h: money for an
    accelerator-hour left for later, (K,). swing_kw: how far the need inside a step rises above its mean,
    (S, T). request_peak: highest demand inside a step over its mean, (V, O, T). wait_h: from as_of to when
    work of a step begins on the mean, (T,). Where steps are the shortest there are, swing_kw is 0 and
    request_peak 1. offers: terms of capacity for the grid. cooling: of heat carried out early or late. slower: of
    answers that take longer. rest: of nodes that rest when nothing uses them. moves: of requests that move. made: of
    plants that are told what to make. inflow: what rivers bring to stores. declared: what
    sites have said they would draw. agreed: what is delivered to them and sold on for less where nobody draws it.
    """

    hours: Real
    price_per_kwh: Real
    sale_per_kwh: Real
    carbon_cost_per_kwh: Real
    supply_kw: Real
    import_max_kw: Real
    export_max_kw: Real
    requests_per_s: Real
    rate: Real
    reachable: NDArray[np.bool_]
    reserve: Real
    menu: Menu
    extra_kw: Real
    serving_kw: Real
    site: Whole
    accelerators: Whole
    room: Whole
    given: Real
    kept: Whole
    curve: PowerCurve
    buckets: Buckets
    months: DemandPeriods
    later_cost_per_h: Real
    swing_kw: Real
    request_peak: Real
    wait_h: Real
    offers: OfferTerms
    cooling: CoolingTerms
    slower: SlowerFacts
    rest: RestTerms
    made: MadeTerms
    inflow: InflowTerms
    moves: MoveTerms
    declared: DeclaredTerms
    agreed: AgreedTerms


@dataclass(frozen=True, kw_only=True, eq=False)
class CoolingColumns:
    """hall, store: heat carried out early and late, kW, (2, H, T) and (2, W, T). air: temperature of halls, apart: how
    much warmer it is than the mass, at the end of a step, (H, T). cold: in stores then, kWh of heat, (W, T).
    beyond: what plants draw for it where planes say so, (A, T)."""

    hall: Whole
    air: Whole
    apart: Whole
    store: Whole
    cold: Whole
    beyond: Whole


@dataclass(frozen=True, kw_only=True, eq=False)
class RestColumns:
    """Accelerators at R places whose nodes rest, (R, T). used: that answer, on nodes that may rest; beside: on others.
    awake: used or idle; off; others are parked. risen: that wake from parked; woken: from off; direct: of these, awake
    in the same step; gone: that go off. dozing: that would be awake by the rules and lack the power; late: used before
    their wake has passed."""

    used: Whole
    beside: Whole
    awake: Whole
    off: Whole
    risen: Whole
    woken: Whole
    gone: Whole
    dozing: Whole
    direct: Whole
    late: Whole


@dataclass(frozen=True, kw_only=True, eq=False)
class Columns:
    """Indices of columns. work: one per (bucket, entry of the menu, step) cell, with the cells' coordinates and the
    entries' places beside.

    flow: one per (service, origin, place) that may answer and step; pair holds its coordinates, first of the usual
    points, then of the slower ones; way: which, V services at their usual points, then slower ones. refused
    (V, O, T). segment (S, T, segments). draw, sell, unused, charge, discharge, store (S, T). peak (S, N), one a
    billing month. undone, later (K,). shortfall: power that cannot be had at all, (S, T).
    offered: of each product, (Q, T); carried: of it by work, less and more, (2, Q, T), of no products where work
    carries none. cooling: of halls and stores of cold. rest: of nodes that rest. made: of each
    plant, (G, T). spilt: of the water of each reservoir, (W, T).
    """

    work: Whole
    bucket: Whole
    entry: Whole
    place: Whole
    step: Whole
    flow: Whole
    pair: Whole
    way: Whole
    refused: Whole
    segment: Whole
    draw: Whole
    sell: Whole
    unused: Whole
    charge: Whole
    discharge: Whole
    store: Whole
    peak: Whole
    undone: Whole
    later: Whole
    shortfall: Whole
    offered: Whole
    carried: Whole
    cooling: CoolingColumns
    rest: RestColumns
    made: Whole
    spilt: Whole


def peak_of_step(columns: Columns, facts: Facts) -> Whole:
    """The peak that the import of each step counts for: that of its billing month, (S, T)."""
    site = np.arange(len(columns.peak))[:, None]
    return np.asarray(columns.peak[site, facts.months.of_step])


def most_accelerators(facts: Facts, bucket: Whole | int, entry: Whole) -> Real:
    """Accelerators that all gangs of a bucket take together at an entry of the menu."""
    return np.asarray(facts.buckets.rate[bucket] * facts.menu.gang_share[entry])


def machines_per_request(columns: Columns, facts: Facts) -> Real:
    """Accelerators that one request per second takes with their burst reserve, of each flow, (F,)."""
    place = columns.pair[:, 2]
    rate = np.concatenate([facts.rate, facts.slower.rate])
    return np.asarray((1.0 + facts.reserve[place]) / rate[columns.way, place])


def kw_per_request(columns: Columns, facts: Facts) -> Real:
    """IT kW beyond parked machines that one request per second takes with its burst reserve, of each flow, (F,)."""
    place = columns.pair[:, 2]
    rate = np.concatenate([facts.rate, facts.slower.rate])
    extra_kw = np.concatenate([facts.serving_kw, facts.slower.serving_kw])
    needed_kw = extra_kw[columns.way, place] * (1.0 + facts.reserve[place])
    return np.asarray(needed_kw / rate[columns.way, place])
